"""What an answer is made of, once for the sheet of paper and once for the text of a mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str

    def on_paper(self) -> dict[str, Any]:
        return {"kind": "text", "text": self.text}

    def in_mail(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a section."""

    text: str

    def on_paper(self) -> dict[str, Any]:
        return {"kind": "heading", "text": self.text}

    def in_mail(self) -> str:
        return f"{self.text}\n{'-' * len(self.text)}"


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[str, ...]

    def on_paper(self) -> dict[str, Any]:
        return {"kind": "list", "items": list(self.items)}

    def in_mail(self) -> str:
        return "\n".join(f"- {each}" for each in self.items)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title, its share of the width, and on which side figures stand."""

    title: str
    share: int = 1
    right: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; in a mail each row becomes an item that names its columns, because mails have no columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    def on_paper(self) -> dict[str, Any]:
        columns = [{"title": each.title, "share": each.share, "right": each.right} for each in self.columns]
        return {"kind": "table", "columns": columns, "rows": [list(row) for row in self.rows]}

    def in_mail(self) -> str:
        return "\n".join(
            "- " + "\n  ".join(f"{column.title}: {cell}" for column, cell in zip(self.columns, row, strict=True)) for row in self.rows
        )


Block = Paragraph | Heading | Items | Table


def mail_text(blocks: Sequence[Block]) -> str:
    """Return the blocks as the text of a mail: an empty line between them, none after a heading."""
    text = ""
    for block in blocks:
        text += block.in_mail() + ("\n" if isinstance(block, Heading) else "\n\n")
    return text.rstrip() + "\n"
