"""Words that several pages share: roles, fields, kinds of events."""

from typing import Final

from crm.actor import Role
from crm.site.i18n import _l

ROLE_TITLES: Final = {
    Role.SALES: _l("Vertrieb"),
    Role.MARKETING: _l("Marketing"),
    Role.SERVICE: _l("Service"),
    Role.ACCOUNTING: _l("Buchhaltung"),
    Role.MANAGEMENT: _l("Leitung"),
    Role.PRIVACY: _l("Datenschutz"),
    Role.DPO: _l("DSB"),
    Role.AUDITOR: _l("Prüfung"),
    Role.ADMIN: _l("Administration"),
}

FIELD_TITLES: Final = {
    "salutation": _l("Anrede"),
    "title": _l("Titel"),
    "first_name": _l("Vorname"),
    "last_name": _l("Nachname"),
    "email": _l("E-Mail"),
    "phone": _l("Telefon"),
    "mobile": _l("Mobil"),
    "street": _l("Straße und Hausnummer"),
    "postal_code": _l("Postleitzahl"),
    "city": _l("Ort"),
    "country": _l("Land"),
    "position": _l("Position"),
    "department": _l("Abteilung"),
    "birth_date": _l("Geburtsdatum"),
    "name": _l("Name"),
    "website": _l("Website"),
}

GROUP_TITLES: Final = {
    "identity": _l("Name"),
    "email": _l("E-Mail"),
    "phone": _l("Telefon"),
    "address": _l("Anschrift"),
    "position": _l("Position"),
    "birth_date": _l("Geburtsdatum"),
    "origin": _l("Herkunft"),
    "notes": _l("Notizen"),
}

BASIS_TITLES: Final = {
    "6-1-a": _l("Einwilligung"),
    "6-1-b": _l("Vertrag oder Anfrage"),
    "6-1-c": _l("rechtliche Pflicht"),
    "6-1-f": _l("berechtigtes Interesse"),
    # Grounds to erase (Art. 17(1)), which the entry about a decision names.
    "17-1-a": _l("nicht mehr erforderlich"),
    "17-1-b": _l("Einwilligung ist widerrufen"),
    "17-1-c": _l("Widerspruch"),
    "17-1-d": _l("unrechtmäßig verarbeitet"),
    "17-1-e": _l("gesetzlich zu löschen"),
    "17-1-f": _l("als Kind einem Online-Dienst angegeben"),
}

CHIP_WORDS: Final = {
    "allowed": _l("erlaubt"),
    "missing": _l("Einwilligung fehlt"),
    "unproven": _l("Einwilligung unbelegt"),
    "objected": _l("widersprochen"),
    "restricted": _l("eingeschränkt"),
    "no_basis": _l("keine Grundlage"),
    "absent": _l("nicht hinterlegt"),
}

CHANNEL_TITLES: Final = {"email": _l("E-Mail"), "phone": _l("Telefon"), "letter": _l("Brief"), "fax": _l("Fax")}
CHANNEL_WAYS: Final = {"email": _l("per E-Mail"), "phone": _l("per Telefon"), "letter": _l("per Brief"), "fax": _l("per Fax")}
CHANNEL_INSTEAD: Final = {"email": _l("E-Mail möglich"), "phone": _l("Anruf möglich"), "letter": _l("Brief möglich")}

# Word and icon of each kind of event on a timeline.
TIMELINE_WORDS: Final = {
    "collected": (_l("Erhoben"), "plus"),
    "consented": (_l("Eingewilligt"), "allowed"),
    "withdrawn": (_l("Widerrufen"), "objected"),
    "disclosed": (_l("Angezeigt"), "eye"),
    "contacted": (_l("Angeschrieben"), "mail"),
    "informed": (_l("Informiert"), "doc"),
    "noted": (_l("Notiert"), "pen"),
    "changed": (_l("Geändert"), "pen"),
    "merged": (_l("Zusammengeführt"), "merge"),
    "objected": (_l("Widersprochen"), "objected"),
    "restricted": (_l("Eingeschränkt"), "restricted"),
    "released": (_l("Einschränkung aufgehoben"), "ok"),
    "erased": (_l("Gelöscht"), "forget"),
}

# What each status means for a reader, and the one sentence that helps.
STATUS_TITLES: Final = {
    400: _l("Das lässt sich nicht verarbeiten"),
    401: _l("Bitte melden Sie sich an"),
    403: _l("Dafür ist Ihre Rolle nicht vorgesehen"),
    404: _l("Diese Seite gibt es nicht"),
    405: _l("So lässt sich diese Seite nicht öffnen"),
    409: _l("Der Datenschutz lässt das nicht zu"),
    410: _l("Das ist vergessen"),
    413: _l("Das ist zu groß"),
    422: _l("Eine Angabe passt nicht"),
    429: _l("Zu viele Versuche"),
    500: _l("Da ist bei uns etwas schiefgegangen"),
    503: _l("Gerade nicht erreichbar"),
}

STATUS_HELP: Final = {
    400: _l("Gehen Sie einen Schritt zurück und versuchen Sie es noch einmal."),
    401: _l("Danach geht es dort weiter, wo Sie waren."),
    403: _l("Wenn Sie die Seite für Ihre Arbeit brauchen, wenden Sie sich an die Administration."),
    404: _l("Vielleicht ist die Adresse unvollständig, oder das Gesuchte wurde gelöscht."),
    405: _l("Gehen Sie zur Startseite und öffnen Sie sie von dort aus."),
    409: _l("Was stattdessen erlaubt ist, steht auf der Seite der Person."),
    410: _l("Die Daten dieser Person sind gelöscht."),
    413: _l(
        "Ein Formular nimmt höchstens 1 MB Text an, eine Unterlage höchstens 5 MB. Kürzen, teilen oder verkleinern Sie, was Sie senden."
    ),
    422: _l("Gehen Sie einen Schritt zurück; Ihre Eingaben stehen noch da."),
    429: _l("Warten Sie ein paar Minuten und versuchen Sie es dann noch einmal."),
    500: _l("Es wurde nichts halb gespeichert. Bleibt es auch beim zweiten Mal dabei, sagen Sie der Administration die Vorfallnummer."),
    503: _l("Es wurde nichts geändert. Versuchen Sie es in einer halben Minute noch einmal."),
}

FOR_TEMPLATES: Final = {
    "ROLE_TITLES": ROLE_TITLES,
    "FIELD_TITLES": FIELD_TITLES,
    "GROUP_TITLES": GROUP_TITLES,
    "CHIP_WORDS": CHIP_WORDS,
    "CHANNEL_TITLES": CHANNEL_TITLES,
    "CHANNEL_WAYS": CHANNEL_WAYS,
    "CHANNEL_INSTEAD": CHANNEL_INSTEAD,
    "TIMELINE_WORDS": TIMELINE_WORDS,
    "STATUS_TITLES": STATUS_TITLES,
    "STATUS_HELP": STATUS_HELP,
}
