"""Invoices: what customers owe, paid, dunned, cancelled; copies from the ERP, or the documents themselves."""
