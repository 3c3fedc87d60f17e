"""The revisions, in order; each changes what the one before it left."""
