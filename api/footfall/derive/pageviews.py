"""New rows of pageviews, user_events and form_submissions; neighbours.py relates them to each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from footfall.database import Connection
from footfall.derive.rows import Interaction, Pageview, Submission

PAGEVIEW_COLUMNS: Final = [
    "id",
    "session_id",
    "visitor_id",
    "site_id",
    "url",
    "path",
    "title",
    "query_params",
    "hash_fragment",
    "view_timestamp",
    "referrer",
    "internal_referrer",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_content",
    "utm_term",
    "created_at",
    "event_id",
    "is_bot",
    "is_not_found",
    "search_term",
]
EVENT_COLUMNS: Final = [
    "id",
    "session_id",
    "visitor_id",
    "site_id",
    "event_type",
    "event_timestamp",
    "page_url",
    "page_path",
    "event_data",
    "element_tag",
    "element_classes",
    "element_id",
    "scroll_percentage",
    "form_id",
    "created_at",
    "event_id",
    "time_spent_ms",
    "engaged_ms",
    "page_inferred",
    "is_bot",
    "link_url",
    "is_outbound",
    "is_download",
    "file_type",
    "web_vital",
    "web_vital_value",
    "web_vital_rating",
    "web_vital_id",
    "url_inferred",
]
SUBMISSION_COLUMNS: Final = [
    "id",
    "session_id",
    "visitor_id",
    "site_id",
    "form_id",
    "form_action",
    "form_method",
    "page_url",
    "page_path",
    "submit_timestamp",
    "field_count",
    "form_data",
    "created_at",
    "event_id",
    "is_bot",
    "field_names",
]


async def insert(
    connection: Connection,
    views: Sequence[tuple[str, Pageview]],
    interactions: Sequence[tuple[str, Interaction]],
    submissions: Sequence[tuple[str, Submission]],
) -> None:
    """Write the rows of a batch; each comes with the id of its session."""
    await connection.copy_records_to_table(
        "pageviews", columns=PAGEVIEW_COLUMNS, records=[_pageview(*view) for view in views]
    )
    await connection.copy_records_to_table(
        "user_events", columns=EVENT_COLUMNS, records=[_event(*event) for event in interactions]
    )
    if submissions:
        await connection.copy_records_to_table(
            "form_submissions",
            columns=SUBMISSION_COLUMNS,
            records=[_submission(*form) for form in submissions],
        )


def _pageview(session_id: str, view: Pageview) -> tuple[object, ...]:
    row = view.row
    return (
        row.id,
        session_id,
        row.visitor_id,
        row.site_id,
        view.url,
        view.path,
        view.title,
        view.query_params,
        view.hash_fragment,
        row.timestamp,
        row.referrer,
        row.referrer_type == "internal",
        row.utm_source,
        row.utm_medium,
        row.utm_campaign,
        row.utm_content,
        row.utm_term,
        row.received_at,
        row.event_id,
        row.is_bot,
        row.is_not_found,
        row.search_term,
    )


def _event(session_id: str, event: Interaction) -> tuple[object, ...]:
    row = event.row
    return (
        row.id,
        session_id,
        row.visitor_id,
        row.site_id,
        row.event_type,
        row.timestamp,
        event.page_url,
        event.page_path,
        event.event_data,
        event.element_tag,
        event.element_classes,
        event.element_id,
        event.scroll_percentage,
        event.form_id,
        row.received_at,
        row.event_id,
        event.time_spent_ms,
        event.engaged_ms,
        event.page_inferred,
        row.is_bot,
        event.link.url,
        event.link.is_outbound,
        event.link.is_download,
        event.link.file_type,
        event.vital.name,
        event.vital.value,
        event.vital.rating,
        event.vital.id,
        event.url_inferred,
    )


def _submission(session_id: str, form: Submission) -> tuple[object, ...]:
    event, row = form.interaction, form.interaction.row
    return (
        row.id,
        session_id,
        row.visitor_id,
        row.site_id,
        event.form_id,
        form.form_action,
        form.form_method,
        event.page_url,
        event.page_path,
        row.timestamp,
        form.field_count,
        form.form_data,
        row.received_at,
        row.event_id,
        row.is_bot,
        form.field_names,
    )
