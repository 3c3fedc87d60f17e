"""Deals as rows and cards show them."""

from collections.abc import Mapping, Sequence

from crm.services.deals.results import Results
from crm.services.deals.shown import ShownDeal
from crm.services.work_rules import WorkRules
from crm.site.access import may
from crm.site.addresses import addresses_by_id
from crm.site.i18n import _, in_language
from crm.site.money import money
from crm.site.view_models import DealRow, StripView
from crm.web.customers import customer_addresses, person_name
from crm.web.desk import Desk, current_day, strip_of
from crm.web.names import name_fields


def make_rows(
    deals: Sequence[ShownDeal], *, rules: WorkRules, staff: Mapping[str, str], results: Results | None = None
) -> tuple[DealRow, ...]:
    """Return the rows of a page.

    Args:
        results: whose may be told apart in a list of everybody's; None on the page of a deal or customer, which says whom to ask.
    """
    url = addresses_by_id("deals.show", "deal_id")
    move_url = addresses_by_id("deals.move", "deal_id")
    customer_urls = customer_addresses()
    moves, today = may("deals.move"), current_day()
    rows = []
    for each in deals:
        deal, stage = each.deal, rules.stages.get(each.deal.stage)
        company_url, person_url = customer_urls(each.customer)
        is_open = stage is None or not stage.ends
        rows.append(
            DealRow(
                deal_id=deal.id,
                version=deal.version,
                url=url(deal.id),
                move_url=move_url(deal.id),
                title=each.title or _("Verkaufschance"),
                company=each.customer.company,
                company_url=company_url,
                person=person_name(each.customer),
                person_url=person_url,
                owner=staff.get(deal.owner_id or "", "") if is_open or _may_tell(deal.owner_id, results) else "",
                stage=deal.stage,
                stage_title=in_language(stage.title) if stage else deal.stage,
                amount=money(deal.amount_cents),
                probability=deal.probability if is_open else None,
                expected_on=deal.expected_on,
                closed_on=deal.closed_on,
                overdue=is_open and deal.expected_on < today,
                movable=moves and each.title is not None,
            )
        )
    return tuple(rows)


def _may_tell(owner_id: str | None, results: Results | None) -> bool:
    return results is None or results.cover(owner_id)


def strip_over(desk: Desk | None, deals: Sequence[ShownDeal], *, per_person: bool = True) -> StripView | None:
    """Return the strip of a page with these deals; None where the reader's role acts for no purpose and sees no people."""
    if desk is None:
        return None
    names_somebody = any(each.customer.person is not None for each in deals)
    note = _("Titel und Personen nur, wo der Zweck sie zeigt")
    return strip_of(desk, shown=len(name_fields(desk)) if names_somebody else 0, per_person=per_person, note=note)
