"""Collection edge: ledger, spool positions, keys, and what enrichment knows of an event

Why: every received event must be found again as stored, duplicate, dropped, dead-lettered or waiting
(ingest_ledger, spool_positions, dead_letters); sites say who may send to them (allowed_domains, settings,
api_keys); and agent, place, channel and bot verdict are columns, since reports group by them.

Revision ID: 0002
Revises: 0001
Created: 2026-11-23
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UPGRADE = """
alter table sites
    add column allowed_domains text[] not null default '{}',
    add column settings jsonb not null default '{}',
    add column hmac_secret text,
    add column updated_at timestamptz not null default now();

create table api_keys (
    key_id text constraint pk_api_keys primary key,
    key_hash bytea not null constraint uq_api_keys_key_hash unique,
    name text not null,
    scope text not null,
    site_id text,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    revoked_at timestamptz,
    constraint ck_api_keys_scope check (scope in ('ingest', 'read', 'admin')),
    constraint ck_api_keys_ingest_site check (scope <> 'ingest' or site_id is not null)
);

alter table events_log
    add column browser text,
    add column browser_version text,
    add column os text,
    add column os_version text,
    add column device_type text,
    add column language text,
    add column country text,
    add column region text,
    add column city text,
    add column channel text,
    add column click_id text,
    add column search_term text,
    add column is_not_found boolean not null default false,
    add column is_bot boolean not null default false,
    add column bot_score smallint not null default 0,
    add column bot_reasons text[],
    add column bot_signals jsonb;

comment on column events_log.country is 'ISO 3166-1 alpha-2, of the address that was not kept.';
comment on column events_log.click_id is 'The name of the advertiser''s click id in the landing URL, as gclid; its value is in raw_event_data.';
comment on column events_log.bot_signals is 'What was seen of the request, by signal; bot_reasons are those that counted.';

create table ingest_ledger (
    site_id text not null,
    hour timestamptz not null,
    outcome text not null,
    event_count bigint not null default 0,
    constraint pk_ingest_ledger primary key (site_id, hour, outcome)
) with (fillfactor = 50);
comment on table ingest_ledger is 'Events by site, hour of receipt and what became of them. Site (unknown): none that exists was named.';

create table spool_positions (
    segment text constraint pk_spool_positions primary key,
    byte_position bigint not null,
    updated_at timestamptz not null default now()
);

create unlogged table site_minutes (
    site_id text not null,
    minute timestamptz not null,
    event_count bigint not null,
    constraint pk_site_minutes primary key (site_id, minute)
);
comment on table site_minutes is 'Events of sites that have a limit, by minute, for all API processes together; of no use after it.';

alter table dead_letters
    add column log_id bigint,
    add column context jsonb not null default '{}',
    add column resolved_at timestamptz,
    add constraint uq_dead_letters_stage_log_id unique (stage, log_id);
comment on column dead_letters.context is 'What the request told besides the payload, so that it can be replayed: no address.';

alter table user_sessions
    add column browser text,
    add column browser_version text,
    add column os text,
    add column os_version text,
    add column device_type text,
    add column country text,
    add column region text,
    add column city text,
    add column channel text,
    add column click_id text,
    add column is_bot boolean not null default false;

alter table pageviews
    add column is_bot boolean not null default false,
    add column is_not_found boolean not null default false,
    add column search_term text;
alter table user_events add column is_bot boolean not null default false;
alter table form_submissions add column is_bot boolean not null default false;

alter table daily_site_metrics
    add column bot_sessions integer not null default 0,
    add column bot_pageviews integer not null default 0,
    add column bot_events integer not null default 0;
"""

DOWNGRADE = """
alter table daily_site_metrics drop column bot_sessions, drop column bot_pageviews, drop column bot_events;
alter table form_submissions drop column is_bot;
alter table user_events drop column is_bot;
alter table pageviews drop column is_bot, drop column is_not_found, drop column search_term;
alter table user_sessions
    drop column browser, drop column browser_version, drop column os, drop column os_version,
    drop column device_type, drop column country, drop column region, drop column city,
    drop column channel, drop column click_id, drop column is_bot;
alter table dead_letters
    drop constraint uq_dead_letters_stage_log_id,
    drop column log_id, drop column context, drop column resolved_at;
drop table site_minutes, spool_positions, ingest_ledger, api_keys;
alter table events_log
    drop column browser, drop column browser_version, drop column os, drop column os_version,
    drop column device_type, drop column language, drop column country, drop column region,
    drop column city, drop column channel, drop column click_id, drop column search_term,
    drop column is_not_found, drop column is_bot, drop column bot_score, drop column bot_reasons,
    drop column bot_signals;
alter table sites
    drop column allowed_domains, drop column settings, drop column hmac_secret, drop column updated_at;
"""


def _run(script: str) -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in script.split(";\n"):
        if statement.strip():
            op.execute(statement)


def upgrade() -> None:
    _run(UPGRADE)
    # What was stored before there was a ledger: received then, and stored.
    op.execute("""
        insert into ingest_ledger (site_id, hour, outcome, event_count)
        select site_id, date_trunc('hour', received_at, 'UTC'), outcome, count(*)
        from events_log cross join (values ('received'), ('stored')) as o (outcome)
        group by 1, 2, 3
        """)


def downgrade() -> None:
    _run(DOWNGRADE)
