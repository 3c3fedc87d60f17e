"""The database: engine, base class, unit of work. The only place that commits."""

from sqlalchemy.orm import Session

from crm.db.among import among
from crm.db.base import Base, Id, RowId, SubjectLink, UtcDateTime
from crm.db.batches import in_batches
from crm.db.classification import NOT_PERSONAL, Category, Compartment, Fate, Kept, Oblivion, emptied, goes, personal, stays, unlinked
from crm.db.engine import file_of, make_engine
from crm.db.errors import Fault, explain, explaining, find_fault
from crm.db.ids import new_id
from crm.db.lasting_lock import LastingLock, holding, make_lasting_lock
from crm.db.rows import insert_rows
from crm.db.sort_key import alike, sort_key
from crm.db.unit_of_work import Database, before_answer, once
from crm.db.write_ahead_log import empty_log

__all__ = [
    "NOT_PERSONAL",
    "Base",
    "Category",
    "Compartment",
    "Database",
    "Fate",
    "Fault",
    "Id",
    "Kept",
    "LastingLock",
    "Oblivion",
    "RowId",
    "Session",
    "SubjectLink",
    "UtcDateTime",
    "alike",
    "among",
    "before_answer",
    "emptied",
    "empty_log",
    "explain",
    "explaining",
    "file_of",
    "find_fault",
    "goes",
    "holding",
    "in_batches",
    "insert_rows",
    "make_engine",
    "make_lasting_lock",
    "new_id",
    "once",
    "personal",
    "sort_key",
    "stays",
    "unlinked",
]
