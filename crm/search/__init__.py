"""Search over sealed data: an index that lives in RAM only, and the feed that keeps it current.

The index knows nothing of a CRM: who may see whom comes in as bits and groups, and pseudonyms go out.
Normal forms for exact look-ups are in `crm.search.exact`.
"""

from crm.search.builder import IndexBuilder, required_bytes
from crm.search.document import IndexDocument, SearchGroup
from crm.search.errors import IndexBuildingError, IndexBusyError, IndexPlaceError, IndexSpaceError
from crm.search.feed import (
    ChangeKind,
    FeedBatch,
    Position,
    SearchChange,
    announce,
    current_position,
    find_announced,
    find_oldest_waiting,
    has_gap,
    prune,
    read_feed,
)
from crm.search.normalise import matching, query_words
from crm.search.place import IndexPlace, find_place
from crm.search.query import MAX_LIMIT, Page, Query, Sort
from crm.search.reader import IndexReader
from crm.search.schema import needs_build
from crm.search.writer import IndexWriter

__all__ = [
    "MAX_LIMIT",
    "ChangeKind",
    "FeedBatch",
    "IndexBuilder",
    "IndexBuildingError",
    "IndexBusyError",
    "IndexDocument",
    "IndexPlace",
    "IndexPlaceError",
    "IndexReader",
    "IndexSpaceError",
    "IndexWriter",
    "Page",
    "Position",
    "Query",
    "SearchChange",
    "SearchGroup",
    "Sort",
    "announce",
    "current_position",
    "find_announced",
    "find_oldest_waiting",
    "find_place",
    "has_gap",
    "matching",
    "needs_build",
    "prune",
    "query_words",
    "read_feed",
    "required_bytes",
]
