"""Companies: legal persons are no personal data, sole traders are people."""

import re

import pytest
from sqlalchemy import text

from crm.actor import Role
from crm.models.company import Company
from crm.models.contact import Contact
from crm.models.privacy_task import PrivacyTask
from crm.services.companies import listing
from tests.functional.web.conftest import error_at, hidden, names_in, shown_fields, strip_number
from tests.functional.web.test_contact_form import inputs_of


def companies_in(answer):
    return re.findall(r'<th scope="row"[^>]*><a href="/companies/[0-9a-f]{32}">([^<]+)</a>', answer.text)


class TestList:
    def test_shows_legal_persons_by_name_and_enters_nothing(self, house, sales):
        house.add_company("Zeta AG")
        house.add_company("<b>Alpha</b> GmbH")
        house.add_sole_trader("Malerei Huber")

        answer = sales.get("/companies")

        assert companies_in(answer) == ["&lt;b&gt;Alpha&lt;/b&gt; GmbH", "Zeta AG"]
        assert strip_number(answer) == 0
        assert house.entries("people:listed") == []

    def test_is_searched_and_filtered(self, house, sales):
        house.add_company("Alpha GmbH", city="Ulm", segment="Energie")
        house.add_company("Beta GmbH", city="Kiel", owner_id=sales.member.id)

        assert companies_in(sales.send("/companies/search", {"q": "alpha ulm"}, follow_redirects=True)) == ["Alpha GmbH"]
        assert companies_in(sales.type("/companies/search", "kie")) == ["Beta GmbH"]
        assert companies_in(sales.get("/companies?segment=Energie")) == ["Alpha GmbH"]
        assert companies_in(sales.get(f"/companies?owner={sales.member.id}")) == ["Beta GmbH"]
        assert companies_in(sales.send("/companies/search", {"q": "100%"}, follow_redirects=True)) == []

    @pytest.mark.parametrize("name", ["owner", "segment"])
    def test_by_what_does_not_exist_says_so_at_the_filter_and_shows_none(self, house, sales, name):
        house.add_company("Alpha GmbH", segment="x" * 40)

        answer = sales.get(f"/companies?{name}=" + "x" * 41)

        assert companies_in(answer) == []
        assert answer.text.count("Diese Auswahl gibt es hier nicht (mehr).") == 1
        assert f'aria-describedby="s-{name}-wrong"' in answer.text

    @pytest.mark.parametrize("words", ["österreichische", "ÖSTERREICHISCHE", "überlingen", "ÜBER öster"])
    def test_is_searched_whatever_the_capitals_of_umlauts(self, house, sales, words):
        house.add_company("Österreichische Mühlen AG", city="Überlingen")

        assert companies_in(sales.type("/companies/search", words)) == ["Österreichische Mühlen AG"]

    def test_is_suggested_in_a_form_whatever_the_capitals_of_umlauts(self, house, sales):
        house.add_company("Österreichische Mühlen AG")

        assert "Österreichische Mühlen AG" in sales.get("/companies/suggest?company=österr").text

    def test_pages_on_and_back_in_both_directions(self, house, sales, monkeypatch):
        monkeypatch.setattr(listing, "PAGE_SIZE", 3)
        for number in range(8):
            house.add_company(f"Firma {number}")

        for order, names in (("", range(8)), ("?sort=-name", range(7, -1, -1))):
            first = sales.get(f"/companies{order}")
            second = sales.get(self.link(first, "next"))
            third = sales.get(self.link(second, "next"))
            assert companies_in(first) + companies_in(second) + companies_in(third) == [f"Firma {number}" for number in names]
            assert companies_in(sales.get(self.link(third, "prev"))) == companies_in(second)
            assert companies_in(sales.get(self.link(second, "prev"))) == companies_in(first)
            assert self.link(first, "prev") is None
            assert self.link(third, "next") is None

    def test_sorts_as_german_people_expect_and_pages_in_that_order(self, house, sales, monkeypatch):
        """DIN 5007-1."""
        monkeypatch.setattr(listing, "PAGE_SIZE", 3)
        expected = ["adler", "Ärger AG", "Arndt", "Muller", "Müller", "Muller Bau", "Österreicher", "Strasse 1", "Straße 2", "Zeiss"]
        for name in reversed(expected):
            house.add_company(name)

        for order, names in (("", expected), ("?sort=-name", expected[::-1])):
            pages, link = [], f"/companies{order}"
            while link:
                answer = sales.get(link)
                pages += companies_in(answer)
                link = self.link(answer, "next")
            assert pages == names

    def test_puts_a_renamed_company_where_its_new_name_belongs(self, house, sales):
        house.add_company("Mitte")
        company = house.add_company("Anfang")

        sales.send(f"/companies/{company}/edit", {**inputs_of(sales.get(f"/companies/{company}/edit")), "name": "Österreicher"})

        assert companies_in(sales.get("/companies")) == ["Mitte", "Österreicher"]

    def test_finds_a_page_by_the_index_of_the_order(self, house):
        page = "SELECT id FROM company WHERE kind = 'legal_person' AND (sort_key, id) > (:key, :id) ORDER BY sort_key, id LIMIT 51"
        with house.database.reading() as session:
            on_server = session.get_bind().dialect.name == "postgresql"
            if on_server:
                for detour in ("seqscan", "bitmapscan", "sort"):  # what pays for a table without rows
                    session.execute(text(f"SET LOCAL enable_{detour} = off"))
            explained = text(f"{'EXPLAIN' if on_server else 'EXPLAIN QUERY PLAN'} {page}")
            plan = str(session.execute(explained, {"key": b"m", "id": "0" * 32}).all())

        assert "ix_company_sort_key" in plan
        assert "TEMP B-TREE" not in plan
        assert "Sort " not in plan

    def test_refuses_a_page_that_was_made_by_hand(self, sales):
        assert sales.get("/companies?after=" + "0" * 32).status_code == 422
        assert sales.get("/companies?before=x").status_code == 422

    @staticmethod
    def link(answer, relation):
        for tag in re.findall(r"<a[^>]*>", answer.text):
            if f'rel="{relation}"' in tag:
                return re.search(r'href="([^"]+)"', tag).group(1).replace("&amp;", "&")
        return None


class TestSoleTraders:
    """Art. 4(1) DSGVO."""

    def test_come_through_the_door_with_one_entry(self, house, sales):
        house.add_sole_trader("Malerei Huber")
        house.add_sole_trader("Praxis Adler", "contract_person", last_name="Adler")
        house.build_index()

        answer = sales.get("/companies?tab=sole")

        assert companies_in(answer) == ["Malerei Huber"]
        assert strip_number(answer) == len(shown_fields(answer)) == 2
        assert len(house.entries("people:listed")) == 1

    def test_of_other_purposes_are_offered_as_a_number(self, house, sales):
        house.add_sole_trader("Praxis Adler", "contract_person", last_name="Adler")
        house.build_index()

        answer = sales.get("/companies?tab=sole")

        assert "Adler" not in answer.text
        assert "Vertrag: 1 Treffer" in answer.text

    def test_leave_no_name_in_readable_columns(self, house, sales):
        house.add_sole_trader("Malerei Huber")

        assert house.count(Company, Company.name.is_not(None)) == 0

    def test_page_counts_what_it_shows(self, house, sales):
        company = house.add_sole_trader("Malerei Huber")

        answer = sales.get(f"/companies/{company}")

        assert "Malerei Huber" in answer.text
        assert strip_number(answer) == len(shown_fields(answer))
        assert "natürliche Person" in answer.text

    def test_page_is_refused_without_ground(self, house, sales):
        company = house.add_sole_trader("Praxis Adler", "contract_person", last_name="Adler")

        answer = sales.get(f"/companies/{company}")

        assert answer.status_code == 409
        assert "Adler" not in answer.text

    def test_are_not_shown_to_a_role_that_works_for_no_purpose(self, house, colleague):
        company = house.add_sole_trader("Malerei Huber")
        management = colleague(Role.MANAGEMENT)

        assert management.get("/companies?tab=sole").status_code == 403
        assert management.get(f"/companies/{company}").status_code == 404


class TestPage:
    def test_shows_the_people_that_the_purpose_may_see_in_one_entry(self, house, sales):
        company = house.add_company()
        house.take_in(fields={"first_name": "Mia", "last_name": "Adler"}, company_id=company)
        house.take_in("service", fields={"last_name": "Quandel"}, company_id=company)

        answer = sales.get(f"/companies/{company}")

        assert names_in(answer) == ["Adler, Mia"]
        assert "Quandel" not in answer.text
        assert strip_number(answer) == len(shown_fields(answer))
        assert len(house.entries("people:listed")) == 1

    def test_without_people_asks_nothing_and_enters_nothing(self, house, sales):
        company = house.add_company()

        assert sales.get(f"/companies/{company}").status_code == 200

        assert house.entries("people:listed") == []

    def test_shows_no_people_to_roles_that_do_not_read_contacts(self, house, colleague):
        company = house.add_company()
        house.take_in(fields={"last_name": "Adler"}, company_id=company)

        for role in (Role.MANAGEMENT, Role.MARKETING):
            answer = colleague(role).get(f"/companies/{company}")
            assert "Brückner Pumpenbau GmbH" in answer.text
            assert "Adler" not in answer.text
        assert house.entries("people:listed") == []

    def test_leads_to_what_it_belongs_to_and_what_belongs_to_it(self, house, sales):
        parent = house.add_company("Alpha Holding AG")
        company = house.add_company("Beta GmbH")
        form = {each: hidden(sales.get(f"/companies/{company}/edit"), each) for each in ("purpose", "version", "was_parent", "was_name")}

        saved = sales.send(f"/companies/{company}/edit", {**form, "name": "Beta GmbH", "city": "Kassel", "parent": "Alpha Holding AG"})

        assert saved.status_code == 303
        assert f'href="/companies/{parent}"' in sales.get(f"/companies/{company}").text
        assert f'href="/companies/{company}"' in sales.get(f"/companies/{parent}").text

    def test_keeps_what_was_typed_where_a_company_would_belong_to_itself(self, house, sales):
        company = house.add_company("Beta GmbH")
        form = {each: hidden(sales.get(f"/companies/{company}/edit"), each) for each in ("purpose", "version")}

        refused = sales.send(f"/companies/{company}/edit", {**form, "name": "Beta GmbH", "parent": "Beta GmbH"})

        assert refused.status_code == 422
        assert "gehört selbst zu der" in error_at(refused, "parent")
        assert inputs_of(refused)["parent"] == "Beta GmbH"

    def test_shows_who_has_a_role_here_though_they_work_elsewhere(self, house, sales):
        company, elsewhere = house.add_company("Alpha GmbH"), house.add_company("Beta GmbH")
        person = house.take_in(fields={"last_name": "Adler"}, company_id=elsewhere)
        form = {"purpose": "business_contact", "company": "Alpha GmbH · Kassel", "capacity": "billing"}

        entered = sales.send(f"/contacts/{person}/affiliations", form, follow_redirects=True)

        assert "Rechnungsempfang" in entered.text
        page = sales.get(f"/companies/{company}")
        assert names_in(page) == ["Adler"]
        assert "Rechnungsempfang" in page.text

    def test_loses_nothing_that_was_typed_about_a_role(self, house, sales):
        person = house.take_in()

        refused = sales.send(
            f"/contacts/{person}/affiliations", {"purpose": "business_contact", "company": "Luftschloss AG", "capacity": "technical"}
        )

        assert refused.status_code == 422
        assert error_at(refused, "company")
        assert inputs_of(refused)["company"] == "Luftschloss AG"

    def test_does_not_exist_for_an_id_that_never_was(self, sales):
        assert sales.get("/companies/" + "0" * 32).status_code == 404


class TestForm:
    def new(self, visitor, **fields):
        page = visitor.get("/companies/new")
        return {"token": hidden(page, "token"), "purpose": hidden(page, "purpose"), "kind": "legal_person", **fields}

    def no_person(self, page):
        """Return the tick that says that the company is no person."""
        return {"confirm_legal_person": re.search(r'name="confirm_legal_person"\s+value="([^"]*)"', page.text).group(1)}

    def test_creates_a_legal_person_once(self, house, sales):
        form = self.new(sales, name="Alpha GmbH", city="Ulm", owner=sales.member.id)

        first, second = sales.send("/companies/new", form), sales.send("/companies/new", form)

        assert (first.status_code, second.status_code) == (303, 303)
        assert first.location == second.location
        assert house.count(Company) == 1

    def test_sent_again_with_another_name_is_a_second_company(self, house, sales):
        form = self.new(sales, name="Alpha GmbH", city="Ulm")

        first, second = sales.send("/companies/new", form), sales.send("/companies/new", {**form, "name": "Beta GmbH"})

        assert first.location != second.location
        assert house.count(Company, Company.name == "Beta GmbH") == 1

    def test_of_a_purpose_the_role_does_not_work_for_is_shown_again(self, house, sales):
        refused = sales.send("/companies/new", self.new(sales, name="Alpha GmbH", purpose="made_up"))

        assert refused.status_code == 422
        assert "Dieses Formular gehört zu einem Zweck" in refused.text
        assert inputs_of(refused)["name"] == "Alpha GmbH"
        assert house.count(Company) == 0

    def test_creates_a_sole_trader_as_a_person_with_origin(self, house, sales):
        natural = {"kind": "natural_person", "name": "Malerei Huber", "city": "Fulda", "last_name": "Huber"}

        refused = sales.send("/companies/new", self.new(sales, **natural, notice="due"))
        assert refused.status_code == 422
        assert error_at(refused, "origin")
        assert house.count(Contact) == 0

        answer = sales.send("/companies/new", self.new(sales, **natural, origin="Anruf", notice="due"), follow_redirects=True)
        assert "Malerei Huber" in answer.text
        assert house.count(Company, Company.name.is_not(None)) == 0
        assert house.count(Contact) == 1
        assert house.count(PrivacyTask) == 1

    @pytest.mark.parametrize(
        ("name", "sentence"),
        [("petra.privat@web.example", "Das ist eine E-Mail-Adresse"), ("Malerei Huber e. K.", "So heißt ein Einzelunternehmen")],
    )
    def test_takes_nobody_in_as_a_legal_person_by_name(self, house, sales, name, sentence):
        """Art. 4(1) DSGVO: the name of a company is not sealed."""
        refused = sales.send("/companies/new", self.new(sales, name=name))

        assert (refused.status_code, sentence in error_at(refused, "name")) == (422, True)
        assert house.count(Company) == 0

    def test_named_like_a_sole_trader_before_can_still_be_changed(self, house, sales):
        company_id = house.add_company("Malerei Huber e. K.")
        form = inputs_of(sales.get(f"/companies/{company_id}/edit"))

        answer = sales.send(f"/companies/{company_id}/edit", {**form, "city": "Fulda"}, follow_redirects=True)

        assert "Die Änderungen sind gespeichert." in answer.text

    def test_warns_of_the_same_name_before_saving(self, house, sales):
        house.add_company("Alpha GmbH")

        warned = sales.send("/companies/new", self.new(sales, name="ALPHA gmbh"))

        assert warned.status_code == 422
        assert "Eine Firma mit diesem Namen gibt es schon" in warned.text
        assert house.count(Company) == 1
        assert sales.send("/companies/new", self.new(sales, name="ALPHA gmbh", confirm_duplicate="1")).status_code == 303

    @pytest.mark.parametrize("name", ["Katharina Wehmeier", "wehmeier, KATHARINA", "Katharina  Wehmeier "])
    def test_called_like_a_contact_is_asked_about_once(self, house, sales, name):
        """Art. 4(1) DSGVO."""
        house.take_in()
        house.build_index()

        asked = sales.send("/companies/new", self.new(sales, name=name, city="Kassel"))

        assert asked.status_code == 422
        assert "Ist das ein Einzelunternehmen?" in asked.text
        assert inputs_of(asked)["city"] == "Kassel"
        assert sales.send("/companies/new", {**inputs_of(asked), **self.no_person(asked)}).status_code == 303
        assert house.count(Company, Company.kind == "legal_person") == 1

    def test_an_answer_stays_while_another_question_is_open(self, house, sales):
        house.take_in()
        house.build_index()
        house.add_company("Katharina Wehmeier")
        asked = sales.send("/companies/new", self.new(sales, name="Katharina Wehmeier"))

        again = sales.send("/companies/new", {**inputs_of(asked), **self.no_person(asked)})

        assert "Ist das ein Einzelunternehmen?" not in again.text
        assert "Eine Firma mit diesem Namen gibt es schon" in again.text
        assert sales.send("/companies/new", {**inputs_of(again), "confirm_duplicate": "1"}).status_code == 303

    def test_called_like_a_contact_is_asked_about_again_under_another_name(self, house, sales):
        house.take_in()
        house.build_index()

        other = self.new(sales, name="Katharina Wehmeier", confirm_legal_person="Alpha Beta")

        assert sales.send("/companies/new", other).status_code == 422

    @pytest.mark.parametrize("name", ["Wehmeier GmbH", "Katharina Wehmeier GmbH", "Katharina Wehmeiers", "Karl Wehmeier", "Wehmeier"])
    def test_called_otherwise_is_not_asked_about(self, house, sales, name):
        house.take_in()
        house.build_index()

        assert sales.send("/companies/new", self.new(sales, name=name)).status_code == 303

    def test_called_like_somebody_whom_the_purpose_may_not_use_is_not_asked_about(self, house, sales):
        """Art. 18(2), 25(2) DSGVO: the question would tell that the person is here."""
        restricted = house.take_in()
        house.take_in("contract_person", fields={"first_name": "Rolf", "last_name": "Fremd"})
        house.restrict(restricted)
        house.build_index()

        answers = [sales.send("/companies/new", self.new(sales, name=name)) for name in ("Katharina Wehmeier", "Rolf Fremd", "Ganz Neu")]

        assert [answer.status_code for answer in answers] == [303, 303, 303]

    def test_every_question_is_entered_whoever_bears_the_name(self, house, sales):
        """Art. 5(2) DSGVO: nobody tries out names unseen."""
        house.build_index()
        before = len(house.entries("people:listed"))

        sales.send("/companies/new", self.new(sales, name="Ganz Neu"))

        assert len(house.entries("people:listed")) == before + 1

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", " "),
            ("name", "x" * 201),
            ("postal_code", "1" * 21),
            ("owner", "0" * 32),
            ("owner", "x"),
            ("kind", "ghost"),
            ("kind", ""),
            ("segment", "x" * 41),
            ("website", "javascript:alert(1)"),
            ("website", "javascript://example.com/%0aalert(1)"),
            ("website", "data:text/html,<b>"),
            ("website", "ftp://example.com"),
            ("website", "https://name:word@example.com"),
            ("website", "keine"),
            ("website", "nicht eine.adresse"),
            ("website", "https://example.com/" + "x" * 181),
        ],
    )
    def test_refuses_with_the_mistake_at_its_field(self, house, sales, field, value):
        refused = sales.send("/companies/new", self.new(sales, **{"name": "Alpha GmbH", field: value}))

        assert refused.status_code == 422
        assert error_at(refused, field)
        assert house.count(Company) == 0

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("www.alpha.example", "https://www.alpha.example"),
            ("alpha.example:8443/wir?sprache=de", "https://alpha.example:8443/wir?sprache=de"),
            ("http://alpha.example", "http://alpha.example"),
            ("HTTPS://müller.example/Über uns", "HTTPS://müller.example/Über uns"),
        ],
    )
    def test_keeps_a_website_as_an_address_that_leads_there(self, house, sales, typed, kept):
        company = sales.send("/companies/new", self.new(sales, name="Alpha GmbH", website=typed)).location

        assert kept in sales.get(company).text

    def test_sent_twice_is_no_conflict_because_of_the_website(self, house, sales):
        company = house.add_company("Alpha GmbH")
        form = {**inputs_of(sales.get(f"/companies/{company}/edit")), "website": "alpha.example"}

        assert [sales.send(f"/companies/{company}/edit", form).status_code for _ in range(2)] == [303, 303]

    def test_changes_and_shows_a_conflict(self, house, sales, colleague):
        company = house.add_company("Alpha GmbH", city="Ulm")
        mine = {**inputs_of(sales.get(f"/companies/{company}/edit")), "city": "Kiel"}
        other = colleague(name="Timo Krug")
        other.send(f"/companies/{company}/edit", {**inputs_of(other.get(f"/companies/{company}/edit")), "city": "Bonn", "phone": "0228 1"})

        conflict = sales.send(f"/companies/{company}/edit", mine)

        assert conflict.status_code == 409
        form = inputs_of(conflict)
        assert (form["city"], form["phone"]) == ("Kiel", "0228 1")
        assert "Bonn" in error_at(conflict, "city")
        assert "von jemand anderem oder von Ihnen in einem anderen Fenster" in conflict.text
        assert sales.send(f"/companies/{company}/edit", form).status_code == 303
        assert house.count(Company, Company.city == "Kiel", Company.phone == "0228 1") == 1

    def test_of_a_sole_trader_leaves_what_the_purpose_does_not_show(self, house, sales):
        company = house.add_sole_trader("Malerei Huber", "business_contact", "contract_person")
        sales.work_for("contract_person")
        form = inputs_of(sales.get(f"/companies/{company}/edit"))
        assert "website" not in form

        assert sales.send(f"/companies/{company}/edit", {**form, "city": "Kassel"}).status_code == 303

        sales.work_for("business_contact")
        page = sales.get(f"/companies/{company}").text
        assert "Kassel" in page
        assert "huber.example" in page

    def test_of_a_sole_trader_is_refused_for_a_purpose_that_rests_on_consent(self, house, sales):
        sales.work_for("phone_advertising")
        natural = {"kind": "natural_person", "name": "Malerei Huber", "last_name": "Huber", "origin": "Anruf", "notice": "due"}

        refused = sales.send("/companies/new", self.new(sales, **natural))

        assert refused.status_code == 409
        assert "beruht auf Einwilligung" in refused.text
        assert house.count(Contact) == 0
