"""Other people's names are taken out of a copy as people write them, and words that are only words stay (Art. 15(4) DSGVO)."""

import pytest

from crm.privacy.access.third_parties import BLACKENED, Blackener


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Trubin sagt ab.", f"{BLACKENED} sagt ab."),
        ("Trubins Chef rief an.", f"{BLACKENED} Chef rief an."),
        ("TRUBIN RIEF AN", f"{BLACKENED} RIEF AN"),
        ("rosi trubin, kurz", f"{BLACKENED}, kurz"),
        ("Rosi Trubins Auto", f"{BLACKENED} Auto"),
        ("R.Trubin@Example.com schrieb", f"{BLACKENED} schrieb"),
        ("Ein kleiner Rest, klein und fein; Trubinsky kam auch.", "Ein kleiner Rest, klein und fein; Trubinsky kam auch."),
        ("Klein kam zuletzt.", f"{BLACKENED} kam zuletzt."),
    ],
)
def test_as_people_write_them(text, left):
    assert Blackener(["Rosi Trubin", "Rosi", "Trubin", "Klein", "r.trubin@example.com"])(text) == left
