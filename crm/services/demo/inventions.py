"""Invents people and companies. Addresses are example domains; numbers are those reserved for fiction."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from faker import Faker

SEED = 20_261_123

SEGMENTS = ("Maschinenbau", "Lebensmittel", "Energie", "Logistik", "Gesundheit", "Handwerk")
_FORMS = ("GmbH", "GmbH & Co. KG", "AG", "KG", "OHG", "eG", "SE")
_TRADES = {
    "Maschinenbau": ("Apparatebau", "Pumpenbau", "Fördertechnik", "Werkzeugbau", "Antriebe"),
    "Lebensmittel": ("Molkerei", "Feinkost", "Brauerei", "Mühle", "Getränke"),
    "Energie": ("Stadtwerke", "Windkraft", "Solartechnik", "Netze", "Wärme"),
    "Logistik": ("Spedition", "Lagerhaus", "Hafenlogistik", "Transporte", "Paketdienst"),
    "Gesundheit": ("Klinikbedarf", "Sanitätshaus", "Labor", "Medizintechnik", "Pflegedienst"),
    "Handwerk": ("Metallbau", "Tischlerei", "Dachdecker", "Elektro", "Gartenbau"),
}
_POSITIONS = ("Einkauf", "Leitung Einkauf", "Werkleitung", "Instandhaltung", "Geschäftsführung", "Technik", "Projektleitung", "Disposition")
_TITLES = ("Dr.", *[""] * 15)
_DEPARTMENTS = ("Einkauf", "Technik", "Verwaltung", "Produktion", "Vertrieb")
_ORIGINS = ("Visitenkarte, Hannover Messe", "Anfrage über das Kontaktformular", "Empfehlung eines Kunden", "Telefonat", "Fachmesse Kassel")
# Numbers that the Bundesnetzagentur keeps free for films and print.
_LANDLINES = ("030 23125", "069 90009", "040 66969", "0221 4710", "089 99998")
_MOBILES = ("0171 39200", "0176 04069", "0152 28817")


@dataclass(frozen=True, slots=True)
class InventedCompany:
    """A company nobody has."""

    fields: dict[str, str]
    segment: str
    domain: str


@dataclass(frozen=True, slots=True)
class InventedPerson:
    """A person nobody is.

    Attributes:
        collected_at, told_at, last_contact_at: within the last four years; most are told with the first letter or e-mail.
    """

    fields: dict[str, str]
    origin: str
    collected_at: datetime
    told_at: datetime
    last_contact_at: datetime


class Inventor:
    """Invents the same people in the same order every time."""

    def __init__(self, *, now: datetime) -> None:
        self._now = now
        self._faker = Faker("de_DE")
        self._faker.seed_instance(SEED)
        self.chance = random.Random(SEED)  # noqa: S311 - invented data, the same every time
        self._names: set[str] = set()

    def company(self) -> InventedCompany:
        """Invent a company with a name of its own."""
        segment = self.chance.choice(SEGMENTS)
        while True:
            surname = self._faker.last_name()
            stem = f"{surname} {self.chance.choice(_TRADES[segment])}"
            if stem not in self._names:
                break
        self._names.add(stem)
        domain = f"{_ascii(surname)}.example"
        fields = {
            "name": f"{stem} {self.chance.choice(_FORMS)}",
            "phone": self._phone(_LANDLINES),
            "website": f"www.{domain}",
            **self._place(),
        }
        return InventedCompany(fields, segment, domain)

    def person(self, company: InventedCompany | None) -> InventedPerson:
        """Invent a person, at a company or private."""
        is_woman = self.chance.choice((True, False))
        first = self._faker.first_name_female() if is_woman else self._faker.first_name_male()
        last = self._faker.last_name()
        domain = company.domain if company else "example.org"
        fields = {
            "salutation": "Frau" if is_woman else "Herr",
            "title": self.chance.choice(_TITLES),
            "first_name": first,
            "last_name": last,
            "email": f"{_ascii(first)}.{_ascii(last)}@{domain}",
            "phone": self._phone(_LANDLINES),
            "mobile": self._phone(_MOBILES) if self.chance.choice((True, False)) else "",
        }
        if company:
            fields |= {"position": self.chance.choice(_POSITIONS), "department": self.chance.choice(_DEPARTMENTS)}
            fields |= {name: company.fields[name] for name in ("street", "postal_code", "city", "country")}
        else:
            fields |= self._place()
        collected = self._now - timedelta(days=self.chance.randint(40, 1_400), minutes=self.chance.randint(0, 1_440))
        last_contact = max(
            collected, self._now - timedelta(days=int(self.chance.expovariate(1 / 160)), minutes=self.chance.randint(0, 600))
        )
        told = collected + timedelta(days=self.chance.choice((0, 0, 0, 1, 2, 5, 9)), minutes=self.chance.randint(5, 300))
        return InventedPerson(fields, self.chance.choice(_ORIGINS), collected, told, last_contact)

    def _place(self) -> dict[str, str]:
        return {
            "street": f"{self._faker.street_name()} {self.chance.randint(1, 120)}",
            "postal_code": self._faker.postcode(),
            "city": self._faker.city_name(),
            "country": "Deutschland",
        }

    def _phone(self, stems: tuple[str, ...]) -> str:
        return f"{self.chance.choice(stems)}{self.chance.randint(0, 999):03d}"


def _ascii(name: str) -> str:
    for letter, spelled in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), (" ", "-")):
        name = name.lower().replace(letter, spelled)
    return name
