"""No column, table or file of people is missed: the schema as it is has no gap, and of one that is changed each gap is seen.

A hundred and more changes that would let access, erasure, Löschkonzept or the catalogue of data miss something, and more than fifty
that would not, each seeded: the same ones every time (Art. 15, 17, 25, 30 DSGVO).
"""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from crm.db import NOT_PERSONAL, Category, Compartment, Fate, Kept, emptied, goes, personal, stays
from crm.privacy.access import ways
from crm.privacy.erasure.reach import UndecidedTableError, oblivion_of
from crm.privacy.stocks import Stock
from crm.settings import Settings
from tests.support.file_guard import find_undeclared, paths_of, read_declared, read_sources
from tests.support.schema_guard import SEALED, Schema, find_gaps, holds_anybody, holds_people

LINK = personal(Category.LINK)
FACT = personal(Category.METADATA)
PROFILE = personal(Category.CONTENT, compartment=Compartment.PROFILE)


def test_the_schema_as_it_is_has_no_gap():
    assert find_gaps(Schema()) == []


def test_every_file_that_is_written_is_declared():
    assert find_undeclared(read_sources(), paths_of(Settings), read_declared()) == []


# What a change is made to: the tables of a copy, and a choice that is the same each time.
def any_table(schema, chance):
    return chance.choice(schema.business.sorted_tables)


def table_of_people(schema, chance):
    return chance.choice([each for each in schema.business.sorted_tables if holds_people(each) and each.name not in ways.ITSELF])


def table_of_a_person(schema, chance):
    named = [each for each in schema.business.sorted_tables if "subject_id" in each.c and each.name not in ways.ITSELF]
    return chance.choice([each for each in named if ways.reach(each).way is ways.Way.NAMED])


def table_of_nobody(schema, chance):
    return chance.choice([each for each in schema.business.sorted_tables if not holds_anybody(each)])


def add(table, name, type_, info=None, **options):
    table.append_column(Column(name, type_, info=dict(info or {}), **options))


def new_table(schema, *columns, info=None, stock=None, words=False):
    made = Table("something_new", schema.business, Column("id", String(32), primary_key=True, info=dict(NOT_PERSONAL)), *columns)
    made.info.update(info or {})
    if stock:
        schema.stocks[:] = [replace(each, columns=each.columns | {made.name}) if each.code == stock else each for each in schema.stocks]
    if words:
        schema.words["tables"][made.name] = {"de": "Neues", "en": "New"}
    return made


def subject_id():
    return Column("subject_id", String(32), ForeignKey("subject.id"), info=dict(LINK))


# Changes that would be missed.
def unclassified_column(schema, chance):
    add(any_table(schema, chance), "remark_of_somebody", String(20))


def plain_content(schema, chance):
    add(table_of_people(schema, chance), "hobby", chance.choice([String(40), Text()]), personal(Category.CONTENT))


def sealed_without_compartment(schema, chance):
    add(table_of_a_person(schema, chance), f"{SEALED}hobby", LargeBinary(), personal(Category.CONTENT))


def content_that_is_not_called_sealed(schema, chance):
    add(table_of_people(schema, chance), "portrait", LargeBinary(), PROFILE)


def fact_that_is_said_to_be_none(schema, chance):
    add(table_of_people(schema, chance), "shoe_size", chance.choice([Integer(), DateTime(), Date(), Boolean(), String(20)]), NOT_PERSONAL)


def person_under_a_name_of_nobody(schema, chance):
    name = chance.choice(["email", "mobile_phone", "last_name", "birthday", "contact_id", "sender_id", "delivery_address", "client_ip"])
    add(table_of_nobody(schema, chance), name, String(32), NOT_PERSONAL)


def long_text_of_nobody(schema, chance):
    add(table_of_nobody(schema, chance), "remarks", chance.choice([Text(), String(2000), LargeBinary()]), NOT_PERSONAL)


def second_link_to_a_person(schema, chance):
    name = chance.choice(["recommended_by", "guarantor_id", "spouse"])
    table = any_table(schema, chance)
    add(table, name, String(32), chance.choice([LINK, NOT_PERSONAL]))
    table.c[name].append_foreign_key(ForeignKey("subject.id"))


def table_without_a_fate(schema, _chance):
    new_table(schema, subject_id(), Column("seen_at", DateTime(), info=dict(FACT)), stock="notes", words=True)


def table_without_a_stock(schema, chance):
    new_table(schema, subject_id(), info=chance.choice([goes(), stays(Kept.EVIDENCE)]), words=True)


def table_without_words(schema, chance):
    new_table(schema, subject_id(), info=chance.choice([goes(), stays(Kept.EVIDENCE)]), stock="notes")


def column_without_words(schema, chance):
    add(table_of_a_person(schema, chance), chance.choice(["mood", "creditworthiness"]), String(20), FACT)


def table_that_nobody_finds_the_person_in(schema, chance):
    told = chance.choice([LINK, FACT, personal(Category.EVIDENCE)])
    new_table(schema, Column("tag_of_person", String(32), info=dict(told)), info=stays(Kept.EVIDENCE), stock="notes", words=True)


def flipped_column(schema, chance):
    columns = [each for table in schema.tables for each in table.columns if each.info.get("personal")]
    chance.choice(columns).info["personal"] = None


def unknown_category(schema, chance):
    columns = [each for each in table_of_people(schema, chance).columns if each.info.get("personal")]
    chance.choice(columns).info["personal"] = chance.choice(["private", "customer"])


def stock_that_loses_a_table(schema, chance):
    place = chance.randrange(len(schema.stocks))
    lost = chance.choice(sorted(schema.stocks[place].columns))
    schema.stocks[place] = replace(schema.stocks[place], columns=schema.stocks[place].columns - {lost})


def table_in_two_stocks(schema, chance):
    first, second = chance.sample(range(len(schema.stocks)), 2)
    both = schema.stocks[first].columns | set(schema.stocks[second].columns)
    schema.stocks[first] = replace(schema.stocks[first], columns=frozenset(both))


def stock_of_nothing(schema, chance):
    place = chance.randrange(len(schema.stocks))
    schema.stocks[place] = replace(schema.stocks[place], columns=schema.stocks[place].columns | {"what_is_not_there"})


def stock_without_a_rule(schema, _chance):
    schema.stocks.append(Stock("more", frozenset(), {}))


def rule_that_loses_its_data(schema, chance):
    place = chance.choice([number for number, each in enumerate(schema.rules) if each.data])
    schema.rules[place] = replace(schema.rules[place], data=schema.rules[place].data[1:])


def second_rule_for_the_same(schema, chance):
    schema.rules.append(chance.choice([each for each in schema.rules if each.data]))


def fate_that_was_taken_away(schema, chance):
    told = [each for each in schema.business.sorted_tables if "forgets" in each.info and _is_undecided_without(each)]
    chance.choice(told).info.pop("forgets")


def _is_undecided_without(table):
    said = table.info.pop("forgets")
    try:
        oblivion_of(table)
    except UndecidedTableError:
        return True
    finally:
        table.info["forgets"] = said
    return False


def fate_that_no_erasure_can_do(schema, chance):
    column = Column("of_somebody", String(32), info=dict(FACT))
    info = chance.choice([goes(), emptied("of_somebody", kept=Kept.OTHERS)])
    new_table(schema, column, info=info, stock="notes", words=True)


def emptied_of_what_is_not_there(schema, chance):
    new_table(schema, subject_id(), info=emptied(chance.choice(["dream", "wish"]), kept=Kept.OTHERS), stock="notes", words=True)


def stays_without_a_reason(schema, _chance):
    new_table(schema, subject_id(), info=stays(None), stock="notes", words=True)


def fact_that_stays_in_an_emptied_row(schema, chance):
    tables = [each for each in schema.business.sorted_tables if (found := oblivion_of(each)) and found.fate is Fate.EMPTIED]
    schema.words["columns"]["mood"] = {"de": "Laune", "en": "Mood"}
    add(chance.choice(tables), "mood", String(20), FACT)


def emptied_that_cannot_be_empty(schema, chance):
    counted = Column("counted", chance.choice([Integer(), DateTime()]), nullable=False, info=dict(FACT))
    schema.words["columns"]["counted"] = {"de": "Zahl", "en": "Number"}
    new_table(schema, subject_id(), counted, info=emptied("counted", kept=Kept.OTHERS), stock="notes", words=True)


def words_that_were_taken_away(schema, chance):
    section = chance.choice(["tables", "columns"])
    shown = [each for each in schema.business.sorted_tables if holds_people(each) and each.name not in ways.ITSELF]
    reached = [found for each in shown if (found := ways.reach(each)).way is not ways.Way.LOG]
    one = chance.choice([each for each in reached if each.plain])
    name = one.table.name if section == "tables" else chance.choice(one.plain).name
    del schema.words[section][name.removeprefix(SEALED)]


HARMFUL = {
    unclassified_column: 8,
    plain_content: 6,
    sealed_without_compartment: 6,
    content_that_is_not_called_sealed: 6,
    fact_that_is_said_to_be_none: 10,
    person_under_a_name_of_nobody: 10,
    long_text_of_nobody: 6,
    second_link_to_a_person: 8,
    table_without_a_fate: 1,
    table_without_a_stock: 2,
    table_without_words: 2,
    column_without_words: 6,
    table_that_nobody_finds_the_person_in: 3,
    flipped_column: 40,
    unknown_category: 4,
    stock_that_loses_a_table: 10,
    table_in_two_stocks: 4,
    stock_of_nothing: 2,
    stock_without_a_rule: 1,
    rule_that_loses_its_data: 6,
    second_rule_for_the_same: 4,
    fate_that_was_taken_away: 8,
    fate_that_no_erasure_can_do: 2,
    emptied_of_what_is_not_there: 2,
    stays_without_a_reason: 1,
    fact_that_stays_in_an_emptied_row: 4,
    emptied_that_cannot_be_empty: 2,
    words_that_were_taken_away: 8,
}


# Changes that hide nothing.
def column_of_nobody(schema, chance):
    add(
        table_of_nobody(schema, chance),
        "counted",
        chance.choice([Integer(), BigInteger(), Boolean(), DateTime(), String(20)]),
        NOT_PERSONAL,
    )


def index_more(schema, chance):
    table = any_table(schema, chance)
    Index(f"ix_{table.name}_more", chance.choice(list(table.columns)))


def version_of_a_row(schema, chance):
    tables = [each for each in schema.business.sorted_tables if "version" not in each.c]
    add(chance.choice(tables), "version", Integer(), NOT_PERSONAL)


def link_to_a_table_of_nobody(schema, chance):
    table, other = table_of_a_person(schema, chance), table_of_nobody(schema, chance)
    add(table, "belongs_to", String(32), NOT_PERSONAL)
    table.c.belongs_to.append_foreign_key(ForeignKey(next(iter(other.primary_key.columns))))
    schema.words["columns"]["belongs_to"] = {"de": "Gehört zu", "en": "Belongs to"}


def table_of_nobody_more(schema, chance):
    new_table(schema, Column("level", chance.choice([Integer(), String(20)]), info=dict(NOT_PERSONAL)))


def whole_table_of_people(schema, chance):
    info = chance.choice([goes(), stays(Kept.EVIDENCE), emptied("hobby", kept=Kept.OTHERS)])
    schema.words["columns"]["hobby"] = {"de": "Hobby", "en": "Hobby"}
    new_table(schema, subject_id(), Column("hobby", String(20), nullable=True, info=dict(FACT)), info=info, stock="notes", words=True)


def whole_column_of_people(schema, chance):
    tables = [each for each in schema.business.sorted_tables if (found := oblivion_of(each)) and found.fate is Fate.GOES]
    tables = [each for each in tables if holds_people(each) and each.name not in ways.ITSELF and "subject_id" in each.c]
    schema.words["columns"]["mood"] = {"de": "Laune", "en": "Mood"}
    add(chance.choice(tables), "mood", String(20), FACT)


def whole_sealed_column(schema, chance):
    tables = [each for each in schema.business.sorted_tables if {f"{SEALED}text", "subject_id"} <= set(each.c.keys())]
    schema.words["columns"]["hobby"] = {"de": "Hobby", "en": "Hobby"}
    add(chance.choice(tables), f"{SEALED}hobby", LargeBinary(), PROFILE)


def another_length(schema, chance):
    columns = [each for table in schema.tables for each in table.columns if isinstance(each.type, String) and each.type.length]
    column = chance.choice([each for each in columns if each.info.get("personal")])
    column.type = String(column.type.length * 2)


def no_longer_needed(schema, chance):
    columns = [each for table in schema.tables for each in table.columns if not each.nullable and not each.primary_key]
    chance.choice(columns).nullable = True


HARMLESS = {
    column_of_nobody: 8,
    index_more: 6,
    version_of_a_row: 6,
    link_to_a_table_of_nobody: 6,
    table_of_nobody_more: 3,
    whole_table_of_people: 6,
    whole_column_of_people: 6,
    whole_sealed_column: 3,
    another_length: 6,
    no_longer_needed: 6,
}


def seeded(changes):
    """Return each change so often as it says, with a choice of its own each time."""
    return [pytest.param(change, seed, id=f"{change.__name__}-{seed}") for change, times in changes.items() for seed in range(times)]


def changed(change, seed):
    schema = Schema().copy()
    change(schema, random.Random(f"{change.__name__} {seed}"))
    return schema


@pytest.mark.parametrize(("change", "seed"), seeded(HARMFUL))
def test_what_would_be_missed_is_named(change, seed):
    assert find_gaps(changed(change, seed)) != []


@pytest.mark.parametrize(("change", "seed"), seeded(HARMLESS))
def test_what_hides_nothing_raises_no_alarm(change, seed):
    assert find_gaps(changed(change, seed)) == []


def test_there_are_a_hundred_changes_that_hide_something_and_fifty_that_do_not():
    assert sum(HARMFUL.values()) >= 100
    assert sum(HARMLESS.values()) >= 50


WRITERS = (
    'Path("/tmp/x").write_text(name)',
    "path.write_bytes(content)",
    'open("people.csv", "w").write(row)',
    'with path.open("ab") as file: file.write(name)',
    "import tempfile\ntempfile.NamedTemporaryFile()",
    "import os\nos.open(path, os.O_CREAT | os.O_WRONLY)",
    "import shutil\nshutil.copyfile(a, b)",
    'import sqlite3\nsqlite3.connect("other.sqlite")',
    'from zipfile import ZipFile\nZipFile("people.zip", "w")',
)


@pytest.mark.parametrize("source", WRITERS)
def test_a_module_that_writes_a_file_of_its_own_is_named(source):
    sources = {**read_sources(), "crm/services/cards.py": source}

    assert [each.split(":")[0] for each in find_undeclared(sources, paths_of(Settings), read_declared())] == ["crm/services/cards.py"]


def test_a_setting_that_names_another_place_is_named():
    class Extended(Settings):
        archive_dir: Path | None = None

    assert [each.split(":")[0] for each in find_undeclared(read_sources(), paths_of(Extended), read_declared())] == ["archive_dir"]


@pytest.mark.parametrize(
    "source", ['open("rules.toml")', "path.read_text()", 'with path.open("rb") as file: file.read()', '"w".join(words)']
)
def test_a_module_that_only_reads_raises_no_alarm(source):
    sources = {**read_sources(), "crm/services/cards.py": source}

    assert find_undeclared(sources, paths_of(Settings), read_declared()) == []
