"""Rows that say what may be done, changed with SQL past every act: each is found, on both engines (Art. 5(2), 32(1)(d) DSGVO)."""

import sqlite3
from contextlib import closing
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from crm.actor import Role
from crm.db import file_of, revisions
from crm.models.erasure import ErasureCause
from crm.models.lawfulness import ToldBy
from crm.models.privacy_task import TaskKind
from crm.models.retention import KeepReason
from crm.privacy import consent, keeping, lawfulness, merging, objection, restriction, row_integrity, suppression, tasks
from crm.privacy.erasure import eraser, job
from crm.privacy.objection import Mistake, Objection
from crm.privacy.purposes import Channel
from crm.privacy.restriction import RestrictionReason
from crm.privacy.row_integrity import Where
from crm.privacy.suppression import SuppressionReason
from crm.runtime import Runtime
from crm.services import demo
from crm.services.accounts import user_changes, users
from crm.services.health.rows import examine_rows
from crm.services.health.storage import examine_storage
from tests.integration.privacy.people import SALES, make_person, new_person, purpose
from tests.support.staff import ADMIN, PASSWORD, on_one_engine, quick_hashes  # noqa: F401 - the last is a fixture

REASON = SuppressionReason.OBJECTION_6_1_F


class House:
    """An installation in which everything has happened that may happen."""

    def __init__(self, runtime, clock):
        self.runtime, self.clock, self.database = runtime, clock, runtime.database
        self.person, self.erased = self._do(lambda session: [self._take_in(session) for _ in range(2)])
        for act in (self._consent, self._object, self._restrict, self._begin_and_end, self._suppress, self._keep, self._let_in):
            self.clock.advance(timedelta(minutes=1))
            self._do(act)
        self._erase()

    @property
    def now(self):
        return self.clock.now()

    def _do(self, act):
        with self.database.writing() as session:
            return act(session)

    def _take_in(self, session):
        return make_person(session, self.now, "business_contact", "sales_approach")

    def _consent(self, session):
        about = {"subject_id": self.person, "purpose": "newsletter", "channel": Channel.EMAIL, "actor": SALES}
        words = {"wording": "Ja, gern.", "language": "de", "evidence": {"how": "Messe"}}
        consent.give(session, **about, **words, given_at=self.now, now=self.now)
        consent.withdraw(session, **about, now=self.now + timedelta(seconds=1))
        consent.give(session, **about, **words, given_at=self.now, now=self.now + timedelta(seconds=2))
        consent.give(session, **{**about, "subject_id": self.erased}, **words, given_at=self.now, now=self.now)

    def _object(self, session):
        objection.raise_to_marketing(session, subject_id=self.person, origin="Brief", actor=SALES, now=self.now)
        objection.raise_to_marketing(
            session, subject_id=self.person, origin="Abmeldelink", channel=Channel.EMAIL, actor=SALES, now=self.now
        )
        objection.correct(session, origin="Abmeldelink", actor=SALES, now=self.now + timedelta(seconds=1))
        by_phone = Objection(objection.DIRECT_MARKETING, Channel.PHONE)
        ended = {"subject_id": self.person, "objection": by_phone, "actor": SALES, "now": self.now + timedelta(seconds=3)}
        objection.raise_many(session, [(self.person, by_phone)], origin="Telefonat", actor=SALES, now=self.now)
        objection.correct_entry(session, **ended, mistake=Mistake.SLIP)
        objection.raise_many(session, [(self.person, by_phone)], origin="Telefonat", actor=SALES, now=self.now + timedelta(seconds=4))
        objection.lift(session, **ended, told=ToldBy.MAIL, told_on=self.now.date())

    def _restrict(self, session):
        these = {"subject_ids": [self.person], "actor": SALES}
        restriction.impose(session, **these, reason=RestrictionReason.UNLAWFUL, now=self.now)
        restriction.impose(session, **these, reason=RestrictionReason.ACCURACY_CONTESTED, now=self.now)
        told = {"told_at": self.now, "told_by": ToldBy.LETTER, "now": self.now + timedelta(seconds=5)}
        restriction.lift(session, **these, reason=RestrictionReason.ACCURACY_CONTESTED, **told)

    def _begin_and_end(self, session):
        tasks.open_many(session, [(self.person, TaskKind.NOTICE_DUE, self.now.date())], actor=SALES, now=self.now)
        record = new_person(session, self.now, "business_contact", "contract_person")
        merging.merge(session, subject_id=self.person, person=record, actor=SALES, now=self.now)
        ended = {"purpose": purpose(session, "sales_approach"), "ends_at": self.now, "actor": SALES}
        lawfulness.end_ground(session, subject_id=self.person, **ended, now=self.now + timedelta(seconds=1))

    def _suppress(self, session):
        soon = self.now + timedelta(days=30)
        entries = {"kept@example.org": soon, "gone@example.org": soon, "longer@example.org": soon}
        listed = {"channel": Channel.EMAIL, "actor": SALES}
        entered = suppression.enter_many(session, addresses=entries, reason=REASON, **listed, now=self.now)
        suppression.enter_many(session, addresses={"longer@example.org": soon + timedelta(days=9)}, reason=REASON, **listed, now=self.now)
        suppression.keep(session, tag=entered["kept@example.org"].tag, **listed, now=self.now)
        suppression.release(session, tag=entered["gone@example.org"].tag, **listed, now=self.now)

    def _keep(self, session):
        about = {"subject_id": self.person, "actor": SALES, "rule": "RET-07"}
        keeping.keep(session, **about, reason=KeepReason.TALKS, until=self.now.date(), now=self.now)
        keeping.keep(session, **about, reason=KeepReason.DECIDED, until=date(2030, 12, 31), now=self.now + timedelta(seconds=1))
        keeping.keep(
            session, subject_id=self.erased, reason=KeepReason.TALKS, until=self.now.date(), rule="RET-01", actor=SALES, now=self.now
        )

    def _let_in(self, session):
        acting = {"actor": ADMIN, "now": self.now}
        users.create_first_admin(session, email="admin@muster.test", password=PASSWORD, **acting)
        account_id = users.add(session, email="vera@example.com", name="Vera Kunze", roles={Role.SALES}, **acting).account_id
        user_changes.set_roles(session, account_id=account_id, roles={Role.SALES, Role.MARKETING}, **acting)
        user_changes.disable(session, account_id=account_id, **acting)
        user_changes.enable(session, account_id=account_id, **acting)
        user_changes.issue_start_password(session, account_id=account_id, **acting)
        user_changes.reset_second_factor(session, account_id=account_id, **acting)
        left = users.add(session, email="left@example.com", name="Ute Weg", roles={Role.SALES}, **acting).account_id
        user_changes.disable(session, account_id=left, **acting)

    def _erase(self):
        order = {"cause": ErasureCause.REQUEST, "rule": None, "case_id": None, "actor": SALES, "now": self.now}
        self._do(lambda session: job.order(session, subject_id=self.erased, **order))
        eraser.finish(self.database, vault=self.runtime.vault, clock=lambda: self.now)

    def change(self, statement):
        with self.runtime.engine.execution_options(writing=True).begin() as connection:
            self._execute(connection, statement)

    def compare_after(self, statement):
        """Compare as if the statement had been committed, and take it back: an installation takes longer to furnish."""
        with self.runtime.engine.execution_options(writing=True).connect() as connection:
            self._execute(connection, statement)
            with Session(connection) as session:
                found = row_integrity.compare(session)
            connection.rollback()
        return found

    def _execute(self, connection, statement):
        changed = connection.execute(text(statement), {"person": self.person} if ":person" in statement else {})
        assert changed.rowcount > 0, statement

    def examine(self):
        return {type(each).__name__: each.facts for each in examine_rows(self.database)}


@pytest.fixture
def house(runtime, clock, quick_hashes):  # noqa: F811 - the fixture imported above
    return House(runtime, clock)


def say_it_was_migrated(settings):
    """Tests make their tables at once; an installation is brought to the same by migrations, and the examination asks."""
    with closing(sqlite3.connect(file_of(settings.database))) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.execute("INSERT INTO alembic_version VALUES (?)", [revisions.newest_revision()])


def latest(table, what):
    return f"{what} WHERE id = (SELECT max(id) FROM {table} WHERE subject_id = :person)"


class TestUntouched:
    def test_rows_are_no_finding_whatever_has_happened(self, house):
        found = house.examine()

        assert found.keys() == {"RowsSound"}
        assert found["RowsSound"]["rows"] > 30

    @pytest.mark.slow
    @on_one_engine
    def test_the_demonstration_has_nothing_wrong_at_all(self, settings, keystore, clock):
        empty = Runtime.open(settings, clock=clock)
        empty.vault.prepare()
        demo.seed(empty.database, settings=settings, now=clock.now())
        empty.make_sealer().seal_all(empty.database, clock=clock.now)
        empty.close()
        say_it_was_migrated(settings)

        found = examine_storage(settings, actor=ADMIN, now=clock.now())

        # The index is built by a worker, and none runs here.
        sound = {
            "StorageSound",
            "SealedValuesSound",
            "CompanyValuesSound",
            "ColumnsSound",
            "RowsSound",
            "DaysSound",
            "TasksSound",
            "JobsSound",
        }
        assert {type(each).__name__ for each in found} == sound | {"IndexMissing"}


CHANGED = (
    ("restriction_event", latest("restriction_event", "UPDATE restriction_event SET reason = 'unlawful'")),
    ("ground_event", latest("ground_event", "UPDATE ground_event SET effective_at = '2099-01-01 00:00:00.000000'")),
    ("objection_event", "UPDATE objection_event SET act = 'corrected' WHERE subject_id = :person AND channel IS NULL"),
    ("consent_event", "UPDATE consent_event SET act = 'given' WHERE subject_id = :person AND act = 'withdrawn'"),
    ("consent_wording", "UPDATE consent_wording SET text = 'Ja, zu allem.'"),
    ("notice_event", "UPDATE notice_event SET act = 'due' WHERE subject_id = :person"),
    ("suppression_entry", "UPDATE suppression_entry SET until = '2026-01-01 00:00:00.000000' WHERE until IS NULL"),
    ("policy_version", "UPDATE policy_version SET definition = replace(definition, 'true', 'false')"),
    ("retention_keep", "UPDATE retention_keep SET until = '2026-01-01' WHERE subject_id = :person"),
    ("retention_keep", "UPDATE retention_keep SET until = '2099-12-31' WHERE subject_id = :person"),
    ("retention_keep", "UPDATE retention_keep SET reason = 'talks' WHERE subject_id = :person"),
    ("account", "UPDATE account SET disabled_at = NULL WHERE disabled_at IS NOT NULL"),
    ("account", "UPDATE account SET password_hash = 'x'"),
    ("account", "UPDATE account SET sealed_totp = sealed_name"),
    ("account", "UPDATE account SET email_tag = sealed_email WHERE disabled_at IS NULL"),
    ("account", "UPDATE account_role SET role = 'privacy' WHERE role = 'marketing'"),
)
SLIPPED_IN = (
    ("restriction_event", "act, reason", "'lifted', 'unlawful'"),
    ("objection_event", "act, scope, origin", "'corrected', 'direct_marketing', 'x'"),
    ("ground_event", "act, purpose, basis", "'started', 'newsletter', '6-1-f'"),
    ("consent_event", "act, purpose, channel, evidence_id", "'given', 'newsletter', 'phone', 'x'"),
)
DELETED = (
    ("objection_event", "objection:raised"),
    ("restriction_event", "restriction:imposed"),
    ("ground_event", "person:collected"),
    ("notice_event", "person:collected"),
    ("consent_event", "consent:withdrawn"),
    ("suppression_entry", "address:kept"),
    ("retention_keep", "person:kept"),
    ("policy_version", "policy:loaded"),
    ("account_role", "account:second_factor_reset"),
)


class TestChanged:
    def test_rows_are_found_with_table_and_entry(self, house):
        for table, statement in CHANGED:
            found = house.compare_after(statement)

            assert {each.what for each in found.unnamed} == {table}, statement
            assert sum(found.unnamed.values()) == sum(found.gone.values()) > 0, statement

    def test_rows_that_were_slipped_in_are_found(self, house):
        for table, columns, values in SLIPPED_IN:
            source = f"SELECT subject_id, effective_at, recorded_at, {values} FROM objection_event WHERE subject_id = :person"
            target = f"{table} (subject_id, effective_at, recorded_at, {columns})"
            found = house.compare_after(f"INSERT INTO {target} {source} AND channel IS NULL")

            assert found.unnamed == {Where(table, house.person): 1}
            assert found.gone == {}

    def test_rows_that_were_deleted_are_found_by_the_entry_that_names_them(self, house):
        for table, action in DELETED:
            found = house.compare_after(f"DELETE FROM {table}")

            assert action in {each.what for each in found.gone}

    def test_roles_that_somebody_took_are_found(self, house):
        house.change("INSERT INTO account_role (account_id, role) SELECT id, 'privacy' FROM account WHERE disabled_at IS NULL")

        found = house.examine()

        assert found.keys() == {"RowsChanged"}
        assert (found["RowsChanged"]["tables"], found["RowsChanged"]["unnamed"], found["RowsChanged"]["gone"]) == ("account", 2, 2)

    def test_a_row_of_somebody_erased_is_missed_too(self, house):
        house.change(f"DELETE FROM consent_event WHERE subject_id = '{house.erased}'")

        assert house.examine()["RowsChanged"]["subjects"] == house.erased

    def test_rows_whose_order_was_turned_are_found(self, house):
        # The latest act counts: whoever moves the withdrawal before the consent lets the consent stand again.
        house.change("UPDATE consent_event SET id = -id WHERE subject_id = :person AND act = 'given'")

        found = house.examine()

        assert found.keys() == {"RowsMoved"}
        assert found["RowsMoved"]["tables"] == "consent_event"

    @on_one_engine
    def test_rows_that_cannot_even_be_read_are_found(self, house):
        house.change("UPDATE objection_event SET effective_at = 'soon' WHERE subject_id = :person")

        assert "objection_event" in house.examine()["RowsChanged"]["tables"]
