"""The portal before a database of its own, with the letters of its box within reach."""

import pytest

from crm.portal import create_app
from tests.integration.intake.conftest import Counter


@pytest.fixture
def counter(runtime, clock):
    made = Counter(runtime, clock)
    yield made
    made.portal.close()


@pytest.fixture
def client(counter):
    return create_app(counter.portal).test_client()
