"""What a Löschsperre makes of a proposal: data that are held are kept, restricted, until the hold is reviewed.

Source: Art. 17(3)(b), (e), 18(2) DSGVO; § 147(3) AO.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from crm.models.legal_hold import HoldReason, LegalHold
from crm.privacy.requests.choices import Choice, Verdict
from crm.privacy.requests.facts import DataKind, KeepGround, Refusal

_SOURCES: Final = {HoldReason.TAX_AUDIT: "DSGVO Art. 17(3)(b); AO § 147(3)", HoldReason.LITIGATION: "DSGVO Art. 17(3)(e)"}
_GROUNDS: Final = {HoldReason.TAX_AUDIT: KeepGround.TAX_AUDIT, HoldReason.LITIGATION: KeepGround.LITIGATION}
_REFUSALS: Final = {HoldReason.TAX_AUDIT: Refusal.LEGAL_DUTY, HoldReason.LITIGATION: Refusal.LEGAL_CLAIMS}
# Evidence and the file of the case are kept anyway, and longer.
_UNTOUCHED: Final = frozenset({DataKind.CONSENTS, DataKind.CASE_FILE})


def keep_held(choice: Choice, holds: Sequence[LegalHold]) -> Choice:
    """Return what is proposed of a kind of data under these holds, those that are reviewed last in front; unchanged where none is."""
    if not holds or choice.verdict is Verdict.REFUSE or choice.kind in _UNTOUCHED:
        return choice
    reason = HoldReason(holds[0].reason)
    if choice.kind is DataKind.NOTES:
        return replace(choice, verdict=Verdict.REFUSE, refusal=_REFUSALS[reason], ground=None)
    until = max(holds[0].review_on, choice.until or holds[0].review_on)
    return replace(choice, verdict=Verdict.KEEP, keep=_GROUNDS[reason], source=_SOURCES[reason], until=until, ground=None)
