"""Accounts and cases that are what the newest entry about them says: on the word of one that was changed with SQL nothing goes.

Whoever sets the day of a leaving or a closing back could else let the run destroy what they want to be rid of.

Source: Art. 5(1)(f), 5(2), 32(1)(b) DSGVO.
"""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy.orm import Session

from crm import ledger
from crm.models.account import Account
from crm.models.request_case import RequestCase
from crm.privacy import bound_rows
from crm.privacy.bound_rows import ACCOUNT, BOUND, CASE

_OF_ACCOUNTS, _OF_CASES = (next(each.renewed_by for each in BOUND if each.table == table) for table in (ACCOUNT, CASE))
_OF_CASE: Final = 2  # hashes of an entry about a case: which case, and its row


def keep_sound_accounts(session: Session, accounts: Sequence[Account]) -> list[Account]:
    """Return those of these accounts that are as they were entered."""
    said: dict[str, str] = {}
    for entry in ledger.find_written_by(session, _OF_ACCOUNTS) if accounts else ():
        if entry.hashes:
            said[entry.subject_id or entry.actor] = entry.hashes[-1]
    return [each for each in accounts if said.get(each.pseudonym) == bound_rows.digest_of_account(each)]


def keep_sound_cases(session: Session, cases: Sequence[RequestCase]) -> list[RequestCase]:
    """Return those of these cases that are as they were entered, with the people they are about."""
    people = _people(cases)
    said = {
        entry.hashes[-_OF_CASE]: entry.hashes[-1]
        for entry in (ledger.find_written_by(session, _OF_CASES, subject_ids=people) if people else ())
        if len(entry.hashes) >= _OF_CASE
    }
    return [each for each in cases if _is_said(said, bound_rows.digests_of_case(session, each))]


def _people(cases: Collection[RequestCase]) -> list[str]:
    return sorted({each.subject_id for each in cases})


def _is_said(said: dict[str, str], case: Sequence[str]) -> bool:
    which, row = case
    return said.get(which) == row
