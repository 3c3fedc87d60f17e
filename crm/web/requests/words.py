"""Words for what a case holds as codes."""

from typing import Final

from crm.models.request_case import CaseKind, CaseState, CaseWay, Identity
from crm.privacy.requests.choices import Verdict
from crm.privacy.requests.claims import ClaimRefusal, ClaimVerdict
from crm.privacy.requests.facts import DataKind, ErasureGround, KeepGround, Refusal, StopReason
from crm.privacy.requests.telling import Told
from crm.site.i18n import _l

CASE_KINDS: Final = {
    CaseKind.ERASURE: _l("Löschung (Art. 17 DSGVO)"),
    CaseKind.ACCESS: _l("Auskunft (Art. 15 DSGVO)"),
    CaseKind.PORTABILITY: _l("Datenübertragung (Art. 20 DSGVO)"),
    CaseKind.RESTRICTION: _l("Einschränkung (Art. 18 DSGVO)"),
    CaseKind.RECTIFICATION: _l("Berichtigung (Art. 16 DSGVO)"),
    CaseKind.USE_OBJECTION: _l("Widerspruch mit Gründen (Art. 21 Abs. 1 DSGVO)"),
}

WAYS: Final = {
    CaseWay.PORTAL: _l("Portal"),
    CaseWay.MAIL: _l("E-Mail"),
    CaseWay.PHONE: _l("Telefon"),
    CaseWay.LETTER: _l("Brief"),
    CaseWay.IN_PERSON: _l("persönlich"),
    CaseWay.IMPORT: _l("Import"),
}

STATES: Final = {
    CaseState.OPEN: _l("wartet auf Entscheidung"),
    CaseState.SECOND: _l("wartet auf zweite Person"),
    CaseState.COOLING: _l("Bedenkzeit läuft"),
    CaseState.EXECUTING: _l("wird gelöscht"),
    CaseState.ANSWERING: _l("Antwort geht hinaus"),
    CaseState.CLOSED: _l("abgeschlossen"),
}

IDENTITIES: Final = {
    Identity.UNCHECKED: _l("noch nicht geklärt"),
    Identity.MAIL_CONFIRMED: _l("per E-Mail bestätigt"),
    Identity.KNOWN: _l("bekannt"),
    Identity.DOUBTFUL: _l("zweifelhaft, wir haben nachgefragt"),
}

FOUND_BY: Final = {"email": _l("über die E-Mail-Adresse"), "staff": _l("von Hand"), "import": _l("beim Import")}

DATA_KINDS: Final = {
    DataKind.PROFILE: _l("Profil: Name, Adressen, Telefon, Position"),
    DataKind.NOTES: _l("Notizen"),
    DataKind.WORK: _l("Vorgänge: Tickets, Aktivitäten, Verkaufschancen, Dateien, Kampagnen, Kopien von Rechnungen"),
    DataKind.CONSENTS: _l("Nachweise über Einwilligungen und Informationen"),
    DataKind.VOUCHERS: _l("Rechnungen und andere Belege"),
    DataKind.LETTERS: _l("Geschäftsbriefe"),
    DataKind.CASE_FILE: _l("Akte dieses Falls"),
}

GROUNDS: Final = {
    ErasureGround.NOT_NEEDED: _l("nicht mehr erforderlich (Art. 17 Abs. 1 lit. a DSGVO)"),
    ErasureGround.WITHDRAWN: _l("Einwilligung widerrufen (Art. 17 Abs. 1 lit. b DSGVO)"),
    ErasureGround.OBJECTED: _l("Widerspruch (Art. 17 Abs. 1 lit. c DSGVO)"),
    ErasureGround.UNLAWFUL: _l("unrechtmäßig verarbeitet (Art. 17 Abs. 1 lit. d DSGVO)"),
    ErasureGround.LEGAL_DUTY: _l("gesetzlich zu löschen (Art. 17 Abs. 1 lit. e DSGVO)"),
    ErasureGround.CHILD: _l("als Kind einem Online-Dienst angegeben (Art. 17 Abs. 1 lit. f DSGVO)"),
}

VERDICTS: Final = {
    Verdict.ERASE: _l("jetzt löschen"),
    Verdict.KEEP: _l("eingeschränkt aufbewahren"),
    Verdict.REFUSE: _l("Löschung ablehnen"),
}

# Without a statute: the rule that keeps the data names it, and it is said once.
KEEPING: Final = {
    KeepGround.RETENTION_DUTY: _l("gesetzliche Aufbewahrungspflicht"),
    KeepGround.ACCOUNTABILITY: _l("Nachweispflicht"),
    KeepGround.LEGAL_CLAIMS: _l("rechtliche Ansprüche"),
    KeepGround.TAX_AUDIT: _l("Löschsperre wegen einer Prüfung der Finanzbehörde, zu überprüfen am genannten Tag"),
    KeepGround.LITIGATION: _l("Löschsperre wegen eines Rechtsstreits, zu überprüfen am genannten Tag"),
}

REFUSALS: Final = {
    Refusal.STILL_NEEDED: _l("noch erforderlich (Art. 17 Abs. 1 DSGVO)"),
    Refusal.LEGAL_CLAIMS: _l("rechtliche Ansprüche (Art. 17 Abs. 3 lit. e DSGVO)"),
    Refusal.LEGAL_DUTY: _l("rechtliche Pflicht (Art. 17 Abs. 3 lit. b DSGVO)"),
    Refusal.EXPRESSION: _l("Meinungs- und Informationsfreiheit (Art. 17 Abs. 3 lit. a DSGVO)"),
    Refusal.PUBLIC_HEALTH: _l("öffentliche Gesundheit (Art. 17 Abs. 3 lit. c DSGVO)"),
    Refusal.ARCHIVING: _l("Archiv, Forschung, Statistik (Art. 17 Abs. 3 lit. d DSGVO)"),
    Refusal.UNFOUNDED: _l("offenkundig unbegründet oder exzessiv (Art. 12 Abs. 5 DSGVO)"),
    Refusal.NOT_IDENTIFIED: _l("Person nicht erkannt (Art. 12 Abs. 6 DSGVO)"),
}

CLAIM_REFUSALS: Final = {
    ClaimRefusal.NOT_IDENTIFIED: _l("Person nicht erkannt (Art. 12 Abs. 6 DSGVO)"),
    ClaimRefusal.UNFOUNDED: _l("offenkundig unbegründet oder exzessiv (Art. 12 Abs. 5 DSGVO)"),
    ClaimRefusal.NO_CASE: _l("kein Fall des Art. 18 Abs. 1 DSGVO"),
    ClaimRefusal.ACCURATE: _l("unsere Daten sind richtig (Art. 16 DSGVO)"),
    ClaimRefusal.OTHER_BASIS: _l("nichts davon beruht auf einem Interesse, dem man widersprechen kann"),
    ClaimRefusal.COMPELLING: _l("unsere zwingenden Gründe überwiegen (Art. 21 Abs. 1 DSGVO)"),
    ClaimRefusal.CLAIMS: _l("für Rechtsansprüche nötig (Art. 21 Abs. 1 DSGVO)"),
}

CLAIM_VERDICTS: Final = {
    ClaimVerdict.GRANTED: _l("Dem Antrag wird gefolgt."),
    ClaimVerdict.IN_PART: _l("Dem Antrag wird zum Teil gefolgt."),
    ClaimVerdict.REFUSED: _l("Abgelehnt."),
}

# An answer that was given up has a place of its own on the page, with the letter to be posted.
UNTOLD: Final = {
    Told.OPENED: _l(
        "Die Eingangsbestätigung kam nicht an; die E-Mail wurde aufgegeben. Schreiben Sie der Person per Post, dass ihr Antrag da ist und "
        "bis wann die Antwort kommt."
    ),
    Told.EXTENDED: _l(
        "Die Person weiß nicht, dass die Antwort länger dauert; die E-Mail wurde aufgegeben. Schreiben Sie es ihr mit dem Grund per Post, "
        "noch im ersten Monat: Sonst gilt die Verlängerung nicht (Art. 12 Abs. 3 DSGVO)."
    ),
}

STOPS: Final = {
    StopReason.CHANGED_MIND: _l("Die Person möchte es nicht mehr"),
    StopReason.IMPOSTOR: _l("Jemand anderes hatte es in ihrem Namen verlangt"),
}
