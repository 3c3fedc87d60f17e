"""Are sign-ins what the program wrote? One that was changed past it lets nobody in; that somebody tried is worth knowing."""

from collections.abc import Iterator

from sqlalchemy import select

from crm.db import Database
from crm.models.account import SignIn
from crm.services.accounts import binding
from crm.services.health.findings import Finding, State, some_of


class SignInsChanged(Finding):
    """Rows of sign-ins that no longer fit what the program wrote."""

    check = "sign_ins"
    state = State.WRONG
    message = (
        "Außerhalb von Lethe geändert: %(count)s Anmeldungen (Konten mit der Kennung %(accounts)s). Sie gelten nicht. "
        "Klären Sie, wer in die Datenbank schreiben kann und wessen Anmeldung damit übernommen werden sollte."
    )


def examine_sign_ins(database: Database) -> Iterator[Finding]:
    """Look at every sign-in that is kept, those that ended included.

    Raises:
        KeyUnavailableError: the keys cannot be had at the moment.
    """
    with database.reading() as session:
        changed = [each for each in session.scalars(select(SignIn)).unique() if not binding.is_sound(session, each)]
        accounts = [each.account.pseudonym for each in changed]
    if changed:
        yield SignInsChanged(count=len(changed), accounts=some_of(accounts))
