"""Bars of a chart: as long as their values, and never longer than the chart."""

from crm.site.charts import WIDTH, Bar, BarGroup, bar_chart


def chart(*values, most=None, label="Handel"):
    groups = [BarGroup(label=label, text=str(value), bars=(Bar(value=value), Bar(value=value / 2, kind="before"))) for value in values]
    return bar_chart("c", title="T", description="D", groups=groups, most=most)


class TestBars:
    def test_are_shares_of_the_longest(self):
        assert [group.bars[0].width for group in chart(40, 10, 0).groups] == [WIDTH, WIDTH / 4, 0]

    def test_never_leave_the_chart(self):
        assert [group.bars[0].width for group in chart(40, -3, most=20).groups] == [WIDTH, 0]

    def test_lie_below_each_other_within_the_height(self):
        drawn = chart(1, 2, 3)
        edges = [edge for group in drawn.groups for bar in group.bars for edge in (bar.y, bar.y + bar.height)]

        assert edges == sorted(edges)
        assert edges[-1] <= drawn.height

    def test_of_nothing_make_no_chart_fail(self):
        assert chart(0).groups[0].bars[0].width == 0
        assert chart().height == 1

    def test_have_short_labels_because_the_table_has_the_whole(self):
        assert chart(1, label="x" * 60).groups[0].label == "x" * 33 + "…"
