"""Visitors without ids over midnight

Why: their ids are of one UTC day, so their sessions ended at midnight. events_log.midnight_id is the same
on both sides of it; midnight_links, derived, tells whose sessions are one visitor's. Rows from before have
no midnight id, so nothing is filled.

Revision ID: 0009
Revises: 0008
Created: 2026-11-24
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UPGRADE = """
alter table events_log add column midnight_id text;
comment on column events_log.midnight_id is 'Of a visitor without ids near midnight UTC: a hash that is the same on both sides of it.';

create table midnight_links (
    site_id text not null,
    session_key text not null,
    midnight_key text not null,
    key_date date not null,
    root_key text not null,
    root_date date not null,
    constraint pk_midnight_links primary key (site_id, session_key, midnight_key)
);
create index ix_midnight_links_site_id_midnight_key on midnight_links (site_id, midnight_key);
create index ix_midnight_links_site_id_root_key on midnight_links (site_id, root_key);
comment on table midnight_links is 'Which session keys share a midnight id, and the key of the earliest day among all that are linked so, under which their sessions stand.';
"""

GRANT = """
do $$
begin
    if to_regrole('footfall_reader') is not null then
        grant select on midnight_links to footfall_reader;
    end if;
end
$$
"""

DOWNGRADE = """
drop table midnight_links;
alter table events_log drop column midnight_id;
"""


def _run(script: str) -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in script.split(";\n"):
        if statement.strip():
            op.execute(statement)


def upgrade() -> None:
    _run(UPGRADE)
    op.execute(GRANT)


def downgrade() -> None:
    _run(DOWNGRADE)
