"""The forgetting box: until when, by which rule, and what would move the day."""

from collections.abc import Sequence
from datetime import date

from crm.privacy.due import Forgetting, deciding
from crm.site.i18n import _, day, in_language
from crm.site.view_models import ForgetMove, ForgetView, Milestone, MoveKind
from crm.web.desk import Desk, purpose_title
from crm.web.period_words import period_in_words


def make_forget(desk: Desk, rules: Sequence[Forgetting], *, collected_on: date) -> ForgetView:
    """Return the box; data stay while any ground holds, so the last rule decides and earlier ones move only their purposes."""
    last = deciding(rules)
    if last is None:
        return ForgetView(
            reason=_("Es gilt nur noch, wozu die Person eingewilligt hat; mit dem Widerruf endet auch das."),
            moves=(ForgetMove(kind=MoveKind.EARLIER, text=_on_request()),),
        )
    return ForgetView(
        reason=_reason(last),
        due_on=last.due_on,
        rule=last.rule.code,
        policy=last.rule.basis == "policy",
        milestones=_milestones(desk, last, collected_on),
        moves=(*_later(last), *(_ends_first(each) for each in rules[:-1]), ForgetMove(kind=MoveKind.EARLIER, text=_on_request())),
    )


def _reason(last: Forgetting) -> str:
    facts = {"period": period_in_words(last.rule), "start": in_language(last.rule.start_text)}
    if last.started_on is None and not last.rule.period.amount:
        return _("Die Person hat eingewilligt; mit dem Widerruf endet auch das.")
    if last.started_on is None:
        return _("Die Frist (%(period)s) beginnt erst mit: %(start)s.", **facts)
    return _("Frist (%(period)s) ab dem %(day)s: %(start)s", day=day(last.started_on), **facts)


def _milestones(desk: Desk, last: Forgetting, collected_on: date) -> tuple[Milestone, ...]:
    if last.started_on is None or last.due_on is None:
        return ()
    today = desk.today
    points = [
        Milestone(title=_("erhoben"), on=min(collected_on, last.started_on), kind="collected"),
        Milestone(title=_("Fristbeginn"), on=last.started_on, kind="start"),
        Milestone(title=_("heute"), on=today, kind="today"),
        Milestone(title=_("Löschung"), on=last.due_on, kind="erasure"),
    ]
    if today > last.due_on:
        points.pop(2)
    return tuple(points if points[0].on != points[1].on else points[1:])


def _later(last: Forgetting) -> tuple[ForgetMove, ...]:
    if last.started_on is None:
        return ()
    text = _("Ein Anruf, Treffen oder Brief lässt die Frist neu beginnen; Änderungen am Datensatz nicht.")
    return (ForgetMove(kind=MoveKind.LATER, text=text, rule=last.rule.code),)


def _ends_first(rule: Forgetting) -> ForgetMove:
    titles = ", ".join(purpose_title(each) for each in rule.purposes)
    if rule.due_on is None:
        text = _("Für %(purposes)s endet die Verwendung mit: %(start)s.", purposes=titles, start=in_language(rule.rule.start_text))
    else:
        text = _("Für %(purposes)s endet die Verwendung schon am %(day)s.", purposes=titles, day=day(rule.due_on))
    return ForgetMove(kind=MoveKind.EARLIER, text=text, rule=rule.rule.code)


def _on_request() -> str:
    return _("Auf Antrag der Person, soweit keine Pflicht zur Aufbewahrung besteht (Art. 17 DSGVO).")
