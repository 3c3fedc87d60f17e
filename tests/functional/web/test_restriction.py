"""Einschränkung: whoever is restricted is invisible in each place but to the coordinator, and free only after having been told."""

from datetime import date, timedelta

import pytest

from crm.actor import Role
from crm.mail import OutboxMessage
from crm.models.lawfulness import LiftNotice, RestrictionEvent
from crm.privacy import due, keeping, post, restriction
from crm.privacy.requests import execution
from crm.privacy.restriction import RestrictionReason
from tests.functional.web.conftest import ACTOR, FIELDS, hidden, names_in
from tests.support.mail_server import MailServer

OTHER = {"first_name": "Uwe", "last_name": "Zander", "email": "zander@example.com", "city": "Kassel"}


@pytest.fixture
def privacy(colleague):
    return colleague(Role.PRIVACY, "Paula Amt")


@pytest.fixture
def company(house):
    return house.add_company()


@pytest.fixture
def person(house, company, sales):
    """Somebody who is restricted beside somebody who is not, of the same company and with the same owner."""
    restricted = house.take_in(company_id=company, owner_id=sales.member.id, segment="Energie")
    house.take_in(fields=OTHER, company_id=company, owner_id=sales.member.id, segment="Energie")
    house.restrict(restricted)
    house.build_index()
    return restricted


class TestInvisible:
    """Art. 18(2), 4(3) DSGVO."""

    def test_in_the_list_and_its_count(self, person, sales):
        answer = sales.get("/contacts")

        assert names_in(answer) == ["Zander, Uwe"]
        assert "1 Person, die dieser Zweck zeigt" in answer.text
        assert "Wehmeier" not in answer.text

    @pytest.mark.parametrize("words", ["Wehmeier", "wehmeier@example.com", "0561 47110", "Wehmaier", "Lindenufer"])
    def test_in_the_search_by_name_address_number_and_likeness(self, person, sales, words):
        answer = sales.search(words)

        assert names_in(answer) == []
        assert "0 Treffer" in answer.text

    @pytest.mark.parametrize("narrowed", ["company", "owner", "segment"])
    def test_behind_every_filter_and_in_its_count(self, house, person, company, sales, narrowed):
        value = {"company": company, "owner": sales.member.id, "segment": "Energie"}[narrowed]

        answer = sales.search("", **{narrowed: value})

        assert names_in(answer) == ["Zander, Uwe"]
        assert "1 Treffer" in answer.text

    def test_in_the_exact_look_up_while_the_index_is_built(self, house, sales):
        restricted = house.take_in()
        house.restrict(restricted)

        assert "Wehmeier" not in sales.search("wehmeier@example.com").text

    def test_on_the_page_of_the_company(self, person, company, sales):
        text = sales.get(f"/companies/{company}").text

        assert "Zander" in text
        assert "Wehmeier" not in text

    def test_in_the_hint_on_duplicates_but_for_the_fact(self, house, person, sales):
        page = sales.get("/contacts/new")
        form = {"token": hidden(page, "token"), "purpose": hidden(page, "purpose"), "origin": "Anruf", "notice": "given", **FIELDS}

        warned = sales.send("/contacts/new", {**form, "first_name": "Kati", "last_name": "Weber"})

        assert warned.status_code == 422
        assert "Es gibt einen eingeschränkten Datensatz." in warned.text
        assert "Katharina" not in warned.text
        assert person not in warned.text

    def test_on_the_own_page_which_is_neutral_and_gives_no_reason(self, person, sales):
        answer = sales.get(f"/contacts/{person}")

        assert answer.status_code == 409
        assert "Eingeschränkt" in answer.text
        for telling in ("Wehmeier", "Ansprüche", "Energie"):
            assert telling not in answer.text

    def test_on_the_page_of_rights_whose_reason_only_the_coordinator_reads(self, person, sales, privacy):
        assert "braucht die Daten für Ansprüche" not in sales.get(f"/contacts/{person}/rights").text
        assert "braucht die Daten für Ansprüche" in privacy.get(f"/contacts/{person}/rights").text

    def test_nothing_can_be_written_about_them(self, house, person, sales):
        before = house.snapshot()

        assert sales.send(f"/contacts/{person}/notes", {"text": "Noch etwas.", "kind": "note"}).status_code == 409
        assert sales.get(f"/contacts/{person}/edit").status_code == 409
        assert house.snapshot() == before


def reasons_of(house, person):
    with house.database.reading() as session:
        return restriction.find_reasons(session, [person]).get(person, ())


class TestCoordinator:
    """Art. 18(1)(a)-(d), 18(3) DSGVO."""

    @pytest.fixture
    def known(self, house):
        return house.take_in()

    @pytest.mark.parametrize("reason", ["accuracy_contested", "unlawful", "legal_claims", "objection_pending"])
    def test_restricts_on_each_ground_of_the_law_and_twice_is_once(self, house, privacy, known, reason):
        for _ in range(2):
            assert privacy.send(f"/contacts/{known}/restrict", {"reason": reason}).status_code == 303

        assert reasons_of(house, known) == (reason,)
        assert house.count(RestrictionEvent) == 1

    @pytest.mark.parametrize("reason", ["erasure_pending", "time_up", "because", ""])
    def test_restricts_on_no_other_ground(self, house, privacy, known, reason):
        assert privacy.send(f"/contacts/{known}/restrict", {"reason": reason}).status_code == 422
        assert reasons_of(house, known) == ()

    def test_sales_neither_restrict_nor_lift(self, house, sales, known):
        assert sales.send(f"/contacts/{known}/restrict", {"reason": "unlawful"}).status_code == 403
        assert sales.send(f"/contacts/{known}/lift", {"reason": "unlawful"}).status_code == 403

    def test_lifts_by_mail_when_the_mail_server_has_taken_it_and_not_before(self, house, privacy, known, runtime):
        privacy.send(f"/contacts/{known}/restrict", {"reason": "accuracy_contested"})

        for _ in range(2):
            privacy.send(f"/contacts/{known}/lift", {"reason": "accuracy_contested", "told_by": ""})
        execution.execute_due(house.database, vault=runtime.vault, settings=runtime.settings, clock=lambda: house.now)
        assert reasons_of(house, known) == (RestrictionReason.ACCURACY_CONTESTED,)
        assert "ist unterwegs" in privacy.get(f"/contacts/{known}/rights").text
        assert house.count(OutboxMessage, OutboxMessage.kind == "restriction_ends") == 1

        server = MailServer()
        post.deliver(house.database, server, sender="lethe@example.com", now=house.now)
        execution.execute_due(house.database, vault=runtime.vault, settings=runtime.settings, clock=lambda: house.now)

        assert server.taken[0]["To"] == "wehmeier@example.com"
        assert reasons_of(house, known) == ()
        assert house.count(LiftNotice) == 0

    def test_lifts_at_once_what_was_told_by_other_means_on_a_day_that_has_been(self, house, privacy, known):
        privacy.send(f"/contacts/{known}/restrict", {"reason": "unlawful"})
        tomorrow = (house.now + timedelta(days=1)).date().isoformat()

        early = privacy.send(f"/contacts/{known}/lift", {"reason": "unlawful", "told_by": "phone", "told_on": tomorrow})
        assert early.status_code == 409
        assert "muss vorher erfahren" in early.text
        assert reasons_of(house, known) == (RestrictionReason.UNLAWFUL,)

        privacy.send(f"/contacts/{known}/lift", {"reason": "unlawful", "told_by": "phone", "told_on": house.now.date().isoformat()})
        assert reasons_of(house, known) == ()

    @pytest.mark.parametrize("told_on", ["2026-11-22", "1990-01-01", ""])
    def test_does_not_lift_what_the_person_was_told_of_before_there_was_any(self, house, privacy, known, told_on):
        """Art. 18(3) DSGVO."""
        privacy.send(f"/contacts/{known}/restrict", {"reason": "unlawful"})

        refused = privacy.send(f"/contacts/{known}/lift", {"reason": "unlawful", "told_by": "phone", "told_on": told_on})

        assert refused.status_code == 422
        assert "frühestens der Tag der Einschränkung" in refused.text
        assert reasons_of(house, known) == (RestrictionReason.UNLAWFUL,)

    def test_writes_to_nobody_about_a_restriction_that_does_not_stand(self, house, privacy, known):
        answer = privacy.send(f"/contacts/{known}/lift", {"reason": "unlawful"})

        assert answer.status_code == 409
        assert "besteht nicht mehr" in answer.text
        assert house.entries("mail:written") == []

    def test_lifts_one_reason_and_leaves_the_other(self, house, privacy, known):
        for reason in ("unlawful", "legal_claims"):
            privacy.send(f"/contacts/{known}/restrict", {"reason": reason})

        privacy.send(f"/contacts/{known}/lift", {"reason": "unlawful", "told_by": "letter", "told_on": "2026-11-23"})

        assert reasons_of(house, known) == (RestrictionReason.LEGAL_CLAIMS,)

    def test_writes_to_nobody_because_of_a_way_that_there_is_not(self, house, privacy, known):
        privacy.send(f"/contacts/{known}/restrict", {"reason": "unlawful"})

        answer = privacy.send(f"/contacts/{known}/lift", {"reason": "unlawful", "told_by": "telepathy"})

        assert answer.status_code == 422
        assert house.count(OutboxMessage) == 0
        assert reasons_of(house, known) == (RestrictionReason.UNLAWFUL,)

    def test_is_told_when_there_is_no_address_to_write_to(self, house, privacy):
        person = house.take_in(fields={"last_name": "Ohne"})
        privacy.send(f"/contacts/{person}/restrict", {"reason": "unlawful"})

        answer = privacy.send(f"/contacts/{person}/lift", {"reason": "unlawful", "told_by": ""})

        assert answer.status_code == 422
        assert "keine E-Mail-Adresse bekannt" in answer.text
        assert reasons_of(house, person) == (RestrictionReason.UNLAWFUL,)


class TestKeptByDecision:
    """Art. 5(1)(e), 17(3) DSGVO: what an answer promised to keep until a day."""

    @pytest.fixture
    def kept(self, house):
        """Somebody without an e-mail address whom the answer to their request keeps until a day."""
        person = house.take_in(fields={**OTHER, "email": ""})
        with house.database.writing() as session:
            restriction.impose(session, subject_ids=[person], reason=RestrictionReason.KEPT, actor=ACTOR, now=house.now)
            keeping.keep_by_decision(session, subject_ids=[person], until=date(2029, 12, 31), actor=ACTOR, now=house.now)
        return person

    def test_goes_early_once_with_a_reason_and_says_what_the_post_has_to_do(self, house, privacy, kept):
        page = privacy.get(f"/contacts/{kept}/rights").text
        without = privacy.send(f"/contacts/{kept}/let-go", {"why": ""})
        done = privacy.send(f"/contacts/{kept}/let-go", {"why": "settled"}, follow_redirects=True)
        again = privacy.send(f"/contacts/{kept}/let-go", {"why": "settled"})

        assert "nennt den 31.12.2029" in page
        assert without.status_code == 422 and "Bitte wählen Sie, warum" in without.text
        assert "Schreiben Sie der Person heute noch per Post" in done.text and "Nicht länger aufbewahren" not in done.text
        assert again.status_code == 409
        with house.database.reading() as session:
            assert due.find_days(session, [kept]) == {kept: house.now.date()}
            assert restriction.find_reasons(session, [kept]) == {kept: (RestrictionReason.KEPT,)}

    def test_is_not_for_sales(self, house, sales, kept):
        assert sales.send(f"/contacts/{kept}/let-go", {"why": "settled"}).status_code == 403
        assert "Nicht länger aufbewahren" not in sales.get(f"/contacts/{kept}/rights").text
