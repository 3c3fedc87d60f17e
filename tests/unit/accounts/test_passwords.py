"""What makes a password acceptable, and how it is hashed."""

import pytest

from crm.services.accounts import passwords
from crm.services.accounts.errors import PasswordTooCommonError, PasswordTooLongError, PasswordTooShortError

GOOD = "Regenschirm-Kaktus-Ofen"


class TestRequireAcceptable:
    """NIST SP 800-63B-4, 3.1.1: length and a list, no rules of composition."""

    @pytest.mark.parametrize(
        "password",
        ["kaktusofentisch", "zwoelf zeich", "nur kleine worte hier", "ünïcödé-gärtnerei", "ofen" + "x7k2m9q4" * 15 + "zu12"],
    )
    def test_takes_any_kind_of_characters_from_twelve_to_128(self, password):
        passwords.require_acceptable(password)

    def test_refuses_eleven_characters(self):
        with pytest.raises(PasswordTooShortError, match="mindestens 12 Zeichen"):
            passwords.require_acceptable("kaktus-ofen")

    def test_refuses_129_characters(self):
        with pytest.raises(PasswordTooLongError, match="128"):
            passwords.require_acceptable("ofen kaktus k" * 10)

    @pytest.mark.parametrize(
        "password",
        [
            "passwort1234",
            "Passwort2026!",
            "PASSWORD!!!!!",
            "123456789012",
            "qwertzuiopü12",
            "098765432109",
            "aaaaaaaaaaaaaa",
            "abababababababab",
            "Sommer-Winter-24",
            "Willkommen2026",
        ],
    )
    def test_refuses_what_is_guessed_first(self, password):
        with pytest.raises(PasswordTooCommonError):
            passwords.require_acceptable(password)

    @pytest.mark.parametrize("password", ["vera.kunze.2026", "Muster-GmbH-2026", "kunze@firma.de!"])
    def test_refuses_what_an_attacker_knows_about_the_person(self, password):
        with pytest.raises(PasswordTooCommonError):
            passwords.require_acceptable(password, context=["Vera Kunze", "vera.kunze@firma.de", "Muster GmbH"])

    def test_takes_a_long_password_that_holds_a_known_word_among_others(self):
        passwords.require_acceptable("Sommerregen auf dem Blechdach", context=["Vera Kunze"])


class TestHashing:
    """Stored passwords resist guessing offline."""

    def test_uses_argon2id_with_64_mib(self):
        assert passwords.hash_password(GOOD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")

    def test_knows_its_password_and_no_other(self):
        kept = passwords.hash_password(GOOD)

        assert passwords.matches(kept, GOOD)
        assert not passwords.matches(kept, GOOD + " ")

    def test_treats_the_same_characters_from_two_keyboards_as_equal(self):
        kept = passwords.hash_password("Gärtnerei am Fluss")

        assert passwords.matches(kept, "Ga\u0308rtnerei am Fluss")

    def test_does_not_take_the_first_128_characters_for_a_longer_password(self):
        kept = passwords.hash_password("o" * 128)

        assert not passwords.matches(kept, "o" * 129)
        assert not passwords.matches(kept, "o" * 100_000)

    def test_sees_when_a_hash_was_made_with_other_parameters(self):
        weak = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzYWx0$6VsT9PEPhYhbRkGmh0Yd3g"

        assert passwords.is_outdated(weak)
        assert not passwords.is_outdated(passwords.hash_password(GOOD))

    def test_has_a_hash_that_belongs_to_nobody_and_costs_the_same(self):
        nobody = passwords.nobodys_hash()

        assert not passwords.matches(nobody, GOOD)
        assert nobody.split("$")[1:4] == passwords.hash_password(GOOD).split("$")[1:4]


class TestMakeStartPassword:
    """Passwords for somebody else's first sign-in."""

    def test_is_acceptable_and_never_the_same(self):
        made = {passwords.make_start_password() for _ in range(100)}

        assert len(made) == 100
        for password in made:
            passwords.require_acceptable(password)

    def test_avoids_characters_that_are_taken_for_others(self):
        made = "".join(passwords.make_start_password() for _ in range(200))

        assert not set(made) & set("01ilo")
