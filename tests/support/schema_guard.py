"""What of a schema access, erasure, Löschkonzept or the catalogue of data would miss: each gap as one line that says what helps.

It reads the classification of tables and columns (`crm/db/classification.py`) and asks the modules that work by it. The build asks it of
the schema as it is; a test asks it of more than a hundred schemas that somebody changed.

Source: Art. 15(1), 17(1), 25(1), 30(1) DSGVO.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table

from crm import models  # noqa: F401 - registers the tables
from crm.db import Base, Category, Compartment, Fate, Kept, Oblivion
from crm.privacy import stocks
from crm.privacy.access import ways
from crm.privacy.access.texts import access_texts, column_name
from crm.privacy.access.ways import UndeclaredWayError
from crm.privacy.erasure.reach import UndecidedTableError, emptied_columns, oblivion_of
from crm.privacy.periods import RetentionRule, find_shipped
from crm.privacy.stocks import Stock
from crm.settings import initial_policy
from crm.vault import keystore_metadata

SEALED = "sealed_"
_NEEDS_NO_REASON = {"version", "seal"}
_SEALED_OTHERWISE = "sealed_otherwise"
_LONG = 60  # characters, from which on a text could hold more than a code
# Names that mean people wherever they stand.
_PERSONAL_NAME = re.compile(
    r"(^|_)(e?mail|phone|mobile|fax|salutation|birth\w*|street|iban|bic|ip|user_agent|salary|gender|religion|passport|photo|signature)($|_)"
    r"|(first|last|family|given|maiden|contact|full)_?name|address"
    r"|(^|_)(subject|person|contact|customer|recipient|caller|sender|referrer|account|owner)_id$|_by$"
    rf"|^{SEALED}|(^|_)tag$|token"
)


@dataclass(frozen=True)
class Schema:
    """Tables with what is declared about them beside the tables themselves."""

    business: MetaData = Base.metadata
    keystore: MetaData = keystore_metadata
    stocks: Sequence[Stock] = field(default_factory=stocks.find_stocks)
    rules: Sequence[RetentionRule] = field(default_factory=lambda: tuple(find_shipped().values()))
    words: Mapping[str, Any] = field(default_factory=access_texts)
    reasons: Mapping[str, Any] = field(default_factory=lambda: initial_policy("not_personal"))

    @property
    def tables(self) -> list[Table]:
        return [*self.business.sorted_tables, *self.keystore.sorted_tables]

    def copy(self) -> "Schema":
        """Return the same schema to be changed: its tables, and what is declared beside them, are its own."""
        business, keystore = (_copy(metadata) for metadata in (self.business, self.keystore))
        return Schema(business, keystore, list(self.stocks), list(self.rules), deepcopy(self.words), deepcopy(self.reasons))


def _copy(metadata: MetaData) -> MetaData:
    made = MetaData()
    for table in metadata.sorted_tables:
        table.to_metadata(made).info.update(table.info)
    return made


def find_gaps(schema: Schema) -> list[str]:
    """Return what would be missed, one line for each gap; nothing when all is well."""
    return [gap for table in schema.tables for gap in find_gaps_of(table, schema)] + list(_of_rules(schema))


def find_gaps_of(table: Table, schema: Schema) -> Iterator[str]:
    """Yield the gaps of one table."""
    for column in table.columns:
        yield from _of_classification(column, schema)
        yield from _of_stock(column, schema)
        yield from _of_name(column)
    if table.metadata is schema.business:  # the vault destroys the rest by itself, and a copy holds no keys
        yield from _of_erasure(table)
        yield from _of_access(table, schema)


def holds_people(table: Table) -> bool:
    """Say whether rows of a table are about people who are no staff."""
    return any(ways.is_about_person(column) for column in table.columns)


def holds_anybody(table: Table) -> bool:
    """Say whether rows of a table are about anybody."""
    return any(column.info.get("personal") for column in table.columns)


def _of_classification(column: Column[Any], schema: Schema) -> Iterator[str]:
    if "personal" not in column.info:
        yield f"{column}: type it with a type from crm.db, or set info=personal(…) or info=NOT_PERSONAL."
        return
    category = column.info["personal"]
    if category is None:
        yield from _of_reason(column, schema)
    elif category not in set(Category):
        yield f"{column}: {category!r} is no category of crm.db."
    if column.name.startswith(SEALED) and category not in {Category.CONTENT, Category.EVIDENCE, Category.STAFF}:
        yield f"{column}: what is sealed is content, evidence, or data of staff."
    if category == Category.CONTENT:
        yield from _of_content(column, schema)


def _of_reason(column: Column[Any], schema: Schema) -> Iterator[str]:
    """Whatever could hold something about people and does not says why."""
    if str(column) in _with_reason(schema):
        return
    if _PERSONAL_NAME.search(column.name) and not _leads_to_no_people(column):
        yield f"{column}: its name means people; set info=personal(…), or give a reason in config/not_personal.toml."
    elif _needs_reason(column):
        yield f"{column}: set info=personal(…), or say in config/not_personal.toml why it holds nothing about people."


def _needs_reason(column: Column[Any]) -> bool:
    if _names_the_row(column) or column.name in _NEEDS_NO_REASON or _leads_to_no_people(column):
        return False
    long = isinstance(column.type, LargeBinary) or (isinstance(column.type, String) and (column.type.length or _LONG) >= _LONG)
    return long or holds_anybody(column.table)


def _names_the_row(column: Column[Any]) -> bool:
    """Say whether a column is the name of a row and no more: alone, or counted; the pseudonym of a person is more."""
    if not column.primary_key or column.foreign_keys or column.table.name == "subject":
        return False
    return len(column.table.primary_key.columns) == 1 or isinstance(column.type, Integer)


def _leads_to_no_people(column: Column[Any]) -> bool:
    """Say whether a column names the row of a table in which nobody is."""
    return bool(column.foreign_keys) and not any(holds_anybody(key.column.table) for key in column.foreign_keys)


def _of_content(column: Column[Any], schema: Schema) -> Iterator[str]:
    if not isinstance(column.type, LargeBinary):
        yield f"{column}: what people told us is sealed, never plain text."
    elif not column.name.startswith(SEALED) and str(column) not in schema.reasons[_SEALED_OTHERWISE]["columns"]:
        yield f"{column}: call what is sealed `{SEALED}…`."
    elif column.name.startswith(SEALED) and "subject_id" in column.table.c and column.info.get("compartment") not in set(Compartment):
        yield f"{column}: name the compartment, so that its key goes with the person."


def _of_name(column: Column[Any]) -> Iterator[str]:
    if any(key.column.table.name == "subject" for key in column.foreign_keys) and column.name != "subject_id":
        yield f"{column}: a person is named in `subject_id`; no erasure and no copy follows another name."


def _of_stock(column: Column[Any], schema: Schema) -> Iterator[str]:
    if not column.info.get("personal"):
        return
    by_itself, by_table = ([each for each in schema.stocks if name in each.columns] for name in (str(column), column.table.name))
    named = by_itself or by_table
    if len(named) != 1:
        yield f"{column}: name its table, or the column, in config/stocks.toml, once; found {[each.code for each in named]}."


def _of_rules(schema: Schema) -> Iterator[str]:
    followed = [data for rule in schema.rules for data in rule.data]
    for kind in (kind for each in schema.stocks for kind in each.kinds):
        if followed.count(kind) != 1:
            yield f"{kind}: exactly one rule of config/retention.toml lets it go; found {followed.count(kind)}."
    known = {name for table in schema.tables for name in (table.name, *map(str, table.columns))}
    for each in schema.stocks:
        yield from (f"{each.code}: config/stocks.toml names {name}, which there is not." for name in sorted(each.columns - known))


def _of_erasure(table: Table) -> Iterator[str]:
    try:
        oblivion = oblivion_of(table)
    except UndecidedTableError:
        yield f"{table.name}: set info=goes(), emptied(…), unlinked(…) or stays(…) of crm.db on the table."
        return
    if oblivion is not None:
        yield from _of_fate(table, oblivion)


def _of_fate(table: Table, oblivion: Oblivion) -> Iterator[str]:
    named = {*oblivion.columns, *filter(None, [oblivion.unless and oblivion.unless[0]])}
    if unknown := named - set(table.c.keys()):
        yield f"{table.name}: an erasure cannot find {sorted(unknown)}."
    elif oblivion.fate is not Fate.GOES and oblivion.kept not in set(Kept):
        yield f"{table.name}: say why something stays."
    elif oblivion.fate in {Fate.GOES, Fate.EMPTIED} and "subject_id" not in table.c:
        yield f"{table.name}: no erasure finds the person without `subject_id`."
    elif oblivion.fate is Fate.EMPTIED:
        yield from _of_emptying(table, emptied_columns(table, oblivion))


def _of_emptying(table: Table, emptied: Iterable[Column[Any]]) -> Iterator[str]:
    gone = {column.name for column in emptied}
    for column in emptied:
        if not (column.nullable or isinstance(column.type, String)):
            yield f"{column}: can be neither NULL nor empty when the person goes."
    for column in table.columns:
        is_fact = column.info.get("personal") in {Category.METADATA, Category.EVIDENCE}
        if column.name.startswith(SEALED) or is_fact:
            compartment = column.info.get("compartment")
            if column.name not in gone and compartment in {None, Compartment.PROFILE}:
                yield f"{column}: stays in a row that stays; name it in emptied(…)."


def _of_access(table: Table, schema: Schema) -> Iterator[str]:
    if not holds_people(table) or table.name in ways.ITSELF:
        return
    try:
        reached = ways.reach(table)
    except UndeclaredWayError as error:
        yield f"{error}: say in crm/privacy/access/ways.py how a copy for the person gets there."
        return
    if reached.way is ways.Way.LOG:
        return
    if table.name not in schema.words["tables"]:
        yield f"{table.name}: a copy for the person has no words for it; see config/access_texts.toml."
    for column in (*reached.plain, *reached.sealed):
        if column_name(column.name) not in schema.words["columns"]:
            yield f"{table.name}.{column.name}: a copy for the person has no words for it; see config/access_texts.toml."


def _with_reason(schema: Schema) -> set[str]:
    return {column for name, each in schema.reasons.items() if name != _SEALED_OTHERWISE for column in each["columns"]}
