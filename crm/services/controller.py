"""Who the controller is and how they are reached (Verantwortlicher), as the administration has set it on its page.

The settings of the machine are what holds until then. Each change adds a version; nothing is overwritten. Every process
sees a change within a second, without a restart (`CurrentSettings`).

Source: Art. 4(7), 5(2), 13(1)(a) DSGVO.
"""

import time
from collections.abc import Callable
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from crm.privacy import policy_versions
from crm.settings import Settings

KIND: Final = "controller"
FACTS: Final = "facts"
_LOOK_EVERY: Final = 1.0  # seconds


def overlay(engine: Engine, settings: Settings) -> Settings:
    """Return the settings with what was set since.

    Raises:
        SQLAlchemyError: the database cannot be asked.
    """
    with engine.connect() as connection:
        facts = policy_versions.find_newest(connection, KIND, FACTS).definition
    return settings.model_copy(update=dict(facts)) if facts else settings


class CurrentSettings:
    """The settings as they are now: looked up at most once a second, and what was known last where the database is out of reach."""

    def __init__(self, engine: Engine, started_with: Settings, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._engine, self._started_with, self._monotonic = engine, started_with, monotonic
        self._known, self._looked_at = started_with, float("-inf")

    def read(self) -> Settings:
        """Return the settings as they are now."""
        now = self._monotonic()
        if now - self._looked_at >= _LOOK_EVERY:
            self._looked_at = now
            try:
                self._known = overlay(self._engine, self._started_with)
            except SQLAlchemyError:
                return self._known  # whoever needs the database says so
        return self._known

    def look_again(self) -> None:
        """Look at the next question, because this process has just changed something."""
        self._looked_at = float("-inf")
