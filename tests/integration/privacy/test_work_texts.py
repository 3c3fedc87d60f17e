"""Titles, things to do, tickets: sealed for the person whom they are about, and handed out for a purpose."""

import pytest

from crm.actor import Actor, Role
from crm.privacy import restriction, work_texts
from crm.privacy.errors import PurposeNotAllowedError
from crm.privacy.restriction import RestrictionReason
from crm.privacy.work_texts import WorkText
from crm.vault import TamperedError
from tests.integration.privacy.people import SALES, make_person, purpose

NOBODY = WorkText("deal", "sealed_title", "d" * 32, None)


@pytest.fixture
def about_person(runtime, clock):
    with runtime.database.writing() as session:
        place = WorkText("deal", "sealed_title", "e" * 32, make_person(session, clock.now()))
        return place, work_texts.seal(session, place, "Bohrwerk für Frau Wehmeier")


@pytest.fixture
def about_nobody(runtime):
    with runtime.database.writing() as session:
        return NOBODY, work_texts.seal(session, NOBODY, "Bohrwerk")


def opened(runtime, clock, *texts, actor=SALES, code="business_contact"):
    with runtime.database.writing() as session:
        return dict(work_texts.open_allowed(session, texts=texts, purpose=purpose(session, code), actor=actor, now=clock.now()))


def test_are_handed_out_for_a_purpose_that_has_notes(runtime, clock, about_person, about_nobody):
    shown = opened(runtime, clock, about_person, about_nobody)

    assert shown == {"e" * 32: "Bohrwerk für Frau Wehmeier", "d" * 32: "Bohrwerk"}


def test_of_somebody_restricted_stay_closed(runtime, clock, about_person, about_nobody):
    person = about_person[0].subject_id
    with runtime.database.writing() as session:
        restriction.impose(session, subject_ids=[person], reason=RestrictionReason.ACCURACY_CONTESTED, actor=SALES, now=clock.now())

    assert opened(runtime, clock, about_person, about_nobody) == {"d" * 32: "Bohrwerk"}


def test_stay_closed_to_a_role_that_does_not_act_for_the_purpose(runtime, clock, about_nobody):
    auditor = Actor("a" * 32, frozenset({Role.AUDITOR}), Role.AUDITOR)

    with pytest.raises(PurposeNotAllowedError):
        opened(runtime, clock, about_nobody, actor=auditor)


def test_do_not_open_in_the_place_of_another(runtime, clock, about_nobody):
    moved = WorkText("deal", "sealed_title", "f" * 32, None)

    with pytest.raises(TamperedError):
        opened(runtime, clock, (moved, about_nobody[1]))
