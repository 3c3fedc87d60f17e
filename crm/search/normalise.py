"""One spelling for names, so that Müller, Mueller and Muller meet.

Every word is indexed in two forms: with umlauts written out (`mueller`) and with the bare vowel
(`muller`). The door's last check (`matches`) uses the same forms, so it agrees with the index.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from string import ascii_uppercase

MAX_TEXT = 200  # characters of a question that are looked at
MAX_WORDS = 8
TRIGRAM = 3  # letters from which on a part of a word is found anywhere in it

_APOSTROPHES = dict.fromkeys(map(ord, "'’‘`´ʼ"))
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
# What German texts are full of, so that they take the short way.
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue", "ß": "ss", "é": "e", "–": " ", "’": None})
# Other marks may stand between the vowel and its dots.
_UMLAUT = re.compile("([aou])([\u0300-\u0307\u0309-\u036f]*)\u0308")
# After a vowel or q it is none: Bauer, neue, Quelle.
_WRITTEN_OUT = re.compile("(?<![aeioquy])([aou])e")
# The beginning of a part of a word whose other forms cannot be told without the letters before it.
_MAY_BE_CUT = re.compile("e|[aou]e")
_WORD = re.compile(r"[^\W_]+")
_PHONE = re.compile(r"\s*\+?[\d\s()/.\-]{3,}")
_NOT_DIGIT = re.compile(r"\D")


def words(text: str) -> list[str]:
    """Return the words of `text`: folded case, umlauts written out, other marks dropped."""
    text = text if text.isascii() else unicodedata.normalize("NFC", text).translate(_GERMAN)
    if text.isascii():
        return _WORD.findall(text.replace("'", "").replace("`", "").lower())
    decomposed = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES))
    folded = unicodedata.normalize("NFKD", decomposed.casefold())
    spelled = _UMLAUT.sub(r"\1e\2", folded).translate(_LETTERS)
    return _WORD.findall("".join(letter for letter in spelled if not unicodedata.combining(letter)))


def fold(text: str) -> str:
    """Return `text` in the one spelling that is compared and sorted by (DIN 5007-2: ä as ae)."""
    return " ".join(words(text))


def bare(word: str) -> str:
    """Return a folded word with the bare vowel where an umlaut may have been: mueller -> muller."""
    return _WRITTEN_OUT.sub(r"\1", word)


def searchable(word: str) -> str:
    """Return a folded word as it is searched: in both forms, each after a space."""
    if "ae" in word or "oe" in word or "ue" in word:
        short = bare(word)
        return f" {word}" if short == word else f" {word} {short}"
    return f" {word}"


def marked(word: str, purpose: int) -> str:
    """Return a folded word as only one purpose finds it: behind a mark that no folded word holds, because it is in capitals.

    Args:
        purpose: the one bit of the purpose.
    """
    place, letters = purpose.bit_length() - 1, len(ascii_uppercase)
    return f"{ascii_uppercase[place // letters]}{ascii_uppercase[place % letters]}{word}"


def phone_digits(phone: str) -> str:
    """Return the digits of a number with its country code, Germany's where it has none; "" for no number.

    For parts of numbers only; `crm.search.exact` knows the rules of every country.
    """
    digits = _NOT_DIGIT.sub("", phone.replace("(0)", ""))
    if digits.startswith("00"):
        return digits[2:]
    return f"49{digits[1:]}" if digits.startswith("0") else digits


def query_words(text: str) -> tuple[str, ...]:
    """Return the words of a question; what looks like a phone number is one word of digits."""
    text = text[:MAX_TEXT]
    if _PHONE.fullmatch(text):
        digits = _NOT_DIGIT.sub("", text.replace("(0)", ""))
        return (digits.removeprefix("00"),) if len(digits) >= TRIGRAM else tuple(words(text))
    return tuple(dict.fromkeys(words(text)))[:MAX_WORDS]


def needles(word: str) -> tuple[str, ...]:
    """Return the strings of which one must occur in a searchable text for `word` to match.

    Words of one or two letters match the beginning of a word only. The bare form alone finds everything,
    except when the word was cut next to a vowel, or is too short without it. Digits that begin with a zero
    may be a number as it is dialled at home.
    """
    forms = [word, bare(word)]
    if len(forms[1]) >= TRIGRAM and not _MAY_BE_CUT.match(word):
        del forms[0]
    if word.isdigit() and word.startswith("0"):
        forms.append(f"49{word[1:]}")
    return tuple(dict.fromkeys(form if len(form) >= TRIGRAM else f" {form}" for form in forms))


def matching(asked: Iterable[str | Sequence[str]]) -> Callable[[Iterable[str]], bool]:
    """Return what says whether texts, the opened fields a purpose allows, hold every word of `Page.searched` or `query_words`.

    Of several words in one place, one is enough. The index may be late by a second and its trigrams are not
    exact: who shows a hit asks this first.
    """
    wanted = [_needles_of(place) for place in asked]

    def matches(texts: Iterable[str]) -> bool:
        missing = wanted
        for text in texts:
            if not missing:
                break  # a name is among the first fields, and the rest need not be spelled
            body = "".join([searchable(word) for word in (*words(text), *_as_phone(text))])
            missing = [place for place in missing if not any(needle in body for needle in place)]
        return not missing

    return matches


def _needles_of(place: str | Sequence[str]) -> list[str]:
    return [needle for word in ((place,) if isinstance(place, str) else place) for needle in needles(word)]


def _as_phone(text: str) -> list[str]:
    return [phone_digits(text)] if _PHONE.fullmatch(text) else []
