import pytest

from crm.site.addresses import local_path


class TestLocalPath:
    @pytest.mark.parametrize("path", ["/", "/contacts", "/contacts?purpose=service", "/contacts/" + "a" * 32])
    def test_keeps_a_path_on_this_site(self, path):
        assert local_path(path) == path

    @pytest.mark.parametrize(
        "elsewhere",
        [
            None,
            "",
            "contacts",
            "https://elsewhere.example/",
            "//elsewhere.example/",
            "/\\elsewhere.example/",
            "/\t/elsewhere.example",
            "/\r\nSet-Cookie: a=b",
            "javascript:alert(1)",
        ],
    )
    def test_leads_to_the_start_instead_of_somewhere_else(self, elsewhere):
        assert local_path(elsewhere) == "/"
