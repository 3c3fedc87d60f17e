"""Who may open which page of daily work: what is sold, done, served and billed, documents, reports, what comes in and goes out.

Part of the matrix of `crm.web.access_matrix`.
"""

from typing import Final

from crm.actor import Role
from crm.site.access import PUBLIC, AccessMatrix

_WRITES: Final = frozenset({Role.SALES, Role.SERVICE, Role.ACCOUNTING})
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

_FILES: Final[AccessMatrix] = {f"files.{name}": _DOES for name in ("new", "add", "fetch", "removal", "remove")}

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
    "campaigns.issue_link": _RUNS_CAMPAIGNS,
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

_DOCUMENTS: Final[AccessMatrix] = {
    "documents.index": _KEEPS_BOOKS,
    "documents.of_person": _KEEPS_BOOKS,
    "documents.file": _KEEPS_BOOKS,
    "documents.fetch": _KEEPS_BOOKS,
}

_EXPORTS: Final[AccessMatrix] = {
    # Who decides sees the list too, and asks for no file.
    "exports.index": _WRITES | {Role.MARKETING, Role.PRIVACY},
    "exports.new": _WRITES,
    "exports.create": _WRITES,
    "exports.fetch": _WRITES | {Role.MARKETING},
    # Links of a campaign alone: marketing sees no list of people.
    "exports.new_links": _RUNS_CAMPAIGNS,
    "exports.create_links": _RUNS_CAMPAIGNS,
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

DAILY_WORK: Final[AccessMatrix] = {
    **_DEALS,
    **_ACTIVITIES,
    **_FILES,
    **_CALENDAR,
    **_WORK_RULES,
    **_CAMPAIGNS,
    **_SERVICE,
    **_INVOICES,
    **_DOCUMENTS,
    **_EXPORTS,
    **_IMPORTS,
    **_REPORTS,
}
