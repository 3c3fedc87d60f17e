"""What others wrote is in the repository unchanged, with its licence."""

import hashlib
from pathlib import Path

VENDOR = Path(__file__).parents[3] / "crm" / "site" / "static" / "vendor"
SHA256 = {"htmx-4.0.1.min.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"}


class TestVendored:
    def test_is_exactly_what_its_authors_published(self):
        assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.glob("*.js")} == SHA256

    def test_comes_with_its_licence(self):
        for script in VENDOR.glob("*.js"):
            licence = script.with_name(script.name.removesuffix(".min.js") + ".LICENSE")
            assert "Permission to use, copy, modify" in licence.read_text(encoding="utf-8")
