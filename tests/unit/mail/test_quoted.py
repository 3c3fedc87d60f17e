"""What a sender wrote now, and what a mail only carries along (Art. 5(1)(c) DSGVO)."""

import time

import pytest

from crm.mail import find_carried, without_history
from tests.support.dropped_mail import APPLE, CUSTOMER, GMAIL, OUTLOOK, THUNDERBIRD, VERA


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Guten Tag,\n\nja gern.\n", "Guten Tag,\n\nja gern."),
        ("Ja gern.\n\nAm 23.11.2026 um 09:12 schrieb Katharina Wehmeier:\n> Alt\n> noch älter\n", "Ja gern."),
        ("Yes.\n\nOn Mon, Nov 23, 2026 at 9:12 AM Katharina Wehmeier\n<wehmeier@example.com> wrote:\n\nAlt ohne Zeichen", "Yes."),
        ("> Frage eins?\nJa.\n> Frage zwei?\nNein.", "Ja.\nNein."),
        ("Am 23.11. schrieb Ina:\n> Frage?\nAntwort darunter.", "Antwort darunter."),
        ("Ja.\n\n-----Ursprüngliche Nachricht-----\nVon: Ina <ina@example.com>\nGesendet: gestern\nAn: Vera\nBetreff: Alt\n\nAlt", "Ja."),
        ("Ja.\n-- \nVera Kunze\nTel. 1234", "Ja."),
        ("Von: hier bis da\n\nist kein Kopf einer Mail.", "Von: hier bis da\n\nist kein Kopf einer Mail."),
        ("Am Montag schrieb Ihr Kollege:\nBitte zwei Bänder.", "Am Montag schrieb Ihr Kollege:\nBitte zwei Bänder."),
        ("Am 3. Mai schrieb Ihr Kollege:\nBitte zwei Bänder.", "Am 3. Mai schrieb Ihr Kollege:\nBitte zwei Bänder."),
        ("Am Ende schrieb sie ab.", "Am Ende schrieb sie ab."),
        ("", ""),
    ],
)
def test_history_quotes_and_signature_go(text, kept):
    assert without_history(text) == kept


@pytest.mark.parametrize("text", [OUTLOOK, GMAIL, THUNDERBIRD, APPLE], ids=["outlook", "gmail", "thunderbird", "apple"])
def test_a_mail_forwarded_within_the_text_is_found(text):
    carried = find_carried(text)

    assert (carried.senders, carried.recipients, carried.subject) == ((CUSTOMER,), (VERA,), "Anfrage Förderband")
    assert "wir brauchen ein Band." in without_history(carried.text)
    assert "alter Text" not in without_history(carried.text)
    assert carried.comment == ("Bitte ablegen." if text is OUTLOOK else "")


_COPIED = "\nVon: a <a@b.de>\nAn: {}\nBetreff: c\nDatum: d\n\nText"


@pytest.mark.parametrize(
    "text",
    [
        "--" + " " * 90_000 + "x" + _COPIED,
        "- " * 45_000 + "x" + _COPIED,
        "begin forwarded " + "a:" * 45_000 + _COPIED,
        "am 1 " + "schrieb " * 12_000,
        "am 1 aaaaa schrieb:\n" * 4_900 + ">",
        "am 1\n" * 20_000,
        "Von: a\n" * 14_000,
        "> Von: a\n" * 11_000,
        _COPIED.format("a@" * 45_000),
    ],
)
def test_no_text_keeps_us_busy(text):
    began = time.process_time()

    find_carried(text)
    without_history(text)

    assert time.process_time() - began < 2


def test_no_mail_is_found_where_none_was_forwarded():
    assert find_carried("Guten Tag,\nVon: irgendwem\nnichts weiter.") is None
