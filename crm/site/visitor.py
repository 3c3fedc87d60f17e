"""Who is looking at the page: the signed-in member of staff, or nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, g

from crm.actor import Actor, Role

_EXTENSION = "lethe.find_visitor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A signed-in member of staff.

    Attributes:
        actor: what use cases get.
        name: how the bar calls the person; never goes into the ledger.
        next_step: endpoint of the page that has to be dealt with before any other (confirm the notice,
            set up the second factor); None when nothing is open.
    """

    actor: Actor
    name: str
    next_step: str | None = None

    @property
    def roles(self) -> frozenset[Role]:
        return self.actor.roles


FindVisitor = Callable[[], Visitor | None]


def nobody() -> Visitor | None:
    """Return None: the answer of a site on which nobody signs in."""
    return None


def install(app: Flask, find_visitor: FindVisitor) -> None:
    """Ask `find_visitor` who makes the requests to `app`."""
    app.extensions[_EXTENSION] = find_visitor


def current_visitor() -> Visitor | None:
    """Return who makes this request; asked once per request, because access, page and view all need it."""
    if "visitor" not in g:
        g.visitor = cast("FindVisitor", current_app.extensions[_EXTENSION])()
    return cast("Visitor | None", g.visitor)


def current_actor() -> Actor:
    """Return the actor of this request.

    Raises:
        RuntimeError: nobody is signed in, so the access matrix is wrong about this page.
    """
    visitor = current_visitor()
    if visitor is None:
        raise RuntimeError("this page needs somebody who is signed in; its entry in the access matrix says otherwise")
    return visitor.actor
