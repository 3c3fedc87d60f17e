"""Compiled templates, kept for the next site that a test opens: compiling them takes longer than most tests."""

import io

import pytest
from flask import Flask
from jinja2 import BytecodeCache


class CompiledTemplates(BytecodeCache):
    """Templates as they were compiled in this process; Jinja compiles one anew when its source is another."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket) -> None:
        if bucket.key in self._compiled:
            bucket.load_bytecode(io.BytesIO(self._compiled[bucket.key]))

    def dump_bytecode(self, bucket) -> None:
        compiled = io.BytesIO()
        bucket.write_bytecode(compiled)
        self._compiled[bucket.key] = compiled.getvalue()


@pytest.fixture(scope="session", autouse=True)
def _templates_are_compiled_once():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()})
        yield
