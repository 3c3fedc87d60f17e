"""Who may open which page of the staff site. What is not listed here, nobody may.

A test compares this with the application's own route map.
"""

from typing import Final

from crm.actor import Role
from crm.privacy.requests import acts
from crm.privacy.requests.acts import Act
from crm.services.contacts.noting import WRITERS
from crm.site.access import PUBLIC, SIGNED_IN, AccessMatrix
from crm.web.access_to_work import DAILY_WORK

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

_SETUP: Final[AccessMatrix] = {f"setup.{name}": _ADMIN for name in ("index", "company", "dpo", "choose", "mail")}

_READS_CONTACTS: Final = frozenset({Role.SALES, Role.SERVICE, Role.ACCOUNTING, Role.PRIVACY})
_WRITES: Final = frozenset({Role.SALES, Role.SERVICE, Role.ACCOUNTING})
_ENTERS_RIGHTS: Final = frozenset({Role.SALES, Role.SERVICE, Role.PRIVACY})
_READS_COMPANIES: Final = frozenset({Role.SALES, Role.MARKETING, Role.SERVICE, Role.ACCOUNTING, Role.MANAGEMENT})

_WORK: Final[AccessMatrix] = {
    "home.index": SIGNED_IN,
    "purpose.choose": SIGNED_IN,
    # Whether a page has changed, only for who may open that page.
    "live.look": SIGNED_IN,
}

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
    "contacts.write_note": frozenset(WRITERS),
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
    "contacts.let_go": frozenset({Role.PRIVACY}),
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
    "requests.copy": acts.READS_ALL,
    "requests.archive": acts.READS_ALL,
    "requests.new": acts.OPENS,
    "requests.open_task": acts.DECIDES,
    "requests.search": acts.roles_of(Act.ASSIGN),
    **{f"requests.{act}": acts.roles_of(act) for act in Act},
}

_CHECKS_THE_LOG: Final = frozenset({Role.AUDITOR, Role.DPO, Role.PRIVACY})
_READS_THE_CONCEPT: Final = frozenset({Role.PRIVACY, Role.DPO, Role.AUDITOR, Role.MANAGEMENT})
_REVIEWS: Final = frozenset({Role.PRIVACY, Role.SALES})

_RETENTION: Final[AccessMatrix] = {
    "retention.index": _READS_THE_CONCEPT,
    "retention.confirm": frozenset({Role.PRIVACY}),
    "concept.rule": _READS_THE_CONCEPT,
    "concept.frame": _READS_THE_CONCEPT,
    "concept.pdf": _READS_THE_CONCEPT,
    "concept.protocol": _CHECKS_THE_LOG,
    "concept.give_opinion": frozenset({Role.DPO}),
    "concept.change": frozenset({Role.PRIVACY}),
    "concept.change_frame": frozenset({Role.PRIVACY}),
    "review.show": _REVIEWS,
    "review.confirm": _REVIEWS,
    "review.let_go": _REVIEWS,
    "review.keep": _REVIEWS,
}

_KNOWS_HOLDS: Final = frozenset({Role.PRIVACY, Role.MANAGEMENT, Role.ACCOUNTING, Role.DPO, Role.AUDITOR})
_ASKS_FOR_HOLDS: Final = frozenset({Role.PRIVACY, Role.MANAGEMENT, Role.ACCOUNTING})
_ANSWERS_FOR_HOLDS: Final = frozenset({Role.PRIVACY, Role.MANAGEMENT})

_HOLDS: Final[AccessMatrix] = {
    "holds.index": _KNOWS_HOLDS,
    "holds.new": _ASKS_FOR_HOLDS,
    "holds.create": _ASKS_FOR_HOLDS,
    # That nobody approves their own, the act itself says.
    "holds.approve": _ANSWERS_FOR_HOLDS,
    "holds.review": _ANSWERS_FOR_HOLDS,
    "holds.end": _ANSWERS_FOR_HOLDS,
    "holds.pause": frozenset({Role.PRIVACY}),
    "holds.resume": frozenset({Role.PRIVACY}),
}

_DEFINES: Final = frozenset({Role.PRIVACY})

_CUSTOM_FIELDS: Final[AccessMatrix] = {
    f"custom_fields.{name}": _DEFINES for name in ("index", "new", "create", "edit", "change", "retirement", "retire")
}

_LEDGER: Final[AccessMatrix] = {
    "ledger.index": _CHECKS_THE_LOG,
    "ledger.show": _CHECKS_THE_LOG,
    "ledger.proof": _CHECKS_THE_LOG,
    "ledger.find_subject": _CHECKS_THE_LOG,
    "ledger.subject": _CHECKS_THE_LOG,
    "ledger.erasure_proof": _CHECKS_THE_LOG,
    "ledger.erasure_certificate": _CHECKS_THE_LOG,
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
        **DAILY_WORK,
        **_TASKS,
        **_REQUESTS,
        **_RETENTION,
        **_HOLDS,
        **_CUSTOM_FIELDS,
        **_LEDGER,
    }
    pages = {**_SIGN_IN, **_ACCOUNT, **_USERS, **_SETUP, **work}
    return {**pages, **_DEMO} if demo else pages
