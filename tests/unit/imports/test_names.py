"""Names, mailboxes and businesses: who is a person, and which (Art. 4(1), 5(1)(d) DSGVO)."""

import pytest

from crm.privacy.matching import find_likeness, fold_name
from crm.services.companies import kinds
from crm.services.imports.employers import find_employer
from crm.services.imports.names import is_role_mailbox, split_full_name
from crm.services.imports.policy import import_policy
from crm.services.imports.survey import Survey

POLICY = import_policy()


@pytest.mark.parametrize("name", ["Jürgen Müller", "JUERGEN MUELLER", " jürgen  müller ", "Ju\u0308rgen Mu\u0308ller"])
def test_spellings_of_one_name_agree(name):
    assert fold_name(name) == "juergen mueller"


@pytest.mark.parametrize(("one", "other"), [("Jürgen Müller", "Jurgen Muller"), ("Anna Groß", "Anna Grob")])
def test_different_names_do_not_agree(one, other):
    assert fold_name(one) != fold_name(other)


@pytest.mark.parametrize("missing", ["first_name", "last_name", "email"])
def test_without_full_name_and_address_nobody_is_alike(missing):
    fields = {"first_name": "Anna", "last_name": "Groß", "email": "a@example.org"}

    assert find_likeness(fields)
    assert find_likeness({**fields, missing: ""}) is None


@pytest.mark.parametrize(
    "email", ["info@example.org", "Einkauf-Nord@example.org", "einkauf.2@example.org", "nord.vertrieb@example.org", "123@example.org"]
)
def test_mailboxes_of_a_role_are_known(email):
    assert is_role_mailbox(email, POLICY.role_mailboxes)


@pytest.mark.parametrize(
    "email", ["anna.info-mann@example.org", "annainfo@example.org", "a.mueller@info.example", "vertriebler@example.org"]
)
def test_mailboxes_of_people_are_not(email):
    assert not is_role_mailbox(email, POLICY.role_mailboxes)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Anna Groß", ("Anna", "Groß")),
        ("Anna Maria Groß", ("Anna Maria", "Groß")),
        ("Hans von der Heide", ("Hans", "von der Heide")),
        ("von der Heide, Hans", ("Hans", "von der Heide")),
        ("Groß", ("", "Groß")),
        ("", ("", "")),
    ],
)
def test_full_names_are_taken_apart(name, parts):
    assert split_full_name(name) == parts


@pytest.mark.parametrize(
    "name",
    [
        "Malerei Huber e.K.",
        "Malerei Huber e. K.",
        "Huber e.Kfm.",
        "Huber e.Kfr., Kassel",
        "Blumen Inh. Huber",
        "Inhaberin Eva Huber",
        "Freiberufler Huber",
    ],
)
def test_businesses_of_one_human_being_are_known_by_their_name(name):
    assert kinds.is_natural_person(name)


@pytest.mark.parametrize(
    "name", ["Huber GmbH", "Huber GmbH, Inh. Eva Huber", "Huber & Sohn OHG", "Verein der Inhaber e. V.", "Muster AG", "Ekkehard Technik UG"]
)
def test_legal_persons_are_none(name):
    assert not kinds.is_natural_person(name)


@pytest.mark.parametrize(
    ("text", "name", "own", "left_out"),
    [
        ("Huber GmbH", "Huber GmbH", False, False),
        ("Reisebüro Nord", "Reisebüro Nord", False, False),
        ("Malerbetrieb Huber", "Malerbetrieb Huber", True, False),
        ("Eva Huber", None, False, False),
        ("EVA HUBER", None, False, False),
        ("Blumen Sommer e.K.", None, False, True),
        ("privat", None, False, False),
        ("", None, False, False),
    ],
)
def test_a_company_that_is_a_person_is_never_a_readable_company(text, name, own, left_out):
    employer = find_employer(text, first_name="Eva", last_name="Huber", policy=POLICY, survey=Survey())

    assert (employer.name, employer.is_own_business, employer.left_out) == (name, own, left_out)
