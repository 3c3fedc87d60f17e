"""Activities are made, changed, and done; what came of one with a person becomes a note about that person."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.errors import InvalidInputError, NotFoundError
from crm.models.activity import Activity, ActivityKind
from crm.models.contact import NoteKind
from crm.models.field_groups import FieldGroup
from crm.privacy import audit, notes, work_texts
from crm.privacy.actions import Action
from crm.privacy.disclosure import require_role
from crm.privacy.errors import StaleVersionError
from crm.privacy.purposes import Purpose
from crm.privacy.work_texts import WorkText
from crm.services import forms, staff_names, work_customers
from crm.services.contacts.fields import clean_line
from crm.services.forms import SentForm
from crm.services.matter import Matter, resolve
from crm.services.staff_names import OwnerUnknownError

KIND: Final = "activity"
DO: Final = frozenset({Role.SALES, Role.SERVICE})  # roles that have activities
LONGEST_TEXT: Final = 200  # characters
_DAYS: Final = (date(2000, 1, 1), date(2100, 12, 31))
# What a note about it is: a call, a meeting or a letter is a contact in substance and moves the last one.
NOTE_KINDS: Final = {
    ActivityKind.CALL: NoteKind.CALL,
    ActivityKind.MEETING: NoteKind.MEETING,
    ActivityKind.MAIL: NoteKind.LETTER,
    ActivityKind.TASK: NoteKind.NOTE,
}


class TextMissingError(InvalidInputError):
    """An activity says what is to be done."""

    message = "Bitte schreiben Sie, was zu tun ist."


class ActivityKindError(InvalidInputError):
    """None of the kinds there are."""

    message = "Diese Art von Aktivität gibt es nicht. Bitte wählen Sie eine aus der Liste."


class DueDayError(InvalidInputError):
    """Not a day on which something could be due."""

    message = "Bitte geben Sie an, bis wann es zu tun ist, zum Beispiel 31.12.2027."


class DueTimeError(InvalidInputError):
    """Not a time of the day."""

    message = "Bitte geben Sie die Uhrzeit so an: 14:30. Ohne Uhrzeit gilt der ganze Tag."


class OwnerMissingError(InvalidInputError):
    """Somebody does it."""

    message = "Bitte wählen Sie, wer es tut."


class AlreadyDoneError(InvalidInputError):
    """Somebody was faster."""

    message = "Das ist schon erledigt. Was dabei herauskam, steht in den Notizen."


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityEntry:
    """What somebody typed into the form; the day stands for the whole of it where there is no time."""

    kind: str
    text: str
    due_on: date | None
    due_time: time | None
    owner_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it.

    Attributes:
        text: becomes a note; empty where nothing came of it, or nobody is concerned.
        seen_hints: words of special categories that the writer was shown and keeps.
    """

    text: str
    seen_hints: frozenset[str] = frozenset()


def get_activity(session: Session, *, activity_id: str) -> Activity:
    """Return an activity.

    Raises:
        NotFoundError: there is none.
    """
    activity = session.get(Activity, activity_id)
    if activity is None:
        raise NotFoundError
    return activity


def place_of(activity_id: str, subject_id: str | None) -> WorkText:
    """Return where the text of an activity lies."""
    return WorkText("activity", "sealed_text", activity_id, subject_id)


def check(session: Session, entry: ActivityEntry, *, former: Activity | None = None) -> list[InvalidInputError]:
    """Return everything that is wrong with an entry, for a form that shows all of it at once."""
    faults: list[InvalidInputError] = []
    if entry.kind not in set(ActivityKind):
        faults.append(ActivityKindError(field="kind"))
    try:
        if not _text(entry):
            faults.append(TextMissingError(field="text"))
    except InvalidInputError as fault:
        faults.append(fault)
    if entry.due_on is None or not _DAYS[0] <= entry.due_on <= _DAYS[1]:
        faults.append(DueDayError(field="due_on"))
    if entry.owner_id is None:
        faults.append(OwnerMissingError(field="owner"))
    elif (former is None or former.owner_id != entry.owner_id) and entry.owner_id not in staff_names.find_holders(session, DO):
        faults.append(OwnerUnknownError(field="owner"))
    return faults


def create(session: Session, *, entry: ActivityEntry, matter: Matter, form: SentForm, purpose: Purpose, actor: Actor, now: datetime) -> str:
    """Keep what is to be done and return its id; the same form with the same content sent again keeps nothing.

    Raises:
        InvalidInputError, NotFoundError: what was typed cannot be taken.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says, for a person.
        FormAlreadySavedError: the same form is being saved at this very moment.
    """
    activity_id = forms.key_of(session, form)
    if session.get(Activity, activity_id):
        return activity_id
    _require(session, entry, None)
    chosen = resolve(session, matter)
    work_customers.require_writable(session, chosen.subject_id, purpose=purpose, actor=actor, now=now)
    sealed = work_texts.seal(session, place_of(activity_id, chosen.subject_id), _text(entry))
    about = {"deal_id": matter.deal_id, "company_id": chosen.company_id, "subject_id": chosen.subject_id}
    made = {"created_at": now, "created_by": actor.pseudonym, "done_at": None, "version": 1}
    with forms.sent_twice_is_known():
        session.add(Activity(id=activity_id, sealed_text=sealed, **about, **made, **_columns(entry)))
        session.flush()
    _enter(session, Action.ACTIVITY_CREATED, chosen.subject_id, sealed, purpose, actor, now)
    return activity_id


def change(
    session: Session, *, activity_id: str, entry: ActivityEntry, purpose: Purpose, expected_version: int, actor: Actor, now: datetime
) -> None:
    """Change what is to be done, by when or by whom.

    Raises:
        StaleVersionError: somebody else changed it since it was opened.
        AlreadyDoneError: it is done.
        InvalidInputError: what was typed cannot be taken.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says, for a person.
    """
    activity = get_activity(session, activity_id=activity_id)
    _require_open(activity)
    _require(session, entry, activity)
    work_customers.require_writable(session, activity.subject_id, purpose=purpose, actor=actor, now=now)
    sealed = work_texts.seal(session, place_of(activity_id, activity.subject_id), _text(entry))
    _write(session, activity_id, expected_version, {**_columns(entry), "sealed_text": sealed})
    _enter(session, Action.ACTIVITY_CHANGED, activity.subject_id, sealed, purpose, actor, now)


def finish(
    session: Session, *, activity_id: str, outcome: Outcome, purpose: Purpose, expected_version: int, actor: Actor, now: datetime
) -> None:
    """Note that it is done; what came of it becomes a note about the person, and a call or meeting moves the last contact.

    Raises:
        AlreadyDoneError: somebody was faster.
        StaleVersionError: somebody else changed it since it was opened.
        NoteTooLongError, TurnedTextError, SpecialCategoryError: the text cannot be taken, or not yet.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says, for a person.
    """
    activity = get_activity(session, activity_id=activity_id)
    _require_open(activity)
    require_role(purpose, actor)
    _write(session, activity_id, expected_version, {"done_at": now})
    if activity.subject_id and outcome.text.strip():
        notes.write(
            session,
            subject_id=activity.subject_id,
            text=outcome.text,
            kind=NOTE_KINDS[ActivityKind(activity.kind)],
            purpose=purpose,
            actor=actor,
            now=now,
            seen_hints=outcome.seen_hints,
        )
    _enter(session, Action.ACTIVITY_DONE, activity.subject_id, None, purpose, actor, now)


def _require(session: Session, entry: ActivityEntry, former: Activity | None) -> None:
    faults = check(session, entry, former=former)
    if faults:
        raise faults[0]


def _require_open(activity: Activity) -> None:
    if activity.done_at is not None:
        raise AlreadyDoneError


def _text(entry: ActivityEntry) -> str:
    return clean_line(entry.text, field="text", longest=LONGEST_TEXT)


def _columns(entry: ActivityEntry) -> dict[str, Any]:
    return {"kind": entry.kind, "due_on": entry.due_on, "due_time": entry.due_time, "owner_id": entry.owner_id}


def _write(session: Session, activity_id: str, expected_version: int, values: dict[str, Any]) -> None:
    mine = update(Activity).where(Activity.id == activity_id, Activity.version == expected_version)
    if session.execute(mine.values(**values, version=expected_version + 1).returning(Activity.id)).first() is None:
        raise StaleVersionError


def _enter(
    session: Session, action: Action, subject_id: str | None, sealed: bytes | None, purpose: Purpose, actor: Actor, now: datetime
) -> None:
    is_written = subject_id is not None and sealed is not None
    audit.record(
        session,
        action,
        actor=actor,
        now=now,
        subject_id=subject_id,
        purpose=purpose.code,
        basis=purpose.basis,
        kind=KIND,
        groups=(FieldGroup.NOTES,) if is_written else (),
        sealed=(sealed,) if sealed else (),
    )
