"""Was every link that is there sent by Lethe as it stands? Whoever writes the database adds a row, and follows it."""

from collections.abc import Iterator

from crm.db import Database
from crm.privacy import links
from crm.services.health.findings import Finding, State, some_of


class LinksForged(Finding):
    """Links the worker does not follow: they do not bear the seal of the key store."""

    check = "links"
    state = State.WRONG
    message = (
        "Links, die nicht von Lethe ausgestellt oder danach geändert wurden: %(count)s (%(kinds)s). Sie bewirken nichts. "
        "Klären Sie, wer die Datenbank geändert hat, und stellen Sie die Zeilen in „personal_link“ aus einer Sicherung wieder her."
    )


def examine_links(database: Database) -> Iterator[Finding]:
    """Look for links that we did not issue.

    Raises:
        KeyUnavailableError: the keys cannot be had at the moment.
    """
    with database.reading() as session:
        forged = links.count_forged(session)
    if forged:
        yield LinksForged(count=forged.total(), kinds=some_of(forged))
