import importlib
import pkgutil
import re

import pytest

import crm
from crm.errors import CrmError, NotFoundError
from crm.privacy.errors import NoLawfulBasisError, PurposeNotAllowedError
from crm.site.errors import STATUS_OF, status_of
from crm.site.words import STATUS_HELP, STATUS_TITLES
from crm.vault import ErasedError, KeyFileExposedError, KeyUnavailableError, TamperedError


def all_errors() -> list[type[CrmError]]:
    """Return every error class of the program, whichever module it is in."""
    for module in pkgutil.walk_packages(crm.__path__, "crm."):
        if module.name.endswith("errors"):
            importlib.import_module(module.name)
    found, waiting = [], [CrmError]
    while waiting:
        cls = waiting.pop()
        found.append(cls)
        waiting.extend(cls.__subclasses__())
    return found


class TestStatusOf:
    @pytest.mark.parametrize(
        ("error", "status"),
        [
            (ErasedError, 410),
            (KeyUnavailableError, 503),
            (KeyFileExposedError, 503),
            (TamperedError, 500),
            (NotFoundError, 404),
            (PurposeNotAllowedError, 403),
            (NoLawfulBasisError, 409),
            (CrmError, 400),
        ],
    )
    def test_takes_the_nearest_class_of_the_table(self, error, status):
        assert status_of(error()) == status

    def test_explains_every_status_it_gives(self):
        for status in STATUS_OF.values():
            assert status in STATUS_TITLES
            assert status in STATUS_HELP


class TestMessages:
    @pytest.mark.parametrize("error", all_errors(), ids=lambda error: error.__name__)
    def test_says_what_is_wrong_in_a_whole_sentence(self, error):
        assert error.message[0].isupper()
        assert re.search(r"([.?!“)]|: \S+)$", error.message)  # or it ends with an example after a colon
