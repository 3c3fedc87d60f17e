"""Lines of the quarter report: the same for the page, the CSV and the PDF."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crm.services.reports.figures import Dimension, Figures, Report, Sums
from crm.site.i18n import _
from crm.site.money import whole_money
from crm.web.reports.words import change, conversion, cycle


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure of the whole quarter, against the two others."""

    title: str
    now: str
    before: str
    earlier: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The figures of one product, region or customer group; `value` is empty for what has none."""

    value: str
    title: str
    now: Figures
    before: Figures
    earlier: Figures


def headline(report: Report) -> list[Measure]:
    """Return what the meeting looks at first."""
    totals = [each.total for each in report.all]
    return [
        _measure(_("Gewonnen"), totals, lambda each: each.won_cents, whole_money),
        _measure(_("Gewonnene Verkaufschancen"), totals, lambda each: each.won_count, str),
        _measure(_("Verloren"), totals, lambda each: each.lost_cents, whole_money),
        _measure(_("Verlorene Verkaufschancen"), totals, lambda each: each.lost_count, str),
        _shown(_("Abschlussquote"), totals, conversion),
        _shown(_("Dauer bis zum Gewinn"), totals, cycle),
        _measure(_("Offen am Ende"), totals, lambda each: each.open_cents, whole_money),
    ]


def _measure(title: str, totals: list[Figures], value: Callable[[Figures], int], words: Callable[[int], str]) -> Measure:
    now, before, earlier = (value(each) for each in totals)
    return Measure(title=title, now=words(now), before=words(before), earlier=words(earlier), change=change(now, before))


def _shown(title: str, totals: list[Figures], words: Callable[[Figures], str]) -> Measure:
    now, before, earlier = (words(each) for each in totals)
    return Measure(title=title, now=now, before=before, earlier=earlier, change="")


def lines(report: Report, dimension: Dimension) -> list[Line]:
    """Return the figures by one dimension, the most won first."""
    now, before, earlier = (each.by(dimension) for each in report.all)
    values = {*now, *before, *earlier}
    found = [_line(value, now, before, earlier) for value in values]
    return sorted(found, key=lambda line: (-line.now.won_cents, -line.now.open_cents, line.title))


def _line(value: str | None, *by_value: Mapping[str | None, Figures]) -> Line:
    now, before, earlier = (each.get(value, Figures()) for each in by_value)
    return Line(value=value or "", title=value or _("ohne Angabe"), now=now, before=before, earlier=earlier)


def by_owner(sums: Sums, staff: Mapping[str, str], *, own_id: str | None) -> list[tuple[str, str, Figures]]:
    """Return the open deals of each owner: one's own first, the others by name and never by result."""
    found = [(owner or "", staff.get(owner or "", _("niemand")), figures) for owner, figures in sums.by(Dimension.OWNER).items()]
    with_open = [each for each in found if each[2].open_count]
    return sorted(with_open, key=lambda each: (each[0] != own_id, each[1].casefold()))


def ranking(sums: Sums, staff: Mapping[str, str]) -> list[tuple[str, Figures]]:
    """Return who won how much, the most first; only for whom an agreement permits it."""
    found = [(staff.get(owner, _("niemand")), figures) for owner, figures in sums.by(Dimension.OWNER).items() if owner]
    return sorted((each for each in found if each[1].won_count), key=lambda each: (-each[1].won_cents, each[0]))
