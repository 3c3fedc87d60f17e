"""Every page of the staff site, read from its own route map, with one example for each address that has a parameter."""

import re

from sqlalchemy import exists, select

from crm.actor import Role
from crm.models.contact import Contact
from crm.models.invoice import Invoice
from crm.models.ticket import Ticket
from crm.site.access import PUBLIC, SIGNED_IN, SITE_ACCESS
from crm.web import create_app
from crm.web.access_matrix import access_matrix

# Answers to a GET that nobody reads as a page.
NOT_PAGES = {
    "static": "files",
    "site.language": "remembers the language and leads back",
    "companies.suggest": "options for a field, asked for by script",
    "ledger.progress": "a part of the log's page, asked for by script",
    "ledger.fetch_bundle": "a file",
    "live.look": "nothing: it says whether a page has changed",
    "requests.letter": "a file",
    "requests.copy": "a file",
    "requests.archive": "a file",
    "ledger.proof": "a file",
    "ledger.erasure_proof": "a file",
    "ledger.erasure_certificate": "a file",
    "documents.fetch": "a file",
    "files.fetch": "a file",
    "calendar.feed": "a file for calendar programs",
    "reports.csv_file": "a file",
    "exports.fetch": "a file",
    "contacts.card": "a file",
    "imports.refused": "a file",
    "reports.pdf_file": "a file",
    "concept.pdf": "a file",
    "concept.protocol": "a file",
}
# Pages on the way in; they show only while their step is open, so they have a test of their own.
STEPS = {"signin.second_factor", "signin.enrolment", "signin.new_password", "signin.notice"}

# The portal's pages that need no link from a mail, and the one that every link meets whose time is over.
PORTAL_PAGES = {
    "portal": "/",
    "portal-objection": "/objection",
    "portal-erasure": "/erasure",
    "portal-access": "/access",
    "portal-rectification": "/rectification",
    "portal-restriction": "/restriction",
    "portal-own-reasons": "/objection-with-reasons",
    "portal-withdrawal": "/withdrawal",
    "portal-contact": "/contact",
    "portal-link_gone": "/s/gone",
}

# Where a role's list is empty because its purpose shows nobody yet, the address comes from outside, as in a colleague's message.
WITHOUT_LIST = {"contacts.show", "exports.new"}

# Where somebody finds an address of this kind: the page before it, and what the link there looks like.
_FOUND_ON = {
    "contacts.show": ("/contacts", r"^/contacts/[0-9a-f]{32}$"),
    "contacts.edit": ("contacts.show", r"^/contacts/[0-9a-f]{32}/edit$"),
    "exports.new": ("/contacts", r"^/exports/contacts/new"),
    "imports.show": ("/imports", r"^/imports/[0-9a-f]{32}$"),
    "imports.assign": ("imports.show", r"^/imports/[0-9a-f]{32}/columns$"),
    "tasks.show": ("/", r"^/contacts/[0-9a-f]{32}/tasks/[0-9a-f]{32}$"),
    "review.confirm": ("/review", r"^/review/[0-9a-f]{32}/let-go$"),
    "contacts.rights": ("contacts.show", r"^/contacts/[0-9a-f]{32}/rights$"),
    "contacts.write_mail": ("contacts.show", r"^/contacts/[0-9a-f]{32}/mail$"),
    "documents.of_person": ("contacts.show", r"^/documents/[0-9a-f]{32}$"),
    "companies.show": ("/companies", r"^/companies/[0-9a-f]{32}$"),
    "deals.show": ("/deals", r"^/deals/[0-9a-f]{32}$"),
    "deals.edit": ("deals.show", r"^/deals/[0-9a-f]{32}/edit$"),
    "custom_fields.edit": ("/custom-fields", r"^/custom-fields/[0-9a-f]{32}$"),
    "custom_fields.retirement": ("custom_fields.edit", r"^/custom-fields/[0-9a-f]{32}/retire$"),
    "concept.rule": ("/retention", r"^/retention/rules/RET-10$"),
    "files.new": ("companies.show", r"^/files/new\?company="),
    "files.removal": ("companies.show", r"^/files/[0-9a-f]{32}/remove$"),
    "activities.done": ("/activities", r"^/activities/[0-9a-f]{32}/done$"),
    "activities.edit": ("/activities", r"^/activities/[0-9a-f]{32}/edit$"),
    "tickets.show": ("/tickets?show=open", r"^/tickets/[0-9a-f]{32}$"),
    "tickets.edit": ("tickets.show", r"^/tickets/[0-9a-f]{32}/edit$"),
    "tickets.edit_template": ("/tickets/templates", r"^/tickets/templates/[0-9a-f]{32}$"),
    "invoices.show": ("/invoices", r"^/invoices/[0-9a-f]{32}$"),
    "companies.edit": ("companies.show", r"^/companies/[0-9a-f]{32}/edit$"),
    "campaigns.show": ("/campaigns", r"^/campaigns/[0-9a-f]{32}$"),
    "campaigns.edit": ("campaigns.show", r"^/campaigns/[0-9a-f]{32}/edit$"),
    "exports.new_links": ("campaigns.show", r"^/exports/campaigns/[0-9a-f]{32}/new$"),
    "campaigns.audience": ("campaigns.show", r"^/campaigns/[0-9a-f]{32}/members$"),
    "requests.show": ("/requests?show=all", r"^/requests/[0-9a-f]{32}$"),
    "users.show": ("/users", r"^/users/[0-9a-f]{32}$"),
    "ledger.show": ("/ledger", r"^/ledger/\d+$"),
    "ledger.subject": ("/ledger?action=person%3Acollected", r"^/ledger/subject/[0-9a-f]{32}$"),
}


def find_addresses(page, site, role: Role) -> dict[str, str]:
    """Return the pages this role may open, each with an address that the person in `page` finds by following links."""
    rules = {rule.endpoint: rule.rule for rule in _rules(site) if _admits(rule.endpoint, role) and rule.endpoint not in STEPS}
    return {endpoint: site.url + _find_path(page, site, endpoint, rule) for endpoint, rule in rules.items()}


def public_addresses(site) -> dict[str, str]:
    """Return the pages of both sites that need no sign-in."""
    staff = {rule.endpoint: site.url + rule.rule for rule in _rules(site) if _admits(rule.endpoint, None)}
    return staff | {endpoint: site.portal_url + path for endpoint, path in PORTAL_PAGES.items()}


def page_endpoints(runtime) -> set[str]:
    """Return what answers a GET with a page."""
    return {rule.endpoint for rule in create_app(runtime).url_map.iter_rules() if "GET" in rule.methods} - NOT_PAGES.keys()


def first_admitted(endpoint: str) -> Role | None:
    """Return the first role that may open a page of the demonstration; None: whoever has not signed in."""
    return next(role for role in (None, *Role) if _admits(endpoint, role))


def _rules(site):
    rules = create_app(site.runtime).url_map.iter_rules()
    return [rule for rule in rules if "GET" in rule.methods and rule.endpoint not in NOT_PAGES]


def _admits(endpoint, role):
    admission = {**SITE_ACCESS, **access_matrix(demo=True)}[endpoint]
    if admission is PUBLIC:
        return True
    return role is not None and (admission is SIGNED_IN or role in admission)


def _find_path(page, site, endpoint, rule):
    if "<" not in rule and endpoint not in _FOUND_ON:
        return rule
    before, looks_like = _FOUND_ON[endpoint]
    page.goto(site.url + (before if before.startswith("/") else _find_path(page, site, before, "/contacts/<pseudonym:subject_id>")))
    if endpoint == "review.confirm" and page.locator("main .offers.start input[name=next]").count():
        # The review asks only under a purpose that shows the person; the address is the same, and the purpose stays as it is.
        back = page.locator("main .offers.start input[name=next]").first.input_value()
        return rule.replace("<pseudonym:subject_id>", back.rpartition("=")[2])
    links = page.locator("main a").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    found = next((link for link in links if re.search(looks_like, link or "")), None)
    if found is None and endpoint in WITHOUT_LIST and page.locator("main .empty").count():
        return re.sub("<any[^>]+>", "contacts", rule).replace("<pseudonym:subject_id>", _somebody(site))
    assert found, f"On {page.url} there is no link to {endpoint} ({looks_like}); the page says: {page.locator('body').inner_text()}"
    return found


def _somebody(site):
    with site.runtime.database.reading() as session:
        return session.scalars(select(Contact.subject_id).order_by(Contact.subject_id).limit(1)).one()


def caller_with_much(site) -> str:
    """Return somebody with an open ticket at a company that owes something, or with an open ticket at least."""
    with site.runtime.database.reading() as session:
        owes = exists().where(Invoice.company_id == Ticket.company_id, Invoice.is_open.is_(True))
        calls = select(Ticket.subject_id).where(Ticket.subject_id.is_not(None), Ticket.closed_at.is_(None))
        return session.scalars(calls.order_by(owes.desc(), Ticket.number).limit(1)).one()
