"""Restriction, rectification and the objection for reasons of one's own, from receipt to the answer (Art. 16, 18, 21(1) DSGVO)."""

from datetime import date

import pytest

from crm.models.contact import Contact
from crm.models.request_case import CaseKind, CaseState, Identity
from crm.privacy import disclosure, lawfulness, purposes, restriction
from crm.privacy.lawfulness import Standing
from crm.privacy.requests import answering, decision, lifting, order, settling
from crm.privacy.requests.claims import ClaimRefusal, ClaimVerdict
from crm.privacy.requests.errors import (
    CaseStateError,
    ClaimReasonMissingError,
    CoordinatorOnlyError,
    IdentityOpenError,
    NobodyFoundError,
    NothingRightError,
    NotOfferedError,
    PersonChangedError,
    PurposesUnchosenError,
    WeighingMissingError,
)
from crm.privacy.requests.facts import StopReason
from crm.privacy.restriction import RestrictionReason
from tests.integration.requests.conftest import DPO, HOURS_72, PRIVACY, SALES
from tests.support.letters import text_of

ONE_ENGINE = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
PENDING, CONTESTED = RestrictionReason.OBJECTION_PENDING, RestrictionReason.ACCURACY_CONTESTED
REASON = "Ihre Rechnung von März ist noch offen."
SITUATION = "Sie wird von einem früheren Kollegen belästigt."


def reasons_of(desk, person):
    with desk.database.reading() as session:
        return restriction.find_reasons(session, [person]).get(person, ())


def standing_of(desk, person, code="business_contact"):
    with desk.database.reading() as session:
        state = lawfulness.find_states(session, [person], now=desk.now)[person]
        return lawfulness.standing(purposes.find_all(session).get(code), state, now=desk.now)


def answer_of(desk, case_id):
    """Let the answer be written and arrive, and return its text."""
    desk.execute()
    desk.send()
    desk.execute()
    assert desk.case(case_id).state == CaseState.CLOSED
    return desk.read(case_id).answer["text"]


def is_sound(desk, case_id):
    with desk.database.reading() as session:
        return order.is_sound(session, desk.case(case_id))


class TestRestriction:
    """Art. 18 DSGVO."""

    @pytest.fixture
    def person(self, desk):
        return desk.take_in()

    @pytest.fixture
    def case_id(self, desk, person):
        return desk.open(person, kind=CaseKind.RESTRICTION, received_on=date(2026, 1, 31), request={"email": "wehmeier@example.com"})

    def test_is_imposed_by_the_decision_and_outlives_the_answer(self, desk, person, case_id):
        assert reasons_of(desk, person) == ()
        assert desk.case(case_id).due_on == date(2026, 3, 2)

        desk.do(settling.restrict, case_id, ground=RestrictionReason.LEGAL_CLAIMS)

        assert reasons_of(desk, person) == (RestrictionReason.LEGAL_CLAIMS,)
        said = answer_of(desk, case_id)
        assert "Art. 18 Abs. 1 lit. c DSGVO" in said
        assert "Bevor die Einschränkung endet, sagen wir es Ihnen" in said
        assert reasons_of(desk, person) == (RestrictionReason.LEGAL_CLAIMS,)
        assert len(desk.entries("request:decided")) == len(desk.entries("restriction:imposed")) == 1

    @ONE_ENGINE
    def test_ends_only_when_the_person_was_told(self, desk, person, case_id):
        desk.do(settling.restrict, case_id, ground=RestrictionReason.LEGAL_CLAIMS)
        answer_of(desk, case_id)
        facts = {"reason": RestrictionReason.LEGAL_CLAIMS, "settings": desk.runtime.settings, "actor": PRIVACY, "now": desk.now}
        with desk.database.writing() as session:
            lifting.announce(session, subject_id=person, **facts)
        desk.execute()
        assert reasons_of(desk, person)

        desk.send()
        desk.execute()

        assert reasons_of(desk, person) == ()

    @ONE_ENGINE
    @pytest.mark.parametrize(("language", "word"), [("de", "Keiner der Fälle"), ("en", "None of the cases")])
    def test_a_refusal_needs_a_reason_and_says_it(self, desk, person, language, word):
        case_id = desk.open(person, kind=CaseKind.RESTRICTION, language=language)
        with pytest.raises(ClaimReasonMissingError):
            desk.do(settling.refuse, case_id, ground=ClaimRefusal.NO_CASE, weighing="", reason=" ")

        desk.do(settling.refuse, case_id, ground=ClaimRefusal.NO_CASE, weighing="", reason=REASON)

        said = answer_of(desk, case_id)
        assert word in said
        assert REASON in said
        assert reasons_of(desk, person) == ()

    @ONE_ENGINE
    def test_is_refused_to_others_before_it_is_known_who_asks_and_for_other_grounds(self, desk, person, case_id):
        unknown = desk.open(person, kind=CaseKind.RESTRICTION, identity=Identity.UNCHECKED)
        empty, erasure = desk.open(kind=CaseKind.RESTRICTION), desk.open(desk.take_in(email="other@example.com"))
        claims = RestrictionReason.LEGAL_CLAIMS

        for case, actor, ground, error in (
            (case_id, DPO, claims, CoordinatorOnlyError),
            (case_id, SALES, claims, CoordinatorOnlyError),
            (case_id, PRIVACY, RestrictionReason.TIME_UP, NotOfferedError),
            (unknown, PRIVACY, claims, IdentityOpenError),
            (empty, PRIVACY, claims, NobodyFoundError),
            (erasure, PRIVACY, claims, CaseStateError),
        ):
            with pytest.raises(error):
                desk.do(settling.restrict, case, actor=actor, ground=ground)
        with pytest.raises(NotOfferedError):
            desk.do(settling.refuse, case_id, ground=ClaimRefusal.COMPELLING, weighing="a", reason="b")
        assert reasons_of(desk, person) == ()


class TestObjection:
    """Art. 21(1), 18(1)(d), 18(3) DSGVO."""

    @pytest.fixture
    def person(self, desk):
        return desk.take_in("business_contact", "service")

    @pytest.fixture
    def case_id(self, desk, person):
        return desk.open(person, kind=CaseKind.USE_OBJECTION, request={"email": "wehmeier@example.com", "message": SITUATION})

    def test_restricts_at_once_and_the_receipt_says_so(self, desk, person, case_id):
        assert reasons_of(desk, person) == (PENDING,)
        assert is_sound(desk, case_id)
        assert "verwenden wir Ihre Daten für nichts anderes" in text_of(desk.send().taken[0])

    def test_that_is_followed_ends_the_purposes_and_then_the_restriction(self, desk, person, case_id):
        desk.do(settling.uphold, case_id, codes=["business_contact", "service"], weighing="", reason="")
        desk.execute()
        assert reasons_of(desk, person) == (PENDING,)

        said = answer_of(desk, case_id)

        assert "Vertrieb (Ansprechpartner)" in said
        assert reasons_of(desk, person) == ()
        assert standing_of(desk, person) is Standing.OBJECTED
        with desk.database.reading() as session:
            assert set(lawfulness.find_grounds(session, [person], now=desk.now)[person]) <= {"request_handling"}

    @ONE_ENGINE
    def test_that_is_followed_in_part_says_what_goes_on_and_why(self, desk, person, case_id):
        with pytest.raises(WeighingMissingError):
            desk.do(settling.uphold, case_id, codes=["service"], weighing=" ", reason=REASON)
        with pytest.raises(ClaimReasonMissingError):
            desk.do(settling.uphold, case_id, codes=["service"], weighing=SITUATION, reason=" ")
        desk.do(settling.uphold, case_id, codes=["service"], weighing=SITUATION, reason=REASON)

        said = answer_of(desk, case_id)

        assert REASON in said
        assert SITUATION not in said
        assert (standing_of(desk, person), standing_of(desk, person, "service")) == (Standing.ALLOWED, Standing.OBJECTED)
        assert desk.read(case_id).settled.weighing == SITUATION

    def test_is_refused_after_weighing_and_the_person_knows_before_the_restriction_ends(self, desk, person, case_id):
        with pytest.raises(WeighingMissingError):
            desk.do(settling.refuse, case_id, ground=ClaimRefusal.COMPELLING, weighing="", reason=REASON)
        desk.do(settling.refuse, case_id, ground=ClaimRefusal.COMPELLING, weighing=SITUATION, reason=REASON)
        desk.execute()
        assert reasons_of(desk, person) == (PENDING,)

        said = answer_of(desk, case_id)

        assert REASON in said
        assert "Art. 18 Abs. 3" in said
        assert (reasons_of(desk, person), standing_of(desk, person)) == ((), Standing.ALLOWED)

    @ONE_ENGINE
    def test_ends_nothing_that_is_not_there_or_rests_on_a_contract(self, desk, case_id):
        contract = desk.take_in("contract_person", email="party@example.com")
        other = desk.open(contract, kind=CaseKind.USE_OBJECTION)

        for case, codes in ((case_id, []), (case_id, ["newsletter"]), (other, ["contract_person"])):
            with pytest.raises(PurposesUnchosenError):
                desk.do(settling.uphold, case, codes=codes, weighing=SITUATION, reason=REASON)

    @ONE_ENGINE
    def test_of_somebody_who_was_not_meant_leaves_them_free(self, desk, person, case_id):
        desk.do(decision.dismiss, case_id, subject_id=person)

        assert reasons_of(desk, person) == ()

    @ONE_ENGINE
    def test_leaves_a_restriction_that_a_decision_or_staff_imposed(self, desk, person, case_id):
        granted = desk.open(person, kind=CaseKind.RESTRICTION)
        desk.do(settling.restrict, granted, ground=PENDING)
        other = desk.take_in(email="other@example.com")
        with desk.database.writing() as session:
            lifting.restrict(session, subject_id=other, reason=PENDING, actor=PRIVACY, now=desk.now)
        of_other = desk.open(other, kind=CaseKind.USE_OBJECTION)

        for case in (case_id, of_other):
            desk.do(decision.stop, case, reason=StopReason.CHANGED_MIND)
            answer_of(desk, case)

        assert reasons_of(desk, person) == reasons_of(desk, other) == (PENDING,)

    @ONE_ENGINE
    def test_of_two_cases_the_last_one_lets_go(self, desk, person, case_id):
        second = desk.open(person, kind=CaseKind.USE_OBJECTION)
        for case, left in ((case_id, (PENDING,)), (second, ())):
            desk.do(decision.stop, case, reason=StopReason.IMPOSTOR)
            answer_of(desk, case)
            assert reasons_of(desk, person) == left


class TestRectification:
    """Art. 16, 5(1)(d), 18(1)(a) DSGVO."""

    @pytest.fixture
    def person(self, desk):
        return desk.take_in()

    def open(self, desk, person, **said):
        request = {"email": "wehmeier@example.com", "right-last_name": "Wehmeyer", "right-city": "Göttingen", **said}
        return desk.open(person, kind=CaseKind.RECTIFICATION, request=request)

    def rectify(self, desk, case_id, person, *, reasons=None, seen=None, **right):
        with desk.database.reading() as session:
            seen = seen or settling.find_versions(session, [person])
        return desk.do(settling.rectify, case_id, seen=seen, right=right, reasons=reasons or {})

    def fields_of(self, desk, person):
        with desk.database.reading() as session:
            return settling.open_fields(session, [person], actor=PRIVACY, now=desk.now)

    def test_takes_over_what_is_right_and_says_old_and_new(self, desk, person):
        case_id = self.open(desk, person)
        assert reasons_of(desk, person) == ()

        self.rectify(desk, case_id, person, last_name="Wehmeyer", city="Göttingen")

        said = answer_of(desk, case_id)
        assert {"last_name": "Wehmeyer", "city": "Göttingen"}.items() <= self.fields_of(desk, person).items()
        assert "Bisher: Wehmeier" in said
        assert "Jetzt: Wehmeyer" in said
        assert len(desk.entries("person:rectified")) == 1

    def test_leaves_a_field_for_a_reason_that_the_person_reads(self, desk, person):
        case_id = self.open(desk, person)
        with pytest.raises(ClaimReasonMissingError):
            self.rectify(desk, case_id, person, last_name="Wehmeyer", city="Göttingen", reasons={"city": " "})

        self.rectify(desk, case_id, person, last_name="Wehmeyer", city="Göttingen", reasons={"city": REASON})

        said = answer_of(desk, case_id)
        assert desk.read(case_id).settled.verdict is ClaimVerdict.IN_PART
        assert REASON in said
        assert self.fields_of(desk, person)["city"] == "Kassel"

    def test_may_rest_while_it_is_contested_until_the_answer_has_arrived(self, desk, person):
        case_id = self.open(desk, person, restrict="1")
        assert reasons_of(desk, person) == (CONTESTED,)

        self.rectify(desk, case_id, person, last_name="Wehmeyer")

        assert reasons_of(desk, person) == (CONTESTED,)
        assert "Diese Einschränkung endet mit diesem Schreiben" in answer_of(desk, case_id)
        assert reasons_of(desk, person) == ()

    @ONE_ENGINE
    def test_compares_with_what_is_there_now(self, desk, person):
        case_id = self.open(desk, person)

        with pytest.raises(PersonChangedError):
            self.rectify(desk, case_id, person, seen=(99,), last_name="Wehmeyer")
        with pytest.raises(NothingRightError):
            self.rectify(desk, case_id, person)
        assert self.fields_of(desk, person)["last_name"] == "Wehmeier"

    @ONE_ENGINE
    @pytest.mark.parametrize("language", ["de", "en"])
    def test_is_refused_as_a_whole_or_about_nobody(self, desk, person, language):
        case_id = desk.open(person, kind=CaseKind.RECTIFICATION, language=language)
        desk.do(settling.refuse, case_id, ground=ClaimRefusal.ACCURATE, weighing="", reason=REASON)
        empty = desk.open(kind=CaseKind.RECTIFICATION, language=language)
        desk.do(decision.decide_nothing_held, empty)

        desk.execute()

        assert REASON in desk.read(case_id).answer["text"]
        assert {"de": "nichts gefunden", "en": "found nothing"}[language] in desk.read(empty).answer["text"]

    @ONE_ENGINE
    def test_goes_by_post_where_no_mail_gets_there(self, desk):
        person = desk.take_in(email="")
        case_id = desk.open(person, kind=CaseKind.RECTIFICATION, request={"name": "Katharina Wehmeier", "restrict": "1"})
        self.rectify(desk, case_id, person, last_name="Wehmeyer")
        desk.execute()

        desk.do(answering.mark_posted, case_id, posted_at=desk.now)

        assert (desk.case(case_id).state, reasons_of(desk, person)) == (CaseState.CLOSED, ())


@ONE_ENGINE
def test_a_claim_is_no_erasure_and_no_copy(desk):
    person = desk.take_in()
    case_id = desk.open(person, kind=CaseKind.RESTRICTION)

    with pytest.raises(CaseStateError):
        desk.decide(case_id)
    with desk.database.reading() as session:
        assert session.get(Contact, person) is not None
        assert disclosure.open_for_request(session, subject_ids=[person], groups={"identity"}, actor=PRIVACY, now=desk.now)


@ONE_ENGINE
@pytest.mark.parametrize("language", ["de", "en"])
def test_of_somebody_erased_meanwhile_is_answered_with_the_day(desk, language):
    person = desk.take_in()
    case_id = desk.open(person, kind=CaseKind.USE_OBJECTION, language=language)
    erasure = desk.open(person)
    desk.decide(erasure)
    desk.clock.advance(HOURS_72)
    desk.execute()

    desk.do(decision.decide_nothing_held, case_id)
    desk.execute()

    assert {"de": "am 26. November 2026", "en": "on 26 November 2026"}[language] in desk.read(case_id).answer["text"]
