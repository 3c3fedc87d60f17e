import pytest

from crm.search.phonetic import cologne


class TestCologne:
    """Postel 1969, with the examples of the article and of the usual tables."""

    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("Wikipedia", "3412"),
            ("Müller-Lüdenscheidt", "65752682"),
            ("Breschnew", "17863"),
            ("Heinz Classen", "068586"),
            ("Philipp", "351"),
            ("Xaver", "4837"),
            ("Axel", "0485"),
            ("Chemie", "46"),
            ("Citrone", "8276"),
            ("Ascher", "087"),
            ("", ""),
            ("李", ""),
        ],
    )
    def test_gives_the_published_code(self, name, code):
        assert cologne(name) == code

    @pytest.mark.parametrize(
        ("one", "other"),
        [("Meyer", "Maier"), ("Schmidt", "Schmitt"), ("Müller", "Mueller"), ("Christian", "Kristian"), ("Stefan", "Stephan")],
    )
    def test_lets_names_that_sound_alike_meet(self, one, other):
        assert cologne(one) == cologne(other)

    def test_tells_apart_what_sounds_different(self):
        assert cologne("Müller") != cologne("Maler-Huber")
