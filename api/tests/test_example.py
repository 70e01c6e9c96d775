"""`footfall example`: there at once, there once, and away again without a trace of it."""

from __future__ import annotations

from conftest import Stack
from report_lines import run_command

from build import pageview
from footfall.demo import example
from footfall.eventlog import ledger
from footfall.tables import metadata

WHOLE_LOG = "select count(*) from events_log"
OF_SITE = f"{WHOLE_LOG} where site_id = 'example'"


async def run(stack: Stack, *arguments: str) -> str:
    result = await run_command(stack.database_url, "example", *arguments)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


async def rows_of(stack: Stack, site_id: str) -> dict[str, int]:
    """Rows of a site, by table that has some."""
    names = [table.name for table in metadata.sorted_tables if "site_id" in table.columns]
    counts = {
        name: await stack.value(f"select count(*) from {name} where site_id = $1", site_id)
        for name in names
    }
    return {name: count for name, count in counts.items() if count}


async def test_it_is_loaded_with_its_own_days_and_derived(stack: Stack) -> None:
    told = await run(stack)
    assert told.startswith("Loaded 97 events of the site example, 2026-03-02 to 2026-03-15.")
    assert "  footfall report visits --site example --from 2026-03-02 --to 2026-03-15\n" in told
    assert await stack.value(OF_SITE) == 97
    moved = f"{OF_SITE} and timestamp_source in ('too_old', 'missing')"
    assert await stack.value(moved) == 1
    days = await stack.rows("select min(visit_date), max(visit_date) from visitor_days")
    assert [day.isoformat() for day in days[0].values()] == ["2026-02-27", "2026-03-16"]


async def test_a_second_time_changes_nothing(stack: Stack) -> None:
    await run(stack)
    before = await rows_of(stack, "example")
    assert "is there already" in await run(stack)
    assert await rows_of(stack, "example") == before
    counts = await stack.rows(
        "select outcome, sum(event_count)::int as n from ingest_ledger group by 1"
    )
    assert {row["outcome"]: row["n"] for row in counts} == {
        ledger.RECEIVED: 99,
        ledger.STORED: 97,
        ledger.DUPLICATE: 1,
        "dropped_gpc": 1,
    }


async def test_verify_finds_every_figure_right(stack: Stack) -> None:
    await run(stack)
    result = await run_command(stack.database_url, "verify", "--site", "example")
    assert (result.exit_code, "differences" in result.stdout) == (0, False)


async def test_it_is_removed_with_everything_and_nothing_else(stack: Stack) -> None:
    await stack.send(pageview())
    await stack.derive()
    others = await rows_of(stack, "shop")
    await run(stack)
    assert "with 97 events" in await run(stack, "--remove", "--yes")
    # The tombstone says that nothing of it may come from elsewhere.
    assert await rows_of(stack, "example") == {"erasures": 1}
    assert await rows_of(stack, "shop") == others
    assert await stack.value(WHOLE_LOG) == 1
    assert "There is nothing to remove" in await run(stack, "--remove", "--yes")
    assert "Loaded 97 events" in await run(stack)


async def test_a_site_of_that_name_is_left_alone(stack: Stack) -> None:
    await stack.send(pageview(siteId="example"))
    result = await run_command(stack.database_url, "example")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "There is a site 'example' with events of its own; nothing was loaded." in result.stderr
    assert await stack.value(OF_SITE) == 1


async def test_events_beside_the_examples_own_are_noticed(stack: Stack) -> None:
    await run(stack)
    await stack.send(pageview(siteId="example"))
    result = await run_command(stack.database_url, "example")
    assert (result.exit_code, result.stdout) == (1, "")


def test_places_come_from_the_file_and_not_from_a_list() -> None:
    people = example.read_people()
    assert {person.place.country for person in people.values()} >= {"US", "FR", None}
    stored = [event for intake in example.read_intakes() for event in intake.events]
    assert {event.city for event in stored if event.visitor_id == "chloe"} == {"Paris"}
