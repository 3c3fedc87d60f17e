"""The demonstration has something to do for those whose work has days."""

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from crm.actor import Actor, Role
from crm.models.account import Account
from crm.models.consent import ConsentEvent
from crm.models.lawfulness import NoticeEvent
from crm.models.privacy_task import TaskKind
from crm.models.request_case import CaseWay, RequestCase
from crm.privacy import purposes
from crm.runtime import Runtime
from crm.services import demo, review_selection, work_list
from crm.services.accounts.demo import list_doors
from crm.services.demo.accounts import add_accounts
from crm.services.demo.inventions import Inventor
from crm.services.demo.old_system import FIRST_MOVE, move_in
from crm.services.work_list import Reader
from tests.support.staff import on_one_engine

pytestmark = pytest.mark.slow

COORDINATOR = Actor("7" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)


@pytest.fixture
def empty(settings, keystore, clock):
    """An installation without purposes and people, as the demonstration finds it."""
    opened = Runtime.open(settings, clock=clock)
    opened.vault.prepare()
    yield opened
    opened.close()


@on_one_engine
@pytest.mark.parametrize("passed", [timedelta(0), timedelta(hours=14, minutes=30)], ids=["in the morning", "half an hour after midnight"])
def test_the_coordinator_finds_every_kind_of_task_late_today_and_to_come_with_its_person(empty, clock, passed):
    clock.advance(passed)
    demo.seed(empty.database, settings=empty.settings, now=clock.now())

    with empty.database.reading() as session:
        own = purposes.find_all(session).of_role(Role.PRIVACY)
        reader = Reader(actor=COORDINATOR, purpose=own[0], own=own, shown=200)
        found = work_list.find_all_tasks(session, reader=reader, now=clock.now())

    today = clock.now().astimezone(ZoneInfo(empty.settings.time_zone)).date()
    days = Counter((task.due_on > today) - (task.due_on < today) for task in found.tasks)
    # A wish to be forgotten opens a case at once; tasks of that kind are from before there were cases.
    assert {task.kind for task in found.tasks} == set(TaskKind) - {TaskKind.ERASURE_REQUESTED}
    with empty.database.reading() as session:
        assert session.query(RequestCase).filter_by(way=CaseWay.IMPORT).count() >= 2
    assert min(days[-1], days[0], days[1]) >= 2
    with empty.database.reading() as session:
        for facts in (NoticeEvent, ConsentEvent):
            moments = session.scalars(select(facts.effective_at)).all()
            on_one_day = Counter(moment.date() for moment in moments).most_common(1)[0][1]
            assert on_one_day < len(moments) / 4, "People were told and consented on many days, not all on the day of the demonstration."
    assert all(task.person for task in found.tasks)
    assert found.more == 0


@on_one_engine
def test_whom_the_one_click_signs_in_as_sales_always_has_somebody_to_decide_about(empty, clock):
    now = clock.now()
    with empty.database.writing() as session:
        purposes.load_initial(session, actor=COORDINATOR, now=now - FIRST_MOVE - timedelta(hours=1))
        staff = add_accounts(session, actor=COORDINATOR, now=now - FIRST_MOVE)
    move_in(empty.database, Inventor(now=now), staff, settings=empty.settings, actor=COORDINATOR, now=now)

    with empty.database.reading() as session:
        email = next(door.email for door in list_doors(session, now=now) if door.role is Role.SALES)
        moments = session.scalars(select(Account.created_at)).all()
        entered = session.scalars(select(Account).order_by(Account.created_at)).first()
        actor = Actor(entered.pseudonym, entered.roles, Role.SALES)
        waiting = review_selection.count_waiting(session, actor=actor, today=now.date())

    assert email == "brandt@auerfeld.example"
    assert len(set(moments)) == len(moments), "Of two from one moment chance decides who is the first."
    assert waiting >= 1
