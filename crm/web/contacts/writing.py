"""Writing a mail to one person."""

from dataclasses import dataclass, replace

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.errors import CrmError, InvalidInputError
from crm.models.field_groups import FieldGroup
from crm.privacy import disclosure, special_categories
from crm.privacy.notes import LONGEST, SpecialCategoryError
from crm.services import lawful_mail
from crm.services.contacts import writing
from crm.services.contacts.writing import LONGEST_SUBJECT, NewMail, NotForMattersError
from crm.services.forms import FormAlreadySavedError, SentForm, new_form_token
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput, FieldSet
from crm.web.contacts.blueprint import bp
from crm.web.desk import Desk, open_desk, open_posted_desk, purpose_title, strip_of
from crm.web.names import full_name, name_fields
from crm.web.typed import typed_line, typed_text

_BETWEEN = "\n"  # words that were shown, in one hidden field


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedMail:
    """What is in the form; `seen` are words of special categories that were shown, a second press keeps them."""

    subject: str = ""
    text: str = ""
    token: str = ""
    seen: tuple[str, ...] = ()
    wrong: str | None = None
    wrong_field: str = ""


@bp.get("/contacts/<pseudonym:subject_id>/mail")
def write_mail(subject_id: str) -> ResponseReturnValue:
    """Show an empty form, where a mail may go to this person."""
    with current_runtime().database.writing() as db:
        desk = open_desk(db)
        return _page(db, desk, subject_id, TypedMail(token=new_form_token()))


@bp.post("/contacts/<pseudonym:subject_id>/mail")
def send_mail(subject_id: str) -> ResponseReturnValue:
    """Send it, or show the form again with what stands against it."""
    typed = _typed()
    try:
        _send(subject_id, typed)
    except FormAlreadySavedError:
        return redirect(url_for(".show", subject_id=subject_id), code=303)
    except (InvalidInputError, SpecialCategoryError) as error:
        with current_runtime().database.writing() as db:
            return _page(db, open_desk(db), subject_id, _with_fault(typed, error)), status_of(error)
    flash(_("Die E-Mail ist auf dem Weg und steht bei den Notizen."), "ok")
    return redirect(url_for(".show", subject_id=subject_id), code=303)


def _typed() -> TypedMail:
    seen = tuple(word for word in typed_text("seen").split(_BETWEEN) if word)
    return TypedMail(subject=typed_line("subject"), text=typed_text("text"), token=typed_line("token"), seen=seen)


def _send(subject_id: str, typed: TypedMail) -> None:
    form = SentForm(typed.token, {"subject": typed.subject, "text": typed.text, "to": subject_id})
    new = NewMail(subject=typed.subject, text=typed.text, seen_hints=frozenset(typed.seen), form=form)
    with current_runtime().database.writing() as db:
        desk = open_posted_desk(db)
        writing.send(db, subject_id=subject_id, new=new, purpose=desk.purpose, actor=desk.actor, now=desk.now)


def _with_fault(typed: TypedMail, error: CrmError) -> TypedMail:
    sentence, seen = sentence_of(error), typed.seen
    if isinstance(error, SpecialCategoryError):
        seen = tuple(special_categories.find_words(typed.text))
        sentence += " " + _("Gefunden: %(words)s.", words=", ".join(seen))
    return replace(typed, wrong=sentence, wrong_field=getattr(error, "field", None) or "text", seen=seen)


def _page(db: Session, desk: Desk, subject_id: str, typed: TypedMail) -> str:
    """Return the page: to whom, for which purpose, and the two fields."""
    if not writing.serves(desk.purpose):
        raise NotForMattersError(purpose=purpose_title(desk.purpose))
    shown = {FieldGroup.IDENTITY, FieldGroup.EMAIL}
    person = disclosure.open_person(db, subject_id=subject_id, purpose=desk.purpose, actor=desk.actor, now=desk.now, groups=shown)
    address = lawful_mail.address_of(person, purpose=desk.purpose, now=desk.now, field="text")
    errors = {typed.wrong_field: typed.wrong}
    fields = (
        FieldInput(
            name="subject",
            title=_("Betreff"),
            value=typed.subject,
            max_length=LONGEST_SUBJECT,
            required=True,
            error=errors.get("subject"),
        ),
        FieldInput(
            name="text",
            title=_("Text"),
            value=typed.text,
            kind="textarea",
            max_length=LONGEST,
            required=True,
            error=errors.get("text"),
            hint=_("Zu laufenden Vorgängen. Was Sie schreiben, steht danach bei den Notizen; eine Antwort kommt an Ihre eigene Adresse."),
        ),
    )
    return render_template(
        "contacts/mail.html",
        strip=strip_of(desk, shown=len(name_fields(desk)) + 1),
        subject_id=subject_id,
        name=full_name(person.fields),
        name_fields=" ".join(name_fields(desk)),
        address=address,
        purpose=desk.purpose.code,
        typed=typed,
        fieldsets=(FieldSet(title=_("E-Mail"), fields=fields),),
    )
