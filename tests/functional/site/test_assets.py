import gzip
import re

import pytest

from crm.actor import Role


class TestAssets:
    def test_are_kept_for_a_year_under_an_address_that_changes_with_them(self, make_site):
        client = make_site(Role.SALES)
        address = re.search(r'href="(/static/lethe.css\?v=[0-9a-f]{12})"', client.get("/hall").text).group(1)

        assert client.get(address).headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert client.get("/static/lethe.css?v=000000000000").headers["Cache-Control"] == "no-cache"

    def test_answer_nothing_when_nothing_changed(self, make_site):
        client = make_site()
        tag = client.get("/static/lethe.css").headers["ETag"]

        assert client.get("/static/lethe.css", headers={"If-None-Match": tag}).status_code == 304

    @pytest.mark.parametrize("path", ["/static/nothing.css", "/static/../i18n.py", "/static/%2e%2e/factory.py"])
    def test_serve_nothing_else(self, make_site, path):
        assert make_site().get(path).status_code == 404

    def test_come_with_the_right_type(self, make_site):
        client = make_site()

        types = [client.get(f"/static/{name}").content_type for name in ("lethe.css", "lethe.js", "icons.svg")]

        assert types == ["text/css; charset=utf-8", "text/javascript; charset=utf-8", "image/svg+xml; charset=utf-8"]

    def test_weigh_less_than_fifty_kilobytes_together_with_a_page(self, make_site):
        client = make_site(Role.SALES)
        page = client.get("/hall", headers={"Accept-Encoding": "gzip"})
        addresses = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', gzip.decompress(page.data).decode()))

        parts = [client.get(address, headers={"Accept-Encoding": "gzip"}) for address in addresses]

        assert len(addresses) >= 4
        assert len(page.data) + sum(len(part.data) for part in parts) < 50_000


class TestCompression:
    def test_is_asked_for_by_the_browser(self, make_site):
        client = make_site(Role.SALES)

        packed = client.get("/hall", headers={"Accept-Encoding": "gzip, br"})
        plain = client.get("/hall", headers={"Accept-Encoding": "gzip;q=0"})

        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Der Streifen oben" in gzip.decompress(packed.data).decode()
        assert "Content-Encoding" not in plain.headers
        assert "Accept-Encoding" in plain.headers["Vary"]
