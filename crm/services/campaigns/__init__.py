"""Campaigns: whom we wrote to, who responded, and which figures of it may be seen."""
