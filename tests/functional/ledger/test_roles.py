"""Who may read the log, and that a refusal changes nothing."""

import pytest

from crm.actor import Role
from crm.site.access import compare_with_routes
from tests.support.staff import on_one_engine

CHECKS_THE_LOG = {Role.AUDITOR, Role.DPO, Role.PRIVACY}
PAGES = ["/ledger", "/ledger/0", "/ledger/0/proof", "/ledger/subject", "/ledger/subject/" + "1" * 32, "/ledger/verify", "/ledger/bundle"]
ACTS = ["/ledger/verify", "/ledger/bundle"]


def test_the_matrix_knows_every_page(app):
    difference = compare_with_routes(app)

    assert (difference.unlisted, difference.unknown) == ((), ())


@pytest.mark.parametrize("role", sorted(CHECKS_THE_LOG))
def test_those_who_check_get_in(enter_as, role, seal):
    browser = enter_as(role)
    seal()

    assert [browser.get(path).status_code for path in PAGES] == [200, 200, 200, 200, 200, 303, 303]
    assert 'href="/ledger"' in browser.get("/").text


@pytest.mark.parametrize("role", sorted(set(Role) - CHECKS_THE_LOG))
def test_nobody_else_gets_in_and_nothing_changes(enter_as, role, seal, snapshot, settings):
    browser = enter_as(role)
    seal()
    token = browser.token("/account")
    before = snapshot()

    for path in PAGES:
        assert browser.get(path).status_code == 403
    for path in ACTS:
        assert browser.client.post(path, data={"csrf_token": token}).status_code == 403

    assert snapshot() == before
    assert not (settings.data_dir / "run" / "log-check.state").exists()


@on_one_engine
@pytest.mark.parametrize("path", ACTS)
def test_a_form_from_elsewhere_is_refused(auditor, snapshot, path):
    before = snapshot()

    assert auditor.client.post(path).status_code == 400
    assert snapshot() == before


@on_one_engine
def test_a_stranger_is_led_to_the_sign_in(app):
    stranger = app.test_client()

    assert all(stranger.get(path).location.startswith("/sign-in") for path in PAGES)
    assert [stranger.post(path).status_code for path in ACTS] == [401, 401]
