"""Daily work out of another system: deals, tickets, activities, invoices, campaigns and who they reached."""
