"""What pages are made of: frozen values that views build and templates show.

Templates compute nothing about people and reach into no table. A field that a purpose does not allow has no
value here, so it cannot be on the page.
"""

from crm.site.view_models.activity import ActivityRow
from crm.site.view_models.company import CompanyFacts, CompanyFormView, CompanyRow, SameCompany
from crm.site.view_models.contact import (
    ChannelView,
    ChipState,
    FactsView,
    FactView,
    ForgetMove,
    ForgetView,
    Milestone,
    MoveKind,
    NoteView,
    OriginView,
    PurposeChip,
    TimelineEntry,
    TimelineKind,
)
from crm.site.view_models.contact_form import ContactFormView, DuplicateView
from crm.site.view_models.contact_list import ContactColumn, ContactRow
from crm.site.view_models.controls import FieldInput, FieldSet, Option, PagerView, SelectView, SortLink, SuggestView
from crm.site.view_models.deal import BoardColumn, DealFormView, DealRow, DealTab, ForecastRow, PersonPicker, StageFigures
from crm.site.view_models.documents import DocumentRow
from crm.site.view_models.home import DueEntry, DueSection, Urgency
from crm.site.view_models.ledger import (
    BundleView,
    DestroyedKeyView,
    EntryDetail,
    ErasureView,
    FindingView,
    KeptView,
    LedgerEntryView,
    LedgerFilterView,
    VerifyState,
    VerifyView,
)
from crm.site.view_models.service import InvoiceRow, SaidView, StandingView, TicketRow
from crm.site.view_models.strip import PurposeLink, StripView

__all__ = [
    "ActivityRow",
    "BoardColumn",
    "BundleView",
    "ChannelView",
    "ChipState",
    "CompanyFacts",
    "CompanyFormView",
    "CompanyRow",
    "ContactColumn",
    "ContactFormView",
    "ContactRow",
    "DealFormView",
    "DealRow",
    "DealTab",
    "DestroyedKeyView",
    "DocumentRow",
    "DueEntry",
    "DueSection",
    "DuplicateView",
    "EntryDetail",
    "ErasureView",
    "FactView",
    "FactsView",
    "FieldInput",
    "FieldSet",
    "FindingView",
    "ForecastRow",
    "ForgetMove",
    "ForgetView",
    "InvoiceRow",
    "KeptView",
    "LedgerEntryView",
    "LedgerFilterView",
    "Milestone",
    "MoveKind",
    "NoteView",
    "Option",
    "OriginView",
    "PagerView",
    "PersonPicker",
    "PurposeChip",
    "PurposeLink",
    "SaidView",
    "SameCompany",
    "SelectView",
    "SortLink",
    "StageFigures",
    "StandingView",
    "StripView",
    "SuggestView",
    "TicketRow",
    "TimelineEntry",
    "TimelineKind",
    "Urgency",
    "VerifyState",
    "VerifyView",
]
