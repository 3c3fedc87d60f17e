"""The list of campaigns."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from crm.services import work_rules
from crm.services.campaigns.listing import list_campaigns
from crm.site.access import may
from crm.site.i18n import in_language
from crm.site.installation import current_runtime
from crm.site.view_models import PagerView
from crm.web.campaigns.blueprint import bp
from crm.web.campaigns.words import roughly
from crm.web.desk import find_desk, strip_of
from crm.web.typed import chosen_id


@bp.get("/campaigns")
def index() -> ResponseReturnValue:
    """Show one page of campaigns, the latest first."""
    after = chosen_id("after")
    with current_runtime().database.reading() as db:
        page = list_campaigns(db, after=after)
        rules = work_rules.find(db)
        desk = find_desk(db)
    return render_template(
        "campaigns/list.html",
        strip=strip_of(desk, shown=0) if desk else None,
        rows=page.rows,
        kinds={code: in_language(kind.title) for code, kind in rules.campaign_kinds.items()},
        roughly=lambda count: roughly(count, rules.min_cell),
        pager=PagerView(
            previous_url=url_for(".index") if after else None,
            next_url=url_for(".index", after=page.after) if page.after else None,
        ),
        new_url=url_for(".new") if may("campaigns.new") else None,
    )
