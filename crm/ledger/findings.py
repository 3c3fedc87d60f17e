"""What verification finds, each with a sentence for the auditor."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

MOST_SHOWN = 200


class Kind(Enum):
    """Every way in which a log can be wrong; the value is the sentence."""

    LEAF_CHANGED = "Eintrag %(index)s wurde verändert: sein Inhalt passt nicht mehr zur versiegelten Prüfsumme."
    LEAF_MISSING = "Eintrag %(index)s fehlt: versiegelt ist er, seine Zeile ist gelöscht."
    INDEX_MISSING = "In der versiegelten Reihenfolge fehlen Einträge ab Nummer %(index)s."
    ORDER_BROKEN = "Die versiegelte Reihenfolge hat Lücken oder überzählige Zeilen: %(count)s Zeilen für %(size)s Einträge."
    UNREADABLE = "Die Einträge von %(index)s bis %(last)s sind nicht lesbar: die Datenbankdatei ist beschädigt."
    FORM_BROKEN = "Eintrag %(index)s hat nicht die vorgeschriebene Form (kanonisches JSON, höchstens 64 KiB)."
    COLUMNS_DIFFER = "Bei Eintrag %(index)s stimmen die Suchspalten der Datenbank nicht mit dem versiegelten Inhalt überein."
    PAYLOAD_CHANGED = "Die Einzelheiten zu Eintrag %(index)s wurden verändert oder vertauscht."
    PAYLOAD_MISSING = "Die Einzelheiten zu Eintrag %(index)s fehlen."
    PAYLOAD_STRAY = "Zu %(count)s Einzelheiten gibt es keinen Eintrag, der sie nennt."
    SALT_WRONG = "%(count)s Zuordnungen von Personen zu Listenabrufen passen nicht zum versiegelten Eintrag."
    SALT_MISSING = (
        "%(count)s Zuordnungen von Personen zu Listenabrufen fehlen, ohne dass eine Löschung sie nennt: "
        "Wer diese Personen gesehen hat, zeigt das Protokoll nicht mehr vollständig."
    )
    BACKDATED = "Eintrag %(index)s ist zurückdatiert: seine Zeit liegt vor der seiner Vorgänger."
    COUNTER_GAP = "Die Verbindung %(writer)s hat Einträge geschrieben, die fehlen: Zähler %(first)s bis %(last)s."
    COUNTER_TWICE = "Die Verbindung %(writer)s hat den Zähler %(first)s zweimal vergeben: ein Eintrag wurde wiederholt oder erfunden."
    TAIL_CUT = "Am noch nicht versiegelten Ende fehlen %(count)s Einträge."
    SLIPPED_IN = "%(count)s Einträge wurden hinter der Versiegelung eingeschoben."
    UNSIGNED = "Der Prüfpunkt über %(size)s Einträge trägt keine gültige Unterschrift eines vertrauten Schlüssels."
    ROOT_DIFFERS = "Die ersten %(size)s Einträge ergeben nicht den unterschriebenen Prüfpunkt: sie wurden verändert oder umgeordnet."
    ROOTS_DIFFER = (
        "%(count)s unterschriebene Prüfpunkte, zuerst der über %(size)s Einträge, stimmen nicht mehr mit den Einträgen überein: "
        "Davor wurde etwas verändert oder umgeordnet."
    )
    SEALED_TAIL_CUT = "Ein unterschriebener Prüfpunkt nennt %(size)s Einträge, vorhanden sind nur %(found)s."
    CHECKPOINT_BEHIND = "Versiegelt sind %(found)s Einträge, der letzte Prüfpunkt nennt nur %(size)s."
    TILE_DIFFERS = "Die Kachel %(level)s/%(number)s des Prüfbaums stimmt nicht mit den Einträgen überein."
    ROLLED_BACK = "Die Höchststandsdatei kennt %(size)s Einträge, vorhanden sind nur %(found)s: die Datenbank wurde zurückgesetzt."
    HIGH_WATER_DIFFERS = "Der Stand der Höchststandsdatei (%(size)s Einträge) passt nicht zu diesem Protokoll: es wurde neu geschrieben."
    HIGH_WATER_UNREADABLE = "Die Höchststandsdatei enthält keinen Prüfpunkt, den dieses Protokoll unterschrieben hat."
    HIGH_WATER_MISSING = "Die Höchststandsdatei fehlt, obwohl schon Einträge versiegelt sind."
    PUBLISHED_MISSING = (
        "Im Ordner %(folder)s fehlt ein gültiger Prüfpunkt („checkpoint“), obwohl schon Einträge versiegelt sind. "
        "Die nächste Versiegelung schreibt ihn und alle Kacheln neu; klären Sie, wer ihn entfernt hat."
    )
    TILE_FILE_DIFFERS = (
        "%(count)s Kacheldateien unter %(folder)s fehlen oder wurden verändert, zuerst %(path)s. "
        "Entfernen Sie dort die Datei „checkpoint“: Die nächste Versiegelung schreibt alle neu. Klären Sie, wer sie verändert hat."
    )
    NUMBERING_LOST = (
        "Die Datenbank hat vergessen, wie weit sie gezählt hat (%(name)s): Ob am Ende des Protokolls Einträge fehlen, "
        "zeigt sie nicht mehr. Spielen Sie den richtigen Stand ein, oder klären Sie, wer die Zählung verändert hat."
    )
    GUARD_MISSING = "Der Schreibschutz „%(name)s“ der Datenbank fehlt oder wurde verändert."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; `index` is the number of the entry, if it is about one."""

    kind: Kind
    index: int | None = None
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """Return the German sentence with its placeholders, as translations know it."""
        return self.kind.value

    @property
    def named(self) -> dict[str, object]:
        """Return what fills the placeholders."""
        return {"index": self.index, **self.facts}

    @property
    def sentence(self) -> str:
        return self.message % self.named


class Findings:
    """Collects findings; beyond the first two hundred it only counts, so that a ruined log fits into memory too."""

    def __init__(self) -> None:
        self.shown: list[Finding] = []
        self.count = 0

    def add(self, kind: Kind, index: int | None = None, **facts: object) -> None:
        self.extend([Finding(kind, index, facts)])

    def extend(self, findings: Iterable[Finding], *, more: int = 0) -> None:
        for finding in findings:
            self.count += 1
            if len(self.shown) < MOST_SHOWN:
                self.shown.append(finding)
        self.count += more
