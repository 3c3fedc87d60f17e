"""Words for invoices: how they stand, how they ended, where they are kept."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from flask_babel.speaklater import LazyString

from crm.models.invoice import Invoice, InvoiceEnd, InvoiceSource
from crm.services.invoices.listing import Scope
from crm.site.i18n import _, _l, day, ngettext
from crm.site.view_models import StandingView

SOURCE_TITLES: Final[Mapping[str, LazyString]] = {
    InvoiceSource.ERP: _l("im ERP; hier liegt eine Kopie"),
    InvoiceSource.HERE: _l("hier"),
}
END_TITLES: Final[Mapping[str, LazyString]] = {
    InvoiceEnd.CANCELLED: _l("Stornieren: Die Rechnung war falsch"),
    InvoiceEnd.WRITTEN_OFF: _l("Ausbuchen: Sie wird nicht mehr bezahlt"),
}
SCOPE_TITLES: Final[Mapping[Scope, LazyString]] = {Scope.OPEN: _l("Offen"), Scope.OVERDUE: _l("Überfällig"), Scope.ALL: _l("Alle")}


def standing_of(invoice: Invoice, today: date) -> StandingView:
    """Return how an invoice stands, in words."""
    if not invoice.is_open:
        return _ended(invoice)
    late = (today - invoice.due_on).days
    if late <= 0:
        word = _("heute fällig") if late == 0 else ngettext("fällig in %(num)s Tag", "fällig in %(num)s Tagen", -late)
        return StandingView("watch" if late == 0 else "quiet", word)
    overdue = ngettext("%(num)s Tag überfällig", "%(num)s Tage überfällig", late)
    if invoice.dunning_level:
        return StandingView("alarm", _("%(overdue)s, %(level)s. Mahnung", overdue=overdue, level=invoice.dunning_level))
    return StandingView("watch", overdue)


def _ended(invoice: Invoice) -> StandingView:
    on = day(invoice.settled_on) if invoice.settled_on else ""
    words = {
        InvoiceEnd.CANCELLED: _("storniert am %(day)s", day=on),
        InvoiceEnd.WRITTEN_OFF: _("ausgebucht am %(day)s", day=on),
    }
    if invoice.ended_as in words:
        return StandingView("idle", words[InvoiceEnd(invoice.ended_as)])
    return StandingView("ok", _("bezahlt am %(day)s", day=on))
