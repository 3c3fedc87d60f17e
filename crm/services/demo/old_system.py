"""People as a previous system told of them, and what it left to decide: taken in by the import itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from crm.actor import Actor, Role
from crm.db import Database
from crm.privacy import purposes
from crm.privacy.retention_rules import find_rules
from crm.services.demo.inventions import Inventor
from crm.services.imports.new_people import PeopleMaker
from crm.services.imports.news import News
from crm.services.imports.rows import NO_WISHES, Employer, PersonRow, Wishes
from crm.services.imports.survey import Survey
from crm.services.imports.taking_people import PeopleTaker
from crm.services.imports.terms import Migration, Terms
from crm.settings import Settings

_SYSTEM = "vorsystem"
_YEAR = timedelta(days=365)
_FORGET_ME = Wishes(wants_erasure=True)
_STOP = Wishes(use_contested=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One person, and what the old system says about them.

    Attributes:
        quiet_for: time since the last contact when the import began.
    """

    origin: str | None = "Messe Stuttgart"
    quiet_for: timedelta = timedelta(days=90)
    wishes: Wishes = NO_WISHES
    prospect: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    """One import: how long ago, from whose system, for which purpose and owner, and who came.

    Attributes:
        owner: role of the one who looks after them, None for nobody.
    """

    days_ago: int
    cases: tuple[_Case, ...]
    migration: Migration = Migration.OWN
    owner: Role | None = None
    purpose: str = "business_contact"


_QUIET = _Case(quiet_for=3 * _YEAR, prospect=True)
_NEARLY_FORGOTTEN = _Case(quiet_for=2 * _YEAR - timedelta(days=32), prospect=True)
_NOBODY_KNOWS = _Case(origin=None)
_ENQUIRIES = "precontract_request"  # its period runs from the last contact
# What an import leaves is due after thirty days: the moves are spread so that something is late, due today, soon and later.
_MOVES = (
    _Move(days_ago=33, cases=(_Case(wishes=_FORGET_ME),)),
    _Move(days_ago=33, purpose=_ENQUIRIES, cases=(_QUIET, _QUIET)),
    _Move(days_ago=30, owner=Role.SALES, cases=(_Case(wishes=_STOP), _NOBODY_KNOWS, _Case(wishes=_FORGET_ME))),
    _Move(days_ago=30, owner=Role.SALES, purpose=_ENQUIRIES, cases=(_QUIET,)),
    _Move(days_ago=27, owner=Role.SALES, migration=Migration.THIRD_PARTY, cases=(_Case(origin="Gekaufte Adressliste"), _NOBODY_KNOWS)),
    _Move(days_ago=25, owner=Role.SERVICE, purpose="service", cases=(_NOBODY_KNOWS,)),
    _Move(days_ago=25, owner=Role.ACCOUNTING, purpose="contract_person", cases=(_NOBODY_KNOWS,)),
    _Move(days_ago=12, cases=(_NOBODY_KNOWS, _Case(wishes=_STOP))),
    _Move(days_ago=12, purpose=_ENQUIRIES, cases=(_QUIET,)),
    _Move(days_ago=12, owner=Role.SALES, purpose=_ENQUIRIES, cases=(_NEARLY_FORGOTTEN,)),
)
FIRST_MOVE = timedelta(days=max(each.days_ago for each in _MOVES))


def move_in(
    database: Database, inventor: Inventor, staff: Mapping[Role, Sequence[str]], *, settings: Settings, actor: Actor, now: datetime
) -> int:
    """Take them in, move by move, each at its time, and return how many people came, each with a company."""
    numbers = count(1)
    for move in _MOVES:
        moved_at = now - timedelta(days=move.days_ago)
        with database.writing() as session:
            owner_id = staff[move.owner][0] if move.owner else None
            purpose, rules = purposes.find_all(session).get(move.purpose), find_rules(session)
            terms = Terms(purpose=purpose, migration=move.migration, owner_id=owner_id, actor=actor, rules=rules)
            rows = [_row(inventor, each, next(numbers), moved_at) for each in move.cases]
            taker = PeopleTaker(PeopleMaker(_SYSTEM, terms, Survey(), settings), News(purpose=move.purpose))
            taker.take(session, rows, now=moved_at)
    return next(numbers) - 1


def _row(inventor: Inventor, case: _Case, number: int, moved_at: datetime) -> PersonRow:
    company = inventor.company()
    last_contact = moved_at - case.quiet_for
    return PersonRow(
        row=number,
        record_id=f"V-{number:04}",
        fields=inventor.person(company).fields,
        origin=case.origin,
        created_at=last_contact - _YEAR,
        last_contact_at=last_contact,
        employer=Employer(name=company.fields["name"]),
        prospect=case.prospect,
        wishes=case.wishes,
    )
