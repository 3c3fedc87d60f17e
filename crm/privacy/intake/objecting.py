"""Werbewiderspruch from the portal: everybody with this address, every advertising purpose, at once.

Standing consents to advertising are not withdrawn: the objection beats them, and a withdrawal could not be taken back
if it was somebody else who typed the address.

Source: Art. 21(2), (3), 12(3) DSGVO.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from crm.models.intake import LinkKind
from crm.privacy import audit, disclosure, links, mails, objection, post, purposes, suppression
from crm.privacy.actions import Action
from crm.privacy.intake import turns
from crm.privacy.intake.letterbox import ACTOR, Message, find_link
from crm.privacy.intake.people import find_by_address, is_living
from crm.privacy.intake.policy import intake_policy
from crm.privacy.objection import DIRECT_MARKETING, Objection, Raised
from crm.privacy.purposes import Channel
from crm.privacy.suppression import Entered
from crm.search.exact import exact_email
from crm.settings import Settings

_ADVERTISING = Objection(DIRECT_MARKETING)


@dataclass(slots=True)
class Claim:
    """All that a batch says about one address, or about one person without an address.

    Attributes:
        intake_id: of the first message; names what it brought about, so that it can be taken back.
        messages: how many said the same.
        raised_for: people for whom the objection is new.
        entered: the entry of the address on the suppression list.
        mail_id: of the confirmation, if there was a turn for one.
    """

    intake_id: str
    language: str
    address: str | None
    subject_ids: dict[str, None] = field(default_factory=dict)
    messages: int = 0
    raised_for: list[str] = field(default_factory=list)
    entered: Entered | None = None
    mail_id: str | None = None

    @property
    def told_about(self) -> str | None:
        """Whose data the confirmation holds; with this person it goes."""
        return next(iter(self.subject_ids), None) if self.mail_id is not None else None

    @property
    def origin(self) -> str:
        return objection.origin_of_message(self.intake_id)


def object_to_advertising(session: Session, messages: Sequence[Message], *, settings: Settings, now: datetime) -> None:
    """Let objections take effect, whoever sent them; one address in many messages is one act."""
    claims = _gather(session, messages, now)
    _raise(session, claims, now)
    _suppress(session, claims, now)
    _tell_all(session, claims, settings=settings, now=now)
    audit.record_all(session, [_entry(claim) for claim in claims], actor=ACTOR, now=now)


def _entry(claim: Claim) -> audit.Entry:
    """Return the entry of what came in; it names the confirmation too, since an entry of its own would cost every objection more."""
    named = [] if claim.mail_id is None else [post.name_of(claim.mail_id)]
    return audit.Entry(action=Action.OBJECTION_RECEIVED, subject_id=claim.told_about, count=claim.messages, rows=named)


def _gather(session: Session, messages: Sequence[Message], now: datetime) -> list[Claim]:
    claims: dict[str, Claim] = {}
    for message in messages:
        subject_id = _find_linked(session, message)
        address = message.address if message.link_hash is None else _find_address(session, subject_id, now)
        key = address or subject_id
        if key is None:
            continue  # a link that was taken away since, because the person was erased
        claim = claims.setdefault(key, Claim(message.id, message.language, address))
        claim.messages += 1
        if subject_id is not None:
            claim.subject_ids[subject_id] = None
    people = find_by_address(session, [claim.address for claim in claims.values() if claim.address])
    for claim in claims.values():
        claim.subject_ids |= dict.fromkeys(people.get(claim.address or "", ()))
    return list(claims.values())


def _find_linked(session: Session, message: Message) -> str | None:
    """Return whom the link of a message was sent to, as long as that person is there: an objection link, or one of a campaign."""
    link = find_link(session, message, LinkKind.OBJECT) or find_link(session, message, LinkKind.RESPOND)
    if link is None or link.subject_id is None:
        return None
    return link.subject_id if is_living(session, link.subject_id) else None


def _find_address(session: Session, subject_id: str | None, now: datetime) -> str | None:
    if subject_id is None:
        return None
    typed = disclosure.open_email_for_objection(session, subject_id=subject_id, actor=ACTOR, now=now)
    return exact_email(typed) if typed else None


def _raise(session: Session, claims: Sequence[Claim], now: datetime) -> None:
    """Enter the objection for everybody from whom none of this way stands yet.

    One that staff entered, or that came with a case, is another act: were it taken back, the person's own word would go with it.
    """
    wanted = [subject_id for claim in claims for subject_id in claim.subject_ids]
    ways = objection.find_ways(session, wanted)
    has_objected = {each for each, by in ways.items() if any(map(objection.is_of_message, by.get(_ADVERTISING, ())))}
    raised = []
    for claim in claims:
        claim.raised_for = [subject_id for subject_id in claim.subject_ids if subject_id not in has_objected]
        has_objected.update(claim.raised_for)
        raised += [Raised(subject_id, _ADVERTISING, claim.origin) for subject_id in claim.raised_for]
    objection.raise_each(session, raised, actor=ACTOR, now=now)


def _suppress(session: Session, claims: Sequence[Claim], now: datetime) -> None:
    """Put the addresses on the suppression list, for a while only where nobody we know has them."""
    reason = suppression.lawful_reason(purposes.find_all(session))
    if reason is None:
        return
    soon = now + intake_policy().unknown_kept_for
    addresses = {claim.address: None if claim.subject_ids else soon for claim in claims if claim.address is not None}
    entered = suppression.enter_many(session, addresses=addresses, channel=Channel.EMAIL, reason=reason, actor=ACTOR, now=now)
    for claim in claims:
        claim.entered = entered.get(claim.address) if claim.address is not None else None


def _tell_all(session: Session, claims: Sequence[Claim], *, settings: Settings, now: datetime) -> None:
    """Confirm to each address, unless it got enough mail today; one mail of the day is left for a request that needs it."""
    addresses = [claim.address for claim in claims if claim.address is not None]
    most = max(intake_policy().mails_per_day - 1, 1)
    allowed = turns.take_turns(session, addresses=addresses, most=most, settings=settings, now=now)
    for claim in claims:
        if claim.address in allowed:
            _tell(session, claim, claim.address, settings=settings, now=now)


def _tell(session: Session, claim: Claim, address: str, *, settings: Settings, now: datetime) -> None:
    policy = intake_policy()
    kind, facts = "objection_stood", {}
    is_entered_for_good = claim.entered is not None and claim.entered.is_new and bool(claim.subject_ids)
    if claim.raised_for or is_entered_for_good:
        until = now + policy.correct_within
        token = _issue_correction(session, claim, until, now)
        kind, facts = "objection_confirmed", _facts(LinkKind.CORRECT, token, until, claim.language, settings)
    elif claim.entered is not None and claim.entered.until is not None:
        until = claim.entered.until
        token = links.issue(session, kind=LinkKind.KEEP_BLOCKED, suppression_tag=claim.entered.tag, expires_at=until, now=now)
        kind, facts = "objection_unknown", _facts(LinkKind.KEEP_BLOCKED, token, until, claim.language, settings)
    days = {"day": now, "last_post": now + policy.post_on_its_way_for}
    facts |= {name: mails.worded_day(moment, claim.language, settings) for name, moment in days.items()}
    letter = mails.compose(kind=kind, to=address, language=claim.language, facts=facts, settings=settings)
    claim.mail_id = post.put(session, letter, kind=kind, now=now, subject_id=next(iter(claim.subject_ids), None))


def _issue_correction(session: Session, claim: Claim, until: datetime, now: datetime) -> str:
    """Make the link that takes back exactly what this message brought about.

    It names the message and nobody: so it outlives an erasure until its time is over, and can say what became of the data.
    """
    return links.issue(
        session,
        kind=LinkKind.CORRECT,
        request_id=claim.intake_id,
        suppression_tag=claim.entered.tag if claim.entered is not None and claim.entered.is_new else None,
        expires_at=until,
        now=now,
    )


def _facts(kind: LinkKind, token: str, until: datetime, language: str, settings: Settings) -> dict[str, str]:
    link = links.address(kind, token, language=language, settings=settings)
    return {"link": link, "until": mails.worded_day(until, language, settings)}
