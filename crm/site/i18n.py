"""Languages: German is the source, English is complete, the reader's choice is remembered in a cookie.

Catalogues are compiled in memory when an application is made. Nothing compiled is stored, so a clone, a wheel
and an installation without write permission behave alike, and a catalogue cannot be older than its source.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.dates import format_date, format_datetime, get_month_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_app_context, request
from flask_babel import Babel, Domain, get_locale, get_timezone
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from crm.privacy.citations import cite
from crm.privacy.links import LANGUAGE_PARAMETER

LANGUAGES: Final = {"de": "Deutsch", "en": "English"}
_SOURCE: Final = "de"
LANGUAGE_COOKIE: Final = "lethe_language"
_A_YEAR: Final = 365 * 24 * 3600  # seconds
CATALOGUES: Final = Path(__file__).parent / "translations"

# Numerals for German; in English the month is a word, because 03/04/2026 means two days.
_MONTHS: Final = get_month_names("abbreviated", locale="en")
# Written out and not read from a pattern: a list shows a hundred days.
_DAY: Final[Mapping[str, Callable[[date], str]]] = {
    "de": lambda value: f"{value.day:02}.{value.month:02}.{value.year:04}",
    "en": lambda value: f"{value.day} {_MONTHS[value.month]} {value.year:04}",
}
_MOMENT: Final = {"de": "dd.MM.yyyy HH:mm", "en": "d MMM yyyy HH:mm"}
_WEEKDAY: Final = {"de": "EEE dd.MM.", "en": "EEE d MMM"}

__all__ = [
    "LANGUAGES",
    "_",
    "_l",
    "cited",
    "current_language",
    "day",
    "in_language",
    "install",
    "moment",
    "month_names",
    "ngettext",
    "number",
    "weekday",
]


class _Catalogues(Domain):
    """All languages, compiled once; `Domain` would read files again for each request."""

    def get_translations(self) -> NullTranslations:
        return _catalogue()


class _Languages(Babel):
    """Flask-Babel with catalogues that are in memory."""

    @property
    def domain_instance(self) -> _Catalogues:
        return _CATALOGUES


_CATALOGUES: Final = _Catalogues()  # type: ignore[no-untyped-call]  # the library types its methods only


def _(message: str, **facts: object) -> str:
    """Return a text of the program in the reader's language, with its facts filled in."""
    translated: str = _catalogue().gettext(message)
    return translated % facts if facts else translated


def ngettext(one: str, many: str, num: int, **facts: object) -> str:
    """Return a text about so many things, in the reader's language; it names the number as `%(num)s`."""
    translated: str = _catalogue().ngettext(one, many, num)
    return translated % {"num": num, **facts}


def _l(message: str, **facts: object) -> LazyString:
    """Return a text that is translated where it is shown."""
    return LazyString(_, message, **facts)  # type: ignore[no-untyped-call]  # as above


def install(app: Flask, *, default_language: str, time_zone: str) -> None:
    """Give `app` its languages, the format filters and `in_language` for texts of rules."""

    def choose() -> str:
        chosen = (_find_asked(), request.cookies.get(LANGUAGE_COOKIE, ""))
        return next((each for each in chosen if each in LANGUAGES), default_language)

    _Languages(  # type: ignore[no-untyped-call]  # as above
        app, locale_selector=choose, default_locale=default_language, default_timezone=time_zone
    )
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # its extension adds it
        gettext=lambda message: _catalogue().gettext(message),
        ngettext=lambda one, many, number: _catalogue().ngettext(one, many, number),
        newstyle=True,
    )
    read_catalogue("en")  # now, and not while somebody waits for the first page
    app.after_request(_remember_asked)
    app.jinja_env.filters.update(day=day, moment=moment, weekday=weekday, number=number, cited=cited)
    app.jinja_env.globals.update(current_language=current_language, in_language=in_language, LANGUAGES=LANGUAGES)


def _find_asked() -> str:
    """Return the language that a link in a mail asks for, or an empty text."""
    asked = request.args.get(LANGUAGE_PARAMETER, "")
    return asked if asked in LANGUAGES else ""


def _remember_asked(response: Response) -> Response:
    """Let the pages that follow a link of a mail speak its language too."""
    if asked := _find_asked():
        remember(response, asked)
    return response


def remember(response: Response, language: str) -> None:
    """Show the pages that follow in this language, in this browser."""
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(LANGUAGE_COOKIE, language, max_age=_A_YEAR, secure=secure, httponly=True, samesite="Lax")


@cache
def read_catalogue(language: str) -> NullTranslations:
    """Return the translations of `language`, compiled from the text that is in the repository; once in a process, for all its sites."""
    if language == _SOURCE:
        return NullTranslations()
    source = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def current_language() -> str:
    """Return `de` or `en`: the language of this request, or the installation's outside of one."""
    # A page asks hundreds of times. Flask-Babel keeps its answer there, and comes to it by a dozen calls.
    known = getattr(g.get("_flask_babel"), "babel_locale", None)
    if known is not None:
        return str(known.language)
    locale = get_locale()
    return str(locale.language) if locale else str(current_app.extensions["babel"].default_locale)


def _catalogue() -> NullTranslations:
    return read_catalogue(current_language() if has_app_context() else _SOURCE)


def in_language(texts: Mapping[str, str]) -> str:
    """Return the text for the reader out of `{"de": …, "en": …}`, as purposes and rules carry it."""
    return texts.get(current_language()) or texts["de"]


def cited(source: str) -> str:
    """Return the statutes that a rule names as the reader writes them."""
    return cite(source, language=current_language())


def _here(value: datetime) -> datetime:
    return value.astimezone(get_timezone())


def _day_of(value: date | datetime) -> date:
    """Return the day of a moment in the time zone of the controller; a day stays the day it is."""
    return _here(value).date() if isinstance(value, datetime) else value


def day(value: date | datetime) -> str:
    """Return `value` as 23.11.2026, or 23 Nov 2026 in English."""
    return _DAY[current_language()](_day_of(value))


def moment(value: datetime) -> str:
    """Return `value` as 23.11.2026 09:14 in the time zone of the controller."""
    return format_datetime(_here(value), _MOMENT[current_language()], locale=current_language())


def weekday(value: date | datetime) -> str:
    """Return `value` as Do 26.11., for days near enough that the year goes without saying."""
    return format_date(_day_of(value), _WEEKDAY[current_language()], locale=current_language())


def month_names() -> dict[int, str]:
    """Return the names of the months by their number in the reader's language."""
    return dict(get_month_names("wide", context="stand-alone", locale=current_language()))


def number(value: float) -> str:
    """Return `value` with the separators of the language: 1.284 in German, 1,284 in English."""
    return format_decimal(value, locale=current_language())


def translate_message(message: str, facts: Mapping[str, Any]) -> str:
    """Return the sentence of an error in the reader's language, with its facts filled in.

    Facts are filled in after the look-up and only if there are any, as `CrmError` does it.
    """
    translated = str(_(message))
    return translated % dict(facts) if facts else translated
