"""Whose contact is a person? By record id, by name, or nobody's but their own."""

import re

from crm.privacy.matching import fold_name, fold_words
from crm.services.companies import kinds
from crm.services.imports.policy import ImportPolicy
from crm.services.imports.rows import NO_EMPLOYER, Employer
from crm.services.imports.survey import Survey
from crm.services.imports.values import clean_id

_COMPANY_ID = re.compile(r"^001[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$")


def find_employer(text: str, *, first_name: str, last_name: str, policy: ImportPolicy, survey: Survey) -> Employer:
    """Return the company that a cell names; leads hold either an id or a name in one text field.

    A name that is a person's must not be stored as a readable company: a "company" called like the person is
    the person, and one that holds their last name without the form of a legal person is their own business. One that
    holds the full name of somebody else of the export is theirs, and an e-mail address is no name.

    Source: Art. 4(1) DSGVO.
    """
    record_id = clean_id(text)
    if not record_id:
        return NO_EMPLOYER
    folded = fold_name(text)
    person = fold_name(f"{first_name} {last_name}")
    if folded in policy.no_company or folded == person:
        return NO_EMPLOYER
    if _COMPANY_ID.match(record_id) or record_id in survey.company_names:
        return Employer(record_id=record_id, is_person=survey.is_the_company(record_id, person))
    if kinds.has_legal_form(text):
        return Employer(name=text)
    if kinds.is_address(text):
        return Employer(left_out=True)
    if last_name and f" {fold_words(last_name)} " in f" {fold_words(text)} ":
        return Employer(name=text, is_own_business=True)
    if kinds.is_natural_person(text) or survey.find_person_in(text):
        return Employer(left_out=True)
    return Employer(name=text)
