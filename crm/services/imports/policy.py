"""The rules of importing as data: `config/imports.toml`, read and checked once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from crm.privacy.matching import fold_name
from crm.privacy.purposes import Channel
from crm.services.imports.columns import ColumnMap, make_column_map
from crm.services.imports.dates import DateRule
from crm.services.imports.fields import RowKind
from crm.services.imports.limits import Limits
from crm.settings import initial_policy


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file of the other system's export and where its columns go."""

    name: str
    columns: ColumnMap
    prospects: bool


@dataclass(frozen=True, slots=True)
class Way:
    """Our channel for a way of the other system, and the purpose that a consent by it can be about."""

    channel: Channel
    purpose: str | None


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """How large an uploaded file may be, and how long anything of it stays."""

    megabytes: int
    keep_hours: int
    keep_record_days: int


@dataclass(frozen=True, slots=True)
class ImportPolicy:
    """Everything the reading side decides by."""

    never: tuple[str, ...]
    limits: Limits
    dates: DateRule
    role_mailboxes: frozenset[str]
    no_company: frozenset[str]
    prospect_types: tuple[str, ...]
    salutations: Mapping[str, Mapping[str, str]]
    ways: Mapping[str, Way]
    salesforce: tuple[KnownFile, ...]
    values: Mapping[str, Mapping[str, str]]
    campaign_purposes: Mapping[str, str]
    uploads: UploadLimits
    headers: Mapping[str, Mapping[str, Sequence[str]]]

    def is_prospect_type(self, text: str) -> bool:
        """Return whether the type of a company says that it is no customer (yet)."""
        return any(word in text.casefold() for word in self.prospect_types)


@cache
def import_policy() -> ImportPolicy:
    """Return the rules as they were shipped or configured.

    Raises:
        MappingError: a column is mapped that can never be imported, or to a field that does not exist.
    """
    rule = initial_policy("imports")
    never = tuple(rule["never"])
    return ImportPolicy(
        never=never,
        limits=Limits.parse(rule["limits"]),
        dates=DateRule.parse(rule["dates"]),
        role_mailboxes=frozenset(rule["role_mailboxes"]["names"]),
        no_company=frozenset(fold_name(text) for text in rule["natural_persons"]["no_company"]),
        prospect_types=tuple(rule["prospects"]["types"]),
        salutations=rule["salutations"],
        ways={name: Way(Channel(way["channel"]), way.get("purpose")) for name, way in rule["salesforce_ways"].items()},
        salesforce=tuple(_known_file(name, each, never) for name, each in rule["salesforce"].items()),
        values=rule["values"],
        campaign_purposes=rule["campaign_purposes"],
        uploads=UploadLimits(**rule["uploads"]),
        headers=rule["headers"],
    )


def _known_file(name: str, rule: Mapping[str, Any], never: tuple[str, ...]) -> KnownFile:
    columns = make_column_map(RowKind(rule["kind"]), rule["columns"], never=never)
    return KnownFile(name, columns, rule.get("prospects", False))
