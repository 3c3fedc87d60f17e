"""What a mail says, whoever made it: within bounds, and without a stumble (Art. 32(1)(b) DSGVO)."""

import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from crm.mail import UnreadableMailError, read_mail
from tests.support.dropped_mail import CUSTOMER, DROP, VERA, compose, forwarded_as_part

HEAD = (
    f"Delivered-To: {DROP}\r\nFrom: Vera <{VERA}>\r\nTo: {CUSTOMER}\r\nSubject: Angebot\r\nDate: Mon, 23 Nov 2026 10:00:00 +0100\r\n"
).encode()
MEGABYTE = 1024 * 1024


def nested(depth, innermost=b"Guten Tag.\r\n"):
    levels = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (each, each) for each in range(depth))
    return HEAD + levels + b"\r\n" + innermost


class TestPlainMail:
    def test_says_who_when_and_what(self, now):
        mail = read_mail(compose(now, message_id="<eins@firma.example>", cc="Ina <ina@example.com>").as_bytes())

        assert (mail.message_id, mail.senders, mail.recipients) == ("<eins@firma.example>", (VERA,), (CUSTOMER, "ina@example.com"))
        assert (mail.sent_at, mail.subject, mail.is_automatic, mail.is_readable) == (now, "Angebot 4711", False, True)
        assert mail.text == "Guten Tag,\n\nanbei das Angebot.\n"

    def test_prefers_the_plain_form_and_counts_files(self, now):
        mail = read_mail(compose(now, text="Schlicht", html="<p>Bunt</p>", attachments=["a.pdf", "b.pdf"]).as_bytes())

        assert (mail.text.strip(), mail.attachments) == ("Schlicht", 2)

    def test_without_a_plain_form_is_read_from_its_html(self, now):
        html = "<style>p{}</style><p>Guten&nbsp;Tag,</p><p>zwei &lt;Bänder&gt;<br>bitte</p><blockquote>Alt</blockquote>"

        assert read_mail(compose(now, text=None, html=html).as_bytes()).text == "Guten Tag,\n\nzwei <Bänder>\nbitte\n\n> Alt"

    def test_without_any_text_says_nothing(self, now):
        content = HEAD + b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n"

        assert (read_mail(content).text, read_mail(content).attachments) == ("", 1)

    def test_that_carries_another_one_says_what_that_says(self, now):
        inner = compose(now, **{"from": CUSTOMER}, to=VERA, subject="Anfrage", text="Wir brauchen ein Band.")

        mail = read_mail(forwarded_as_part(now, inner).as_bytes())

        assert (mail.recipients, mail.text.strip()) == ((DROP,), "Zur Ablage.")
        [carried] = mail.enclosed
        assert (carried.senders, carried.subject, carried.text.strip()) == ((CUSTOMER,), "Anfrage", "Wir brauchen ein Band.")

    def test_that_carries_more_than_anybody_reads_says_how_many_are_left(self, now):
        outer = compose(now, to=DROP)
        for each in range(27):
            outer.add_attachment(compose(now, text=f"Nummer {each}."))

        mail = read_mail(outer.as_bytes())

        assert (len(mail.enclosed), mail.enclosed[-1].text.strip(), mail.unread, mail.attachments) == (25, "Nummer 24.", 2, 0)

    @pytest.mark.parametrize(
        ("said", "is_automatic"), [("auto-replied", True), ("auto-generated; x=y", True), ("no", False), (None, False)]
    )
    def test_tells_a_program_from_a_person(self, now, said, is_automatic):
        assert read_mail(compose(now, auto_submitted=said).as_bytes()).is_automatic is is_automatic


class TestBrokenMail:
    @pytest.mark.parametrize("charset", ["utf-8", "us-ascii", "koi8-x", "zlib", "idna", "unicode_escape", "x" * 500, "\udcff"])
    def test_with_a_wrong_charset_is_still_read(self, charset):
        kind = f'Content-Type: text/plain; charset="{charset}"\r\n\r\n'.encode(errors="surrogateescape")

        assert read_mail(HEAD + kind + "Schöne Grüße".encode("cp1252")).text == "Schöne Grüße"

    def test_in_another_charset_than_it_says_is_utf_8_before_anything_else(self):
        assert read_mail(HEAD + b"Content-Type: text/plain; charset=us-ascii\r\n\r\n" + "Grüße".encode()).text == "Grüße"

    @pytest.mark.parametrize(
        "said",
        [
            "",
            "gestern",
            "Mon, 99 Nov 2026 10:00:00 +0100",
            "Mon, 23 Nov 2026 10:00:00 +9999",
            "1 Jan 1600 00:00 +0000",
            "31 Dec 9999 23:59 -1400",
        ],
    )
    def test_with_a_date_that_is_none_has_none(self, said):
        assert read_mail(f"From: a@example.com\r\nDate: {said}\r\n\r\nText".encode()).sent_at is None

    def test_without_a_zone_is_taken_as_utc(self):
        assert read_mail(b"Date: Mon, 23 Nov 2026 10:00:00\r\n\r\nText").sent_at == datetime(2026, 11, 23, 10, tzinfo=UTC)

    def test_with_two_senders_lines_has_no_sender(self):
        assert read_mail(b"From: a@example.com\r\nFrom: b@example.com\r\n\r\nText").senders == ()

    def test_cut_off_in_the_middle_says_what_is_there(self, now):
        content = compose(now, attachments=["a.pdf"]).as_bytes()

        assert "anbei das Angebot" in read_mail(content[: content.index(b"application/pdf") + 40]).text

    @pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe" * 1000, b"\r\n\r\n", b"kein Kopf"])
    def test_that_is_none_says_nothing_about_anybody(self, content):
        mail = read_mail(content)

        assert (mail.senders, mail.recipients, mail.message_id) == ((), (), "")


BOMBS = {
    "nested 200 deep": nested(200),
    "nested below the bound, with a million lines": nested(110, b"\n" * MEGABYTE),
    "1000 parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nText\r\n" * 1000 + b"--b--",
    "1000 parts with heads": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 1000,
    "lines without end": HEAD + b"\r\n" + b"\n" * 2 * MEGABYTE,
    "a line without end": HEAD + b"\r\n" + b"a" * 2 * MEGABYTE,
    "headers without end": b"X-A: b\r\n" * 200_000 + HEAD,
    "a head of a part without end": HEAD + b"Content-Type: " + b'"' * MEGABYTE + b"\r\n\r\nText",
    "a head of a part of semicolons": HEAD + b"Content-Type: " + b":;" * MEGABYTE + b"\r\n\r\nText",
    "recipients without end": b"To: " + b"a@example.com, " * 100_000 + b"\r\n" + HEAD + b"\r\nText",
    "brackets in an address": b"Cc: " + b"(" * 7_000 + b"\r\n" + HEAD + b"\r\nText",
    "quotes in an address": b"Cc: " + b'"' * 7_000 + b"\r\n" + HEAD + b"\r\nText",
    "html of openings": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<p" * MEGABYTE,
    "html of quotes": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<blockquote>" * 100_000,
    "html of comments": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<!--" * 500_000,
    "html of a tag without end": HEAD + b"Content-Type: text/html\r\n\r\n<" + b"a" * MEGABYTE,
    "mails in mails": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 200,
}


class TestBombs:
    """Nothing takes longer than a mail is worth; the bound is far above what it takes and far below what a bomb could."""

    @pytest.mark.parametrize("name", BOMBS)
    def test_is_settled_quickly(self, name):
        began = time.process_time()

        with suppress(UnreadableMailError):
            read_mail(BOMBS[name])

        assert time.process_time() - began < 10

    @pytest.mark.parametrize("name", ["nested 200 deep", "1000 parts with heads", "recipients without end"])
    def test_that_is_not_read_says_at_most_who_sent_it(self, name):
        try:
            mail = read_mail(BOMBS[name])
        except UnreadableMailError:
            return

        assert (mail.is_readable, mail.text.strip(), mail.senders) == (False, "", (VERA,))
