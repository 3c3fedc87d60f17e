"""What the staff site and the public portal share: factory, access, headers, languages, errors, templates."""
