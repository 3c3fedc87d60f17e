"""Personal links: a page with one button. Looking changes nothing, because mail scanners open every link.

Source: Art. 12(2), 21(2), (3), (5) DSGVO; RFC 8058.
"""

from contextlib import suppress
from http import HTTPStatus
from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from crm.models.intake import LinkKind
from crm.portal.installation import current_portal
from crm.portal.letterbox import taking_in
from crm.portal.link_words import OBJECT, PAGES, RIGHTS, LinkPage, state_in_words
from crm.privacy import links
from crm.privacy.intake import correcting, letterbox
from crm.privacy.intake.correcting import ErasedSinceError
from crm.privacy.intake.status import get_status
from crm.privacy.links import LinkUnknownError, LinkUsedError
from crm.site.errors import sentence_of
from crm.site.i18n import current_language

blueprint = Blueprint("personal", __name__)

_ADDRESS: Final = f"/<any({', '.join(PAGES)}):letter>/<token>"
_ONE_CLICK_ADDRESS: Final = f"/{links.ONE_CLICK_PATH}/<token>"


@blueprint.get(_ADDRESS)
def show(letter: str, token: str) -> ResponseReturnValue:
    """Show what the button does."""
    return _show(PAGES[letter], token)


@blueprint.post(_ADDRESS)
def act(letter: str, token: str) -> ResponseReturnValue:
    """Do what the link is for; the second of two clicks sees that it is done."""
    return _act(PAGES[letter], token)


@blueprint.get(_ONE_CLICK_ADDRESS)
def show_unsubscribe(token: str) -> ResponseReturnValue:
    """Show the same button to whoever opens the address of the header in a browser."""
    return _show(OBJECT, token)


@blueprint.post(_ONE_CLICK_ADDRESS)
def unsubscribe(token: str) -> ResponseReturnValue:
    """Object by the button of a mail program: no page before it, no cookie, no question (RFC 8058)."""
    if request.form.get("List-Unsubscribe") != "One-Click":
        return _show(OBJECT, token)
    return _act(OBJECT, token)


@blueprint.get("/s/<token>")
def status(token: str) -> ResponseReturnValue:
    """Show how far a request has come."""
    portal = current_portal()
    try:
        with portal.database.reading() as session:
            found = get_status(session, token=token, now=portal.clock.now())
    except (LinkUnknownError, LinkUsedError):
        return _say_gone()
    return render_template("portal/status.html", case=found, where=state_in_words(found.kind, found.state), what=RIGHTS[found.kind])


def _show(page: LinkPage, token: str) -> ResponseReturnValue:
    portal = current_portal()
    try:
        with portal.database.reading() as session:
            correcting.require_left(session, links.get(session, token=token, kind=page.link, now=portal.clock.now()))
    except ErasedSinceError as error:
        return _say_erased(error)
    except (LinkUnknownError, LinkUsedError):
        return _say_gone()
    return render_template("portal/link.html", page=page, url=f"/{links.PATHS[page.link]}/{token}")


def _act(page: LinkPage, token: str) -> ResponseReturnValue:
    """Use the link and drop its message in, in one transaction; whoever was faster has done it already."""
    now = current_portal().clock.now()
    try:
        with suppress(LinkUsedError), taking_in() as session:
            # Advertising can be stopped by every mail of ours, as often as somebody likes.
            follow = links.get if page.link is LinkKind.OBJECT else links.use
            link = follow(session, token=token, kind=page.link, now=now)
            correcting.require_left(session, link)
            message = {letterbox.TOKEN: token}
            letterbox.receive(session, kind=page.drops, message=message, link_hash=link.token_hash, language=current_language(), now=now)
    except ErasedSinceError as error:
        return _say_erased(error)
    except LinkUnknownError:
        return _say_gone()
    return render_template("portal/link_done.html", page=page)


def _say_erased(error: ErasedSinceError) -> ResponseReturnValue:
    """Say to whoever holds the token what became of the data; without it nobody gets here."""
    return render_template("portal/link_erased.html", sentence=sentence_of(error)), HTTPStatus.GONE


def _say_gone() -> ResponseReturnValue:
    """Say the same of every link that cannot be used, so that nothing can be learned by trying."""
    return render_template("portal/link_gone.html"), HTTPStatus.NOT_FOUND
