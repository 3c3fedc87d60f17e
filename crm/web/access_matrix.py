"""Who may open which page of the staff site. What is not listed here, nobody may.

A test compares this with the application's own route map.
"""

from typing import Final

from crm.actor import Role
from crm.privacy.requests import acts
from crm.privacy.requests.acts import Act
from crm.site.access import PUBLIC, SIGNED_IN, AccessMatrix

_ADMIN: Final = frozenset({Role.ADMIN})

_SIGN_IN: Final[AccessMatrix] = {
    "signin.sign_in": PUBLIC,
    "signin.forgotten": PUBLIC,
    "signin.staff_notice_page": PUBLIC,
    # The steps on the way in; `gates` leads to them and nowhere else until they are done.
    "signin.second_factor": SIGNED_IN,
    "signin.enrolment": SIGNED_IN,
    "signin.new_password": SIGNED_IN,
    "signin.notice": SIGNED_IN,
    # Public, because a step must not keep anybody from leaving; without a sign-in it does nothing.
    "account.sign_out": PUBLIC,
}

_ACCOUNT: Final[AccessMatrix] = {
    "account.show": SIGNED_IN,
    "account.change_password": SIGNED_IN,
    "account.second_factor": SIGNED_IN,
    "account.begin_second_factor": SIGNED_IN,
    "account.confirm_second_factor": SIGNED_IN,
    "account.choose_role": SIGNED_IN,
    "account.choose_language": SIGNED_IN,
    "account.sign_out_everywhere": SIGNED_IN,
}

_USERS: Final[AccessMatrix] = {
    "users.index": _ADMIN,
    "users.new": _ADMIN,
    "users.show": _ADMIN,
    "users.set_roles": _ADMIN,
    "users.disable": _ADMIN,
    "users.enable": _ADMIN,
    "users.issue_start_password": _ADMIN,
    "users.reset_second_factor": _ADMIN,
}

_READS_CONTACTS: Final = frozenset({Role.SALES, Role.SERVICE, Role.ACCOUNTING, Role.PRIVACY})
_WRITES: Final = frozenset({Role.SALES, Role.SERVICE, Role.ACCOUNTING})
_ENTERS_RIGHTS: Final = frozenset({Role.SALES, Role.SERVICE, Role.PRIVACY})
_READS_COMPANIES: Final = frozenset({Role.SALES, Role.MARKETING, Role.SERVICE, Role.ACCOUNTING, Role.MANAGEMENT})

_WORK: Final[AccessMatrix] = {"home.index": SIGNED_IN, "purpose.choose": SIGNED_IN}

_CONTACTS: Final[AccessMatrix] = {
    "contacts.index": _READS_CONTACTS,
    "contacts.search": _READS_CONTACTS,
    "contacts.show": _READS_CONTACTS,
    "contacts.new": _WRITES,
    "contacts.create": _WRITES,
    "contacts.from_card": _WRITES,
    "contacts.card": _WRITES,
    "contacts.edit": _WRITES,
    "contacts.change": _WRITES,
    "contacts.write_note": frozenset({Role.SALES, Role.SERVICE}),
    "contacts.write_mail": frozenset({Role.SALES, Role.SERVICE}),
    "contacts.send_mail": frozenset({Role.SALES, Role.SERVICE}),
    "contacts.begin_affiliation": frozenset({Role.SALES, Role.SERVICE}),
    "contacts.end_affiliation": frozenset({Role.SALES, Role.SERVICE}),
    "contacts.rights": _ENTERS_RIGHTS,
    "contacts.raise_objection": _ENTERS_RIGHTS,
    "contacts.correct_objection": _ENTERS_RIGHTS,
    "contacts.lift_objection": frozenset({Role.PRIVACY}),
    # Whether somebody of these roles may do it for this person, the purposes say.
    "contacts.issue_objection_link": _ENTERS_RIGHTS,
    "contacts.record_consent": _ENTERS_RIGHTS,
    "contacts.withdraw_consent": _ENTERS_RIGHTS,
    "contacts.restrict": frozenset({Role.PRIVACY}),
    "contacts.lift": frozenset({Role.PRIVACY}),
}

_COMPANIES: Final[AccessMatrix] = {
    "companies.index": _READS_COMPANIES,
    "companies.search": _READS_COMPANIES,
    "companies.suggest": _READS_COMPANIES,
    "companies.show": _READS_COMPANIES,
    "companies.new": _WRITES,
    "companies.create": _WRITES,
    "companies.edit": _WRITES,
    "companies.change": _WRITES,
}

_SELLS: Final = frozenset({Role.SALES})
_READS_DEALS: Final = frozenset({Role.SALES, Role.MANAGEMENT})

_DEALS: Final[AccessMatrix] = {
    "deals.board": _READS_DEALS,
    "deals.listing": _READS_DEALS,
    "deals.forecast": _READS_DEALS,
    "deals.show": _READS_DEALS,
    "deals.new": _SELLS,
    "deals.create": _SELLS,
    "deals.edit": _SELLS,
    "deals.change": _SELLS,
    "deals.move": _SELLS,
    "deals.people": _SELLS,
}

_DOES: Final = frozenset({Role.SALES, Role.SERVICE})

_ACTIVITIES: Final[AccessMatrix] = {
    "activities.listing": _DOES,
    "activities.new": _DOES,
    "activities.create": _DOES,
    "activities.edit": _DOES,
    "activities.change": _DOES,
    "activities.done": _DOES,
    "activities.finish": _DOES,
}

_CALENDAR: Final[AccessMatrix] = {
    # A calendar program cannot sign in; the secret in the address says whose due dates it reads.
    "calendar.feed": PUBLIC,
    "calendar.issue": _DOES,
    "calendar.revoke": _DOES,
}

_WORK_RULES: Final[AccessMatrix] = {
    "work_rules.index": frozenset({Role.MANAGEMENT, Role.ADMIN}),
    "work_rules.change": frozenset({Role.MANAGEMENT}),
}

_RUNS_CAMPAIGNS: Final = frozenset({Role.MARKETING})
_READS_CAMPAIGNS: Final = frozenset({Role.MARKETING, Role.MANAGEMENT})

_CAMPAIGNS: Final[AccessMatrix] = {
    "campaigns.index": _READS_CAMPAIGNS,
    "campaigns.show": _READS_CAMPAIGNS,
    "campaigns.new": _RUNS_CAMPAIGNS,
    "campaigns.create": _RUNS_CAMPAIGNS,
    "campaigns.edit": _RUNS_CAMPAIGNS,
    "campaigns.change": _RUNS_CAMPAIGNS,
    "campaigns.audience": _RUNS_CAMPAIGNS,
    "campaigns.add_members": _RUNS_CAMPAIGNS,
    "campaigns.enter_response": _RUNS_CAMPAIGNS,
    # Who talks to people hears that they come because of a campaign.
    "campaigns.enter_for_person": frozenset({Role.SALES, Role.SERVICE}),
}

_SERVES: Final = frozenset({Role.SERVICE})

_SERVICE: Final[AccessMatrix] = {
    "calls.index": _SERVES,
    "calls.search": _SERVES,
    "calls.recognise": _SERVES,
    "calls.note": _SERVES,
    "calls.end": _SERVES,
    "tickets.index": _SERVES,
    "tickets.show": _SERVES,
    "tickets.new": _SERVES,
    "tickets.create": _SERVES,
    "tickets.edit": _SERVES,
    "tickets.change": _SERVES,
    "tickets.move": _SERVES,
    "tickets.say": _SERVES,
    "tickets.people": _SERVES,
    "tickets.templates": _SERVES,
    "tickets.new_template": _SERVES,
    "tickets.add_template": _SERVES,
    "tickets.edit_template": _SERVES,
    "tickets.change_template": _SERVES,
    "tickets.remove_template": _SERVES,
}

_KEEPS_BOOKS: Final = frozenset({Role.ACCOUNTING})
# Sales and management see what companies owe; invoices of people are for those who keep the books.
_READS_INVOICES: Final = frozenset({Role.ACCOUNTING, Role.SALES, Role.MANAGEMENT})

_INVOICES: Final[AccessMatrix] = {
    "invoices.index": _READS_INVOICES,
    "invoices.show": _READS_INVOICES,
    "invoices.new": _KEEPS_BOOKS,
    "invoices.create": _KEEPS_BOOKS,
    "invoices.people": _KEEPS_BOOKS,
    "invoices.pay": _KEEPS_BOOKS,
    "invoices.dun": _KEEPS_BOOKS,
    "invoices.end": _KEEPS_BOOKS,
}

_EXPORTS: Final[AccessMatrix] = {
    # Who decides sees the list too, and asks for no file.
    "exports.index": _WRITES | {Role.PRIVACY},
    "exports.new": _WRITES,
    "exports.create": _WRITES,
    "exports.fetch": _WRITES,
    "exports.approve": frozenset({Role.PRIVACY}),
    "exports.refuse": frozenset({Role.PRIVACY}),
}

_IMPORTS: Final[AccessMatrix] = {
    f"imports.{name}": _WRITES for name in ("index", "new", "keep", "assign", "choose", "show", "start", "discard", "refused")
}

_READS_FIGURES: Final = frozenset({Role.SALES, Role.MANAGEMENT})

_REPORTS: Final[AccessMatrix] = {
    "reports.quarter": _READS_FIGURES,
    "reports.csv_file": _READS_FIGURES,
    "reports.pdf_file": _READS_FIGURES,
    # Who the customers are is for those who work with them: management acts for no purpose that opens people.
    "reports.deals": frozenset({Role.SALES}),
    "reports.agreement": frozenset({Role.MANAGEMENT}),
    "reports.store_agreement": frozenset({Role.MANAGEMENT}),
    "reports.end_agreement": frozenset({Role.MANAGEMENT}),
}

# The coordinator answers for all tasks; those who look after contacts say where data came from and that people were told.
_SETTLES_TASKS: Final = frozenset({Role.SALES, Role.SERVICE, Role.ACCOUNTING, Role.PRIVACY})

_TASKS: Final[AccessMatrix] = {
    "tasks.show": _SETTLES_TASKS,
    "tasks.state_origin": _SETTLES_TASKS,
    "tasks.note_informed": _SETTLES_TASKS,
    "tasks.uphold_objection": frozenset({Role.PRIVACY}),
}

# What is done to a case is in `acts`, with the states in which it can be done.
_REQUESTS: Final[AccessMatrix] = {
    "requests.index": acts.READS_DECISIONS,
    "requests.show": acts.READS_DECISIONS,
    "requests.letter": acts.READS_ALL,
    "requests.new": acts.OPENS,
    "requests.open_task": acts.DECIDES,
    "requests.search": acts.roles_of(Act.ASSIGN),
    **{f"requests.{act}": acts.roles_of(act) for act in Act},
}

_DOCUMENTS: Final[AccessMatrix] = {
    "documents.index": _KEEPS_BOOKS,
    "documents.of_person": _KEEPS_BOOKS,
    "documents.file": _KEEPS_BOOKS,
    "documents.fetch": _KEEPS_BOOKS,
}

_READS_THE_CONCEPT: Final = frozenset({Role.PRIVACY, Role.DPO, Role.MANAGEMENT})
_REVIEWS: Final = frozenset({Role.PRIVACY, Role.SALES})

_RETENTION: Final[AccessMatrix] = {
    "retention.index": _READS_THE_CONCEPT,
    "retention.confirm": frozenset({Role.PRIVACY}),
    "review.show": _REVIEWS,
    "review.confirm": _REVIEWS,
    "review.let_go": _REVIEWS,
    "review.keep": _REVIEWS,
}

_CHECKS_THE_LOG: Final = frozenset({Role.AUDITOR, Role.DPO, Role.PRIVACY})

_LEDGER: Final[AccessMatrix] = {
    "ledger.index": _CHECKS_THE_LOG,
    "ledger.show": _CHECKS_THE_LOG,
    "ledger.proof": _CHECKS_THE_LOG,
    "ledger.find_subject": _CHECKS_THE_LOG,
    "ledger.subject": _CHECKS_THE_LOG,
    "ledger.erasure_proof": _CHECKS_THE_LOG,
    "ledger.verify": _CHECKS_THE_LOG,
    "ledger.progress": _CHECKS_THE_LOG,
    "ledger.make_bundle": _CHECKS_THE_LOG,
    "ledger.fetch_bundle": _CHECKS_THE_LOG,
}

# Only where the installation is a demonstration; elsewhere the page does not exist.
_DEMO: Final[AccessMatrix] = {"demo.enter": PUBLIC, "demo_mailbox.show": PUBLIC}


def access_matrix(*, demo: bool) -> AccessMatrix:
    """Return who may open what."""
    work = {
        **_WORK,
        **_CONTACTS,
        **_COMPANIES,
        **_DEALS,
        **_ACTIVITIES,
        **_CALENDAR,
        **_WORK_RULES,
        **_CAMPAIGNS,
        **_SERVICE,
        **_INVOICES,
        **_EXPORTS,
        **_IMPORTS,
        **_REPORTS,
        **_TASKS,
        **_REQUESTS,
        **_DOCUMENTS,
        **_RETENTION,
        **_LEDGER,
    }
    pages = {**_SIGN_IN, **_ACCOUNT, **_USERS, **work}
    return {**pages, **_DEMO} if demo else pages
