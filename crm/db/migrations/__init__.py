"""The history of the schema. Revisions are written by `make migration` and read before they are committed."""
