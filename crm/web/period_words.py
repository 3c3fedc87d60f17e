"""Periods of the Löschkonzept in words, the same on every page."""

from crm.privacy.periods import Period, RetentionRule, Unit
from crm.site.i18n import _, in_language, ngettext


def period_in_words(rule: RetentionRule) -> str:
    """Return the period of a rule; one that counts from the end of a year says so."""
    words = length_in_words(rule.period)
    return _("%(period)s ab Jahresende", period=words) if rule.from_year_end else words


def length_in_words(period: Period) -> str:
    """Return how long a period is, or what ends it."""
    if period.until:
        return in_language(period.until)
    return {
        Unit.DAYS: ngettext("%(num)s Tag", "%(num)s Tage", period.amount),
        Unit.MONTHS: ngettext("%(num)s Monat", "%(num)s Monate", period.amount),
        Unit.YEARS: ngettext("%(num)s Jahr", "%(num)s Jahre", period.amount),
    }[period.unit]
