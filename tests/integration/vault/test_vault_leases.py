"""A lost key provider is noticed at the latest when the lease ends; objections are taken in all the same."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from crm.db import Compartment, make_engine
from crm.vault import FileKeyProvider, IntakeKey, KeyUnavailableError, TamperedError, Vault, WrongEpochKeyError
from crm.vault.schema import FIRST_EPOCH

CONTENT = b'{"first_name":"Anna"}'

HOUR = timedelta(hours=1)


class TestLease:
    def test_the_provider_is_asked_once_per_lease(self, installation):
        vault = installation.new_vault()
        place, sealed = installation.seal(installation.person())
        before = installation.provider.calls

        for _ in range(3):
            vault._forget()
            vault.open(place, sealed)

        assert installation.provider.calls == before + 1

    def test_within_the_lease_everything_works_without_the_provider(self, installation):
        place, sealed = installation.seal(installation.person())
        installation.provider.is_down = True
        installation.clock.advance(HOUR - timedelta(microseconds=1))

        installation.vault.refresh()
        installation.vault._forget()

        assert installation.vault.open(place, sealed) == CONTENT
        assert installation.person()

    def test_at_its_end_nothing_opens_although_the_key_was_in_memory(self, installation):
        place, sealed = installation.seal(installation.person())
        assert installation.vault.open(place, sealed)
        installation.provider.is_down = True
        installation.clock.advance(HOUR)

        with installation.database.reading() as session:
            session.connection()
            with pytest.raises(KeyUnavailableError):
                installation.vault.open(place, sealed)
        with pytest.raises(KeyUnavailableError):
            installation.seal(place.subject_id)
        with pytest.raises(KeyUnavailableError):
            installation.person()
        with pytest.raises(KeyUnavailableError):
            installation.vault.lookup_tag("email", "anna@example.org")

    def test_it_goes_on_when_the_provider_is_back(self, installation):
        place, sealed = installation.seal(installation.person())
        installation.provider.is_down = True
        installation.clock.advance(HOUR)
        installation.vault.refresh()

        installation.provider.is_down = False

        assert installation.vault.open(place, sealed) == CONTENT

    def test_a_clock_set_back_does_not_lengthen_it(self, installation):
        place, sealed = installation.seal(installation.person())
        installation.provider.is_down = True
        installation.clock.advance(-timedelta(days=1))

        installation.vault.refresh()

        with pytest.raises(KeyUnavailableError):
            installation.vault.open(place, sealed)

    def test_objections_are_sealed_without_provider_and_read_when_it_is_back(self, installation):
        installation.vault.close()
        installation.provider.is_down = True
        portal = installation.new_vault()

        sealed = portal.intake_key().seal(b"anna@example.org", row_id="7")

        with pytest.raises(KeyUnavailableError):
            portal.open_intake(sealed, row_id="7")
        installation.provider.is_down = False
        assert portal.open_intake(sealed, row_id="7") == b"anna@example.org"


class TestWrongKeys:
    def test_a_key_file_of_another_installation_is_refused_before_anything_is_written(self, installation, tmp_path):
        strange = Vault(
            keystore=installation.keystore, provider=FileKeyProvider.create(tmp_path / "strange.keys"), clock=installation.clock
        )
        high_water = installation.state().high_water

        with pytest.raises(WrongEpochKeyError), installation.database.writing() as session:
            strange.create(session, ["a" * 32], compartments=[Compartment.PROFILE], now=installation.clock.now())

        assert installation.state().high_water == high_water

    def test_an_epoch_the_provider_does_not_know_is_unavailable(self, installation):
        place, sealed = installation.seal(installation.person())
        with installation.keystore.execution_options(writing=True).begin() as connection:
            connection.execute(text(f"UPDATE data_key SET epoch = {FIRST_EPOCH + 1}"))

        with pytest.raises(KeyUnavailableError):
            installation.other.open(place, sealed)

    def test_a_key_store_out_of_reach_is_unavailable_and_forgets_what_it_held(self, installation, tmp_path):
        place, sealed = installation.seal(installation.person())
        (tmp_path / "empty").mkdir()
        lost = Vault(
            keystore=make_engine(f"sqlite:///{tmp_path / 'empty' / 'keystore.sqlite'}"),
            provider=installation.provider,
            clock=installation.clock,
        )

        lost.refresh()

        with pytest.raises(KeyUnavailableError):
            lost.open(place, sealed)


class TestNamedSecrets:
    def test_all_processes_have_the_same_and_different_names_have_different_ones(self, installation):
        secret = installation.vault.secret("cookie:staff")

        assert len(secret) == 32
        assert installation.other.secret("cookie:staff") == secret != installation.other.secret("cookie:portal")

    @pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
    def test_no_file_of_the_key_store_holds_one_in_the_clear(self, installation):
        secret = installation.vault.secret("cookie:staff")

        files = list(Path(installation.keystore.url.database).parent.iterdir())
        assert files
        assert not any(secret in each.read_bytes() for each in files)

    def test_own_values_open_at_their_place_only(self, installation):
        sealed = installation.vault.seal_own("account", "sealed_email", "1", b"clerk@example.org")

        assert installation.other.open_own("account", "sealed_email", "1", sealed) == b"clerk@example.org"
        with pytest.raises(TamperedError):
            installation.other.open_own("account", "sealed_email", "2", sealed)
        with pytest.raises(TamperedError):
            installation.other.open_own("account", "sealed_email", "1", sealed[:2] + b"\x00\x09" + sealed[4:])


class TestTags:
    def test_equal_values_meet_in_every_process(self, installation):
        tag = installation.vault.lookup_tag("email", "anna@example.org")

        assert len(tag) == 16
        assert installation.other.lookup_tags("email", "anna@example.org") == [tag]

    def test_each_use_has_its_own_key(self, installation):
        vault, value = installation.vault, "anna@example.org"

        tags = {
            vault.lookup_tag("email", value),
            vault.lookup_tag("phone", value),
            vault.suppression_tags(value)[0],
            vault.throttle_tag(value),
        }

        assert len(tags) == 4

    def test_two_records_of_two_systems_are_not_confused(self, installation):
        assert installation.vault.source_tag("a", "bc") != installation.vault.source_tag("ab", "c")

    def test_an_older_version_is_asked_for_too_as_long_as_it_lives(self, installation):
        first = installation.vault.suppression_tags("anna@example.org")
        add_version(installation, "suppression")

        tags = installation.new_vault().suppression_tags("anna@example.org")

        assert len(tags) == 2
        assert tags[1:] == first


def add_version(installation, name):
    """Rotate a secret, as the later rotation will."""
    secrets = installation.new_vault()._secrets
    secrets._write(name, secrets.newest(name)._replace(version=2, raw=b"2" * 32))


class TestIntake:
    def test_all_ordinary_contents_give_the_same_length(self, installation):
        key = installation.vault.intake_key()

        assert len({len(key.seal(b"x" * length, row_id="1")) for length in range(64)}) == 1

    def test_a_value_opens_for_its_row_only(self, installation):
        sealed = installation.vault.intake_key().seal(b"anna@example.org", row_id="1")

        with pytest.raises(TamperedError):
            installation.vault.open_intake(sealed, row_id="2")

    @pytest.mark.parametrize("length", [0, 3, 4, 40, 80])
    def test_a_truncated_value_is_tampered(self, installation, length):
        sealed = installation.vault.intake_key().seal(b"anna@example.org", row_id="1")

        with pytest.raises(TamperedError):
            installation.vault.open_intake(sealed[:length], row_id="1")

    def test_every_flipped_byte_is_tampered(self, installation):
        sealed = installation.vault.intake_key().seal(b"x", row_id="1")

        for position in range(len(sealed)):
            changed = bytearray(sealed)
            changed[position] ^= 1
            with pytest.raises(TamperedError):
                installation.vault.open_intake(bytes(changed), row_id="1")

    def test_the_public_half_works_where_there_is_no_key_store(self, installation):
        known = installation.vault.intake_key()

        sealed = IntakeKey(known.version, known.public).seal(b"x", row_id="1")

        assert installation.vault.open_intake(sealed, row_id="1") == b"x"
