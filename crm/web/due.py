"""Sections of the workplace: what is due, how near its day is, and what to do when nothing is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from flask import url_for
from flask_babel.speaklater import LazyString

from crm.privacy.purposes import Purpose
from crm.services.work_list import DueTask, DueTasks, EndingContact
from crm.site.access import may
from crm.site.i18n import _
from crm.site.view_models import DueEntry, DueSection, Urgency
from crm.web.desk import Desk, purpose_title
from crm.web.names import full_name
from crm.web.task_words import KIND_TITLES

_NEAR: Final = timedelta(days=7)


def urgency_of(on: date, *, today: date) -> Urgency:
    """Return how near a day is for the reader."""
    if on < today:
        return Urgency.LATE
    if on == today:
        return Urgency.TODAY
    return Urgency.SOON if on - today <= _NEAR else Urgency.LATER


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do where nothing is due: a sentence and the page it leads to."""

    text: str | LazyString
    endpoint: str
    action: str | LazyString


def guide(title: str, step: NextStep) -> DueSection:
    """Return a section that only leads on."""
    return tasks_section((), DueTasks((), 0), step, title=title)


def tasks_section(entries: Sequence[DueEntry], due: DueTasks, step: NextStep, *, title: str) -> DueSection:
    """Return the section of tasks with these entries."""
    leads_on = may(step.endpoint)
    return DueSection(
        title=title,
        entries=tuple(entries),
        empty=str(step.text),
        empty_url=url_for(step.endpoint) if leads_on else None,
        empty_action=str(step.action) if leads_on else None,
        more_url=url_for("home.index", tasks="all") if due.more else None,
        more=due.more,
    )


def task_entry(desk: Desk, task: DueTask) -> DueEntry:
    """Return a task with the name of the person, as far as the purpose shows it, and the way to its page."""
    return DueEntry(
        title=full_name(task.person.fields) if task.person else elsewhere(task.elsewhere),
        due_on=task.due_on,
        urgency=urgency_of(task.due_on, today=desk.today),
        url=url_for("tasks.show", subject_id=task.subject_id, task_id=task.task_id) if may("tasks.show") else None,
        note=str(KIND_TITLES[task.kind]),
    )


def ending_entry(desk: Desk, each: EndingContact) -> DueEntry:
    """Return somebody whose time is nearly up."""
    return DueEntry(
        title=full_name(each.person.fields) if each.person else elsewhere(each.purposes),
        due_on=each.due_on,
        urgency=urgency_of(each.due_on, today=desk.today),
        url=url_for("contacts.show", subject_id=each.subject_id),
        note=_("Frist endet; ein Gespräch oder Brief in der Sache lässt sie neu beginnen"),
    )


def elsewhere(purposes: Sequence[Purpose]) -> str:
    """Return what stands for a name that only other purposes show."""
    if not purposes:
        return _("Kontakt, den Ihre Zwecke nicht zeigen")
    return _("Kontakt unter „%(purposes)s“", purposes=", ".join(purpose_title(each) for each in purposes))
