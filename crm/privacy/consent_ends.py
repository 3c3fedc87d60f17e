"""When consents stop holding anybody: with the withdrawal, and with an objection, which leaves them nothing to permit.

Source: Art. 5(1)(e), 7(3), 17(1)(b), (c), 21(3) DSGVO; Löschkonzept, RET-03.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm.privacy import consent, standing_objections
from crm.privacy.consent import Consent, ConsentAct
from crm.privacy.purposes import Channel, Purpose, Purposes
from crm.privacy.standing_objections import Objection
from crm.settings import initial_policy

Ends = Sequence[tuple[Purpose, date | None]]
_Given = Mapping[tuple[str, Channel], Consent]
_Ways = Mapping[Objection, Mapping[str, datetime]]
_NOTHING: Final[_Ways] = {}


def find_ends(session: Session, subject_ids: Sequence[str], *, known: Purposes, zone: ZoneInfo, now: datetime) -> dict[str, Ends]:
    """Return for each person the purposes they have consented to, each with the day from which no consent holds them; None: one does.

    A consent that came without evidence never held anybody.
    """
    given = consent.find_states(session, subject_ids, now=now)
    ways = standing_objections.find_ways(session, list(given)) if given else {}
    return {each: tuple(_ends(known, acts, ways.get(each, _NOTHING), zone)) for each, acts in given.items()}


def _ends(known: Purposes, given: _Given, ways: _Ways, zone: ZoneInfo) -> Iterator[tuple[Purpose, date | None]]:
    for purpose in known:
        of_purpose = {channel: each for (code, channel), each in given.items() if code == purpose.code}
        moments = [_ended_at(purpose, channel, each, ways) for channel, each in of_purpose.items() if each.act is not ConsentAct.UNPROVEN]
        ended = [each for each in moments if each is not None]
        if moments:
            yield purpose, max(ended).astimezone(zone).date() if len(ended) == len(moments) else None


def _ended_at(purpose: Purpose, channel: Channel, given: Consent, ways: _Ways) -> datetime | None:
    """Return when a consent ended; one against which an objection stands ends when that cannot be taken back by its link any more.

    Anybody can object for an address: were the person forgotten the next night, somebody else's objection could not be undone.
    """
    if not given.permits:
        return given.since
    objected = [moment for each in standing_objections.covering(purpose, channel) for moment in ways.get(each, {}).values()]
    return max(min(objected), given.since) + _may_be_taken_back_for() if objected else None


@cache
def _may_be_taken_back_for() -> timedelta:
    return timedelta(days=initial_policy("requests")["correct_within_days"])
