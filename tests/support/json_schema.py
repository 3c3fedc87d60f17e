"""Says where JSON departs from a schema, in the words of JSON Schema 2020-12 that ours uses; any other word is refused."""

import re

_TYPES = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None)}
_SILENT = {"$schema", "$defs", "title", "description"}
_KNOWN = {"type", "properties", "required", "additionalProperties", "items", "enum", "const", "pattern", "$ref"}


def departures(said, schema, *, root=None, at="$"):
    """Return where `said` is not as the schema demands."""
    root = root or schema
    if unknown := set(schema) - _KNOWN - _SILENT:
        raise ValueError(f"the schema uses {unknown}, which this validator does not know")
    if "$ref" in schema:
        return departures(said, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root=root, at=at)
    wrong = [f"{at}: {name}" for name, check in _CHECKS.items() if name in schema and not check(said, schema[name])]
    if isinstance(said, dict):
        wrong += _in_object(said, schema, root, at)
    if isinstance(said, list) and "items" in schema:
        wrong += [each for number, item in enumerate(said) for each in departures(item, schema["items"], root=root, at=f"{at}[{number}]")]
    return wrong


def _in_object(said, schema, root, at):
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    wrong = []
    for name, value in said.items():
        if name in properties:
            wrong += departures(value, properties[name], root=root, at=f"{at}.{name}")
        elif others is False:
            wrong.append(f"{at}.{name}: not in the schema")
        elif isinstance(others, dict):
            wrong += departures(value, others, root=root, at=f"{at}.{name}")
    return wrong


def _is_of(said, wanted):
    types = tuple(_TYPES[each] for each in ([wanted] if isinstance(wanted, str) else wanted))
    return isinstance(said, types) and not (isinstance(said, bool) and int in types)


_CHECKS = {
    "type": _is_of,
    "enum": lambda said, options: said in options,
    "const": lambda said, only: said == only,
    "pattern": lambda said, pattern: isinstance(said, str) and re.search(pattern, said) is not None,
    "required": lambda said, names: isinstance(said, dict) and set(names) <= set(said),
}
