import pytest

from crm.actor import Actor, Role
from crm.site.access import PUBLIC, SIGNED_IN, Access
from crm.site.visitor import Visitor

ACCESS = Access({"door": PUBLIC, "hall": SIGNED_IN, "office": frozenset({Role.SALES, Role.SERVICE}), "closed": frozenset()}, None)


def visitor(*roles):
    return Visitor(actor=Actor("p", frozenset(roles), roles[0]), name="Somebody")


class TestAdmits:
    @pytest.mark.parametrize(
        ("who", "endpoint", "admitted"),
        [
            (None, "door", True),
            (None, "hall", False),
            (None, "office", False),
            (visitor(Role.ADMIN), "hall", True),
            (visitor(Role.ADMIN), "office", False),
            (visitor(Role.SERVICE), "office", True),
            (visitor(Role.ADMIN, Role.SALES), "office", True),
            (visitor(Role.ADMIN), "closed", False),
            (visitor(*Role), "not listed", False),
            (None, "not listed", False),
        ],
    )
    def test_lets_in_whom_the_matrix_names_and_nobody_else(self, who, endpoint, admitted):
        assert ACCESS.admits(who, endpoint) is admitted
