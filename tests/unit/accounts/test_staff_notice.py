"""The notice to staff: complete in both languages, and true."""

import pytest

from crm.services.accounts import staff_notice
from crm.settings import initial_policy


@pytest.mark.parametrize("language", ["de", "en"])
def test_says_what_is_entered_why_who_sees_it_and_what_the_rights_are(language):
    sections = staff_notice.current().in_language(language)

    assert len(sections) == 5
    assert all(section.heading and section.paragraphs for section in sections)


def test_has_the_same_sections_and_paragraphs_in_both_languages():
    notice = staff_notice.current()

    german, english = ([len(section.paragraphs) for section in notice.in_language(language)] for language in ("de", "en"))

    assert german == english


def test_excludes_control_of_performance():
    text = " ".join(paragraph for section in staff_notice.current().in_language("de") for paragraph in section.paragraphs)

    assert "nicht der Leistungs- oder Verhaltenskontrolle" in text


def test_names_the_periods_that_the_daily_run_applies():
    classes = initial_policy("log_classes")

    told = {period.log_class: (period.days, period.months, period.years_after_year_end) for period in staff_notice.periods()}

    assert told == {name: (rule.get("days"), rule.get("months"), rule.get("years_after_year_end")) for name, rule in classes.items()}
    assert all(sum(value is not None for value in period) == 1 for period in told.values())


def test_version_fits_the_column():
    assert 0 < len(staff_notice.current().version) <= 20
