"""Moving a deal to another stage, by mouse, by keyboard or by a button; all of them send this form."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.errors import InvalidInputError
from crm.privacy.errors import PrivacyError, StaleVersionError
from crm.services import work_rules
from crm.services.deals import moving
from crm.services.deals.errors import LossReasonMissingError
from crm.services.deals.view import open_deal
from crm.site.addresses import local_path
from crm.site.errors import sentence_of
from crm.site.i18n import _, in_language
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput, Option
from crm.web.deals.blueprint import bp
from crm.web.deals.rows import make_rows, strip_over
from crm.web.desk import open_desk
from crm.web.names import name_fields
from crm.web.selects import with_chosen
from crm.web.typed import typed_line, typed_number


@bp.post("/deals/<pseudonym:deal_id>/move")
def move(deal_id: str) -> ResponseReturnValue:
    """Move the deal and go back; one that is lost is asked for its reason first."""
    try:
        _move(deal_id)
    except LossReasonMissingError as error:
        return _ask_reason(deal_id, sentence_of(error) if "loss_reason" in request.form else None)
    except StaleVersionError:
        flash(_("Nicht verschoben: Inzwischen wurde diese Verkaufschance geändert. Sie sehen jetzt den neuen Stand."), "watch")
    except (PrivacyError, InvalidInputError) as error:
        flash(_("Nicht verschoben: %(reason)s", reason=sentence_of(error)), "alarm")
    return redirect(_back(deal_id), code=303)


def _move(deal_id: str) -> None:
    stage = typed_line("stage")
    with current_runtime().database.writing() as db:
        desk = open_desk(db)
        is_moved = moving.move(
            db,
            deal_id=deal_id,
            stage=stage,
            loss_reason=typed_line("loss_reason") or None,
            purpose=desk.purpose,
            expected_version=typed_number("version"),
            actor=desk.actor,
            now=desk.now,
        )
        title = work_rules.find(db).stages[stage].title
    if is_moved:
        flash(_("Verschoben nach „%(stage)s“.", stage=in_language(title)), "ok")


def _back(deal_id: str) -> str:
    """Return the page from which it was moved, at the card that was moved."""
    path = local_path(request.form.get("next"), otherwise=url_for(".show", deal_id=deal_id))
    return f"{path.partition('#')[0]}#deal-{deal_id}"


def _ask_reason(deal_id: str, wrong: str | None) -> ResponseReturnValue:
    with current_runtime().database.reading() as db:
        desk, rules = open_desk(db), work_rules.find(db)
        view = open_deal(db, deal_id=deal_id, purpose=desk.purpose, actor=desk.actor, now=desk.now)
    reasons = rules.loss_reasons
    options = (Option("", _("bitte wählen")), *(Option(code, in_language(each.title)) for code, each in reasons.items()))
    field = FieldInput(
        name="loss_reason",
        title=_("Grund"),
        value="",
        kind="select",
        options=with_chosen(options, ""),
        required=True,
        error=wrong,
        focus=True,
    )
    page = render_template(
        "deals/lost.html",
        strip=strip_over(desk, [view.shown], per_person=False),
        name_fields=" ".join(name_fields(desk)),
        deal=make_rows([view.shown], rules=rules, staff={})[0],
        field=field,
        move_url=url_for(".move", deal_id=deal_id),
        cancel_url=_back(deal_id),
        stage=typed_line("stage"),
        version=typed_number("version"),
        next=local_path(request.form.get("next"), otherwise=url_for(".show", deal_id=deal_id)),
    )
    return page, 422 if wrong else 200
