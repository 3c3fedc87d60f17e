"""Deals as tests of figures need them: rows alone, because figures open nothing."""

from datetime import date

from sqlalchemy import insert

from crm.db import new_id
from crm.models.deal import Deal
from crm.privacy import work_texts
from crm.privacy.work_texts import WorkText


def add_deals(session, *deals, now):
    """Enter deals; each is a dict of what matters, the rest is given."""
    rows = []
    for facts in deals:
        row = {
            "id": new_id(),
            "subject_id": None,
            "company_id": None,
            "owner_id": None,
            "stage": "won",
            "amount_cents": 100_000,
            "probability": 50,
            "product": None,
            "region": None,
            "expected_on": date(2026, 3, 1),
            "opened_on": date(2026, 1, 1),
            "closed_on": None,
            "loss_reason": None,
            "created_at": now,
            "changed_at": now,
            "version": 1,
            "sealed_title": None,
            **{name: value for name, value in facts.items() if name != "title"},
        }
        if "title" in facts:
            row["sealed_title"] = work_texts.seal(session, WorkText("deal", "sealed_title", row["id"], row["subject_id"]), facts["title"])
        rows.append(row)
    session.execute(insert(Deal), rows)
    return [row["id"] for row in rows]
