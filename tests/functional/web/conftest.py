"""The staff site over a whole installation, with people in it and colleagues in front of it."""

import re
from datetime import timedelta
from functools import cached_property

import pytest

from crm.actor import SECOND_FACTOR_REQUIRED, Role, system_actor
from crm.db import Base
from crm.models.account import Account
from crm.privacy import collection, consent, objection, purposes, restriction
from crm.privacy.collection import NewPerson, Notice
from crm.privacy.purposes import Channel
from crm.privacy.restriction import RestrictionReason
from crm.search.builder import IndexBuilder
from crm.services import directory
from crm.services.accounts import binding, signins
from crm.services.accounts.signins import Lifetimes
from crm.services.companies import entry as companies
from crm.web import create_app
from tests.support.furnished import Furnished
from tests.support.staff import SECRET, Browser, hire, quick_hashes  # noqa: F401 - a fixture

ACTOR = system_actor("test")
YEAR = timedelta(days=365)
FIELDS = {
    "salutation": "Frau",
    "title": "Dr.",
    "first_name": "Katharina",
    "last_name": "Wehmeier",
    "email": "wehmeier@example.com",
    "phone": "0561 47110",
    "mobile": "0170 1234567",
    "street": "Lindenufer 14",
    "postal_code": "34117",
    "city": "Kassel",
    "country": "Deutschland",
    "position": "Leiterin Einkauf",
    "department": "Einkauf",
}


class House(Furnished):
    """An installation as tests furnish it."""

    def purposes(self, *codes):
        with self.database.reading() as session:
            return [purposes.find_all(session).get(code) for code in codes]

    def take_in(self, *codes, fields=None, **facts):
        """Take in one person for these purposes; fields that they do not need are left out."""
        wanted = self.purposes(*(codes or ("business_contact",)))
        person = NewPerson(
            fields=collection.keep_allowed(FIELDS if fields is None else fields, collection.allowed_groups(wanted)),
            purposes=wanted,
            **{
                "origin": "Fachmesse Kassel",
                "notice": Notice.GIVEN,
                "collected_at": self.now - YEAR,
                "last_contact_at": self.now - timedelta(days=30),
                **facts,
            },
        )
        with self.database.writing() as session:
            return collection.collect(session, person=person, actor=ACTOR, now=self.now).subject_id

    def add_company(self, name="Brückner Pumpenbau GmbH", *, city="Kassel", segment=None, owner_id=None):
        company = companies.CompanyEntry(fields={"name": name, "city": city}, segment=segment, owner_id=owner_id)
        with self.database.writing() as session:
            return companies.create(session, entry=company, actor=ACTOR, now=self.now)

    def add_sole_trader(self, name="Malerei Huber", *codes, last_name="Huber", city="Fulda"):
        company = companies.CompanyEntry(fields={"name": name, "city": city, "phone": "0661 5550", "website": "huber.example"})
        with self.database.writing() as session:
            person = NewPerson(
                fields={"first_name": "Ilse", "last_name": last_name},
                purposes=[purposes.find_all(session).get(code) for code in codes or ("business_contact",)],
                origin="Anruf",
                notice=Notice.GIVEN,
                collected_at=self.now,
                last_contact_at=self.now,
            )
            return companies.create_sole_trader(session, entry=company, person=person, actor=ACTOR, now=self.now)

    def restrict(self, subject_id):
        with self.database.writing() as session:
            restriction.impose(session, subject_ids=[subject_id], reason=RestrictionReason.LEGAL_CLAIMS, actor=ACTOR, now=self.now)

    def object_to_marketing(self, subject_id, channel=None):
        with self.database.writing() as session:
            objection.raise_to_marketing(session, subject_id=subject_id, channel=channel, origin="Telefonat", actor=ACTOR, now=self.now)

    def consent(self, subject_id, purpose="newsletter", channel=Channel.EMAIL):
        with self.database.writing() as session:
            consent.give(
                session,
                subject_id=subject_id,
                purpose=purpose,
                channel=channel,
                wording="Ja, ich will.",
                language="de",
                evidence={"how": "Formular"},
                given_at=self.now - timedelta(days=3),
                actor=ACTOR,
                now=self.now,
            )

    def build_index(self):
        directory.build(self.database, IndexBuilder(self.runtime.place), clock=self.clock, progress=lambda _done, _total: None)

    def snapshot(self):
        """Read every row of every table."""
        with self.database.reading() as session:
            return {table.name: sorted(map(repr, session.execute(table.select()).all())) for table in Base.metadata.sorted_tables}


@pytest.fixture
def house(runtime, clock, quick_hashes):  # noqa: F811 - the fixture imported above
    return House(runtime, clock)


@pytest.fixture
def app(runtime):
    return create_app(runtime)


class Colleague(Browser):
    """A member of staff who is signed in, with a name and an account."""

    def __init__(self, app, member):
        super().__init__(app)
        self.member = member

    @cached_property
    def form_token(self):
        """A token of their forms; it is the sign-in's, and the same for every page."""
        return self.token("/help")

    def send(self, path, fields=None, **options):
        """Send a form with a valid token, whatever page it comes from."""
        data = {"csrf_token": self.form_token, **(fields or {})}
        return self.client.post(path, data=data, environ_base=self._address, **options)

    def twin(self, app):
        """Return the same person in a second window of the same browser: same sign-in, own connection."""
        twin = Colleague(app, self.member)
        twin.client.set_cookie("lethe_staff", self.cookie)
        return twin

    def work_for(self, purpose):
        return self.send(f"/purpose/{purpose}", {"next": "/help"})

    def search(self, words, **filters):
        """Search without script: the answer is the page that the redirect leads to."""
        return self.send("/contacts/search", {"q": words, **filters}, follow_redirects=True)

    def type(self, path, words, **filters):
        """Search as script does while somebody types."""
        return self.send(path, {"q": words, **filters}, headers={"HX-Request": "true", "HX-Request-Type": "partial"})


def begin_to_work(house, member, role):
    """Sign in without the pages of the way in, which have tests of their own; return the token."""
    with house.database.writing() as session:
        account = session.get_one(Account, member.id)
        sign_in, token = signins.begin(session, account, lifetimes=Lifetimes.of(house.runtime.settings), now=house.now)
        sign_in.second_factor_at, sign_in.role = house.now, role
        binding.bind(session, sign_in)
    return token


@pytest.fixture
def colleague(app, house):
    """Return a function that signs a member of staff in."""

    def enter(role=Role.SALES, name="Jule Brandt"):
        secret = SECRET if role in SECOND_FACTOR_REQUIRED else None
        member = hire(
            house.database, house.now, role, email=f"{role}.{name.split()[-1].lower()}@example.com", name=name, second_factor_secret=secret
        )
        entered = Colleague(app, member)
        with entered.client.session_transaction() as cookie:
            cookie["_user_id"] = begin_to_work(house, member, role)
        return entered

    return enter


@pytest.fixture
def sales(colleague):
    return colleague(Role.SALES)


@pytest.fixture
def accounting(colleague):
    return colleague(Role.ACCOUNTING)


def names_in(answer):
    """Return the names in the first column of a list."""
    return re.findall(r'<th scope="row"[^>]*><a href="/contacts/[0-9a-f]{32}">([^<]+)</a>', answer.text)


def shown_fields(answer):
    """Return the personal fields that the page marks as shown."""
    return {name for value in re.findall(r'data-field="([^"]*)"', answer.text) for name in value.split()}


def strip_text(answer):
    """Return what the strip says first: how many fields there are to see."""
    return re.sub(r"<[^>]+>", "", answer.text.partition('class="why"')[2].partition("</li>")[0].partition("<li>")[2]).strip()


def strip_number(answer):
    """Return the number of filled fields that the strip names; 0 where it says none."""
    if whole := re.fullmatch(r"Der Zweck öffnet (\d+) von 14 Feldern(?:, (\d+) davon (?:ist|sind) leer)?", strip_text(answer)):
        return int(whole.group(1)) - int(whole.group(2) or 0)
    found = re.search(r"Sie sehen (\d+) von (\d+) Feldern", answer.text)
    if found is None:
        assert "Sie sehen keine Personenfelder" in answer.text
        return 0
    assert found.group(2) == "14"
    return int(found.group(1))


def hidden(answer, name):
    """Return the value of a hidden field."""
    return re.search(rf'name="{name}"\s+value="([^"]*)"', answer.text).group(1)


def error_at(answer, name):
    """Return what the page says is wrong at a field, or None."""
    found = re.search(rf'id="f-{name}-wrong">(.*?)</p>', answer.text, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found.group(1)).strip() if found else None
