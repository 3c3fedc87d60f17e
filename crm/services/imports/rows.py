"""What a row of a file says, as values: people, companies, and rows that are left out with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any, Final

from crm.privacy.matching import Likeness
from crm.privacy.objection import Objection
from crm.privacy.purposes import Channel
from crm.services.imports.fields import RowKind


class Reason(Enum):
    """Why a row, or a value of it, is not there afterwards: the sentence people read; the name is what is stored."""

    DELETED = "Im bisherigen System gelöscht."
    CONVERTED = "Umgewandelter Lead; die Person steht bei den Kontakten."
    NULL_CHARACTER = "Ein Wert enthält ein Nullzeichen, das sich nicht speichern lässt; berichtigen Sie die Zeile in der Quelle."
    NOBODY = "Weder Name noch Adresse noch Telefonnummer."
    NO_NAME = "Ohne Namen."
    NAME_IS_ADDRESS = "Der Firmenname ist eine E-Mail-Adresse; berichtigen Sie ihn in der Quelle."
    EMAIL_INVALID = "Die E-Mail-Adresse ist ungültig und wurde weggelassen."
    PHONE_INVALID = "Die Telefonnummer ist ungültig und wurde weggelassen."
    MOBILE_INVALID = "Die Mobilnummer ist ungültig und wurde weggelassen."
    WEBSITE_INVALID = "Die Adresse der Website ist ungültig und wurde weggelassen."
    MOMENT_UNREADABLE = "Ein Datum ist nicht lesbar und wurde weggelassen."
    MOMENT_IMPOSSIBLE = "Ein Datum kann nicht stimmen (wie 01.01.1900 oder in der Zukunft) und wurde weggelassen."
    AGE_UNKNOWN = "Ohne brauchbares Datum; die Aufbewahrungsfrist läuft ab dem Import."
    VALUE_SHORTENED = "Ein Wert war zu lang und wurde gekürzt."
    CUSTOM_VALUE_INVALID = "Der Wert eines eigenen Felds passt nicht zu dem Feld und wurde weggelassen."
    COMPANY_IS_PERSON = "Der Firmenname nennt eine andere Person und wurde weggelassen."
    SOLE_TRADER = "Als Einzelunternehmen erkannt; die Angaben sind personenbezogen."
    TIME_UP = "Die Aufbewahrungsfrist ist abgelaufen: eingeschränkt übernommen, binnen 30 Tagen zu entscheiden."
    ALREADY_IMPORTED = "Dieser Datensatz wurde schon früher eingelesen."
    NEWS_HEEDED = "Ein neuer Widerspruch oder Löschwunsch dieser Person wurde übernommen."
    ERASED_BEFORE = "Dieser Datensatz wurde hier gelöscht und kommt nicht zurück."
    SUPPRESSED = "Die Adresse darf keine Werbung bekommen, und dieser Import dient nur der Werbung."
    NOTHING_NEW = "Bringt nichts Neues: Der Wunsch ist hier schon bekannt, oder die Person kommt nicht herein."
    WITHOUT_PERSON = "Keine Person des Exports gehört dazu."
    NO_WISH = "Enthält keinen Wunsch der Person."
    NO_ANSWER = "Weder Einwilligung noch Ablehnung."
    WAY_UNUSED = "Auf diesem Weg spricht Lethe niemanden an."
    CONSENT_WITHOUT_PURPOSE = "Für diesen Weg gibt es keinen Zweck, der eine Einwilligung braucht."
    CONSENT_EXPIRED = "Die Einwilligung ist abgelaufen."
    PERSON_ERASED = "Die Person wurde hier gelöscht; was von ihr handelt, kommt nicht zurück."
    PERSON_NOT_HERE = "Die Person wurde hier nicht eingelesen oder nicht gefunden."
    SEVERAL_PEOPLE = "Mehrere Personen haben diese E-Mail-Adresse; wer gemeint ist, lässt sich nicht sagen."
    COMPANY_NOT_HERE = "Die Firma wurde hier nicht eingelesen oder nicht gefunden."
    SEVERAL_COMPANIES = "Mehrere Firmen heißen so; welche gemeint ist, lässt sich nicht sagen."
    MATTER_NOT_HERE = "Der Vorgang, zu dem es gehört, wurde hier nicht eingelesen."
    CAMPAIGN_NOT_HERE = "Die Kampagne wurde hier nicht eingelesen."
    WITHOUT_CUSTOMER = "Weder Person noch Firma ist genannt."
    MEMBER_TWICE = "Die Person gehört schon zu dieser Kampagne."
    NOT_AN_OWNER = "Eine Aktivität braucht jemanden aus Vertrieb oder Service, dem sie gehört; geben Sie beim Import an, wem."
    WORDS_LEFT_OUT = "Der Text deutet auf besonders geschützte Angaben hin und wurde weggelassen."
    NO_TITLE = "Ohne Titel; ein neutraler wurde eingesetzt."
    AMOUNT_INVALID = "Ein Betrag fehlt, ist nicht lesbar, negativ oder zu groß."
    NUMBER_INVALID = "Eine Zahl ist nicht lesbar und wurde weggelassen."
    DAY_MISSING = "Ein Datum fehlt oder kann nicht stimmen; das naheliegende wurde eingesetzt."
    STAGE_UNKNOWN = "Die Stufe gibt es hier nicht; es gilt die erste, oder das Ende."
    CHOICE_UNKNOWN = "Ein Wert steht nicht in den Listen von Lethe und wurde weggelassen."
    INVOICE_NUMBER_MISSING = "Ohne Rechnungsnummer."
    INVOICE_DAY_MISSING = "Ohne Tag der Rechnung, oder er liegt in der Zukunft."
    INVOICE_NET_ABOVE_GROSS = "Der Nettobetrag ist höher als der Bruttobetrag."
    INVOICE_OVERPAID = "Bezahlt ist mehr als der Bruttobetrag; als bezahlt gilt der Bruttobetrag."
    INVOICE_TWICE = "Diese Rechnung steht schon weiter oben in der Datei."
    INVOICE_TWICE_OTHERWISE = "Diese Rechnungsnummer steht mit anderen Angaben schon weiter oben in der Datei; es gilt die obere Zeile."
    INVOICE_KEPT_HERE = "Diese Rechnungsnummer trägt schon eine Rechnung, die in Lethe selbst geführt wird."
    INVOICE_UPDATED = "Stand der bekannten Rechnung aus der Datei übernommen."


# After these a row is not here; after the others it is, though not with everything it said.
_LEAVES_OUT: Final = frozenset(
    {
        Reason.DELETED,
        Reason.CONVERTED,
        Reason.NULL_CHARACTER,
        Reason.NOBODY,
        Reason.NO_NAME,
        Reason.NAME_IS_ADDRESS,
        Reason.ALREADY_IMPORTED,
        Reason.ERASED_BEFORE,
        Reason.SUPPRESSED,
        Reason.PERSON_ERASED,
        Reason.PERSON_NOT_HERE,
        Reason.SEVERAL_PEOPLE,
        Reason.COMPANY_NOT_HERE,
        Reason.SEVERAL_COMPANIES,
        Reason.MATTER_NOT_HERE,
        Reason.CAMPAIGN_NOT_HERE,
        Reason.WITHOUT_CUSTOMER,
        Reason.MEMBER_TWICE,
        Reason.NOT_AN_OWNER,
        Reason.INVOICE_NUMBER_MISSING,
        Reason.INVOICE_DAY_MISSING,
        Reason.INVOICE_NET_ABOVE_GROSS,
        Reason.INVOICE_TWICE,
        Reason.INVOICE_TWICE_OTHERWISE,
        Reason.INVOICE_KEPT_HERE,
    }
)
# Whoever was erased does not come back on a list of what to correct either.
ABOUT_ERASED: Final = frozenset({Reason.ERASED_BEFORE, Reason.PERSON_ERASED})


def is_left_out(reason: Reason, kind: RowKind) -> bool:
    """Return whether a row with this remark is not taken in; an invoice without its amount is none, a deal may still be."""
    return reason in _LEAVES_OUT or (reason is Reason.AMOUNT_INVALID and kind is RowKind.INVOICE)


class Verdict(StrEnum):
    """What becomes of a row; the report counts each."""

    CREATED = "created"
    MERGED = "merged"
    REFUSED = "refused"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is decided by its file alone."""

    row: int
    verdict: Verdict
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class UnprovenConsent:
    """A yes without evidence: kept as *unbelegt*, permits nothing (Art. 7(1) DSGVO)."""

    purpose: str
    channel: Channel
    effective_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person said about the use of their data, wherever the old system kept it."""

    objections: frozenset[Objection] = frozenset()
    consents: tuple[UnprovenConsent, ...] = ()
    use_contested: bool = False
    wants_erasure: bool = False

    def __or__(self, other: "Wishes") -> "Wishes":
        if not other:  # as in most rows
            return self
        return Wishes(
            self.objections | other.objections,
            tuple(dict.fromkeys(self.consents + other.consents)),
            self.use_contested or other.use_contested,
            self.wants_erasure or other.wants_erasure,
        )

    def __and__(self, other: "Wishes") -> "Wishes":
        return Wishes(
            self.objections & other.objections,
            tuple(each for each in self.consents if each in other.consents),
            self.use_contested and other.use_contested,
            self.wants_erasure and other.wants_erasure,
        )

    def __sub__(self, other: "Wishes") -> "Wishes":
        return Wishes(
            self.objections - other.objections,
            tuple(each for each in self.consents if each not in other.consents),
            self.use_contested and not other.use_contested,
            self.wants_erasure and not other.wants_erasure,
        )

    def __bool__(self) -> bool:
        return bool(self.objections or self.consents or self.use_contested or self.wants_erasure)


NO_WISHES = Wishes()


@dataclass(frozen=True, slots=True, kw_only=True)
class WishRow:
    """What a row beside the people wants for one of them; it takes effect with their records.

    Attributes:
        record_ids: the records of that person in this export.
    """

    row: int
    record_ids: tuple[str, ...]
    wishes: Wishes


@dataclass(frozen=True, slots=True, kw_only=True)
class Employer:
    """The company somebody belongs to; nothing is known of none.

    Attributes:
        record_id: the company's record in the old system.
        name: the company's name, where the old system knows only that.
        is_person: the company is this very person, such as a person account.
        is_own_business: the name is that of the person's own business.
        left_out: the name is that of another person's business and was not taken.
    """

    record_id: str | None = None
    name: str | None = None
    is_person: bool = False
    is_own_business: bool = False
    left_out: bool = False

    def __bool__(self) -> bool:
        return bool(self.record_id or self.name)


NO_EMPLOYER = Employer()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One person as a file tells it.

    Attributes:
        fields: what is not empty and belongs to a field group that the purpose opens.
        compared: the fields and addresses that the purpose does not open, for comparing with whom we know; those are not kept.
        origin: where the data came from, as the old system says; None for unknown.
        created_at, last_contact_at: moments of the source, never of the import; None for unknown.
        prospect: no customer is behind the person (yet): the period starts with the last contact.
        likeness: what must agree with another record of the same person; None when nothing may be merged.
        remarks: what was left out of the row.
    """

    row: int
    record_id: str
    fields: Mapping[str, str]
    compared: Mapping[str, str] = field(default_factory=dict)
    origin: str | None = None
    created_at: datetime | None = None
    last_contact_at: datetime | None = None
    employer: Employer = NO_EMPLOYER
    prospect: bool = False
    likeness: Likeness | None = None
    wishes: Wishes = NO_WISHES
    remarks: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyRow:
    """One company as a file tells it.

    Attributes:
        fields: those of `COMPANY_FIELDS` that are not empty.
        natural_person: a sole trader or person account, which is a person itself (Art. 4(1) DSGVO).
        person: fields of that human being, as of a contact; empty for a legal person.
        compared: as of a person.
        prospect: no customer (yet).
    """

    row: int
    record_id: str
    fields: Mapping[str, str]
    person: Mapping[str, str] = field(default_factory=dict)
    compared: Mapping[str, str] = field(default_factory=dict)
    prospect: bool = False
    segment: str | None = None
    natural_person: bool = False
    origin: str | None = None
    created_at: datetime | None = None
    last_contact_at: datetime | None = None
    wishes: Wishes = NO_WISHES
    remarks: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRow:
    """One row of daily work as a file tells it: a deal, ticket, activity, invoice, campaign or member of one.

    Attributes:
        person, company, matter, campaign: records of the same system that it is about or belongs to; empty for none.
        email, company_name: what somebody is found by where no record is named; compared and never kept.
        values: what was filled and could be read, by target, in the type of the target.
    """

    row: int
    record_id: str
    kind: RowKind
    person: str = ""
    company: str = ""
    matter: str = ""
    campaign: str = ""
    email: str = ""
    company_name: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[Reason, ...] = ()


Row = CompanyRow | PersonRow | WorkRow | WishRow | LeftOut
