"""Words for what the ledger holds as codes; a test demands one for every action."""

from collections.abc import Mapping
from typing import Final

from flask_babel.speaklater import LazyString

from crm.db import Compartment, Kept
from crm.models.erasure import ErasureCause
from crm.privacy import documents
from crm.privacy.actions import BROKEN, SOUND, Action
from crm.privacy.disclosure import NOBODY_SHOWN
from crm.privacy.restriction import RestrictionReason, ToldBy
from crm.privacy.suppression import SuppressionReason
from crm.site.i18n import _l
from crm.site.words import CHANNEL_TITLES, FIELD_TITLES, GROUP_TITLES, ROLE_TITLES
from crm.web.contacts.notes_words import KIND_TITLES as NOTE_TITLES
from crm.web.contacts.objection_words import MISTAKE_TITLES, TOLD_TITLES
from crm.web.requests.words import CASE_KINDS, IDENTITIES, STOPS, VERDICTS, WAYS

Words = Mapping[str, LazyString]

ACTION_TITLES: Final[Mapping[Action, LazyString]] = {
    Action.PERSON_COLLECTED: _l("Person aufgenommen"),
    Action.PERSON_MERGED: _l("Person zusammengeführt"),
    Action.PERSON_DISCLOSED: _l("Person angezeigt"),
    Action.PEOPLE_LISTED: _l("Liste von Personen abgerufen"),
    Action.PEOPLE_INDEXED: _l("Personen in den Suchindex gestellt"),
    Action.PEOPLE_MATCHED: _l("Nach derselben Person gesucht"),
    Action.PEOPLE_EXAMINED: _l("Gespeicherte Werte auf Unversehrtheit geprüft"),
    Action.PERSON_RECTIFIED: _l("Angaben zur Person berichtigt"),
    Action.PERSON_ASSIGNED: _l("Person zugeordnet"),
    Action.NOTE_WRITTEN: _l("Notiz geschrieben"),
    Action.COMPANY_CREATED: _l("Firma angelegt"),
    Action.COMPANY_CHANGED: _l("Firma geändert"),
    Action.COMPANY_DISCLOSED: _l("Firma angezeigt"),
    Action.GROUND_STARTED: _l("Rechtsgrundlage begonnen"),
    Action.GROUND_ENDED: _l("Rechtsgrundlage beendet"),
    Action.CONSENT_GIVEN: _l("Einwilligung erteilt"),
    Action.CONSENT_WITHDRAWN: _l("Einwilligung widerrufen"),
    Action.CONSENT_TAKEN_OVER: _l("Einwilligung aus dem Vorsystem übernommen"),
    Action.OBJECTION_RAISED: _l("Widerspruch eingelegt"),
    Action.RESTRICTION_IMPOSED: _l("Verarbeitung eingeschränkt"),
    Action.RESTRICTION_LIFTED: _l("Einschränkung aufgehoben"),
    Action.NOTICE_GIVEN: _l("Person informiert"),
    Action.ORIGIN_STATED: _l("Herkunft festgestellt"),
    Action.ADDRESS_SUPPRESSED: _l("Adresse auf die Sperrliste gesetzt"),
    Action.ERASURE_ORDERED: _l("Löschung angeordnet"),
    Action.ERASURE_KEY_DESTROYED: _l("Schlüssel der Person vernichtet"),
    Action.ERASURE_COMPLETED: _l("Löschung abgeschlossen"),
    Action.ADDRESS_KEPT: _l("Adresse länger oder dauerhaft auf der Sperrliste"),
    Action.ADDRESS_RELEASED: _l("Adresse von der Sperrliste genommen"),
    Action.OBJECTION_RECEIVED: _l("Widerspruch aus dem Portal angenommen"),
    Action.OBJECTION_CORRECTED: _l("Widerspruch zurückgenommen, weil er nicht von der Person kam"),
    Action.OBJECTION_LIFTED: _l("Widerspruch auf ausdrücklichen Wunsch der Person aufgehoben"),
    Action.INTAKE_SET_ASIDE: _l("Unlesbare Nachricht aus dem Portal beiseitegelegt"),
    Action.REQUEST_RECEIVED: _l("Antrag aus dem Portal angenommen"),
    Action.REQUEST_CONFIRMED: _l("Antrag bestätigt"),
    Action.REQUEST_LAPSED: _l("Unbestätigter Antrag verfallen"),
    Action.REQUEST_OPENED: _l("Fall eröffnet"),
    Action.REQUEST_ASSIGNED: _l("Person einem Fall zugeordnet oder daraus entlassen"),
    Action.REQUEST_IDENTITY_NOTED: _l("Identität zu einem Fall festgehalten"),
    Action.REQUEST_READ: _l("Fall gelesen"),
    Action.REQUESTS_LISTED: _l("Liste der Fälle angezeigt"),
    Action.REQUEST_DECIDED: _l("Fall entschieden"),
    Action.REQUEST_APPROVED: _l("Entscheidung von zweiter Person bestätigt"),
    Action.MAIL_HANDED_OVER: _l("E-Mail dem Mailserver übergeben"),
    Action.MAIL_WRITTEN: _l("E-Mail in den Postausgang gelegt"),
    Action.MAIL_FORGOTTEN: _l("Alte E-Mails aus dem Postausgang entfernt"),
    Action.INTAKE_FORGOTTEN: _l("Abgelaufene Links und Eingänge entfernt"),
    Action.KEYS_SWEPT: _l("Verwaiste Schlüssel entfernt"),
    Action.SIGN_INS_FORGOTTEN: _l("Alte Anmeldungen und Zähler entfernt"),
    Action.REQUEST_EXTENDED: _l("Antwortfrist verlängert"),
    Action.REQUEST_STOPPED: _l("Fall angehalten oder Entscheidung zurückgegeben"),
    Action.REQUEST_ADVANCED: _l("Fall einen Schritt weiter: wird ausgeführt, ist ausgeführt oder die Antwort ist geschrieben"),
    Action.REQUEST_HELD_BACK: _l("Fall festgehalten, weil er außerhalb von Lethe geändert wurde"),
    Action.REQUEST_ANSWERED: _l("Fall beantwortet"),
    Action.REQUEST_CLOSED: _l("Fall abgeschlossen"),
    Action.RETENTION_PLANNED: _l("Löschlauf vorausgesagt"),
    Action.RETENTION_RUN: _l("Löschlauf ausgeführt"),
    Action.RETENTION_ASKED: _l("Löschlauf hält an und fragt"),
    Action.RETENTION_CONFIRMED: _l("Löschlauf bestätigt"),
    Action.PERSON_KEPT: _l("Person mit Grund behalten"),
    Action.NOTE_ERASED: _l("Notizen gelöscht"),
    Action.DOCUMENT_FILED: _l("Unterlage abgelegt"),
    Action.DOCUMENT_DISCLOSED: _l("Aufbewahrte Unterlagen angezeigt"),
    Action.DOCUMENT_ERASED: _l("Unterlage gelöscht"),
    Action.LOG_READ: _l("Protokoll gelesen"),
    Action.LOG_VERIFIED: _l("Protokoll geprüft"),
    Action.LOG_EXPORTED: _l("Protokoll ausgegeben"),
    Action.POLICY_LOADED: _l("Regeln geladen"),
    Action.IMPORT_STARTED: _l("Import begonnen"),
    Action.IMPORT_FINISHED: _l("Import beendet"),
    Action.ACCOUNT_CREATED: _l("Konto angelegt"),
    Action.ACCOUNT_LISTED: _l("Konten angezeigt"),
    Action.ACCOUNT_ROLES_CHANGED: _l("Rollen eines Kontos geändert"),
    Action.ACCOUNT_DISABLED: _l("Konto gesperrt"),
    Action.ACCOUNT_ENABLED: _l("Konto wieder geöffnet"),
    Action.ACCOUNT_START_PASSWORD_ISSUED: _l("Startpasswort vergeben"),
    Action.ACCOUNT_PASSWORD_CHANGED: _l("Passwort geändert"),
    Action.ACCOUNT_PASSWORD_REHASHED: _l("Passwort bei der Anmeldung mit stärkerem Verfahren gespeichert"),
    Action.ACCOUNT_SECOND_FACTOR_ENROLLED: _l("Zweiten Faktor eingerichtet"),
    Action.ACCOUNT_SECOND_FACTOR_RESET: _l("Zweiten Faktor entfernt"),
    Action.ACCOUNT_NOTICE_CONFIRMED: _l("Hinweis zum Protokoll bestätigt"),
    Action.ACCOUNT_ROLE_CHOSEN: _l("Rolle gewechselt"),
    Action.ACCOUNT_PASSWORD_ACCEPTED: _l("Passwort angenommen"),
    Action.ACCOUNT_SIGNED_IN: _l("Angemeldet"),
    Action.ACCOUNT_SIGNIN_FAILED: _l("Anmeldung fehlgeschlagen"),
    Action.ACCOUNT_LOCKED: _l("Anmeldung vorübergehend verschlossen"),
    Action.ACCOUNT_SIGNED_OUT: _l("Abgemeldet"),
    Action.ACCOUNT_SIGNED_OUT_EVERYWHERE: _l("Überall abgemeldet"),
}

CAUSE_TITLES: Final[Words] = {
    ErasureCause.REQUEST: _l("auf Verlangen der Person"),
    ErasureCause.RULE: _l("Frist abgelaufen"),
    ErasureCause.REVIEW: _l("nach Durchsicht"),
}

COMPARTMENT_TITLES: Final[Words] = {
    Compartment.PROFILE: _l("Angaben zur Person, Notizen, Kontaktwege"),
    Compartment.PROOF: _l("Belege von Einwilligungen"),
    Compartment.CASE: _l("Anfragen der Person"),
    Compartment.RECORD: _l("aufbewahrte Unterlagen"),
}

KEPT_TITLES: Final[Words] = {
    Kept.EVIDENCE: _l("Nachweise zu Rechtsgrundlage, Einwilligung, Widerspruch und Information"),
    Kept.CASE: _l("Anfragen der Person und was ihr geantwortet wurde"),
    Kept.DOCUMENT: _l("Unterlagen mit gesetzlicher Aufbewahrungsfrist"),
    Kept.OTHERS: _l("leere Zeilen ohne Angaben zur Person"),
}

KEPT_REASONS: Final[Words] = {
    Kept.EVIDENCE: _l("damit sich zeigen lässt, dass rechtmäßig gehandelt wurde (Art. 5 Abs. 2, Art. 7 Abs. 1 DSGVO)"),
    Kept.CASE: _l("damit sich zeigen lässt, dass das Recht gewahrt wurde (Art. 5 Abs. 2, Art. 12 DSGVO)"),
    Kept.DOCUMENT: _l("weil ein Gesetz es verlangt (Art. 17 Abs. 3 lit. b DSGVO)"),
    Kept.OTHERS: _l("weil andere Datensätze darauf verweisen"),
}

RESULT_TITLES: Final[Words] = {
    SOUND: _l("unverändert"),
    BROKEN: _l("verändert"),
    NOBODY_SHOWN: _l("niemand gezeigt"),
    "password": _l("mit Passwort"),
    "second_factor": _l("mit zweitem Faktor"),
    "code": _l("Code falsch"),
    "network": _l("zu viele Versuche aus einem Netz"),
    "demo": _l("Vorführung"),
    "unproven": _l("unbelegt"),
    "tampered": _l("verändert"),
    "failed": _l("fehlgeschlagen"),
    documents.expiry.ROW: _l("Zeile gelöscht; Datensicherungen folgen mit ihrem Ablauf"),
    documents.expiry.KEY: _l("Schlüssel vernichtet; Datensicherungen folgen, sobald die Epoche schließt"),
    RestrictionReason.ACCURACY_CONTESTED: _l("Richtigkeit bestritten"),
    RestrictionReason.UNLAWFUL: _l("Verarbeitung unrechtmäßig"),
    RestrictionReason.LEGAL_CLAIMS: _l("für Rechtsansprüche gebraucht"),
    RestrictionReason.OBJECTION_PENDING: _l("Widerspruch wird geprüft"),
    RestrictionReason.TIME_UP: _l("Zeit abgelaufen"),
    RestrictionReason.ERASURE_PENDING: _l("Löschung wird geprüft"),
    SuppressionReason.OBJECTION_6_1_F: _l("Widerspruch gegen Werbung"),
    SuppressionReason.OBJECTION_UWG_7_3: _l("Widerspruch gegen E-Mail-Werbung (§ 7 Abs. 3 UWG)"),
    **{mistake.value: title for mistake, title in MISTAKE_TITLES.items()},
    **{way.value: title for way, title in TOLD_TITLES.items()},
    **{role.value: title for role, title in ROLE_TITLES.items()},
    **{way.value: title for way, title in WAYS.items()},
    **{identity.value: title for identity, title in IDENTITIES.items()},
    **{verdict.value: title for verdict, title in VERDICTS.items()},
    **{reason.value: title for reason, title in STOPS.items()},
    "nothing_held": _l("keine Daten vorhanden"),
    "reopened": _l("Entscheidung zurückgegeben"),
    "added": _l("gehört dazu"),
    "removed": _l("nicht gemeint"),
    "all": _l("alles"),
    "decision": _l("nur die Entscheidung"),
}

# Kinds that the title of the action has named already.
SAID_BY_ACTION: Final = frozenset({"log", "account", "company", "purpose"})

ABOUT_TITLES: Final[Words] = {
    **NOTE_TITLES,
    **CHANNEL_TITLES,
    "bundle": _l("als Datei"),
    "erasure_proof": _l("Nachweis einer Löschung"),
    **CAUSE_TITLES,
    "title": _l("Titel"),
    "RET-10": _l("Rechnung oder anderer Beleg"),
    "RET-11": _l("Geschäftsbrief"),
    "company_id": _l("Firma"),
    "owner_id": _l("Betreuung"),
    "segment": _l("Segment"),
    "mistaken": _l("irrtümlich"),
    "kept": _l("mit Grund behalten"),
    ToldBy.MAIL: _l("E-Mail"),
    **{kind.value: title for kind, title in CASE_KINDS.items()},
}

FIELD_WORDS: Final[Words] = {**FIELD_TITLES, **GROUP_TITLES}


def worded(codes: str | None, words: Mapping[str, str] | Words) -> str | None:
    """Return the words for codes with commas between them; a code without a word stays what it is."""
    return ", ".join(str(words.get(code, code)) for code in codes.split(",")) if codes else None
