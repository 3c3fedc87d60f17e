import pytest

from crm.services.staff_names import StaffNames
from crm.web.author import author_in_words

SALES = "5a" * 16
STAFF = StaffNames(by_account={}, by_pseudonym={SALES: "Sabine Vogt"}, owners={})


class TestAuthorInWords:
    @pytest.mark.parametrize(
        ("pseudonym", "words"),
        [
            (SALES, "Sabine Vogt"),
            ("system:intake", "vom System"),
            ("cli:1000", "auf der Kommandozeile"),
            ("0f" * 16, "früheres Konto"),
        ],
    )
    def test_tells_a_colleague_from_a_gone_account_and_from_what_no_person_did(self, pseudonym, words):
        assert author_in_words(STAFF, pseudonym) == words
