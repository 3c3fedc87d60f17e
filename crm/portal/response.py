"""Responding to a campaign by the personal link in a letter or mail of ours: a page with one button, and beside it the way out.

Looking changes nothing and is not noted, because mail scanners open every link and opening a mail is nobody's business (§ 25 TDDDG).
A link that is unknown, used or over is answered alike, with the same work.

Source: Art. 13(1)(a), 21(2), (4) DSGVO; § 25 TDDDG.
"""

from http import HTTPStatus

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from crm.models.intake import IntakeKind, LinkKind
from crm.portal.installation import current_portal
from crm.portal.letterbox import taking_in
from crm.portal.link_words import OBJECT
from crm.privacy import links
from crm.privacy.intake import letterbox, response_links
from crm.privacy.links import LinkUsedError
from crm.site.i18n import current_language

blueprint = Blueprint("response", __name__, url_prefix=f"/{links.PATHS[LinkKind.RESPOND]}")


@blueprint.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """Show the button that responds, and the one that stops advertising."""
    portal = current_portal()
    with portal.database.reading() as session:
        is_open = response_links.find_open(session, token=token, settings=portal.settings, now=portal.clock.now()) is not None
    if not is_open:
        return _say_gone()
    return render_template("portal/response.html", respond_url=url_for(".respond", token=token), stop_url=url_for(".stop", token=token))


@blueprint.post("/<token>")
def respond(token: str) -> ResponseReturnValue:
    """Drop the response in; the second of two clicks finds the link used."""
    portal = current_portal()
    now = portal.clock.now()
    try:
        with taking_in() as session:
            link = response_links.find_open(session, token=token, settings=portal.settings, now=now)
            if link is None:
                return _say_gone()
            links.use(session, token=token, kind=LinkKind.RESPOND, now=now)
            message = {letterbox.TOKEN: token}
            letterbox.receive(
                session, kind=IntakeKind.RESPONSE, message=message, link_hash=link.token_hash, language=current_language(), now=now
            )
    except LinkUsedError:
        return _say_gone()
    return render_template("portal/response_done.html", stop_url=url_for(".stop", token=token))


@blueprint.post("/<token>/stop")
def stop(token: str) -> ResponseReturnValue:
    """Drop an objection to all advertising in; after the response too, and as often as somebody likes."""
    now = current_portal().clock.now()
    with taking_in() as session:
        link = response_links.find_way_out(session, token=token, now=now)
        if link is None:
            return _say_gone()
        message = {letterbox.TOKEN: token}
        letterbox.receive(
            session, kind=IntakeKind.OBJECTION, message=message, link_hash=link.token_hash, language=current_language(), now=now
        )
    return render_template("portal/link_done.html", page=OBJECT)


def _say_gone() -> ResponseReturnValue:
    """Say the same of every link that cannot be used, so that nothing can be learned by trying."""
    return render_template("portal/link_gone.html"), HTTPStatus.NOT_FOUND
