"""Dropped mail becomes notes of the people it went to or came from, and of nobody else (Art. 5(1)(b), (c), 6, 18 DSGVO)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from crm.actor import Role
from crm.models.account import Account
from crm.models.contact import Contact
from crm.models.erasure import ErasureCause
from crm.models.retention import DueKind, RetentionDue
from crm.privacy import objection, restriction
from crm.privacy.erasure import eraser, job
from crm.privacy.objection import Heard, Objection
from crm.privacy.restriction import RestrictionReason
from crm.services.drop.policy import drop_policy
from crm.services.health.drop import DropElsewhere, examine_emptying
from crm.services.health.stores import Stores
from tests.integration.jobs.test_every_job import COORDINATOR
from tests.integration.privacy.people import SALES
from tests.support.dropped_mail import APPLE, CUSTOMER, DROP, GMAIL, OUTLOOK, THUNDERBIRD, VERA, compose, forwarded_as_part
from tests.support.staff import on_one_engine

SENT = """\
E-Mail vom 23.11.2026, 10:00, gesendet
Betreff: Angebot 4711

Guten Tag,

anbei das Angebot."""


class TestSentMail:
    def test_is_filed_with_whom_it_went_to_and_is_gone_from_the_mailbox(self, office, now):
        person = office.meet(CUSTOMER)
        office.put(compose(now))

        assert office.fetch() == 1

        assert office.notes_of(person) == [SENT]
        assert office.server.contents() == []
        assert office.letters() == []

    def test_is_entered_as_a_note_by_the_member_of_staff(self, office, now):
        person = office.meet(CUSTOMER)
        office.put(compose(now))

        office.fetch()

        [fetched] = office.entries("drop:fetched")
        [written] = office.entries("note:written")
        assert (fetched["a"], fetched["cnt"], fetched["cls"]) == ("system:drop", 1, "read")
        assert (written["a"], written["r"], written["sub"]) == (office.vera.pseudonym, "sales", person)
        assert (written["pur"], written["obj"]) == ("business_contact", "letter")
        [note] = office.note_rows()
        assert (note.author, note.kind, note.written_at) == (office.vera.pseudonym, "letter", now)

    def test_moves_the_last_contact_to_the_day_it_was_sent(self, office, now):
        person = office.meet(CUSTOMER)
        office.put(compose(now - timedelta(days=3)))

        office.fetch()

        with office.database.reading() as session:
            assert session.get_one(Contact, person).last_contact_at == now - timedelta(days=3)

    def test_from_the_future_is_from_now(self, office, now):
        person = office.meet(CUSTOMER)
        office.put(compose(now + timedelta(days=400)))

        office.fetch()

        assert office.notes_of(person) == [SENT]

    @pytest.mark.parametrize(("years", "shown"), [(26, "23.11.2000, 10:00"), (426, "23.11.2026, 10:00")])
    def test_is_kept_from_its_arrival_whatever_date_it_says(self, office, now, years, shown):
        """Art. 5(1)(e) DSGVO: its sender does not say how long a note is kept; and an old mail is no new contact."""
        person = office.meet(CUSTOMER)
        with office.database.reading() as session:
            before = session.get_one(Contact, person).last_contact_at
        office.put(compose(now.replace(year=now.year - years)))

        office.fetch()

        assert office.notes_of(person)[0].startswith(f"E-Mail vom {shown}, gesendet")
        with office.database.reading() as session:
            [due] = session.scalars(select(RetentionDue).where(RetentionDue.kind == DueKind.NOTE))
            assert (due.started_on, session.get_one(Contact, person).last_contact_at) == (now.date(), before if years == 26 else now)

    def test_to_several_people_is_a_note_of_each(self, office, now):
        people = [office.meet(CUSTOMER), office.meet("ina@example.com", name="Ahrens")]
        office.put(compose(now, to=f"{CUSTOMER}, Kollege <max@firma.example>", cc="INA@Example.com"))
        office.hire(email="max@firma.example")

        office.fetch()

        assert [len(office.notes_of(each)) for each in people] == [1, 1]
        assert len({note.id for note in office.note_rows()}) == 2  # nothing tells that both got the same mail
        assert office.letters() == []

    def test_keeps_neither_history_nor_files(self, office, now):
        person = office.meet(CUSTOMER)
        office.put(compose(now, text="Ja gern.\n\nAm 23.11.2026 um 09:12 schrieb Ina:\n> Alt\n", attachments=["a.pdf", "b.pdf"]))

        office.fetch()

        [text] = office.notes_of(person)
        assert text.endswith("\n\nJa gern.\n\nAnhänge, nicht übernommen: 2")

    @on_one_engine
    @pytest.mark.parametrize("charset", ["us-ascii", "koi8-x", "zlib"])
    def test_in_a_broken_charset_is_readable(self, office, now, charset):
        person = office.meet(CUSTOMER)
        head = compose(now, text=None).as_bytes().rstrip()
        office.put(head + f'\r\nContent-Type: text/plain; charset="{charset}"\r\n\r\n'.encode() + "Schöne Grüße\u202e".encode())

        office.fetch()

        assert "\n\nSchöne Grüße" in office.notes_of(person)[0]

    @on_one_engine
    def test_without_plain_text_is_read_from_its_html(self, office, now):
        person = office.meet(CUSTOMER)
        office.put(compose(now, text=None, html="<p>Guten Tag,</p><p>zwei &amp; drei</p><script>x()</script>"))

        office.fetch()

        assert office.notes_of(person)[0].endswith("\n\nGuten Tag,\n\nzwei & drei")

    @on_one_engine
    def test_without_any_text_says_so(self, office, now):
        person = office.meet(CUSTOMER)
        office.put(compose(now, text=None, subject=None))

        office.fetch()

        assert office.notes_of(person)[0].endswith("Betreff: –\n\n[Die E-Mail enthält keinen eigenen Text.]")

    @on_one_engine
    def test_that_is_long_is_cut_with_a_mark(self, office, now):
        person = office.meet(CUSTOMER)
        office.put(compose(now, text="Viel zu lesen.\n" * 200_000))

        office.fetch()

        [text] = office.notes_of(person)
        assert text.endswith("[Gekürzt: Die E-Mail ist länger.]") and 15_000 < len(text) < 20_000

    @on_one_engine
    def test_with_words_of_special_categories_is_filed_and_says_so(self, office, now):
        person = office.meet(CUSTOMER)
        office.put(compose(now, text="Sie ist seit Montag krankgeschrieben."))

        office.fetch()

        [text] = office.notes_of(person)
        assert "krankgeschrieben" in text and "Art. 9 DSGVO" in text

    def test_is_filed_for_the_purpose_that_may_use_the_person(self, office, now):
        person = office.meet(CUSTOMER, "precontract_request")
        office.put(compose(now))

        office.fetch()

        assert office.entries("note:written")[0]["pur"] == "precontract_request"
        assert office.notes_of(person, "precontract_request") == [SENT]

    @on_one_engine
    def test_of_service_is_filed_for_service(self, office, now):
        office.meet(CUSTOMER, "service")
        office.hire(Role.SERVICE, Role.MARKETING, email="max@firma.example")
        office.put(compose(now, **{"from": "max@firma.example"}))

        office.fetch()

        [written] = office.entries("note:written")
        assert (written["pur"], written["r"]) == ("service", "service")


class TestForwardedMail:
    @on_one_engine
    @pytest.mark.parametrize("text", [OUTLOOK, GMAIL, THUNDERBIRD, APPLE], ids=["outlook", "gmail", "thunderbird", "apple"])
    def test_within_the_text_is_filed_with_who_wrote_it(self, office, now, text):
        person = office.meet(CUSTOMER)
        office.put(compose(now, to=DROP, subject="WG: Anfrage", text=text))

        office.fetch()

        [note] = office.notes_of(person)
        assert note.startswith("E-Mail vom 23.11.2026, 10:00, erhalten\nBetreff: Anfrage Förderband\n")
        assert "wir brauchen ein Band." in note and "alter Text" not in note and "Von:" not in note

    def test_as_a_part_is_filed_with_who_wrote_it(self, office, now):
        person = office.meet(CUSTOMER)
        inner = compose(now - timedelta(days=2), **{"from": f"K. W. <{CUSTOMER}>"}, to=VERA, subject="Anfrage", attachments=["plan.pdf"])
        office.put(forwarded_as_part(now, inner))

        office.fetch()

        [note] = office.notes_of(person)
        assert note.startswith("E-Mail vom 21.11.2026, 10:00, erhalten\nBetreff: Anfrage\n\nZur Ablage.\n\nGuten Tag,")
        assert note.endswith("Anhänge, nicht übernommen: 1")

    @on_one_engine
    def test_as_several_parts_is_filed_with_who_wrote_each(self, office, now):
        people = [office.meet(f"kundin{each}@example.com", name=f"Kundin {each}") for each in range(3)]
        outer = compose(now, to=DROP, text="Zur Ablage.")
        for each in range(3):
            outer.add_attachment(compose(now, **{"from": f"kundin{each}@example.com"}, to=VERA, text=f"Brief {each}."))
        office.put(outer)

        office.fetch()

        assert [office.notes_of(each)[0].endswith(f"\n\nZur Ablage.\n\nBrief {number}.") for number, each in enumerate(people)] == [
            True
        ] * 3
        assert office.letters() == []

    @on_one_engine
    def test_as_more_parts_than_are_filed_says_how_many_were_not(self, office, now, monkeypatch):
        monkeypatch.setattr("crm.services.drop.filing.drop_policy", lambda: replace(drop_policy(), most_people=1))
        person = office.meet(CUSTOMER)
        outer = compose(now, to=DROP, text="Zur Ablage.")
        for each in range(3):
            outer.add_attachment(compose(now, **{"from": CUSTOMER}, to=VERA, text=f"Brief {each}."))
        outer.add_attachment(forwarded_as_part(now, compose(now), to=VERA))
        office.put(outer)

        office.fetch()

        assert len(office.notes_of(person)) == 1
        [(kind, letter)] = office.letters()
        assert (kind, "4 davon nicht" in letter.text) == ("drop_attached", True)

    @on_one_engine
    def test_that_goes_along_with_a_sent_one_counts_as_attachment(self, office, now):
        person = office.meet(CUSTOMER)
        office.put(forwarded_as_part(now, compose(now), to=CUSTOMER))

        office.fetch()

        assert office.notes_of(person)[0].endswith("Anhänge, nicht übernommen: 1")

    @on_one_engine
    def test_that_staff_had_sent_is_filed_with_whom_it_went_to(self, office, now):
        person = office.meet(CUSTOMER)
        office.put(forwarded_as_part(now, compose(now)))

        office.fetch()

        assert "gesendet" in office.notes_of(person)[0]

    @on_one_engine
    def test_that_was_redirected_is_what_it_says(self, office, now):
        person = office.meet(CUSTOMER)
        office.put(compose(now, **{"from": CUSTOMER}, to=VERA, resent_from=VERA, resent_to=DROP))

        office.fetch()

        assert "erhalten" in office.notes_of(person)[0]


class TestRefusedMail:
    """Nothing of it is kept, and whoever dropped it learns that, and nothing about the person."""

    def assert_refused(self, office, kind):
        assert office.note_rows() == []
        assert office.server.contents() == []
        assert office.kinds() == ([kind] if kind else [])
        assert len(office.entries("drop:refused", "drop:set_aside")) == 1

    def test_about_nobody_known(self, office, now):
        office.put(compose(now))

        office.fetch()

        self.assert_refused(office, "drop_nobody")
        [(_kind, letter)] = office.letters()
        assert letter.to == VERA and "23.11.2026, 10:00" in letter.text
        assert not any(word in letter.subject + letter.text for word in ("Angebot", CUSTOMER, "Wehmeier"))
        [refused] = office.entries("drop:refused")
        assert (refused["a"], refused["res"], refused["cls"]) == (office.vera.pseudonym, "drop_nobody", "read")

    def test_about_somebody_restricted_reads_like_one_about_nobody(self, office, now):
        office.put(compose(now, to="fremd@example.com"))
        office.fetch()
        person = office.meet(CUSTOMER)
        with office.database.writing() as session:
            restriction.impose(session, subject_ids=[person], reason=RestrictionReason.LEGAL_CLAIMS, actor=SALES, now=now)
        office.put(compose(now))

        office.fetch()

        assert office.note_rows() == []
        (_, nobody), (_, restricted) = office.letters()
        assert nobody == restricted

    def test_about_somebody_erased(self, office, now):
        person = office.meet(CUSTOMER)
        with office.database.writing() as session:
            job.order(session, subject_id=person, cause=ErasureCause.REQUEST, rule=None, case_id=None, actor=COORDINATOR, now=now)
        eraser.finish(office.database, vault=office.runtime.vault, clock=office.runtime.clock.now)
        office.put(compose(now))

        office.fetch()

        self.assert_refused(office, "drop_nobody")

    def test_about_somebody_whose_erasure_was_ordered(self, office, now):
        person = office.meet(CUSTOMER)
        with office.database.writing() as session:
            job.order(session, subject_id=person, cause=ErasureCause.REQUEST, rule=None, case_id=None, actor=COORDINATOR, now=now)
        office.put(compose(now))

        office.fetch()

        self.assert_refused(office, "drop_nobody")

    def test_about_somebody_whom_no_purpose_with_notes_may_use(self, office, now):
        office.meet(CUSTOMER, "newsletter")
        office.put(compose(now))

        office.fetch()

        self.assert_refused(office, "drop_nobody")

    @on_one_engine
    def test_about_somebody_who_objected(self, office, now):
        person = office.meet(CUSTOMER)
        with office.database.writing() as session:
            objection.raise_many(session, [(person, Objection("business_contact"))], origin=Heard.CALL, actor=SALES, now=now)
        office.put(compose(now))

        office.fetch()

        self.assert_refused(office, "drop_nobody")

    @on_one_engine
    def test_to_an_address_that_two_people_share(self, office, now):
        office.meet(CUSTOMER)
        office.meet(CUSTOMER, name="Ahrens")
        office.put(compose(now))

        office.fetch()

        self.assert_refused(office, "drop_nobody")

    def test_to_known_and_unknown_people_is_filed_in_part(self, office, now):
        person = office.meet(CUSTOMER)
        office.put(compose(now, cc="fremd@example.com, noch@example.com"))

        office.fetch()

        assert len(office.notes_of(person)) == 1
        [(kind, letter)] = office.letters()
        assert (kind, "Zu 2 davon" in letter.text) == ("drop_in_part", True)
        assert office.entries("drop:refused")[0]["cnt"] == 2

    @on_one_engine
    def test_to_a_crowd(self, office, now):
        office.meet(CUSTOMER)
        office.put(compose(now, cc=", ".join(f"gast{each}@example.com" for each in range(25))))

        office.fetch()

        self.assert_refused(office, "drop_crowd")

    @on_one_engine
    def test_of_a_role_that_writes_no_notes(self, office, now):
        office.meet(CUSTOMER)
        office.hire(Role.MANAGEMENT, email="chefin@firma.example")
        office.put(compose(now, **{"from": "chefin@firma.example"}))

        office.fetch()

        self.assert_refused(office, "drop_role")
        assert office.letters()[0][1].to == "chefin@firma.example"

    @on_one_engine
    def test_forwarded_without_an_address_to_be_seen(self, office, now):
        office.meet(CUSTOMER)
        office.put(compose(now, to=DROP, text="Von: Katharina Wehmeier\nGesendet: heute\nBetreff: Anfrage\n\nText"))

        office.fetch()

        self.assert_refused(office, "drop_nobody")

    @on_one_engine
    def test_in_english_for_who_reads_english(self, office, now):
        with office.database.writing() as session:
            session.get_one(Account, office.vera.id).language = "en"
        office.put(compose(now))

        office.fetch()

        assert "23 November 2026, 10:00" in office.letters()[0][1].text


class TestStrangers:
    """A mail from nobody of the house leaves nothing but an entry, and gets no answer: its sender may be forged."""

    @on_one_engine
    @pytest.mark.parametrize(
        "headers",
        [
            {"from": "fremd@example.com"},
            {"from": CUSTOMER},
            {"from": f"{VERA}, {CUSTOMER}"},
            {"from": f'"{VERA}" <fremd@example.com>'},
            {"from": None},
            {"auto_submitted": "auto-replied"},
        ],
    )
    def test_are_not_filed_and_not_answered(self, office, now, headers):
        office.meet(CUSTOMER)
        office.put(compose(now, **headers))

        office.fetch()

        TestRefusedMail().assert_refused(office, None)

    @on_one_engine
    def test_in_the_name_of_staff_by_an_address_that_can_be_guessed(self, office, now):
        office.meet(CUSTOMER)
        office.put(compose(now, delivered_to="demouser@firma.example", x_original_to="demouser@firma.example"))

        office.fetch()

        TestRefusedMail().assert_refused(office, None)
        [aside] = office.entries("drop:set_aside")
        assert (aside["a"], aside["res"], aside["cnt"]) == ("system:drop", "elsewhere", 1)
        stores = Stores(office.runtime.settings, office.database, office.runtime.vault)
        assert DropElsewhere in {type(each) for each in examine_emptying(stores, now=now)}

    @on_one_engine
    @pytest.mark.parametrize(
        "headers",
        [
            {"x_original_to": DROP},
            {"envelope_to": f"<{DROP.upper()}>"},
            {"received": f"from a by b with LMTP id 7 for <{DROP}>; Mon, 23 Nov 2026 10:00:00 +0100"},
            {"cc": f"Ablage <{DROP}>"},
        ],
    )
    def test_are_not_who_name_the_secret_address(self, office, now, headers):
        person = office.meet(CUSTOMER)
        office.put(compose(now, **({"delivered_to": "demouser@firma.example"} | headers)))

        office.fetch()

        assert len(office.notes_of(person)) == 1

    def test_who_once_worked_here_are_none_of_the_house(self, office, now):
        office.meet(CUSTOMER)
        with office.database.writing() as session:
            session.execute(update(Account).where(Account.id == office.vera.id).values(disabled_at=now))
        office.put(compose(now))

        office.fetch()

        TestRefusedMail().assert_refused(office, None)

    @on_one_engine
    def test_who_were_not_yet_told_what_is_logged(self, office, now):
        office.meet(CUSTOMER)
        office.hire(email="neu@firma.example", notice=False)
        office.put(compose(now, **{"from": "neu@firma.example"}))

        office.fetch()

        TestRefusedMail().assert_refused(office, None)

    @on_one_engine
    def test_two_lines_that_name_a_sender_name_none(self, office, now):
        office.meet(CUSTOMER)
        office.put(b"From: fremd@example.com\r\n" + compose(now).as_bytes())

        office.fetch()

        TestRefusedMail().assert_refused(office, None)
