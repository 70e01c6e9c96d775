"""What happened in sessions, as rows that can be counted by a value: links followed, forms, searches, pages not found.

Each such dimension is a subquery of single events with the same first columns; figures without filters are told
here, those under filters by narrowed.py. Properties of events are expressions on user_events. Partial indexes
hold just the rows that are read; their conditions stand in tables/derived.py as they do here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Date,
    FromClause,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    column,
    distinct,
    exists,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by

from footfall.reports.buckets import instants
from footfall.reports.figures import Column, Measures, Scope, keyed, share
from footfall.reports.query import Query
from footfall.reports.vocabulary import PROPERTY_PREFIX, Dimension
from footfall.tables import events_log, form_submissions, pageviews, user_events

# What belongs together, as an event that says a page was not found and that page's view, is not further apart.
_APART: Final = timedelta(days=2)


def _named(*names: str) -> Column:
    # Written out, since a partial index is not found by bound values.
    return func.lower(user_events.c.event_type).in_([literal_column(f"'{name}'") for name in names])


_NOT_FOUND_EVENT: Final = _named("404", "not_found", "page_not_found", "not-found")
_SEARCH_EVENT: Final = _named(
    "search", "site_search", "view_search_results", "site-search", "sitesearch"
)
_FORM_EVENT: Final = user_events.c.event_type.in_(
    [literal_column("'form_focus'"), literal_column("'form_submit'")]
)
IS_CUSTOM: Final[Column] = func.is_custom_event(user_events.c.event_type)
_LINK: Final[Column] = func.regexp_replace(user_events.c.link_url, "[?#].*", "")
_LINKS: Final[dict[str, tuple[Column, Column]]] = {
    "outbound_link": (user_events.c.is_outbound, _LINK),
    "download": (user_events.c.is_download, _LINK),
    "file_type": (user_events.c.is_download, user_events.c.file_type),
}


def occurred(query: Query, scope: Scope) -> Select[Any]:
    """The query's metrics by value, without filters: what happened in the scope, at its own time."""
    assert query.dimension is not None
    first, after = instants(scope.period, scope.zone)
    rows = occurrences(query.dimension, scope, first, after)
    c = rows.c
    measures = measures_of(rows, c.visitor_id)
    columns = [measures[name].label(name) for name in query.metrics]
    statement: Select[Any] = select(*columns).where(c.at >= first, c.at < after)
    if not scope.include_bots:
        statement = statement.where(c.is_bot.is_(False))
    return keyed(statement.where(c.value.is_not(None)), c.value.collate("C"))


def measures_of(rows: Subquery, visitor_id: Column) -> Measures:
    """How rows of occurrences() are counted. visitor_id: of whom they are."""
    c = rows.c
    measures: Measures = {
        "visitors": func.count(distinct(visitor_id)),
        "events": func.count(),
        "pageviews": func.count(),
        "searches": func.count(),
        "form_starts": func.count(),
    }
    if "submissions" in c:
        sent = func.count().filter(c.submissions > 0)
        measures["form_submissions"] = cast(func.sum(c.submissions), BigInteger)
        measures["form_abandons"] = func.count().filter(c.submissions == 0)
        measures["completion_rate"] = share(sent, func.count())
    return measures


def occurrences(
    dimension: Dimension, scope: Scope, first: datetime, after: datetime | None = None
) -> Subquery:
    """Rows (session_id, visitor_id, at, is_bot, value), of a form its `submissions`, too.

    All of the site from `first` on, up to `after` where that is given, and some besides: bound them by `at`.
    """
    name = dimension.name
    if name in _LINKS:
        return _events(scope, *_LINKS[name]).subquery("occurred")
    if name == "form":
        return _forms(scope, first - _APART, None if after is None else after + _APART)
    if name == "not_found_page":
        return _not_found(scope, first - _APART).subquery("occurred")
    if name == "search_term":
        return _searches(scope).subquery("occurred")
    if name == "event_property":
        names = names_of_properties()
        return _events(scope, IS_CUSTOM, names.c.name).join(names, true()).subquery("occurred")
    return _events(scope, IS_CUSTOM, value_of_property(name)).subquery("occurred")


def value_of_property(dimension: str) -> Column:
    """Of an event of user_events the property that `property:NAME` is about, as text; null where it has none.

    A dot may be part of a name, or stand between the names of an object and of what is in it.
    """
    data = user_events.c.event_data
    name = dimension.removeprefix(PROPERTY_PREFIX)
    found = [_text(data.op("->", return_type=JSONB)(literal(name, Text)))]
    for place in (place for place, letter in enumerate(name) if letter == "."):
        outer = data.op("->", return_type=JSONB)(literal(name[:place], Text))
        inner: Column = outer.op("->>", return_type=Text)(literal(name[place + 1 :], Text))
        # Of a list `->>` finds what is a text in it by that name.
        found.append(case((func.jsonb_typeof(outer) == "object", inner)))
    return func.coalesce(*found) if len(found) > 1 else found[0]


def _text(value: Column) -> Column:
    """A property's value as text; of an object with something in it none, since that is a property each."""
    is_one = or_(func.jsonb_typeof(value) != "object", value == literal_column("'{}'::jsonb"))
    return case((is_one, value.op("#>>", return_type=Text)(literal_column("'{}'::text[]"))))


def names_of_properties() -> FromClause:
    """The column `name` of every property of a row of user_events, as the view event_properties has them."""
    given = (
        func.jsonb_each(user_events.c.event_data)
        .table_valued(column("key", Text), column("value", JSONB))
        .render_derived(name="given")
    )
    parts = case(
        (func.jsonb_typeof(given.c.value) == "object", given.c.value),
        else_=literal_column("'{}'::jsonb"),
    )
    inside = func.jsonb_object_keys(parts).table_valued("name").render_derived(name="inside")
    name = given.c.key.concat(func.coalesce(literal_column("'.'").concat(inside.c.name), ""))
    return (
        select(name.label("name")).select_from(given.outerjoin(inside, true())).lateral("property")
    )


def _events(scope: Scope, is_such: Column, value: Column) -> Select[Any]:
    e = user_events.c
    return (
        select(
            e.session_id,
            e.visitor_id,
            e.event_timestamp.label("at"),
            e.is_bot,
            value.label("value"),
        )
        .select_from(user_events)
        .where(e.site_id == scope.site_id, is_such)
    )


def _views(scope: Scope, is_such: Column, value: Column) -> Select[Any]:
    p = pageviews.c
    return select(
        p.session_id, p.visitor_id, p.view_timestamp.label("at"), p.is_bot, value.label("value")
    ).where(p.site_id == scope.site_id, is_such)


def _not_found(scope: Scope, first: datetime) -> CompoundSelect[Any]:
    """Pageviews with such a status, and those in whose session an event says it of their page."""
    p, e = pageviews.c, user_events.c
    told = exists().where(
        e.site_id == scope.site_id,
        e.session_id == p.session_id,
        e.page_path == p.path,
        e.event_timestamp >= first,
        _NOT_FOUND_EVENT,
    )
    return union_all(
        _views(scope, p.is_not_found, p.path),
        _views(scope, and_(not_(p.is_not_found), told), p.path),
    )


def _searches(scope: Scope) -> CompoundSelect[Any]:
    """Pageviews with words in their address, and events of a search, whose words only the log has."""
    p, e, logged = pageviews.c, user_events.c, events_log.c
    received: Column = cast(func.timezone("UTC", e.created_at), Date)
    return union_all(
        _views(scope, p.search_term.is_not(None), func.lower(p.search_term)),
        _events(scope, _SEARCH_EVENT, func.lower(logged.search_term)).join(
            events_log,
            and_(
                logged.id == e.id,
                logged.received_date == received,
                logged.search_term.is_not(None),
            ),
        ),
    )


def _forms(scope: Scope, first: datetime, after: datetime | None) -> Subquery:
    """A row each session, page and form that was begun, as the view form_attempts has them.

    The view looks each one up by its session, which is slow for many; this reads all touches of the time once.
    Where the session does not tell the form, the page may: trackers name it only when it is sent.
    """
    e = user_events.c
    is_sent = e.event_type == literal_column("'form_submit'")
    place = [e.session_id, e.page_path]
    sent_forms = func.array_agg(e.form_id).filter(is_sent)
    following: Column = sent_forms.over(
        partition_by=place, order_by=[e.event_timestamp.desc(), e.event_id.desc()]
    )
    preceding: Column = sent_forms.over(
        partition_by=place, order_by=[e.event_timestamp, e.event_id]
    )
    touched = select(
        e.session_id,
        e.visitor_id,
        e.page_path,
        e.event_timestamp,
        e.event_id,
        e.is_bot,
        e.form_id,
        is_sent.label("is_sent"),
        following.label("following"),
        preceding.label("preceding"),
    ).where(e.site_id == scope.site_id, _FORM_EVENT, e.event_timestamp >= first)
    if after is not None:
        touched = touched.where(e.event_timestamp < after)
    t = touched.subquery("touched").c
    form: Column = case(
        (or_(t.is_sent, t.form_id.is_not(None)), t.form_id),
        (t.following.is_not(None), _last(t.following)),
        else_=_last(t.preceding),
    )
    assigned = select(*t, form.label("form")).subquery("assigned")
    a = assigned.c
    only_forms = _only_forms(scope)
    only = only_forms.c
    visitors = func.array_agg(
        aggregate_order_by(a.visitor_id, a.event_timestamp, a.event_id), type_=ARRAY(Text)
    )
    return (
        select(
            a.session_id,
            visitors[1].label("visitor_id"),
            func.min(a.event_timestamp).label("at"),
            func.bool_or(a.is_bot).label("is_bot"),
            func.coalesce(a.form, only.form_id, a.page_path).label("value"),
            func.count().filter(a.is_sent).label("submissions"),
        )
        .select_from(assigned)
        .outerjoin(only_forms, only.page_path == a.page_path)
        .group_by(a.session_id, a.page_path, a.form, only.form_id)
        .subquery("occurred")
    )


def _only_forms(scope: Scope) -> Subquery:
    """(page_path, form_id) of the pages on which one form was sent in the scope, and no other."""
    f = form_submissions.c
    first, after = instants(scope.period, scope.zone)
    sent = select(f.page_path, func.min(f.form_id).label("form_id")).where(
        f.site_id == scope.site_id, f.submit_timestamp >= first, f.submit_timestamp < after
    )
    if not scope.include_bots:
        sent = sent.where(f.is_bot.is_(False))
    sent = sent.group_by(f.page_path).having(func.min(f.form_id) == func.max(f.form_id))
    return sent.subquery("only_forms")


def _last(items: Column) -> Column:
    found: Column = type_coerce(items, ARRAY(Text))[func.cardinality(items)]
    return found
