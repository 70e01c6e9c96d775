"""`footfall example`: the small site on which every report can be tried, and away with it."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

import click

from footfall import worker
from footfall.admin.clearing import Installation, delete_sites
from footfall.config import Settings
from footfall.database import Pool, open_pool
from footfall.demo import example as data_set
from footfall.embedded.run_file import find_database_url
from footfall.site import SiteDirectory

_TRY = ("visits", "top_pages", "funnel_by_path --set steps='/ /trees/oak /basket /thanks'")


@click.command()
@click.option("--remove", is_flag=True, help="Take the site away again, with all its events.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def example(remove: bool, yes: bool) -> None:
    """Load the site `example`: two weeks of hand-written visits, to learn the reports by.

    What each report answers on it is in database/reports/example, with the story of the visits. Running this
    again changes nothing.
    """
    if remove and not yes and sys.stdin.isatty():
        click.confirm(f"Remove the site {data_set.SITE_ID} and all its events?", abort=True)
    asyncio.run(_remove() if remove else _load())


async def _load() -> None:
    pool = await _open()
    try:
        stored = await data_set.load(pool)
        # A running worker just joins in.
        await worker.catch_up(pool)
    finally:
        await pool.close()
    if stored:
        click.echo(
            f"Loaded {stored} events of the site {data_set.SITE_ID},"
            f" {data_set.FIRST_DAY} to {data_set.LAST_DAY}. Ask it:"
        )
    else:
        click.echo(f"The site {data_set.SITE_ID} is there already. Ask it:")
    days = f"--from {data_set.FIRST_DAY} --to {data_set.LAST_DAY}"
    for name in _TRY:
        click.echo(f"  footfall report {name} --site {data_set.SITE_ID} {days}")
    click.echo(
        "`footfall report` lists the questions; database/reports/example has the answers and their story.\n"
        "`footfall example --remove` removes it again."
    )


async def _remove() -> None:
    pool = await _open()
    settings = Settings.from_environment()
    directory = SiteDirectory(pool, registers_unknown=settings.site_registration == "open")
    where = Installation(pool, settings.spool_folder, directory)
    try:
        removed = await delete_sites(where, [data_set.SITE_ID], datetime.now(UTC))
    finally:
        await pool.close()
    if not removed:
        click.echo(f"There is nothing to remove: no site {data_set.SITE_ID}.")
        return
    click.echo(f"Removed the site {data_set.SITE_ID} with {removed.get('events_log', 0)} events.")


async def _open() -> Pool:
    url = find_database_url(Settings.from_environment())
    return await open_pool(url, role="example", max_size=2, command_timeout_s=None)
