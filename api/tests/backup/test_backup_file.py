"""The file of a backup and the commands: whole or refused, private, replacing only what it is told to."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from conftest import Stack
from elsewhere import back_up, contents, footfall, live

from build import NOON, pageview
from footfall.backup.archive import opened_for_reading, opened_for_writing
from footfall.backup.restore import restore
from footfall.backup.take import LEFT_OUT, take
from footfall.errors import Unprocessable
from footfall.tables import metadata


@pytest.fixture
def settings_overrides() -> dict[str, Any]:
    return {"max_event_age_days": 100}


async def test_the_file_is_private_and_holds_no_salt(stack: Stack, tmp_path: Path) -> None:
    await stack.send(pageview(visitorId=None))
    salt = await stack.value("select salt from visitor_salts")
    file = await back_up(stack, tmp_path / "b.zip")
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob("*.partial")) == []
    with zipfile.ZipFile(file) as archive:
        assert not LEFT_OUT.keys() & set(archive.namelist())
        text = b"".join(archive.read(name) for name in archive.namelist())
    assert salt.hex().encode() not in text
    assert set(metadata.tables) - LEFT_OUT.keys() < set(archive.namelist())


async def test_a_full_database_is_replaced_only_when_that_is_said(
    stack: Stack, tmp_path: Path
) -> None:
    folder = tmp_path / "own"
    await live(stack, folder)
    file = await back_up(stack, tmp_path / "b.zip")
    await stack.send(pageview("/later", 6, eventId="later"))
    now = await contents(stack.database_url)
    url = stack.database_url
    refused = await footfall(url, folder, "restore", str(file))
    assert (refused.exit_code, "--replace puts the backup in its place" in refused.stderr) == (
        1,
        True,
    )
    assert "sites and 1 keys" in refused.stderr
    denied = await footfall(url, folder, "restore", str(file), "--replace", input="n\n")
    assert (denied.exit_code, "Put the backup in its place?" in denied.stderr) == (1, True)
    assert await contents(url) == now
    done = await footfall(url, folder, "restore", str(file), "--replace", "--yes")
    assert done.exit_code == 0, done.output
    assert "Restart the API and the worker" in done.stderr
    assert await stack.value("select count(*) from events_log where path = '/later'") == 0
    [row] = await stack.rows("select actor, details from audit_log where action = 'restore'")
    assert (row["actor"], row["details"]["events"]) == ("command line", now["events_log"][0] - 1)


async def test_a_damaged_file_is_refused_or_says_what_it_said(stack: Stack, tmp_path: Path) -> None:
    """Some bytes of a ZIP mean nothing; whatever passes the check has every table as it was written."""
    await live(stack, tmp_path / "own")
    file = await back_up(stack, tmp_path / "b.zip")
    whole = file.read_bytes()
    with opened_for_reading(file) as reader:
        reader.check()
        manifest = reader.manifest
    dice = random.Random(5)
    refused = 0
    for _ in range(300):
        place = dice.randrange(len(whole))
        file.write_bytes(
            whole[:place] + bytes([whole[place] ^ (1 << dice.randrange(8))]) + whole[place + 1 :]
        )
        try:
            with opened_for_reading(file) as reader:
                reader.check()
                assert reader.manifest == manifest
        except Unprocessable:
            refused += 1
    assert refused > 250
    for length in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:length])
        with pytest.raises(Unprocessable, match="cut off or damaged"), opened_for_reading(file):
            pass


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"revision": "9999"},
            "with the schema 9999, which this one does not know: update Footfall",
        ),
        ({"format_version": 2}, "has format 2, of Footfall"),
        ({"format": "something else"}, "its manifest is wrong at format"),
        ({"tables": []}, "does not hold the tables that it names"),
        ({"created_at": "yesterday"}, "its manifest is wrong at created_at"),
    ],
)
async def test_a_backup_that_this_release_cannot_read_is_refused_in_a_sentence(
    stack: Stack, tmp_path: Path, change: dict[str, Any], sentence: str
) -> None:
    await stack.send(pageview())
    file = await back_up(stack, tmp_path / "b.zip")
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "manifest.json":
                text = json.dumps({**json.loads(text), **change}).encode()
            new.writestr(name, text)
    before = await contents(stack.database_url)
    refused = await footfall(
        stack.database_url, tmp_path, "restore", str(other), "--replace", "--yes"
    )
    assert (refused.exit_code, refused.stdout) == (1, "")
    [said] = refused.stderr.splitlines()
    assert sentence in said
    assert await contents(stack.database_url) == before


async def test_a_restore_that_fails_midway_changes_nothing(stack: Stack, tmp_path: Path) -> None:
    await live(stack, tmp_path / "own")
    file = await back_up(stack, tmp_path / "b.zip")
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "user_sessions":
                text += b"one column\n"
            new.writestr(name, text)
    before = await contents(stack.database_url)
    with opened_for_reading(other) as reader, pytest.raises(asyncpg.PostgresError):
        await restore(stack.database_url, reader, stack.clock.now, replace=True, actor="test")
    assert await contents(stack.database_url) == before


async def test_the_commands_tell_what_they_do(stack: Stack, tmp_path: Path) -> None:
    await stack.send(pageview(), pageview("/b", 1))
    file = tmp_path / "b.zip"
    made = await footfall(stack.database_url, tmp_path, "backup", str(file))
    assert made.exit_code == 0
    assert f"Wrote {file}: 2 events of 1 site in" in made.stderr
    checked = await footfall("postgresql://nowhere/none", tmp_path, "restore", str(file), "--check")
    assert checked.exit_code == 0
    assert "b.zip is whole: 2 events of 1 site in" in checked.stderr
    piped = await footfall(stack.database_url, tmp_path, "backup", "-")
    (tmp_path / "piped.zip").write_bytes(piped.stdout_bytes)
    with opened_for_reading(tmp_path / "piped.zip") as reader:
        reader.check()
        assert reader.manifest.rows_of("events_log") == 2
    await stack.send(pageview("/later", 2))
    whole = piped.stdout_bytes
    pipe = ("restore", "-", "--replace")
    asks = await footfall(stack.database_url, tmp_path, *pipe, input=whole)
    assert "say --yes" in asks.stderr
    done = await footfall(stack.database_url, tmp_path, *pipe, "--yes", input=whole)
    assert (done.exit_code, await stack.value("select count(*) from events_log")) == (0, 2)
    cut = await footfall(stack.database_url, tmp_path, *pipe, "--yes", input=whole[:-1])
    assert "The standard input is no backup of Footfall, or it was cut off" in cut.stderr
    missing = await footfall(stack.database_url, tmp_path, "restore", str(tmp_path / "no.zip"))
    assert "no.zip cannot be read: No such file" in missing.stderr
    nowhere = await footfall(stack.database_url, tmp_path, "backup", str(tmp_path / "no" / "b.zip"))
    assert "cannot be written: No such file" in nowhere.stderr


async def test_an_interrupted_backup_leaves_nothing_and_two_do_not_mix(
    stack: Stack, tmp_path: Path
) -> None:
    await stack.send(pageview())
    path = tmp_path / "b.zip"
    there = set(tmp_path.iterdir())

    def stop(table: str, rows: int) -> None:
        raise KeyboardInterrupt

    async def interrupted() -> None:
        with opened_for_writing(path) as file:
            await take(stack.pool, file, NOON, on_progress=stop)

    with pytest.raises(KeyboardInterrupt):
        await interrupted()
    assert set(tmp_path.iterdir()) == there
    (tmp_path / "b.zip.partial").write_bytes(b"left by one that was killed" * 10_000)
    with opened_for_writing(path) as file:
        second = await footfall(stack.database_url, tmp_path, "backup", str(path))
        assert "Another backup is being written" in second.stderr
        await take(stack.pool, file, NOON)
    with opened_for_reading(path) as reader:
        reader.check()


async def test_a_database_without_footfall_is_said_to_be(
    empty_database_url: str, tmp_path: Path
) -> None:
    refused = await footfall(empty_database_url, tmp_path, "backup", str(tmp_path / "b.zip"))
    assert "There is no Footfall in the database" in refused.stderr
    assert list(tmp_path.iterdir()) == []
