from datetime import date

import pytest

from crm.privacy.purposes import Channel
from crm.site.view_models import ChannelView, ChipState, FactsView, FactView, ForgetView, Milestone


class TestChannelView:
    def test_dials_with_the_digits_of_the_number(self):
        way = ChannelView(channel=Channel.PHONE, state=ChipState.ALLOWED, reason="", target="+49 (561) 990-01")

        assert way.dial == "tel:+4956199001"

    @pytest.mark.parametrize("state", [state for state in ChipState if state is not ChipState.ALLOWED])
    def test_never_dials_what_is_not_allowed(self, state):
        way = ChannelView(channel=Channel.EMAIL, state=state, reason="", target="wehmeier@example.com")

        assert way.dial is None

    def test_dials_for_other_matters_where_advertising_alone_is_objected_to(self):
        way = ChannelView(channel=Channel.EMAIL, state=ChipState.OBJECTED, reason="", target="w@example.com", matters_only=True)

        assert way.dial == "mailto:w@example.com"
        assert not way.allowed


class TestFactsView:
    def test_counts_personal_fields_and_not_facts_about_the_company(self):
        facts = FactsView(
            columns=(
                (FactView(title="Name", lines=("Katharina Wehmeier",), fields=("first_name", "last_name")),),
                (FactView(title="Firma", lines=("Brückner Pumpenbau GmbH",)),),
            )
        )

        assert facts.count == 2


class TestForgetView:
    def milestones(self, *days):
        kinds = ("collected", "start", "today", "erasure")
        return tuple(Milestone(title=kind, on=day, kind=kind) for kind, day in zip(kinds, days, strict=True))

    def test_places_milestones_in_proportion_to_time(self):
        milestones = self.milestones(date(2025, 1, 1), date(2026, 1, 1), date(2027, 1, 1), date(2029, 1, 1))

        stations = ForgetView(reason="", milestones=milestones).stations

        assert [station.x for station in stations] == [6, 82, 159, 312]
        assert stations[0].anchor == "start"
        assert stations[-1].anchor == "end"

    def test_stays_on_the_line_when_the_day_has_passed(self):
        milestones = self.milestones(date(2025, 1, 1), date(2025, 1, 1), date(2030, 1, 1), date(2026, 1, 1))

        view = ForgetView(reason="", milestones=milestones)

        assert view.today_x == 312

    def test_survives_a_line_of_one_day(self):
        day = date(2026, 1, 1)

        assert len(ForgetView(reason="", milestones=self.milestones(day, day, day, day)).stations) == 4

    def test_draws_nothing_without_milestones(self):
        assert ForgetView(reason="keine Frist läuft").stations == ()
