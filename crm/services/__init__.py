"""What staff do. A use case takes the session first, the rest by keyword, and never commits."""
