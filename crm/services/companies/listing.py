"""The list of companies that are legal persons; they are no personal data."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_, union
from sqlalchemy.orm import Session

from crm.db import alike, sort_key
from crm.errors import InvalidInputError
from crm.models.company import Company, CompanyKind
from crm.models.contact import Contact

PAGE_SIZE = 50
_SUGGESTED = 8

# Built once, because every list of contacts has these filters.
_COMPANY, _CONTACT = Company.__table__.c, Contact.__table__.c


def _distinct(column: ColumnElement[str | None]) -> Select[str | None]:
    """Select the values of an indexed column by leaping from one to the next: contacts and companies are many, groups are few."""
    leap = select(func.min(column).label("value")).cte(f"leap_{column.table.name}", recursive=True)
    following = select(func.min(column)).where(column > leap.c.value).scalar_subquery()
    leap = leap.union_all(select(following).where(leap.c.value.is_not(None)))
    return select(leap.c.value)


_SEGMENTS = union(_distinct(_CONTACT.segment), _distinct(_COMPANY.segment))


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFilter:
    """What the list is narrowed to; `after` and `before` are tokens of a page of this list."""

    text: str = ""
    segment: str | None = None
    owner_id: str | None = None
    descending: bool = False
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class ListedCompany:
    """One row of the list."""

    id: str
    name: str
    city: str
    segment: str | None
    owner_id: str | None
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyPage:
    """One page; the tokens are None where the list ends."""

    rows: tuple[ListedCompany, ...]
    count: int
    count_is_exact: bool = True
    after: str | None = None
    before: str | None = None


class PageTokenError(InvalidInputError):
    """The address of the page was changed by hand, or its first company is gone."""

    message = "Diese Seite der Liste gibt es nicht. Beginnen Sie bei der ersten."


def list_companies(session: Session, *, wanted: CompanyFilter) -> CompanyPage:
    """Return one page of legal persons by name as DIN 5007-1 orders them; keyset paging by (sort key, id).

    Raises:
        PageTokenError: a token was not given out by this list.
    """
    selected = _selection(wanted)
    count = session.scalar(select(func.count()).select_from(selected.subquery())) or 0
    backwards = wanted.before is not None
    token = wanted.before or wanted.after
    falling = wanted.descending != backwards
    if token:
        selected = selected.where(_beyond(session, token, falling=falling))
    order = (Company.sort_key.desc(), Company.id.desc()) if falling else (Company.sort_key, Company.id)
    found = session.scalars(selected.order_by(*order).limit(PAGE_SIZE + 1)).all()
    page = list(reversed(found[:PAGE_SIZE])) if backwards else list(found[:PAGE_SIZE])
    has_more = len(found) > PAGE_SIZE
    people = count_people(session, [company.id for company in page])
    return CompanyPage(
        rows=tuple(make_row(company, name=company.name or "", city=company.city or "", people=people) for company in page),
        count=count,
        after=page[-1].id if page and (has_more or backwards) else None,
        before=page[0].id if page and (wanted.after or (backwards and has_more)) else None,
    )


def find_ids(session: Session, *, wanted: CompanyFilter, at_most: int) -> list[str]:
    """Return the companies of the list from its first page on, in its order."""
    order = (Company.sort_key.desc(), Company.id.desc()) if wanted.descending else (Company.sort_key, Company.id)
    return list(session.scalars(_selection(wanted).with_only_columns(Company.id).order_by(*order).limit(at_most)))


def _selection(wanted: CompanyFilter) -> Select[Company]:
    selected = select(Company).where(Company.kind == CompanyKind.LEGAL_PERSON)
    for word in wanted.text.split():
        selected = selected.where(or_(Company.name.icontains(word, autoescape=True), Company.city.icontains(word, autoescape=True)))
    if wanted.segment:
        selected = selected.where(Company.segment == wanted.segment)
    if wanted.owner_id:
        selected = selected.where(Company.owner_id == wanted.owner_id)
    return selected


def _beyond(session: Session, token: str, *, falling: bool) -> ColumnElement[bool]:
    key = session.scalar(select(Company.sort_key).where(Company.id == token))
    if key is None:
        raise PageTokenError
    place, edge = tuple_(Company.sort_key, Company.id), tuple_(*(key, token))
    return place < edge if falling else place > edge


def make_row(company: Company, *, name: str, city: str, people: dict[str, int]) -> ListedCompany:
    """Return the row of a company whose name may have been opened by the caller."""
    return ListedCompany(company.id, name, city, company.segment, company.owner_id, people.get(company.id, 0))


def count_people(session: Session, company_ids: Sequence[str]) -> dict[str, int]:
    """Return how many people these companies have, whoever may see them: a number names nobody."""
    rows = session.execute(select(Contact.company_id, func.count()).where(Contact.company_id.in_(company_ids)).group_by(Contact.company_id))
    return {company_id: number for company_id, number in rows if company_id}


def suggest(session: Session, *, text: str) -> list[Company]:
    """Return a few legal persons whose names hold the text, those that begin with it first."""
    wanted = " ".join(text.split())
    if not wanted:
        return []
    begins = Company.name.istartswith(wanted, autoescape=True)
    found = (
        select(Company).where(Company.name.icontains(wanted, autoescape=True)).order_by(begins.desc(), Company.sort_key).limit(_SUGGESTED)
    )
    return list(session.scalars(found))


def find_by_name(session: Session, *, name: str, city: str | None = None) -> list[Company]:
    """Return the legal persons of this name, and city if one is given; where none is written just so, those that are spelled alike."""
    smallest, above = alike(name)
    wanted = select(Company).where(Company.sort_key >= smallest, Company.sort_key < above)
    found = [each for each in session.scalars(wanted) if city is None or (each.city or "").casefold() == city.casefold()]
    return [each for each in found if each.name == name] or found


def find_segments(session: Session) -> list[str]:
    """Return the customer groups in use, for filters and forms."""
    return sorted({segment for (segment,) in session.execute(_SEGMENTS) if segment}, key=sort_key)
