"""Was the database set back? The anchors of the log outside of it know."""

from collections.abc import Iterator, Mapping

from crm import ledger
from crm.ledger import Kind
from crm.services.health.findings import Finding, State
from crm.services.health.stores import Stores
from crm.services.log_signer import SECRET, make_signer


class LogSetBack(Finding):
    """An anchor confirms more entries than the database holds."""

    check = "log"
    state = State.WRONG
    message = (
        "Die Datenbank wurde zurückgesetzt: Bestätigt sind %(size)s versiegelte Einträge im Protokoll, vorhanden nur %(found)s. "
        "Spielen Sie den neuesten Stand ein; bis dahin wird nichts versiegelt."
    )


class LogRewritten(Finding):
    """An anchor confirms other entries than the database holds: set back and grown again, or rewritten."""

    check = "log"
    state = State.WRONG
    message = (
        "Die ersten %(size)s Einträge im Protokoll sind nicht die bestätigten: Die Datenbank wurde zurückgesetzt oder neu geschrieben. "
        "Spielen Sie den richtigen Stand ein, und prüfen Sie ihn mit „lethe log verify“."
    )


class LogUnsigned(Finding):
    """The last checkpoint does not bear the signature of this key store."""

    check = "log"
    state = State.WRONG
    message = (
        "Der letzte Prüfpunkt im Protokoll trägt nicht die Unterschrift dieses Schlüsselspeichers. "
        "Prüfen Sie, ob Daten und Schlüssel zusammengehören, und rechnen Sie das Protokoll mit „lethe log verify“ nach."
    )


class HighWaterUnreadable(Finding):
    """The file is there and holds no checkpoint of this log."""

    check = "log"
    state = State.WRONG
    message = (
        "Die Höchststandsdatei %(file)s enthält keinen Prüfpunkt dieses Protokolls. "
        "Klären Sie, wer sie verändert hat, und stellen Sie sie wieder her."
    )


class HighWaterMissing(Finding):
    """Without the file a database that was set back is not noticed."""

    check = "log"
    state = State.WRONG
    message = (
        "Die Höchststandsdatei %(file)s fehlt, obwohl schon Einträge versiegelt sind. "
        "Bis sie wieder da ist, wird nichts versiegelt. Berichtigen Sie high_water_file, oder kopieren Sie, wenn „lethe log verify“ "
        "sonst nichts findet, „checkpoint“ aus dem Ordner des Protokolls an ihre Stelle."
    )


class PublishedMissing(Finding):
    """The checkpoint that proofs start from is not there."""

    check = "log"
    state = State.WRONG
    message = Kind.PUBLISHED_MISSING.value


class TileFilesDiffer(Finding):
    """Tiles in the folder are not those of the database: whoever fetches a proof gets none, or a wrong one."""

    check = "log"
    state = State.WRONG
    message = Kind.TILE_FILE_DIFFERS.value


_FINDINGS: Mapping[Kind, type[Finding]] = {
    Kind.ROLLED_BACK: LogSetBack,
    Kind.HIGH_WATER_DIFFERS: LogRewritten,
    Kind.UNSIGNED: LogUnsigned,
    Kind.HIGH_WATER_UNREADABLE: HighWaterUnreadable,
    Kind.HIGH_WATER_MISSING: HighWaterMissing,
    Kind.PUBLISHED_MISSING: PublishedMissing,
    Kind.TILE_FILE_DIFFERS: TileFilesDiffer,
}


def examine_log(stores: Stores) -> Iterator[Finding]:
    """Compare the newest checkpoint with high-water file and published checkpoint; `lethe log verify` recomputes all."""
    settings = stores.settings
    secret = stores.vault.inspect().find_secret(SECRET)
    with stores.database.engine.connect() as connection:
        if secret is None:
            if ledger.last_checkpoint_note(connection) is not None:
                yield LogUnsigned()
            return
        trusted = [make_signer(stores.vault.installation_id, secret).verifier]
        found = ledger.check_anchors(connection, trusted=trusted, high_water=settings.high_water, folder=settings.ledger_dir)
    for each in found:
        yield _FINDINGS[each.kind](file=settings.high_water, **each.facts)
