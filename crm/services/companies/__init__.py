"""Companies: list, view, create, change."""
