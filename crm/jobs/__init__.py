"""Work that nobody waits for: sealing the ledger, keeping the index true, clearing away."""
