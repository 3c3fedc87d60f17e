"""The contact page: ways to the person, fields, purposes, forgetting, what happened."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from crm.privacy.purposes import Channel


class ChipState(StrEnum):
    """What may be done for a purpose or by a channel; each has a word, a shape and a colour."""

    ALLOWED = "allowed"
    MISSING = "missing"
    UNPROVEN = "unproven"
    OBJECTED = "objected"
    RESTRICTED = "restricted"
    NO_BASIS = "no_basis"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeChip:
    """A purpose and its state. `code` is the short form in lists ("NL"), explained in the legend above."""

    title: str
    state: ChipState
    code: str = ""
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelView:
    """One way to the person and whether it is open.

    Attributes:
        reason: why it is open or closed, in a few words ("Zu laufenden Vorgängen", "Keine Einwilligung").
        target: the address, number or postal lines to use; only where some use is allowed.
        way_out: the channel that is allowed instead; shown where this one is not.
        write_url: the page on which a mail is written; without it the mail program of the reader does.
        matters_only: advertising was objected to; what is not advertising still goes this way, but the page does not invite to it.
    """

    channel: Channel
    state: ChipState
    reason: str
    target: str | None = None
    way_out: Channel | None = None
    matters_only: bool = False
    write_url: str | None = None

    @property
    def allowed(self) -> bool:
        return self.state is ChipState.ALLOWED

    @property
    def dial(self) -> str | None:
        """Return the link that writes or dials; spaces and brackets of a number are for people."""
        if not self.target or not (self.allowed or self.matters_only):
            return None
        if self.channel is Channel.EMAIL:
            return self.write_url or f"mailto:{self.target}"
        if self.channel is Channel.PHONE:
            return "tel:" + "".join(sign for sign in self.target if sign.isdigit() or sign == "+")
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactView:
    """One field with its value; `lines` for an address.

    Attributes:
        fields: names of the personal fields shown here; empty for facts about the company or the record.
    """

    title: str
    lines: tuple[str, ...]
    fields: tuple[str, ...] = ()
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsView:
    """The columns of facts; the number of personal fields in them is the number in the strip."""

    columns: tuple[tuple[FactView, ...], ...]

    @property
    def count(self) -> int:
        return sum(len(fact.fields) for column in self.columns for fact in column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """One point on the line to forgetting: `kind` is collected, start, today or erasure."""

    title: str
    on: date
    kind: str


class MoveKind(StrEnum):
    """What would move the day."""

    LATER = "later"
    EARLIER = "earlier"
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetMove:
    """What would bring the day forward or back, or what stays longer.

    Attributes:
        text: a whole sentence: "Später, wenn …", "Früher, wenn …", "Länger bleiben nur …".
        rule: code of the rule it rests on.
    """

    kind: MoveKind
    text: str
    rule: str | None = None


_LEFT, _RIGHT, _LABEL_ROOM = 6, 312, 62


@dataclass(frozen=True, slots=True)
class Station:
    """Where a milestone is drawn."""

    x: int
    label_y: int
    anchor: str
    milestone: Milestone


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetView:
    """When this person is forgotten, by which rule, and what would move the day.

    Attributes:
        due_on: None while no period runs; `reason` then says why.
        policy: the period is the controller's own decision and no statutory number.
        milestones: in the order of time, first the day of collecting, last the day of erasure.
    """

    reason: str
    due_on: date | None = None
    rule: str | None = None
    policy: bool = False
    milestones: tuple[Milestone, ...] = ()
    moves: tuple[ForgetMove, ...] = ()

    @property
    def stations(self) -> tuple[Station, ...]:
        """Place the milestones on a line of 318 units; labels alternate and lean away from the edges."""
        if not self.milestones:
            return ()
        first, last = self.milestones[0].on, self.milestones[-1].on
        span = max((last - first).days, 1)
        return tuple(self._station(index, first, span) for index in range(len(self.milestones)))

    @property
    def today_x(self) -> int:
        return next((station.x for station in self.stations if station.milestone.kind == "today"), _LEFT)

    def _station(self, index: int, first: date, span: int) -> Station:
        milestone = self.milestones[index]
        share = min(max((milestone.on - first).days / span, 0), 1)
        x = round(_LEFT + share * (_RIGHT - _LEFT))
        anchor = "start" if x < _LABEL_ROOM else "end" if x > _RIGHT - _LABEL_ROOM else "middle"
        return Station(x=x, label_y=12 if index % 2 == 0 else 46, anchor=anchor, milestone=milestone)


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginView:
    """Where the data came from, whether the person was told, who received them.

    Attributes:
        told: how and when ("04.03.2025, Fassung 3"); None when it has not happened.
        told_due_on: last day to tell them, if that is still to be done (Art. 14(3)).
    """

    origin: str | None
    collected_on: date
    told: str | None = None
    told_due_on: date | None = None
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteView:
    """One note, opened."""

    written_at: datetime
    author: str
    text: str
    kind: str | None = None


class TimelineKind(StrEnum):
    """Kinds of events on the timeline; each has an icon and a word."""

    COLLECTED = "collected"
    CONSENTED = "consented"
    WITHDRAWN = "withdrawn"
    DISCLOSED = "disclosed"
    CONTACTED = "contacted"
    INFORMED = "informed"
    NOTED = "noted"
    CHANGED = "changed"
    MERGED = "merged"
    OBJECTED = "objected"
    RESTRICTED = "restricted"
    RELEASED = "released"
    ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One event, with its entry in the ledger; `text` follows the word of the kind.

    Attributes:
        happened_on: the day of the fact, where it is another than the day of the entry.
        index: number of the ledger entry; None until it is sealed into the log.
        current: this very page view.
    """

    when: datetime
    kind: TimelineKind
    text: str
    happened_on: date | None = None
    index: int | None = None
    current: bool = False
