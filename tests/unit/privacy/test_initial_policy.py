"""The initial policy fits together: purposes, retention rules, log classes, actions."""

from crm.actor import Role
from crm.models.field_groups import FieldGroup
from crm.privacy.actions import Action
from crm.privacy.audit import log_class
from crm.privacy.periods import find_shipped
from crm.privacy.purposes import Channel
from crm.settings import initial_policy

PURPOSES = initial_policy("purposes")
DEMANDED = {
    "contract_person", "precontract_request", "business_contact", "sales_approach", "newsletter",
    "phone_advertising", "service", "legal_retention", "request_handling",
}  # fmt: skip


def test_every_demanded_purpose_is_there():
    assert DEMANDED <= PURPOSES.keys()


def test_every_purpose_names_what_exists():
    for code, rule in PURPOSES.items():
        assert {*rule["groups"]} <= {*FieldGroup}, code
        assert {*rule["roles"]} <= {*Role}, code
        assert {*rule["channels"]} <= {*Channel}, code
        assert rule["retention"] in find_shipped(), code
        assert rule["title"]["de"] and rule["title"]["en"] and rule["text"]["de"] and rule["text"]["en"], code


def test_nobody_who_administers_or_audits_sees_people():
    for code, rule in PURPOSES.items():
        assert not {Role.ADMIN, Role.AUDITOR, Role.DPO, Role.MANAGEMENT} & {*rule["roles"]}, code


def test_birth_dates_are_off_except_for_requests():
    assert [code for code, rule in PURPOSES.items() if "birth_date" in rule["groups"]] == ["request_handling"]


def test_advertising_rests_on_consent_or_interest_and_never_survives_restriction():
    for code, rule in PURPOSES.items():
        if rule["direct_marketing"]:
            assert rule["basis"] in {"6-1-a", "6-1-f"}, code
            assert not rule["survives_restriction"], code


def test_every_action_has_a_log_class_and_every_listed_action_exists():
    classes = initial_policy("log_classes")

    assert all(log_class(action) in classes for action in Action)
    assert {name for rule in classes.values() for name in rule["actions"]} - {"*"} <= {*Action}
