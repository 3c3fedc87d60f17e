"""Activities: what somebody means to do for a customer, and by when (Aktivitäten)."""
