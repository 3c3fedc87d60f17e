"""The Löschkonzept as a PDF, made of the rules as they hold at this moment, in the language of the reader."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response

from crm.privacy import stocks
from crm.privacy.periods import RetentionRule
from crm.privacy.retention_rules import FRAME
from crm.services import retention
from crm.services.retention import Concept
from crm.services.retention_editing import Decided, find_all_changes
from crm.site.i18n import _, day, in_language, moment
from crm.site.installation import current_runtime
from crm.web.concept import sheets, words
from crm.web.concept.blueprint import bp
from crm.web.desk import current_day

Changes = Mapping[str, list[tuple[str, str]]]


@bp.get("/retention/concept.pdf")
def pdf() -> Response:
    """Hand the concept over on paper."""
    runtime = current_runtime()
    with runtime.database.reading() as db:
        found, (decided, names) = retention.find_concept(db, today=current_day()), find_all_changes(db)
    name = _("Löschkonzept")
    note = _("Erzeugt am %(moment)s aus den Regeln, nach denen Lethe löscht.", moment=moment(runtime.clock.now()))
    return sheets.send(name, title=_("Löschkonzept nach DIN 66398"), note=note, parts=_parts(found, _by_rule(decided, names)))


def _parts(found: Concept, changes: Changes) -> list[dict[str, Any]]:
    rules = [each.rule for each in found.rules]
    return [
        {"title": _("Wie gelöscht wird"), "texts": _introduction(found), "facts": _frame(changes)},
        {"title": _("Regeln"), "texts": [], "facts": [_rule(each, changes) for each in rules if not each.no_data]},
        {
            "title": _("Regeln für Daten, die Lethe nicht speichert"),
            "texts": [],
            "facts": [_rule(each, changes) for each in rules if each.no_data],
        },
    ]


def _introduction(found: Concept) -> list[str]:
    last = next((run for run in found.runs if run.finished_at), None)
    return [
        _("Jede Datenart hat genau eine Regel: von wann an die Frist zählt, wie lang sie ist, worauf sie beruht und was danach geschieht. "
          "Der Löschlauf jeder Nacht vergisst, wessen Frist am Tag davor geendet hat; er zerstört zuerst den Schlüssel der Person, sodass "
          "auch Kopien unlesbar werden."),
        _("Gesetzliche Fristen zählen vom Ende des Kalenderjahres. Eine eigene Festlegung ist kein Gesetz: Der Verantwortliche steht für "
          "sie ein (Art. 5 Abs. 2 DSGVO)."),
        words.frame_in_words(found.frame),
        _("Letzter Löschlauf: %(day)s.", day=day(last.day)) if last else _("Ein Löschlauf war noch nicht."),
        *(
            _("Ab %(day)s gilt für %(rule)s: %(what)s.", day=day(each.effective_on), rule=code, what=words.change_in_words(each))
            for code, each in sorted(found.waiting.items())
        ),
    ]  # fmt: skip


def _frame(changes: Changes) -> list[dict[str, Any]]:
    return [{"title": _("Rahmen des Löschkonzepts"), "pairs": changes[FRAME]}] if FRAME in changes else []


def _by_rule(decided: Iterable[Decided], names: Mapping[str, str]) -> Changes:
    """Return by rule what was decided, in one line for each version."""
    lines: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for one in decided:
        each = one.change
        said = _(
            "%(what)s ab %(day)s (%(standing)s). Grund: %(reason)s. DSB: %(opinion)s. Entschieden von %(who)s am %(decided)s.",
            what=words.change_in_words(each),
            day=day(each.effective_on),
            standing=words.STANDING_TITLES[each.standing],
            reason=each.reason.rstrip("."),
            opinion=words.opinion_in_words(each.opinion, each.opinion_text).rstrip("."),
            who=one.by,
            decided=day(each.set_at),
        )
        lines[each.code].append((_("Fassung %(number)s", number=each.version), said))
        if one.opinion:
            own = words.own_opinion_in_words(one.opinion, names)
            lines[each.code].append((_("DSB zu Fassung %(number)s", number=each.version), own))
    return lines


def _rule(rule: RetentionRule, changes: Changes) -> dict[str, Any]:
    where = [(_("Datenbestand"), "; ".join(_places(rule.data)))] if rule.data else []
    pairs = [*words.facts_of(rule), *where, *changes.get(rule.code, [])]
    return {"title": f"{rule.code}: {in_language(rule.kind)}", "pairs": pairs}


def _places(data: Iterable[str]) -> Iterable[str]:
    """Yield the tables that hold the data; with a case, what tells its rows apart."""
    known = {name: (each, name) for each in stocks.find_stocks() for name in each.kinds}
    for stock, name in (known[each] for each in data):
        case = stock.cases.get(name.partition(":")[2])
        columns = ", ".join(sorted(stock.columns))
        yield f"{columns} ({in_language(case)})" if case else columns
