"""Every command of the README is run, against the stack that `make up` started."""

from __future__ import annotations

import re
import shlex

import pytest
from conftest import PROJECT, Stack, wait_for

README = (PROJECT / "README.md").read_text()
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", README, flags=re.S)
    for line in block.replace("\\\n", " ").splitlines()
]
# `make up` started the stack of these tests, `make test` runs them.
RUNNING = {"make up", "make test"}
SMALLER = {
    "make demo": 'make demo ARGS="--visits 60 --days 3"',
    "make demo-clear": "make demo-clear ARGS=--yes",
}


def is_docker(command: str) -> bool:
    """Commands that need a Docker engine; `docker compose config` is checked apart."""
    return command.startswith("docker compose")


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in RUNNING and not is_docker(c)])
def test_a_command_of_the_readme_works(stack: Stack, command: str) -> None:
    command = SMALLER.get(command, command).replace("http://127.0.0.1:8080", stack.url)
    output = stack.run(shlex.split(command))
    if command.startswith("curl"):
        assert '"accepted":1' in output


def test_the_readme_opens_with_the_three_ways_to_start() -> None:
    assert COMMANDS[:3] == ["make up", "make test", "docker compose up -d"]


def test_every_make_target_that_the_readme_names_exists(stack: Stack) -> None:
    listed = set(re.findall(r"^\s*make ([a-z-]+)", stack.run(["make", "help"]), flags=re.M))
    named = set(re.findall(r"`make ([a-z-]+)", README))
    assert named - listed == set()
    assert {"up", "down", "psql", "test", "check", "demo", "demo-clear", "rebuild"} <= listed


def test_the_map_names_what_is_there() -> None:
    [tree] = re.findall(r"## The map\n\n(.*?)\n\n", README, flags=re.S)
    for folder in re.findall(r"^    ([a-z0-9/]+)/\s", tree, flags=re.M):
        assert (PROJECT / folder).is_dir(), folder


def test_the_pictures_and_pages_it_links_to_exist() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert [link for link in links if not (PROJECT / link).exists()] == []


@pytest.mark.parametrize(
    "statement",
    [
        "select 'it''s 100 % 5 %d'::text || ' \"quoted\" $HOME `x` \\n'",
        "select 1 as \"a b\" where '%' like '%'",
    ],
)
def test_psql_prints_bare_rows_and_nothing_is_expanded(stack: Stack, statement: str) -> None:
    expected = {"select 'it": 'it\'s 100 % 5 %d "quoted" $HOME `x` \\n\n', "select 1 a": "1\n"}
    assert stack.run(["make", "psql", f"CMD={statement}"]) == expected[statement[:10]]


def test_rebuild_on_the_running_stack_changes_no_number(stack: Stack) -> None:
    wait_for(stack.is_derived, "derivation")
    sums = (
        "select (select count(*) from user_sessions), (select sum(total_events) from daily_site_metrics),"
        " (select sum(engaged_ms) from pageviews)"
    )
    before = stack.sql(sums)
    stack.run(["make", "rebuild"])
    assert stack.sql(sums) == before
