"""Route × role: what the matrix does not admit is refused and changes nothing."""

import pytest

from crm.actor import Role
from crm.site.access import Everybody, compare_with_routes
from crm.web.access_matrix import access_matrix

ARGUMENTS = {
    "subject_id": "a" * 32,
    "case_id": "d" * 32,
    "company_id": "b" * 32,
    "document_id": "d" * 32,
    "hold_id": "d" * 32,
    "deal_id": "d" * 32,
    "file_id": "d" * 32,
    "field_id": "d" * 32,
    "activity_id": "d" * 32,
    "task_id": "d" * 32,
    "run_id": "9" * 32,
    "ticket_id": "7" * 32,
    "template_id": "7" * 32,
    "affiliation_id": "8" * 32,
    "invoice_id": "7" * 32,
    "campaign_id": "6" * 32,
    "agreement_id": "6" * 32,
    "account_id": "c" * 32,
    "export_id": "8" * 32,
    "upload_id": "8" * 32,
    "kind": "contacts",
    "version": "4.0",
    "code": "service",
    "filename": "lethe.css",
}
MATRIX = access_matrix(demo=False)


def rules_with_roles(app):
    for rule in app.url_map.iter_rules():
        admission = MATRIX.get(rule.endpoint)
        if admission is not None and not isinstance(admission, Everybody):
            yield rule, admission


def path_of(app, rule):
    arguments = {name: ARGUMENTS.get(name, "1") for name in rule.arguments}
    with app.test_request_context():
        return rule.build(arguments, append_unknown=False)[1]


def test_the_matrix_and_the_routes_agree(app):
    difference = compare_with_routes(app)

    assert difference.unlisted == ()
    assert difference.unknown == ()


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_a_page_of_other_roles_is_refused_and_changes_nothing(app, house, colleague, role):
    visitor = colleague(role)
    token = visitor.token("/help")
    before = house.snapshot()

    for rule, admission in rules_with_roles(app):
        if role in admission:
            continue
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            answer = visitor.client.open(path_of(app, rule), method=method, data={"csrf_token": token} if method == "POST" else None)
            assert answer.status_code == 403, (rule.endpoint, method)

    assert house.snapshot() == before


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_every_role_has_a_desk_and_links_only_to_pages_it_may_open(app, house, colleague, role):
    house.build_index()
    visitor = colleague(role)

    desk = visitor.get("/")

    assert desk.status_code == 200
    for endpoint in ("contacts.index", "contacts.new", "companies.index", "users.index"):
        admitted = role in MATRIX[endpoint]
        with app.test_request_context():
            path = app.url_for(endpoint)
        assert (f'href="{path}"' in desk.text) == admitted, endpoint
        if admitted:
            assert visitor.get(path).status_code == 200


def test_nobody_sees_anything_without_a_sign_in(app, house):
    stranger = app.test_client()
    before = house.snapshot()

    for rule, _ in rules_with_roles(app):
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            answer = stranger.open(path_of(app, rule), method=method)
            assert answer.status_code in {303, 401}, rule.endpoint

    assert house.snapshot() == before


def test_a_form_without_token_changes_nothing(house, sales):
    person = house.take_in()
    before = house.snapshot()

    for path in (
        f"/contacts/{person}/objection",
        f"/contacts/{person}/notes",
        "/requests/new",
        "/contacts/new",
        "/companies/new",
        "/purpose/contract_person",
    ):
        assert sales.client.post(path, data={"text": "x"}).status_code == 400

    assert house.snapshot() == before


@pytest.mark.parametrize(
    "path", ["/contacts/1", "/contacts/" + "A" * 32, "/contacts/%00" + "a" * 31, "/companies/..%2f..%2fetc", "/contacts/" + "f" * 33]
)
def test_an_address_that_cannot_be_ours_does_not_exist(sales, path):
    assert sales.get(path).status_code == 404


def test_a_purpose_of_another_role_is_refused(house, sales):
    assert sales.send("/purpose/service").status_code == 403
    assert sales.send("/purpose/no-such-purpose").status_code == 403
    assert sales.send("/purpose/contract_person", {"next": "https://evil.example/"}).location == "/"


@pytest.mark.parametrize("role", [Role.ADMIN, Role.PRIVACY], ids=str)
def test_asking_for_the_head_of_a_page_changes_nothing(app, house, colleague, role):
    """What takes a form takes it by POST alone: HEAD needs no token of a form."""
    person, visitor = house.take_in(), colleague(role)
    form = {"subject": person, "token": "b" * 32, "way": "phone", "received_on": "2026-11-23", "email": "x@example.com", "name": "X"}
    before = house.snapshot()

    for rule in app.url_map.iter_rules():
        if "HEAD" in rule.methods and "POST" in rule.methods:
            visitor.client.head(path_of(app, rule), data=form)
    app.test_client().head("/sign-in", data={"email": "x@example.com", "password": "y"})

    assert house.snapshot() == before
