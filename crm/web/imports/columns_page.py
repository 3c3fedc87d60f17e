"""Assigning the columns of a file, with the first rows as they would be taken in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.errors import InvalidInputError
from crm.models.field_groups import GROUP_OF
from crm.services.imports.fields import WORK, RowKind
from crm.services.imports.terms import Migration
from crm.services.uploads import previewing, steering
from crm.services.uploads.options import Options
from crm.services.uploads.previewing import OpenedUpload, PreviewRow
from crm.services.uploads.proposing import fields_of, may_go
from crm.site.errors import sentence_of
from crm.site.i18n import _, in_language
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput, FieldSet, Option, StripView
from crm.web.desk import Desk, open_desk, strip_of
from crm.web.imports.blueprint import bp
from crm.web.imports.cells import as_text
from crm.web.imports.words import DELIMITER_TITLES, KIND_TITLES, TARGET_TITLES
from crm.web.typed import typed_line

_LONGEST: int = 40  # characters of origin and system, as in a mapping file


@dataclass(frozen=True, slots=True)
class ColumnInput:
    """A column with its select."""

    name: str
    example: str
    is_forbidden: bool
    field: FieldInput


@bp.get("/imports/<pseudonym:upload_id>/columns")
def assign(upload_id: str) -> ResponseReturnValue:
    """Show where the columns go, as proposed or as chosen before."""
    with current_runtime().database.reading() as db:
        desk, opened = _open(db, upload_id)
    return _page(desk, opened, opened.options)[0]


@bp.post("/imports/<pseudonym:upload_id>/columns")
def choose(upload_id: str) -> ResponseReturnValue:
    """Show the first rows with other columns, or let the worker try the whole file."""
    with current_runtime().database.reading() as db:
        desk, opened = _open(db, upload_id)
    options = _typed(opened)
    page, is_wrong = _page(desk, opened, options)
    if is_wrong:
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    if "check" not in request.form:
        return page
    with current_runtime().database.writing() as db:
        steering.check(db, opened, options, actor=desk.actor, now=desk.now)
    return redirect(url_for(".show", upload_id=upload_id), code=303)


def _open(db: Session, upload_id: str) -> tuple[Desk, OpenedUpload]:
    desk = open_desk(db)
    return desk, previewing.open_upload(db, upload_id, actor=desk.actor, now=desk.now)


def _typed(opened: OpenedUpload) -> Options:
    targets = {each.place: typed_line(f"column_{each.place}") for each in opened.columns}
    known = set(_titles(opened))
    return Options(
        targets={place: target for place, target in targets.items() if target in known},
        migration=Migration.THIRD_PARTY if typed_line("migration") == Migration.THIRD_PARTY else Migration.OWN,
        prospects="prospects" in request.form,
        origin=typed_line("origin")[:_LONGEST],
        system=typed_line("system")[:_LONGEST],
    )


def _page(desk: Desk, opened: OpenedUpload, options: Options) -> tuple[str, bool]:
    """Return the page, and whether something is wrong with the options."""
    rows: Sequence[PreviewRow] = ()
    wrong = None
    try:
        rows = previewing.preview(opened, options, now=desk.now, zone=desk.zone)
    except InvalidInputError as error:
        wrong = sentence_of(error)
    titles = _titles(opened)
    shown = list(dict.fromkeys(target for _place, target in sorted(options.targets.items()) if target in titles))
    page = render_template(
        "imports/columns.html",
        strip=_strip(desk, opened, shown if rows else ()),
        upload=opened,
        kind=KIND_TITLES[opened.kind],
        delimiter=DELIMITER_TITLES.get(opened.delimiter, opened.delimiter),
        columns=[_input(opened, options.targets, place) for place in range(len(opened.columns))],
        fieldsets=_fieldsets(opened.kind, options),
        wrong=wrong,
        shown=[(target, titles[target]) for target in shown],
        personal=_personal(opened),
        rows=[(each.row, [as_text(target, each.values.get(target)) for target in shown], each.reasons) for each in rows],
    )
    return page, wrong is not None


def _strip(desk: Desk, opened: OpenedUpload, shown: Sequence[str]) -> StripView:
    fields = [each for each in shown if each in _personal(opened)]
    strip = strip_of(replace(desk, purpose=opened.purpose), shown=len(fields), note=_("Ihre eigene Datei; noch ist nichts eingelesen"))
    return replace(strip, alternatives=())  # the file stays with the purpose it was sent for


def _titles(opened: OpenedUpload) -> dict[str, str]:
    """Return where columns can go, in the order of the selects: custom fields come last."""
    own = {each.name: in_language(each.title) for each in fields_of(opened.kind, opened.purpose)}
    return {target: str(title) for target, title in TARGET_TITLES[opened.kind].items()} | own


def _personal(opened: OpenedUpload) -> frozenset[str]:
    """Return the targets that are fields of a person, as the strip counts them."""
    kind = opened.kind
    if kind is RowKind.PERSON:
        return frozenset({*GROUP_OF, *(each.name for each in opened.purpose.custom)})
    behind = {"salutation", "first_name", "last_name", "email", "mobile"}
    return frozenset(behind if kind is RowKind.COMPANY else {"email"})


def _input(opened: OpenedUpload, targets: Mapping[int, str], place: int) -> ColumnInput:
    column = opened.columns[place]
    offered = [Option(name, title) for name, title in _titles(opened).items() if may_go(opened.kind, name, opened.purpose)]
    options = (Option("", _("nicht einlesen")), *offered)
    name = column.name or _("Spalte %(number)s", number=place + 1)
    field = FieldInput(name=f"column_{place}", title=name, kind="select", value=targets.get(place, ""), options=options)
    return ColumnInput(name, column.example, column.is_forbidden or not column.name, field)


def _fieldsets(kind: RowKind, options: Options) -> tuple[FieldSet, ...]:
    system = FieldInput(
        name="system",
        title=_("Name des anderen Systems"),
        value=options.system,
        max_length=_LONGEST,
        hint=_("Nur wenn eine Spalte dessen Nummern enthält. Daran erkennt Lethe dieselben Datensätze in der nächsten Datei wieder."),
    )
    if kind in WORK:
        return (FieldSet(title=_("Nummern"), fields=(system,)),)
    ways = (
        Option(Migration.OWN, _("unser bisheriges System; die Personen sind informiert")),
        Option(Migration.THIRD_PARTY, _("gekauft oder erhalten; binnen eines Monats zu informieren")),
    )
    return (
        FieldSet(
            title=_("Woher die Daten kommen"),
            fields=(
                FieldInput(name="migration", title=_("Quelle"), kind="select", value=options.migration, options=ways),
                FieldInput(
                    name="origin",
                    title=_("Herkunft"),
                    value=options.origin,
                    max_length=_LONGEST,
                    hint=_("Für Zeilen, die keine eigene nennen, zum Beispiel „Messe Hannover 2026“."),
                ),
                system,
                FieldInput(
                    name="prospects",
                    title=_("Alle sind Interessenten, noch keine Kunden"),
                    kind="checkbox",
                    value="1" if options.prospects else "",
                ),
            ),
        ),
    )
