"""No pattern that sees what strangers wrote takes longer than in proportion to it (Art. 32(1)(b) DSGVO)."""

import pkgutil
import re
import time
from importlib import import_module

import pytest

import crm.mail
import crm.services.drop
import crm.services.imports

MODULES = [
    import_module(each.name)
    for package in (crm.mail, crm.services.drop, crm.services.imports)
    for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
]
PATTERNS = {
    f"{module.__name__}.{name}": value for module in MODULES for name, value in vars(module).items() if isinstance(value, re.Pattern)
}
BEGINNINGS = ("", "--", "am 1 ", "<a", "content-a", '"', "a@")
REPEATED = (" ", "-", "- ", "a", "1", "1.", "@", "a@", ".a", "-a", "<", "=?", '"', '",', "\n ", "\n", "am 1 schrieb ")
LENGTH = 5_000  # characters; a pattern whose time grows with the square needs seconds


@pytest.mark.parametrize("name", PATTERNS)
def test_takes_time_in_proportion(name):
    pattern, slowest = PATTERNS[name], 0.0

    for text in (beginning + repeated * (LENGTH // len(repeated)) + "\x01" for beginning in BEGINNINGS for repeated in REPEATED):
        seen = text.encode() if isinstance(pattern.pattern, bytes) else text
        began = time.process_time()
        pattern.fullmatch(seen), pattern.search(seen)
        slowest = max(slowest, time.process_time() - began)

    assert slowest < 1
