"""Write a new revision from what the models have and the migrations lack: `make migration m="…"`."""

import sys
import tempfile
from pathlib import Path

from crm import models  # noqa: F401 - registers the tables
from crm.db import Base, make_engine, migrate

_CHATTER = "# ###"


def write_revision(message: str) -> Path:
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'empty.sqlite'}", may_change_schema=True)
        migrate.upgrade(engine)
        file = migrate.revise(engine, message=message, metadata=Base.metadata)
        engine.dispose()
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if _CHATTER not in line), encoding="utf-8")
    return file


if __name__ == "__main__":
    sys.stdout.write(f"{write_revision(sys.argv[1])}\n")
