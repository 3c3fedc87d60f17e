"""Words of the Löschkonzept: what a rule rests on, what happens at its end, what became of a version."""

from collections.abc import Mapping
from typing import Final

from flask_babel.speaklater import LazyString

from crm.privacy.citations import cite
from crm.privacy.periods import Basis, CarriedOut, EndAction, RetentionRule, Unit
from crm.privacy.retention_changes import Opinion, RuleChange, Standing
from crm.privacy.retention_opinions import GivenOpinion
from crm.privacy.retention_rules import Frame, Sector, SystemOfRecord
from crm.site.i18n import _, _l, current_language, day, in_language
from crm.site.words import ROLE_TITLES
from crm.web.period_words import length_in_words, period_in_words

PERIOD_BASES: Final[Mapping[Basis, LazyString]] = {
    Basis.POLICY: _l("eigene Festlegung"),
    Basis.LIMITATION: _l("Verjährung"),
    Basis.STATUTORY: _l("gesetzliche Pflicht"),
}

ACTION_TITLES: Final[Mapping[EndAction, LazyString]] = {
    EndAction.DELETE: _l("löschen"),
    EndAction.RESTRICT: _l("bis dahin einschränken, dann löschen"),
    EndAction.AGGREGATE: _l("zu Zahlen zusammenfassen, dann löschen"),
    EndAction.PSEUDONYMISE: _l("pseudonymisieren, dann löschen"),
    EndAction.STOP_USE: _l("nicht mehr verwenden; nur der Nachweis bleibt"),
    EndAction.REVIEW: _l("prüfen, ob der Zweck noch besteht"),
    EndAction.SEGMENT: _l("abschnittsweise löschen"),
    EndAction.OVERWRITE: _l("überschreiben"),
}

CARRIED_OUT: Final[Mapping[CarriedOut, LazyString]] = {
    CarriedOut.RUN: _l("der Löschlauf jeder Nacht"),
    CarriedOut.JOB: _l("ein eigener Ablauf im Hintergrund"),
    CarriedOut.ACT: _l("wer darüber entscheidet, auf Wunsch der Person"),
    CarriedOut.NOT_YET: _l("noch nichts: Diese Daten gehen noch nicht von selbst"),
}

UNIT_TITLES: Final[Mapping[Unit, LazyString]] = {Unit.DAYS: _l("Tage"), Unit.MONTHS: _l("Monate"), Unit.YEARS: _l("Jahre")}

SECTOR_TITLES: Final[Mapping[Sector, LazyString]] = {
    Sector.GENERAL: _l("keine Besonderheit"),
    Sector.FINANCIAL: _l("Bank, Versicherung oder Wertpapierinstitut (Belege zehn Jahre)"),
}

SYSTEM_TITLES: Final[Mapping[SystemOfRecord, LazyString]] = {
    SystemOfRecord.ERP: _l("das ERP; Rechnungen hier sind Kopien"),
    SystemOfRecord.HERE: _l("Lethe; Rechnungen hier sind die Belege selbst"),
}

OPINION_TITLES: Final[Mapping[Opinion, LazyString]] = {
    Opinion.AGREES: _l("stimmt zu"),
    Opinion.DISSENTS: _l("hat Einwände"),
    Opinion.ASKED: _l("ist gefragt und hat noch nicht geantwortet"),
    Opinion.NO_DPO: _l("keine oder kein DSB benannt"),
}

OWN_OPINION_TITLES: Final[Mapping[Opinion, LazyString]] = {
    Opinion.AGREES: _l("Ich stimme zu"),
    Opinion.DISSENTS: _l("Ich habe Einwände"),
}

STANDING_TITLES: Final[Mapping[Standing, LazyString]] = {
    Standing.WAITS: _l("wartet auf ihren Tag"),
    Standing.HOLDS: _l("gilt"),
    Standing.HELD: _l("galt"),
    Standing.REPLACED: _l("ersetzt, bevor sie galt"),
}


def frame_in_words(frame: Frame) -> str:
    """Return sector and system of record in one line."""
    sector, system = SECTOR_TITLES[frame.sector], SYSTEM_TITLES[frame.system_of_record]
    return _("Branche: %(sector)s. Führungssystem: %(system)s.", sector=sector, system=system)


def change_in_words(change: RuleChange) -> str:
    """Return what a change says that is to hold."""
    return length_in_words(change.period) if change.period else frame_in_words(change.frame or Frame())


def opinion_in_words(opinion: Opinion, text: str) -> str:
    """Return what the officer says, in one line."""
    title = str(OPINION_TITLES[opinion])
    return f"{title}: {text}" if text else title


def own_opinion_in_words(given: GivenOpinion, names: Mapping[str, str]) -> str:
    """Return what the officer has said themselves, with who it was and when."""
    who = names.get(given.given_by, given.given_by)
    return _("%(who)s am %(day)s: %(opinion)s", who=who, day=day(given.given_at), opinion=opinion_in_words(given.opinion, given.text))


def facts_of(rule: RetentionRule) -> list[tuple[str, str]]:
    """Return what a rule says, line by line, as page and paper show it."""
    carried = str(CARRIED_OUT[rule.carried_out]) if rule.carried_out else in_language(rule.no_data or {})
    available = length_in_words(rule.available) if rule.available.length else _("keine; nur so lange, wie der Zweck sie braucht")
    return [
        (_("Löschklasse"), rule.loeschklasse),
        (_("Beginn der Frist"), in_language(rule.start_text)),
        (_("Regellöschfrist"), period_in_words(rule)),
        (_("Vorhaltefrist"), available),
        (_("Beruht auf"), f"{PERIOD_BASES[rule.basis]}: {cite(rule.source, language=current_language())}"),
        (_("Danach"), str(ACTION_TITLES[rule.action])),
        (_("Führt aus"), carried),
        (_("Verantwortlich"), str(ROLE_TITLES[rule.owner])),
    ]
