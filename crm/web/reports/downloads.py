"""The quarter report as CSV and as PDF: the same figures as the page, no customers and no staff."""

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Any

from flask import Response, send_file

from crm.documents import render
from crm.documents.formulas import harmless
from crm.services.reports.figures import Dimension, Figures, Report
from crm.site.i18n import _, current_language, day, number
from crm.site.installation import current_runtime
from crm.site.money import typed_money, whole_money
from crm.web.desk import current_day
from crm.web.reports.blueprint import bp
from crm.web.reports.lines import headline, lines
from crm.web.reports.quarter import find_report
from crm.web.reports.words import DIMENSION_TITLES, change, conversion, cycle


@bp.get("/reports/quarter.csv")
def csv_file() -> Response:
    """Hand the figures over for a spreadsheet: semicolons, and a mark that it is UTF-8."""
    report = find_report().report
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for row in _rows(report):
        writer.writerow([harmless(cell) for cell in row])
    return _hand_over(text.getvalue().encode("utf-8-sig"), "text/csv", f"{_file_name(report)}.csv")


@bp.get("/reports/quarter.pdf")
def pdf_file() -> Response:
    """Hand the figures over on paper."""
    report = find_report().report
    return _hand_over(render("report", _sheet(report)), "application/pdf", f"{_file_name(report)}.pdf")


def _hand_over(content: bytes, media_type: str, name: str) -> Response:
    answer = send_file(BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _file_name(report: Report) -> str:
    return _("Quartalszahlen-%(quarter)s", quarter=report.now.quarter.title.replace(" ", "-").replace("/", "-"))


def _rows(report: Report) -> Iterator[tuple[str, ...]]:
    quarters = tuple(each.quarter.title for each in report.all)
    yield (
        _("Nach"), _("Wert"), _("Quartal"), _("Gewonnen in €"), _("Gewonnene Verkaufschancen"), _("Verloren in €"),
        _("Verlorene Verkaufschancen"), _("Abschlussquote in Prozent"), _("Dauer bis zum Gewinn in Tagen"), _("Offen am Ende in €"),
        _("Offene Verkaufschancen"),
    )  # fmt: skip
    for dimension, title in DIMENSION_TITLES.items():
        for line in lines(report, dimension):
            for quarter, figures in zip(quarters, (line.now, line.before, line.earlier), strict=True):
                # What was open then is not told apart for the quarters that are compared with.
                still_open = (typed_money(figures.open_cents), str(figures.open_count)) if figures is line.now else ("", "")
                yield (str(title), line.title, quarter, *_cells(figures), *still_open)


def _cells(figures: Figures) -> tuple[str, ...]:
    return (
        typed_money(figures.won_cents),
        str(figures.won_count),
        typed_money(figures.lost_cents),
        str(figures.lost_count),
        "" if figures.conversion is None else number(round(figures.conversion, 1)),
        "" if figures.cycle_days is None else str(round(figures.cycle_days)),
    )


def _sheet(report: Report) -> dict[str, Any]:
    now, before, earlier = (each.quarter for each in report.all)
    compared = [_("Maß"), now.title, before.title, earlier.title, _("zum Vorquartal")]
    return {
        "language": current_language(),
        "title": _("Quartalszahlen %(quarter)s", quarter=now.title),
        "organisation": current_runtime().settings.organisation,
        "note": _("Stand %(day)s. Summen ohne Kunden und ohne Beschäftigte.", day=day(current_day())),
        "date": current_day().isoformat(),
        "page_words": [_("Seite"), _("von")],
        "tables": [
            {
                "title": _("Überblick"),
                "columns": compared,
                "rows": [[each.title, each.now, each.before, each.earlier, each.change] for each in headline(report)],
            },
            *(
                table
                for dimension, title in DIMENSION_TITLES.items()
                for table in (_won(report, dimension, str(title), compared), _rest(report, dimension, str(title)))
            ),
        ],
    }


def _won(report: Report, dimension: Dimension, title: str, compared: list[str]) -> dict[str, Any]:
    """Return what was won, against the two other quarters."""
    rows = [
        [
            line.title,
            *(whole_money(each.won_cents) for each in (line.now, line.before, line.earlier)),
            change(line.now.won_cents, line.before.won_cents),
        ]
        for line in lines(report, dimension)
    ]
    return {"title": _("Gewonnen nach %(dimension)s", dimension=title), "columns": [title, *compared[1:]], "rows": rows}


def _rest(report: Report, dimension: Dimension, title: str) -> dict[str, Any]:
    """Return what the page says of the quarter besides; a number in brackets is one of deals."""
    rows = [
        [
            line.title,
            _with_count(line.now.won_cents, line.now.won_count),
            _with_count(line.now.lost_cents, line.now.lost_count),
            conversion(line.now),
            cycle(line.now),
            _with_count(line.now.open_cents, line.now.open_count),
        ]
        for line in lines(report, dimension)
    ]
    return {
        "title": _(
            "%(quarter)s nach %(dimension)s (in Klammern die Zahl der Verkaufschancen)", quarter=report.now.quarter.title, dimension=title
        ),
        "columns": [title, _("Gewonnen"), _("Verloren"), _("Quote"), _("Dauer"), _("Offen")],
        "rows": rows,
    }


def _with_count(cents: int, count: int) -> str:
    return f"{whole_money(cents)} ({number(count)})"
