"""A list for each role that reads one in: sent, and waiting for somebody to say where its columns go."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from crm.actor import Role
from crm.privacy import purposes
from crm.services import staff_names
from crm.services.forms import new_form_token
from crm.services.imports.fields import RowKind
from crm.services.uploads import keeping
from crm.services.uploads.keeping import SentFile

_LISTS: Final[Mapping[Role, tuple[RowKind, str, str]]] = {
    Role.SALES: (
        RowKind.PERSON,
        "Messe-Kontakte.csv",
        (
            "Anrede;Vorname;Nachname;E-Mail;Telefon;Firma;Ort;Herkunft;Letzter Kontakt;Geschlecht\n"
            "Frau;Mechthild;Sandkuhl;m.sandkuhl@rollenwerk.example;0521 / 4711 20;Rollenwerk;Bielefeld;Messe Hannover;22.10.2026;w\n"
            "Herr;Dietmar;Overbeck;overbeck@hallenlogistik.example;0231 4711-33;Overbeck Hallen;Dortmund;Messe Hannover;22.10.2026;m\n"
            "Frau;Solveig;Tiedemann;tiedemann(at)foerdergurt.example;;Fördergurt Tiedemann;Husum;Messe Hannover;23.10.2026;w\n"
        ),
    ),
    Role.SERVICE: (
        RowKind.TICKET,
        "Alte Tickets.csv",
        "Ticketnr;Betreff;Firma;Priorität;Status;Erstellt am\n4711;Rollen laufen schwer;Muster Förderbau GmbH;hoch;offen;02.11.2026\n",
    ),
    Role.ACCOUNTING: (
        RowKind.INVOICE,
        "Offene Posten.csv",
        (
            "Rechnungsnr;Kunde;Rechnungsdatum;Fällig am;Netto;Brutto;Bezahlt;Mahnstufe\n"
            "2026-0815;Muster Förderbau GmbH;02.11.2026;16.11.2026;1.000,00;1.190,00 €;;1\n"
        ),
    ),
}


def add_uploads(session: Session, staff: Mapping[Role, Sequence[str]], *, now: datetime) -> None:
    """Keep a list for the first of each role, as if they had just sent it."""
    known = purposes.find_all(session)
    for role, (kind, name, content) in _LISTS.items():
        purpose = next(each for each in known.of_role(role) if not each.needs_consent)
        actor = staff_names.find_actor(session, account_id=staff[role][0], role=role)
        file = SentFile(name, content.encode("cp1252"))
        keeping.keep(session, kind=kind, file=file, form_token=new_form_token(), purpose=purpose, actor=actor, now=now)
