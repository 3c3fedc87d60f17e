"""Sealing needs a begun write and a living person; opening fails under three names."""

import pytest
from sqlalchemy import select, text, update

from crm.db import Compartment, new_id
from crm.vault import Columns, ErasedError, Padding, Place, Subject, TamperedError, Vault
from crm.vault.schema import data_key

CONTENT = b'{"first_name":"Anna"}'
ROW = Columns(Compartment.PROFILE, "contact", ("sealed_identity", "sealed_email"))


def seal_row(installation, subject_id, *contents):
    with installation.database.writing() as session:
        installation.vault.begin_write(session, [subject_id])
        return [
            installation.vault.seal(session, Place(subject_id, ROW.compartment, ROW.table, column, subject_id), content)
            for column, content in zip(ROW.columns, contents, strict=True)
        ]


class TestSeal:
    def test_what_one_process_seals_another_opens(self, installation):
        place, sealed = installation.seal(installation.person())

        assert CONTENT not in sealed
        assert installation.other.open(place, sealed) == CONTENT

    def test_is_refused_when_the_write_was_not_begun(self, installation):
        subject_id = installation.person()

        with installation.database.writing() as session, pytest.raises(RuntimeError, match="begin_write"):
            installation.vault.seal(session, Place(subject_id, "profile", "contact", "sealed_email", subject_id), CONTENT)

    def test_is_refused_after_the_transaction_has_ended(self, installation):
        subject_id = installation.person()
        place = Place(subject_id, "profile", "contact", "sealed_email", subject_id)

        with installation.database.writing() as session:
            installation.vault.begin_write(session, [subject_id])
            session.commit()
            with pytest.raises(RuntimeError):
                installation.vault.seal(session, place, CONTENT)

    def test_is_refused_after_the_savepoint_in_which_it_was_begun(self, installation):
        inside, outside = installation.person(), installation.person()

        with installation.database.writing() as session:
            installation.vault.begin_write(session, [outside])
            savepoint = session.begin_nested()
            installation.vault.begin_write(session, [inside])
            savepoint.rollback()

            assert installation.vault.seal(session, Place(outside, "profile", "contact", "sealed_email", outside), CONTENT)
            with pytest.raises(RuntimeError):
                installation.vault.seal(session, Place(inside, "profile", "contact", "sealed_email", inside), CONTENT)

    def test_text_is_padded_as_text(self, installation):
        subject_id = installation.person()

        with installation.database.writing() as session:
            vault = Vault.of(session)
            vault.begin_write(session, [subject_id])
            sealed = vault.seal(session, Place(subject_id, "profile", "note", "sealed_text", "1"), b"x" * 300, padding=Padding.TEXT)

        assert len(sealed) == 4 + 12 + 512 + 16


class TestBeginWrite:
    def test_moves_the_write_sequence_once_per_transaction(self, installation):
        people = [installation.person(Compartment.PROFILE) for _ in range(3)]

        with installation.database.writing() as session:
            installation.vault.begin_write(session, people)
            installation.vault.begin_write(session, people[:1])

        with installation.database.reading() as session:
            assert session.scalars(select(Subject.write_seq)).all() == [1, 1, 1]

    @pytest.mark.parametrize("state", ["erasing", "erased"])
    def test_refuses_the_whole_batch_for_one_who_is_not_living(self, installation, state):
        people = [installation.person(Compartment.PROFILE) for _ in range(3)]
        with installation.database.writing() as session:
            session.execute(update(Subject).where(Subject.id == people[1]).values(state=state))

        with pytest.raises(ErasedError), installation.database.writing() as session:
            installation.vault.begin_write(session, people)

        with installation.database.reading() as session:
            assert set(session.scalars(select(Subject.write_seq))) == {0}

    def test_refuses_whoever_never_existed(self, installation):
        with installation.database.writing() as session, pytest.raises(ErasedError):
            installation.vault.begin_write(session, [new_id()])

    def test_takes_more_people_than_one_statement_holds(self, installation):
        people = [new_id() for _ in range(1203)]

        with installation.database.writing() as session:
            installation.vault.create(session, people, compartments=[Compartment.PROFILE], now=installation.clock.now())
        with installation.database.writing() as session:
            installation.vault.begin_write(session, people)
            for each in people:
                installation.vault.seal(session, Place(each, "profile", "contact", "sealed_email", each), CONTENT)


class TestOpen:
    def test_a_value_swapped_between_people_is_tampered(self, installation):
        (mine, sealed), (yours, other) = (installation.seal(installation.person()) for _ in range(2))

        with pytest.raises(TamperedError):
            installation.vault.open(mine, other)
        with pytest.raises(TamperedError):
            installation.vault.open(yours, sealed)

    def test_a_value_naming_a_key_version_that_never_was_is_tampered(self, installation):
        place, sealed = installation.seal(installation.person())

        with pytest.raises(TamperedError):
            installation.vault.open(place, sealed[:2] + b"\x00\x02" + sealed[4:])

    def test_a_value_of_somebody_who_never_had_a_key_is_erased(self, installation):
        place, sealed = installation.seal(installation.person())

        with pytest.raises(ErasedError):
            installation.vault.open(place._replace(subject_id=new_id()), sealed)

    def test_wrapped_keys_swapped_between_people_are_tampered(self, installation):
        place, sealed = installation.seal(installation.person(Compartment.PROFILE))
        other = installation.person(Compartment.PROFILE)
        with installation.keystore.execution_options(writing=True).begin() as connection:
            wrapped = connection.execute(select(data_key.c.wrapped).where(data_key.c.subject_id == other)).scalar_one()
            connection.execute(update(data_key).where(data_key.c.subject_id == place.subject_id).values(wrapped=wrapped))

        with pytest.raises(TamperedError):
            installation.other.open(place, sealed)

    def test_many_values_open_in_their_order(self, installation):
        people = [installation.person(Compartment.PROFILE, Compartment.CASE) for _ in range(30)]
        sealed = [
            installation.seal(each, each.encode() + compartment.encode(), compartment=compartment)
            for each in people
            for compartment in (Compartment.PROFILE, Compartment.CASE)
        ]

        opened = installation.other.open_many(sealed)

        assert opened == [place.subject_id.encode() + place.compartment.encode() for place, _ in sealed]

    def test_rows_open_in_their_order_without_what_is_empty(self, installation):
        rows = [(each, *seal_row(installation, each, b"identity", b"email")) for each in (installation.person() for _ in range(3))]
        rows[1] = (rows[1][0], None, rows[1][2])

        opened = installation.other.open_rows(ROW, rows)

        assert opened == [[b"identity", b"email"], [b"email"], [b"identity", b"email"]]

    def test_a_value_in_another_column_or_row_is_tampered(self, installation):
        first, second = (
            (each, *seal_row(installation, each, b"identity", b"email")) for each in (installation.person(), installation.person())
        )

        for moved in [(first[0], first[2], first[1]), (first[0], second[1], first[2]), (second[0], first[1], first[2])]:
            with pytest.raises(TamperedError):
                installation.other.open_rows(ROW, [second, moved])

    def test_a_row_that_is_no_sealed_value_is_tampered(self, installation):
        with pytest.raises(TamperedError):
            installation.other.open_rows(ROW, [(installation.person(), b"in plain words", None)])

    def test_a_payload_opens_only_beside_its_leaf(self, installation):
        subject_id = installation.person()
        with installation.database.writing() as session:
            installation.vault.begin_write(session, [subject_id])
            sealed = installation.vault.seal_bound(session, subject_id, Compartment.PROFILE, b"old value", context=b"{leaf}")

        assert installation.other.open_bound(subject_id, Compartment.PROFILE, sealed, context=b"{leaf}") == b"old value"
        with pytest.raises(TamperedError):
            installation.other.open_bound(subject_id, Compartment.PROFILE, sealed, context=b"{other leaf}")


class TestCreate:
    def test_keys_are_numbered_without_gaps_and_known_to_the_person(self, installation):
        first, second = installation.person(), installation.person(Compartment.PROFILE)

        with installation.database.reading() as session:
            assert {row.id: row.key_number for row in session.execute(select(Subject.id, Subject.key_number))} == {first: 4, second: 5}
        assert installation.state().high_water == 5

    def test_survives_a_retry_with_the_same_pseudonym(self, installation):
        subject_id = new_id()
        with installation.database.writing() as session:
            installation.vault.create(session, [subject_id], compartments=[Compartment.PROFILE], now=installation.clock.now())
            session.rollback()

        with installation.database.writing() as session:
            installation.vault.create(session, [subject_id], compartments=[Compartment.PROFILE], now=installation.clock.now())

        assert installation.seal(subject_id)

    def test_later_compartments_get_their_keys_once(self, installation):
        subject_id = installation.person(Compartment.PROFILE)

        for _ in range(2):
            with installation.database.writing() as session:
                compartments = [Compartment.PROFILE, Compartment.PROOF]
                installation.vault.add_keys(session, [subject_id], compartments=compartments, now=installation.clock.now())

        place, sealed = installation.seal(subject_id, compartment=Compartment.PROOF)
        assert installation.other.open(place, sealed) == CONTENT
        assert installation.state().high_water == 2
        with installation.database.reading() as session:
            assert session.scalars(select(Subject.key_number)).one() == 2

    @pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
    def test_no_key_lies_unwrapped_in_any_column(self, installation):
        installation.person()

        with installation.keystore.connect() as connection:
            lengths = set(connection.execute(text("SELECT length(wrapped) FROM data_key")).scalars())
        assert lengths == {12 + 32 + 16}
