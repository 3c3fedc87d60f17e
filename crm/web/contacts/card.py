"""Cards: one contact as a file for an address book, and a file of one as the beginning of a new contact."""

from io import BytesIO

from flask import Response, request, send_file
from flask.typing import ResponseReturnValue

from crm.documents import vcard
from crm.documents.vcard import Card, Version
from crm.errors import InvalidInputError
from crm.services.contacts.card import open_card
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.web.contacts.blueprint import bp
from crm.web.contacts.form_page import open_for_new, show_form, show_no_ground
from crm.web.desk import open_desk, posted_purpose, require_posted_purpose
from crm.web.names import full_name

VERSIONS: tuple[Version, ...] = ("4.0", "3.0")


@bp.get("/contacts/<pseudonym:subject_id>/card-<any('4.0', '3.0'):version>.vcf")
def card(subject_id: str, version: Version) -> Response:
    """Hand one contact over as a card, as far as the purpose opens it."""
    with current_runtime().database.reading() as db:
        desk = open_desk(db)
        fields, company = open_card(db, subject_id=subject_id, purpose=desk.purpose, actor=desk.actor, now=desk.now)
    content = BytesIO(vcard.write(Card(fields, company), version=version))
    answer = send_file(content, mimetype="text/vcard", as_attachment=True, download_name=f"{full_name(fields)}.vcf")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/contacts/new/card")
def from_card() -> ResponseReturnValue:
    """Show the form for a new contact with what a card says; nothing is kept before somebody saves it."""
    sent = request.files.get("card")
    with current_runtime().database.reading() as db:
        desk = posted_purpose(open_desk(db))
        require_posted_purpose(desk)
        if desk.purpose.needs_consent:
            return show_no_ground(desk)
        state = open_for_new(db, desk)
    try:
        found = vcard.read(sent.read() if sent else b"")
    except InvalidInputError as error:
        return show_form(state.refused(sentence_of(error))), status_of(error)
    fields = {name: found.fields.get(name, "") for name in desk.purpose.fields}
    return show_form(state.begun(fields=fields, company=found.company, origin=_("Visitenkarte")))
