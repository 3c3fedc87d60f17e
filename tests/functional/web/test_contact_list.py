"""The list of contacts: what the purpose may see, found fast, entered once."""

import json
import re
from datetime import timedelta
from urllib.parse import unquote

import pytest

from crm.actor import Role
from crm.privacy import rectification
from crm.services.contacts import listing
from tests.functional.web.conftest import ACTOR, FIELDS, names_in, shown_fields, strip_number


def person(first, last, **others):
    return {"first_name": first, "last_name": last, **others}


@pytest.fixture
def crowd(house):
    """Three people of business, one of service only."""
    ids = {
        "Adler": house.take_in(
            fields=person("Mia", "Adler", city="Ulm", position="Technik"), last_contact_at=house.now - timedelta(days=3)
        ),
        "Müller": house.take_in(fields=person("Jörg", "Müller", city="Kiel"), last_contact_at=house.now - timedelta(days=1)),
        "Zander": house.take_in(fields=person("Ute", "Zander", email="zander@example.com"), last_contact_at=house.now - timedelta(days=2)),
        "Quandel": house.take_in("service", fields=person("Petra", "Quandel")),
    }
    house.build_index()
    return ids


class TestShows:
    def test_whom_the_purpose_may_use_by_name(self, crowd, sales):
        answer = sales.get("/contacts")

        assert names_in(answer) == ["Adler, Mia", "Müller, Jörg", "Zander, Ute"]
        assert "3 Personen, die dieser Zweck zeigt" in answer.text
        assert "Quandel" not in answer.text

    def test_as_many_fields_as_the_strip_says(self, crowd, sales, colleague):
        answer = sales.get("/contacts")
        assert strip_number(answer) == len(shown_fields(answer)) == 4
        assert "ein Eintrag für die ganze Liste" in answer.text

        service = colleague(Role.SERVICE).get("/contacts")
        assert shown_fields(service) == {"first_name", "last_name", "position"}
        assert strip_number(service) == 3

    def test_no_field_that_the_purpose_denies(self, house, colleague):
        house.take_in("legal_retention", "business_contact", fields=FIELDS)
        house.build_index()
        accounting = colleague(Role.ACCOUNTING)
        accounting.work_for("legal_retention")

        text = accounting.get("/contacts").text

        assert "Wehmeier, Katharina" in text
        for denied in ("email", "phone", "mobile", "position", "department"):
            assert FIELDS[denied] not in text

    def test_the_whole_list_in_one_entry_without_names(self, house, crowd, sales):
        sales.get("/contacts")

        (leaf,) = house.entries("people:listed")
        assert '"cnt":3' in leaf
        assert "Adler" not in leaf

    def test_that_shows_nobody_says_so_in_its_entry(self, house, crowd, sales):
        """A search without hits is a question about people; it is entered, and claims no disclosure."""
        assert names_in(sales.search("Niemand")) == []

        leaf = json.loads(house.entries("people:listed")[-1])
        assert (leaf["cnt"], leaf["res"]) == (0, "nobody")
        assert "f" not in leaf

    def test_names_made_of_markup_as_text(self, house, sales):
        house.take_in(fields=person("<i>Eva</i>", "<script>alert(1)</script>"))
        house.build_index()

        text = sales.get("/contacts").text

        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "<script>alert(1)" not in text

    def test_what_to_do_when_there_is_nobody(self, house, sales):
        house.build_index()

        answer = sales.get("/contacts")

        assert "Noch keine Kontakte" in answer.text
        assert strip_number(answer) == 0


class TestOrders:
    def test_by_last_contact_in_both_directions(self, crowd, sales):
        assert names_in(sales.get("/contacts?sort=-activity")) == ["Müller, Jörg", "Zander, Ute", "Adler, Mia"]
        assert names_in(sales.get("/contacts?sort=activity")) == ["Adler, Mia", "Zander, Ute", "Müller, Jörg"]
        assert names_in(sales.get("/contacts?sort=-name")) == ["Zander, Ute", "Müller, Jörg", "Adler, Mia"]

    def test_by_name_for_an_order_that_does_not_exist(self, crowd, sales):
        assert names_in(sales.get("/contacts?sort=password")) == ["Adler, Mia", "Müller, Jörg", "Zander, Ute"]

    def test_the_heading_says_the_direction_and_turns_it_round(self, crowd, sales):
        text = sales.get("/contacts").text

        assert 'aria-sort="ascending"' in text
        assert "/contacts?sort=-name" in text
        assert "/contacts?sort=-activity" in text


class TestSearches:
    def test_a_part_of_a_name_in_any_spelling(self, crowd, sales):
        for words in ("müll", "Mueller", "muller jörg", "ULLE"):
            assert names_in(sales.search(words)) == ["Müller, Jörg"]

    def test_with_words_that_never_stand_in_an_address(self, crowd, sales):
        answer = sales.send("/contacts/search", {"q": "Müller"})

        assert answer.status_code == 303
        assert "ller" not in unquote(answer.location)
        assert names_in(sales.get(answer.location)) == ["Müller, Jörg"]

    def test_with_an_address_that_works_for_nobody_else(self, crowd, sales, colleague):
        address = sales.send("/contacts/search", {"q": "Müller"}).location

        other = colleague(Role.SALES, name="Timo Krug")

        assert names_in(other.get(address)) == ["Adler, Mia", "Müller, Jörg", "Zander, Ute"]

    def test_while_somebody_types(self, crowd, sales):
        answer = sales.type("/contacts/search", "zan")

        assert names_in(answer) == ["Zander, Ute"]
        assert "<html" not in answer.text
        assert names_in(sales.get(answer.headers["HX-Replace-Url"])) == ["Zander, Ute"]

    def test_only_fields_that_the_purpose_may_see(self, house, sales):
        house.take_in("sales_approach", "business_contact", fields=FIELDS)
        house.build_index()
        assert names_in(sales.search("wehmeier@example")) == ["Wehmeier, Katharina"]

        sales.work_for("sales_approach")

        assert names_in(sales.search("Wehmeier")) == ["Wehmeier, Katharina"]
        assert names_in(sales.search("wehmeier@example")) == []

    def test_similar_words_when_nothing_is_spelled_like_that(self, crowd, sales):
        answer = sales.search("Zandre")

        assert names_in(answer) == ["Zander, Ute"]
        assert "Genau so heißt niemand" in answer.text

    def test_and_offers_another_purpose_that_finds_somebody_with_the_number(self, house, crowd, sales):
        house.take_in("contract_person", fields=person("Olga", "Yilmaz"))
        house.build_index()

        nobody = sales.search("Yilmaz")
        assert names_in(nobody) == []
        assert "Vertrag: 1 Treffer" in nobody.text
        assert "Olga" not in nobody.text

        form = re.search(r'action="(/purpose/contract_person)">.*?name="next"\s+value="(/contacts\?s=[^"]+)"', nobody.text, re.DOTALL)
        switched = sales.send(form.group(1), {"next": form.group(2)}, follow_redirects=True)
        assert names_in(switched) == ["Yilmaz, Olga"]

    def test_and_says_so_when_nobody_is_found_for_any_purpose(self, crowd, sales):
        assert "Niemand gefunden" in sales.search("Quandel").text

    @pytest.mark.parametrize("words", ["%", "_", "'\"); DROP TABLE contact; --", "NEAR(", "*", "😀" * 200, "a" * 5000])
    def test_whatever_is_typed(self, crowd, sales, words):
        assert sales.search(words).status_code == 200


class TestStaleIndex:
    """An index that is late may cost a row; it never shows one."""

    def test_an_old_name_finds_nobody(self, house, crowd, sales):
        with house.database.writing() as session:
            rectification.apply_changes(
                session,
                subject_id=crowd["Müller"],
                fields={"last_name": "Neumann"},
                purpose=house.purposes("business_contact")[0],
                expected_version=1,
                actor=ACTOR,
                now=house.now,
            )

        answer = sales.search("Müller")

        assert names_in(answer) == []
        assert "Neumann" not in answer.text

    def test_whoever_was_restricted_since_is_not_shown(self, house, crowd, sales):
        house.restrict(crowd["Adler"])

        assert names_in(sales.get("/contacts")) == ["Müller, Jörg", "Zander, Ute"]


class TestFilters:
    def test_by_company_owner_and_segment(self, house, sales):
        company = house.add_company()
        mine = sales.member.id
        house.take_in(fields=person("A", "Firma"), company_id=company)
        house.take_in(fields=person("B", "Eigner"), owner_id=mine)
        house.take_in(fields=person("C", "Segment"), segment="Energie & Netze")
        house.build_index()

        assert names_in(sales.get(f"/contacts?company={company}")) == ["Firma, A"]
        assert names_in(sales.get(f"/contacts?owner={mine}")) == ["Eigner, B"]
        assert names_in(sales.search("", segment="Energie & Netze")) == ["Segment, C"]
        assert names_in(sales.search("Firma", owner=mine)) == []

    def test_the_company_is_typed_and_found_among_any_number(self, house, sales):
        ids = [house.add_company("Zoll Metall GmbH", city=city) for city in ("Kassel", "Fulda")]
        house.take_in(fields=person("A", "Kassel"), company_id=ids[0])
        house.take_in(fields=person("B", "Fulda"), company_id=ids[1])
        house.build_index()

        found = sales.search("", company="Zoll Metall GmbH · Fulda")
        assert names_in(found) == ["Fulda, B"]
        assert 'value="Zoll Metall GmbH · Fulda"' in found.text
        assert found.request.args.to_dict() == {"company": ids[1]}  # addresses hold no words

        assert names_in(sales.search("", company="zoll metall GMBH · fulda")) == ["Fulda, B"]

        unclear = sales.search("", company="Zoll Metall GmbH")
        assert unclear.status_code == 422
        assert "Mehrere Firmen heißen so." in unclear.text
        assert 'value="Zoll Metall GmbH"' in unclear.text
        assert "Diese Firma gibt es hier noch nicht." in sales.type("/contacts/search", "", company="Zoll Mettal GmbH").text

    def test_a_sole_trader_stays_chosen_and_is_not_named(self, house, sales):
        company = house.add_sole_trader("Malerei Huber")
        house.take_in(fields=person("A", "Gast"), company_id=company)
        house.build_index()

        chosen = sales.get(f"/contacts?company={company}")
        again = sales.search("", company="Einzelunternehmen", company_id=company)

        assert names_in(chosen) == names_in(again) == ["Gast, A", "Huber, Ilse"]
        assert "Malerei" not in chosen.text

    def test_that_name_nobody_find_nobody(self, crowd, sales):
        assert names_in(sales.get("/contacts?owner=" + "0" * 32)) == []
        made_up = sales.get("/contacts?owner=' OR 1=1")
        assert names_in(made_up) == []
        assert "selected>nicht mehr da</option>" in made_up.text  # so that nobody reads the empty list as "all"

    @pytest.mark.parametrize("name", ["company", "owner", "segment"])
    def test_that_do_not_exist_say_so_at_the_filter_and_show_nobody(self, crowd, sales, name):
        answer = sales.get(f"/contacts?{name}=erfunden")

        assert names_in(answer) == []
        assert answer.text.count("Diese Auswahl gibt es hier nicht (mehr).") == 1
        assert f'aria-describedby="s-{name}-wrong"' in answer.text
        assert "Filter leeren" in answer.text
        assert "Diese Auswahl gibt es hier nicht" not in sales.get("/contacts").text

    def test_by_a_segment_that_is_too_long_is_not_cut_to_another_one(self, house, sales):
        house.take_in(fields=person("A", "Lang"), segment="x" * 40)
        house.build_index()

        assert names_in(sales.get("/contacts?segment=" + "x" * 40)) == ["Lang, A"]
        assert names_in(sales.get("/contacts?segment=" + "x" * 41)) == []


class TestPages:
    @pytest.fixture
    def many(self, house, monkeypatch):
        monkeypatch.setattr(listing, "PAGE_SIZE", 4)
        monkeypatch.setattr(listing._query, "__kwdefaults__", {"limit": 4})
        for number in range(10):
            house.take_in(fields=person("P", f"Name{number}"))
        house.build_index()

    def test_lead_on_and_back_without_losing_anybody(self, many, sales):
        first = sales.get("/contacts")
        second = sales.get(self.link(first, "next"))
        third = sales.get(self.link(second, "next"))
        back = sales.get(self.link(third, "prev"))

        assert names_in(first) + names_in(second) + names_in(third) == [f"Name{number}, P" for number in range(10)]
        assert names_in(back) == names_in(second)
        assert self.link(third, "next") is None
        assert self.link(first, "prev") is None

    @pytest.mark.parametrize("token", ["x", "after'", "AAAA", "%00", "z" * 400])
    def test_that_were_made_by_hand_are_refused(self, many, sales, token):
        assert sales.get(f"/contacts?after={token}").status_code == 422

    @staticmethod
    def link(answer, relation):
        for tag in re.findall(r"<a[^>]*>", answer.text):
            if f'rel="{relation}"' in tag:
                return re.search(r'href="([^"]+)"', tag).group(1).replace("&amp;", "&")
        return None


class TestWhileTheIndexIsBuilt:
    def test_the_page_says_how_far_it_is_and_asks_again(self, house, sales):
        house.take_in()

        answer = sales.get("/contacts")

        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "0 %" in answer.text
        assert 'hx-get="/contacts"' in answer.text

    def test_script_is_led_on_once_it_is_there(self, house, sales):
        polling = {"HX-Request": "true", "HX-Request-Type": "full"}
        assert sales.get("/contacts", headers=polling).status_code == 503

        house.build_index()

        assert sales.get("/contacts", headers=polling).headers["HX-Redirect"] == "/contacts"

    def test_a_whole_address_or_number_is_found_already(self, house, sales):
        house.take_in()

        assert names_in(sales.search("Wehmeier@Example.com")) == ["Wehmeier, Katharina"]
        assert names_in(sales.search("+49 561 47110")) == ["Wehmeier, Katharina"]
        assert sales.search("Wehmeier").status_code == 503

    def test_but_not_one_that_the_purpose_may_not_see(self, house, sales):
        house.take_in("sales_approach", "business_contact")
        sales.work_for("sales_approach")

        assert sales.search("wehmeier@example.com").status_code == 503
