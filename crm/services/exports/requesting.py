"""Somebody asks for an export: for the purpose of the page, of columns it opens, with a reason.

Source: Art. 5(1)(b), (c), 25(2), 32 DSGVO.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import insert_rows
from crm.errors import InvalidInputError
from crm.models.company import COMPANY_FIELDS
from crm.models.export_file import ExportFile, ExportKind, ExportLine, ExportState
from crm.privacy import audit, disclosure, due, exporting
from crm.privacy.actions import Action
from crm.privacy.purposes import Purpose
from crm.readable import many_lines, require_readable
from crm.services import forms, staff_names
from crm.services.campaigns import links
from crm.services.campaigns.links import CampaignMembers
from crm.services.companies import listing as companies
from crm.services.companies.listing import CompanyFilter
from crm.services.contacts import listing as contacts
from crm.services.contacts.listing import ContactFilter
from crm.services.exports import errors
from crm.services.exports.link_lines import LINK
from crm.services.exports.policy import export_policy
from crm.services.forms import SentForm
from crm.vault import Vault

SHORTEST_REASON: Final = 10  # characters
LONGEST_REASON: Final = 500
COMPANY: Final = "company"  # besides the fields of a person: the name of their company
Selection = ContactFilter | CompanyFilter | CampaignMembers


_KINDS: Final[Mapping[type, ExportKind]] = {
    ContactFilter: ExportKind.CONTACTS,
    CompanyFilter: ExportKind.COMPANIES,
    CampaignMembers: ExportKind.LINKS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportWish:
    """What somebody asks for: one of the two lists as it is narrowed or whom a campaign reached, some columns, and why."""

    selection: Selection
    columns: tuple[str, ...]
    reason: str

    @property
    def kind(self) -> ExportKind:
        return _KINDS[type(self.selection)]


def columns_of(kind: ExportKind, purpose: Purpose) -> tuple[str, ...]:
    """Return the columns that a file for the purpose may have."""
    if kind is ExportKind.COMPANIES:
        return (*COMPANY_FIELDS, "segment")
    return (*purpose.fields, COMPANY, LINK) if kind is ExportKind.LINKS else (*purpose.fields, COMPANY)


def count(session: Session, *, selection: Selection, purpose: Purpose) -> int:
    """Return how many rows a list would give, counted up to one more than any file may hold; nobody is opened."""
    return len(_find(session, selection, purpose))


def check(session: Session, wish: ExportWish, *, purpose: Purpose) -> list[InvalidInputError]:
    """Return everything that is wrong with a wish, for a form that shows all of it at once."""
    faults: list[InvalidInputError] = []
    try:
        _clean_reason(wish.reason)
    except InvalidInputError as fault:
        faults.append(fault)
    if not set(wish.columns) - {LINK}:
        faults.append(errors.ColumnsMissingError(field="columns"))
    if not set(wish.columns) <= set(columns_of(wish.kind, purpose)):
        faults.append(errors.ColumnNotOpenError(field="columns", purpose=purpose.title["de"]))
    found, most = count(session, selection=wish.selection, purpose=purpose), export_policy().most
    if not found:
        faults.append(errors.NobodyToExportError(field="columns"))
    if found > most:
        faults.append(errors.TooManyToExportError(field="columns", most=most))
    return faults


def needs_second_person(session: Session, *, rows: int, actor: Actor, now: datetime) -> bool:
    """Say whether somebody else has to agree to so many rows: what the same person took out alone within a day counts along."""
    alone = select(func.coalesce(func.sum(ExportFile.row_count), 0)).where(
        ExportFile.requested_by == staff_names.find_account_id(session, actor),
        ExportFile.requested_at > now - timedelta(days=1),
        ExportFile.decided_by.is_(None),
        ExportFile.state != ExportState.WAITING,
    )
    return rows + (session.scalar(alone) or 0) > export_policy().alone


def request(session: Session, *, wish: ExportWish, form: SentForm, purpose: Purpose, actor: Actor, now: datetime) -> ExportFile:
    """Ask for a file and return it, waiting for a second person or ready to be made; the same form sent again asks once.

    Raises:
        InvalidInputError: what was asked for cannot be given.
        PurposeNotAllowedError: the actor's role does not act for the purpose.
        FormAlreadySavedError: the same form is being saved at this very moment.
    """
    export_id = forms.key_of(session, form)
    if earlier := session.get(ExportFile, export_id):
        return earlier
    disclosure.require_role(purpose, actor)
    if faults := check(session, wish, purpose=purpose):
        raise faults[0]
    chosen = _find(session, wish.selection, purpose)
    is_waiting = needs_second_person(session, rows=len(chosen), actor=actor, now=now)
    file = ExportFile(
        id=export_id,
        kind=wish.kind.value,
        campaign_id=wish.selection.campaign_id if isinstance(wish.selection, CampaignMembers) else None,
        purpose=purpose.code,
        columns=json.dumps(wish.columns),
        row_count=len(chosen),
        state=(ExportState.WAITING if is_waiting else ExportState.MAKING).value,
        requested_by=staff_names.find_account_id(session, actor),
        requested_in=actor.role,
        requested_at=now,
        expires_on=exporting.last_day(now.astimezone(due.zone_of(session)).date()),
        sealed_reason=_seal_reason(session, export_id, wish.reason),
    )
    with forms.sent_twice_is_known():
        session.add(file)
        session.flush()
    insert_rows(session.connection(), ExportLine, _lines(file, chosen))
    _enter(session, file, exporting.groups_of(purpose, wish.columns), basis=purpose.basis, actor=actor)
    return file


def _enter(session: Session, file: ExportFile, groups: Sequence[str], *, basis: str, actor: Actor) -> None:
    facts: dict[str, Any] = {"count": file.row_count, "purpose": file.purpose, "basis": basis, "kind": file.kind, "groups": groups}
    audit.record(session, Action.EXPORT_REQUESTED, actor=actor, now=file.requested_at, **facts)


def open_reason(session: Session, file: ExportFile) -> str:
    """Return why somebody asked for a file."""
    return Vault.of(session).open_own("export_file", "sealed_reason", file.id, file.sealed_reason).decode()


def _seal_reason(session: Session, export_id: str, reason: str) -> bytes:
    return Vault.of(session).seal_own("export_file", "sealed_reason", export_id, _clean_reason(reason).encode())


def _clean_reason(reason: str) -> str:
    text = many_lines(reason)
    require_readable(text, field="reason")
    if len(text) < SHORTEST_REASON:
        raise errors.ReasonMissingError(field="reason", least=SHORTEST_REASON)
    if len(text) > LONGEST_REASON:
        raise errors.ReasonTooLongError(field="reason", longest=LONGEST_REASON)
    return text


def _find(session: Session, selection: Selection, purpose: Purpose) -> list[str]:
    at_most = export_policy().most + 1
    if isinstance(selection, ContactFilter):
        return contacts.find_ids(session, wanted=selection, purpose=purpose, at_most=at_most)
    if isinstance(selection, CampaignMembers):
        return links.find_recipients(session, selection, at_most=at_most)
    return companies.find_ids(session, wanted=selection, at_most=at_most)


def _lines(file: ExportFile, chosen: Sequence[str]) -> list[dict[str, object]]:
    is_people = file.kind != ExportKind.COMPANIES
    return [
        {
            "export_id": file.id,
            "position": position,
            "subject_id": each if is_people else None,
            "company_id": None if is_people else each,
            "sealed_line": None,
        }
        for position, each in enumerate(chosen)
    ]
