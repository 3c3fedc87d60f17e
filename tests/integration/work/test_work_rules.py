"""Rules of daily work: version 1 comes from the initial policy, the newest version counts."""

import json
from datetime import timedelta

from crm.actor import system_actor
from crm.models.policy import PolicyVersion
from crm.services import work_rules

NAMES = {"products": ["Bohrwerk"], "regions": ["Hessen"]}


def test_are_those_of_the_initial_policy_where_nothing_was_set(runtime):
    with runtime.database.reading() as session:
        rules = work_rules.find(session)

    assert list(rules.stages)[-2:] == ["won", "lost"]
    assert [each.code for each in rules.stages.values() if each.ends] == ["won", "lost"]
    assert rules.priorities["urgent"].answer_hours < rules.priorities["low"].answer_hours


def test_follow_the_newest_version(runtime, clock):
    with runtime.database.writing() as session:
        work_rules.load_initial(session, actor=system_actor("test"), now=clock.now())
        session.add(
            PolicyVersion(
                kind="work", code="names", version=2, definition=json.dumps(NAMES), set_by="test", set_at=clock.now() + timedelta(days=1)
            )
        )

    with runtime.database.reading() as session:
        rules = work_rules.find(session)
    assert (rules.products, rules.regions) == (("Bohrwerk",), ("Hessen",))
