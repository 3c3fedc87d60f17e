"""Every page of the staff site, read from its own route map, with one example for each address that has a parameter."""

import re

from crm.actor import Role
from crm.site.access import PUBLIC, SIGNED_IN
from crm.web import create_app
from crm.web.access_matrix import access_matrix

# Answers to a GET that nobody reads as a page.
NOT_PAGES = {
    "static": "files",
    "site.language": "remembers the language and leads back",
    "companies.suggest": "options for a field, asked for by script",
    "ledger.progress": "a part of the log's page, asked for by script",
    "ledger.fetch_bundle": "a file",
    "ledger.proof": "a file",
}
# Pages on the way in; they show only while their step is open, so they have a test of their own.
STEPS = {"signin.second_factor", "signin.enrolment", "signin.new_password", "signin.notice"}

# Where somebody finds an address of this kind: the page before it, and what the link there looks like.
_FOUND_ON = {
    "contacts.show": ("/contacts", r"^/contacts/[0-9a-f]{32}$"),
    "contacts.edit": ("contacts.show", r"^/contacts/[0-9a-f]{32}/edit$"),
    "contacts.rights": ("contacts.show", r"^/contacts/[0-9a-f]{32}/rights$"),
    "companies.show": ("/companies", r"^/companies/[0-9a-f]{32}$"),
    "companies.edit": ("companies.show", r"^/companies/[0-9a-f]{32}/edit$"),
    "users.show": ("/users", r"^/users/[0-9a-f]{32}$"),
    "ledger.show": ("/ledger", r"^/ledger/\d+$"),
    "ledger.subject": ("/ledger?action=person%3Acollected", r"^/ledger/subject/[0-9a-f]{32}$"),
}


def pages_for(site, role: Role) -> dict[str, str]:
    """Return the pages this role may open: endpoint and the rule of its address."""
    matrix = access_matrix(demo=site.runtime.settings.demo)
    rules = [rule for rule in create_app(site.runtime).url_map.iter_rules() if "GET" in rule.methods]
    admits = {"site.help_page": SIGNED_IN, **matrix}
    return {
        rule.endpoint: rule.rule
        for rule in rules
        if rule.endpoint not in NOT_PAGES.keys() | STEPS and _admits(admits[rule.endpoint], role)
    }


def find_path(page, endpoint, rule):
    """Return an address of this page as the person in `page` finds it: by following links."""
    if "<" not in rule:
        return rule
    before, looks_like = _FOUND_ON[endpoint]
    start = before if before.startswith("/") else find_path(page, before, "<>")
    page.goto(_origin(page) + start)
    links = page.locator("main a").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    found = next((link for link in links if re.search(looks_like, link or "")), None)
    assert found, f"On {start} there is no link to {endpoint} ({looks_like})."
    return found


def _admits(admission, role):
    return admission in {PUBLIC, SIGNED_IN} or role in admission


def _origin(page):
    return page.evaluate("location.origin")


def public_pages(site):
    """Return the pages that need no sign-in, of both sites: endpoint and full address."""
    matrix = access_matrix(demo=site.runtime.settings.demo)
    rules = [rule for rule in create_app(site.runtime).url_map.iter_rules() if "GET" in rule.methods and "<" not in rule.rule]
    staff = {rule.endpoint: site.url + rule.rule for rule in rules if matrix.get(rule.endpoint) is PUBLIC and rule.endpoint not in NOT_PAGES}
    return staff | {"portal": f"{site.portal_url}/"}
