"""The answer to a request for erasure says what went, what stays and why, and what the person can do."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from crm.privacy.requests.answer import compose
from crm.privacy.requests.facts import AnswerFacts, DataKind, Erased, ErasureGround, KeepGround, Kept, Refusal, Refused, StopReason
from crm.settings import initial_policy

FACTS = AnswerFacts(
    number="2026-0017",
    language="de",
    name_lines=("Dr. Änne Groß",),
    address_lines=("Straße des 17. Juni 135", "10623 Berlin"),
    received_on=date(2026, 11, 3),
    written_on=date(2026, 11, 26),
    executed_on=date(2026, 11, 25),
    erased=(
        Erased(kind=DataKind.PROFILE, ground=ErasureGround.OBJECTED, key_destroyed=True),
        Erased(kind=DataKind.NOTES, ground=ErasureGround.NOT_NEEDED, key_destroyed=True),
    ),
    kept=(),
    refused=(),
    suppression_stays=False,
    nothing_held=False,
    controller="Muster GmbH",
    controller_address="Königstraße 12, 34117 Kassel",
    contact="datenschutz@muster.example",
    authority=None,
)
VOUCHERS = Kept(kind=DataKind.VOUCHERS, ground=KeepGround.RETENTION_DUTY, source="HGB § 257", until=date(2034, 12, 31))
CLAIM = Refused(kind=DataKind.PROFILE, ground=Refusal.LEGAL_CLAIMS, reason="Streit um Rechnung 100 % offen, #4711.")
CASE_FILE = Kept(kind=DataKind.CASE_FILE, ground=KeepGround.ACCOUNTABILITY, source="DSGVO Art. 5(2)", until=date(2029, 12, 31))
NOTES_ALONE = (Erased(kind=DataKind.NOTES, ground=ErasureGround.NOT_NEEDED, key_destroyed=False),)
OF_CLAIMS = Kept(kind=DataKind.PROFILE, ground=KeepGround.LEGAL_CLAIMS, source="BGB § 195", until=date(2029, 12, 31))
UNDONE = {"erased": (), "executed_on": None}
VARIANTS = {
    "everything erased": FACTS,
    "with kept documents": replace(FACTS, kept=(VOUCHERS,)),
    "refused in part": replace(FACTS, refused=(CLAIM,)),
    "refused": replace(FACTS, refused=(CLAIM,), kept=(CASE_FILE,), **UNDONE),
    "all kept": replace(FACTS, kept=(OF_CLAIMS, CASE_FILE), **UNDONE),
    "nothing held": replace(FACTS, nothing_held=True, name_lines=(), address_lines=None, **UNDONE),
    "erased before": replace(FACTS, erased=(), kept=(VOUCHERS, CASE_FILE)),
    "stopped": replace(FACTS, stopped=StopReason.CHANGED_MIND, **UNDONE),
    "asked by somebody else": replace(FACTS, stopped=StopReason.IMPOSTOR, objection_taken_back=True, **UNDONE),
}


def on_paper(answer):
    return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(answer.pdf)).pages)


@pytest.mark.parametrize(
    ("language", "why"), [("de", "Widerspruch eingelegt (Art. 17 Abs. 1 lit. c DSGVO)"), ("en", "objection raised (Art. 17(1)(c) GDPR)")]
)
def test_it_names_the_ground_of_what_went(language, why):
    answer = compose(replace(FACTS, language=language))

    assert f" – {why}" in answer.text


def test_it_names_no_ground_that_an_earlier_decision_did_not_have():
    answer = compose(replace(FACTS, erased=(Erased(kind=DataKind.NOTES, ground=None, key_destroyed=True),)))

    assert "Notizen zu Gesprächen und Terminen\n" in answer.text


@pytest.mark.parametrize("ground", ErasureGround)
def test_there_are_words_for_every_ground_in_both_languages(ground):
    erased = (Erased(kind=DataKind.PROFILE, ground=ground, key_destroyed=True),)

    assert f"(Art. 17 Abs. 1 lit. {ground[-1]} DSGVO)" in compose(replace(FACTS, erased=erased)).text
    assert f"(Art. 17(1)({ground[-1]}) GDPR)" in compose(replace(FACTS, erased=erased, language="en")).text


def leaves(texts):
    for value in texts.values():
        yield from [value] if "de" in value else leaves(value)


@pytest.mark.parametrize(("language", "when"), [("de", "sobald der laufende Zeitabschnitt"), ("en", "as soon as the current period")])
@pytest.mark.parametrize("variant", ["everything erased", "with kept documents"])
def test_it_says_from_when_copies_in_backups_are_unreadable_and_not_that_they_are(variant, language, when):
    answer = compose(replace(VARIANTS[variant], language=language))

    assert when in answer.text


def flat(facts):
    return " ".join(compose(facts).text.split())


@pytest.mark.parametrize(("language", "before"), [("de", "Unsere Gründe: "), ("en", "Our reasons: ")])
@pytest.mark.parametrize("variant", [FACTS, replace(FACTS, **UNDONE)])
def test_it_says_why_something_is_kept_that_was_to_go(variant, language, before):
    kept = replace(OF_CLAIMS, reason="Der Streit über Rechnung 4711 ist offen.")

    answer = compose(replace(variant, kept=(kept, VOUCHERS), language=language))

    assert before + "Der Streit über Rechnung 4711 ist offen." in " ".join(answer.text.split())
    assert answer.text.count(before.split()[0]) == 1
    assert "".join(f"{before}Der Streit über Rechnung 4711".split()) in on_paper(answer)


class TestCopies:
    """Vault: a key that is destroyed reaches every copy, a row that is deleted leaves backups when those expire."""

    WORDS = (
        ("de", ("Schlüssel", "sobald der laufende Zeitabschnitt"), "sobald diese ablaufen"),
        ("en", ("key under which", "as soon as the current period"), "as soon as those expire"),
    )

    @pytest.mark.parametrize(("language", "of_keys", "of_rows"), WORDS)
    @pytest.mark.parametrize("others", [{"kept": (OF_CLAIMS,)}, {"refused": (CLAIM,)}])
    def test_where_only_rows_went_no_key_is_said_to_be_destroyed(self, others, language, of_keys, of_rows):
        text = flat(replace(FACTS, erased=NOTES_ALONE, language=language, **others))

        assert of_rows in text
        assert not any(word in text for word in of_keys)

    @pytest.mark.parametrize(("language", "of_keys", "of_rows"), WORDS)
    def test_where_the_key_went_nothing_waits_for_backups_to_expire(self, language, of_keys, of_rows):
        text = flat(replace(FACTS, language=language))

        assert all(word in text for word in of_keys)
        assert of_rows not in text

    def test_where_the_key_of_one_part_went_it_says_which(self):
        vouchers = Erased(kind=DataKind.VOUCHERS, ground=ErasureGround.NOT_NEEDED, key_destroyed=False)

        text = flat(replace(FACTS, erased=(FACTS.erased[0], vouchers)))

        assert "gespeichert war (Stammdaten und Kontaktangaben" in text
        assert "Der andere Teil (Rechnungen und andere Buchungsbelege) verschwindet aus unseren Datensicherungen" in text


class TestKept:
    """Art. 5(1)(a) DSGVO: nothing is promised that no run does, and nothing is called locked that is not."""

    @pytest.mark.parametrize(("language", "promised"), [("de", ("ohne dass Sie", "von selbst")), ("en", ("without your", "automatically"))])
    @pytest.mark.parametrize("variant", ["with kept documents", "all kept", "refused"])
    def test_says_until_when_and_that_we_erase_it_then(self, variant, language, promised):
        text = flat(replace(VARIANTS[variant], language=language))

        assert ("und löschen sie danach" if language == "de" else "and erase them afterwards") in text
        assert not any(word in text for word in promised)

    @pytest.mark.parametrize(("language", "locked"), [("de", "gesperrt"), ("en", "locked")])
    def test_a_refusal_claims_no_lock_and_an_erasure_and_a_kept_profile_do(self, language, locked):
        said = {name: locked in flat(replace(VARIANTS[name], language=language)) for name in ("refused", "with kept documents", "all kept")}

        assert said == {"refused": False, "with kept documents": True, "all kept": True}

    def test_where_everything_is_kept_no_erasure_is_claimed(self):
        text = flat(VARIANTS["all kept"])

        assert "Löschen dürfen wir noch nichts" in text
        assert "gelöscht" not in text and "vernichtet" not in text


@pytest.mark.parametrize(("variant", "closing"), [("everything erased", "Yours sincerely"), ("nothing held", "Yours faithfully")])
def test_an_english_letter_ends_as_it_begins(variant, closing):
    text = compose(replace(VARIANTS[variant], language="en")).text

    assert re.findall(r"Yours \w+", text) == [closing]


@pytest.mark.parametrize(("language", "said"), [("de", "gehörten bei uns 2 Einträge."), ("en", "2 entries belonged to the details")])
def test_it_counts_the_people_of_a_case_and_says_nothing_of_them_where_there_is_one(language, said):
    one, two = (" ".join(compose(replace(FACTS, people=number, language=language)).text.split()) for number in (1, 2))

    assert said in two
    assert "entries" not in one and "Einträge" not in one


def test_it_greets_by_form_of_address_and_last_name_and_names_the_whole_on_the_envelope():
    answer = compose(replace(FACTS, name_lines=("Herrn Dr. Arno Bohnbach",), addressed_as="Herr Dr. Bohnbach"))

    assert answer.text.startswith("Guten Tag Herr Dr. Bohnbach,")
    assert "HerrnDr.ArnoBohnbach" in on_paper(answer)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("people", [1, 2])
@pytest.mark.parametrize("variant", VARIANTS)
def test_letter_and_mail_say_the_same(variant, people, language):
    answer = compose(replace(VARIANTS[variant], people=people, language=language))

    paper = on_paper(answer).replace("-", "")
    for paragraph in re.split(r"\n-+\n|\n\n", answer.text):
        for line in re.sub(r"(?m)^(- |  )[^:\n]*: ", "", paragraph).splitlines():
            assert "".join(line.split()).replace("-", "") in paper, line


@pytest.mark.parametrize("variant", VARIANTS)
def test_no_two_outcomes_open_with_the_same_sentence(variant):
    opening = compose(VARIANTS[variant]).text.split("\n\n")[1]

    assert [name for name, facts in VARIANTS.items() if compose(facts).text.split("\n\n")[1] == opening] == [variant]


class TestErased:
    def test_names_what_went_and_when(self):
        text = compose(FACTS).text

        assert "am 25. November 2026 gelöscht" in text
        assert "- Notizen zu Gesprächen und Terminen" in text

    def test_what_is_kept_has_a_reason_a_statute_and_a_last_day(self):
        text = compose(VARIANTS["with kept documents"]).text

        assert "Rechnungen und andere Buchungsbelege" in text
        assert "Gesetzliche Aufbewahrungspflicht (§ 257 HGB)" in text
        assert "31. Dezember 2034" in text


class TestRefused:
    """Art. 12(4) DSGVO: reasons, complaint, judicial remedy."""

    @pytest.mark.parametrize("variant", ["refused", "refused in part"])
    def test_gives_the_legal_ground_and_our_reasons(self, variant):
        text = compose(VARIANTS[variant]).text

        assert "Art. 17 Abs. 3 lit. e DSGVO" in text
        assert CLAIM.reason in text

    def test_claims_no_erasure(self):
        text = compose(VARIANTS["refused"]).text

        assert "Was gelöscht ist" not in text
        assert "vernichtet" not in text


class TestRights:
    @pytest.mark.parametrize("variant", VARIANTS)
    def test_every_answer_names_complaint_and_court(self, variant):
        text = compose(VARIANTS[variant]).text

        assert "Art. 77" in text and "Art. 79" in text

    def test_names_the_authority_that_is_set(self):
        text = compose(replace(FACTS, authority="LDI NRW, Postfach 20 04 44, 40102 Düsseldorf")).text

        assert "Für uns zuständig ist: LDI NRW, Postfach 20 04 44, 40102 Düsseldorf." in text


class TestSuppression:
    """DSK, Orientierungshilfe Direktwerbung, Ziff. 5.1."""

    def test_says_what_the_entry_is_for_and_warns_before_it_is_removed(self):
        text = compose(replace(FACTS, suppression_stays=True)).text

        assert "Sperrliste" in text
        assert "Ohne ihn können Sie wieder Werbung von uns bekommen" in text

    def test_says_nothing_where_there_is_no_entry(self):
        assert "Sperrliste" not in compose(FACTS).text


def test_every_sentence_exists_in_both_languages_with_the_same_placeholders():
    for sentence in leaves(initial_policy("letter_texts")):
        assert sorted(re.findall(r"%\(\w+\)s", sentence["de"])) == sorted(re.findall(r"%\(\w+\)s", sentence["en"]))


@pytest.mark.parametrize(("words", "table"), [(DataKind, "kinds"), (KeepGround, "keeping"), (Refusal, "refusals")])
def test_everything_that_can_be_told_has_words(words, table):
    assert {*words} == initial_policy("letter_texts")[table].keys()
