"""The examples of docs/query.md, as they stand there, and those of the OpenAPI document."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest
from conftest import TOKEN, Stack

from footfall.config import PROJECT_DIR
from footfall.edge.query import EXAMPLES
from footfall.reports.vocabulary import ANY_PROPERTY, DIMENSIONS, OPERATORS, DimensionKind

PAGE = (PROJECT_DIR / "docs" / "query.md").read_text()
BODIES: list[dict[str, Any]] = [
    *map(json.loads, re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)),
    *(dict(example["value"]) for example in EXAMPLES.values()),
]
COMMANDS = [line for line in PAGE.splitlines() if line.startswith("curl ")]
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def test_each_part_has_an_example() -> None:
    assert (len(BODIES), len(COMMANDS)) == (6, 4)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: ",".join(body["metrics"]))
async def test_an_example_of_a_query_is_answered(stack: Stack, body: dict[str, Any]) -> None:
    await stack.rows("insert into sites (site_id) values ('my-site'), ('demo')")
    answer = await stack.client.post("/api/query", json=body, headers=BEARER)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("command", COMMANDS)
async def test_an_example_of_a_command_is_answered(stack: Stack, command: str) -> None:
    await stack.rows("insert into sites (site_id) values ('my-site')")
    words = [word.replace("$TOKEN", TOKEN) for word in shlex.split(command)]
    path = words[1].removeprefix("http://127.0.0.1:8080")
    name, _, value = words[words.index("-H") + 1].partition(": ")
    body = words[words.index("-d") + 1] if "-d" in words else None
    answer = await stack.client.request(
        "GET" if body is None else "POST", path, content=body, headers={name: value}
    )
    assert answer.status_code == 200, answer.text


def test_every_operator_is_described() -> None:
    table = PAGE.partition("| operator |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(OPERATORS)


def test_every_dimension_that_is_told_from_single_events_is_described() -> None:
    table = PAGE.partition("| dimension | a row is |")[2].partition("\n\n")[0]
    told = re.findall(r"^\| `([\w:]+)` \|.*\| (.*) \|$", table, re.MULTILINE)
    kinds = (DimensionKind.OCCURRENCE, DimensionKind.EVENT_PROPERTY)
    known = [d for d in (*DIMENSIONS.values(), ANY_PROPERTY) if d.kind in kinds]
    assert {name: re.findall(r"`(\w+)`", metrics) for name, metrics in told} == {
        dimension.name: list(dimension.metrics) for dimension in known
    }
