"""The command `lethe`: parse, call one use case, show. Each command is a module that is imported when it is used."""
