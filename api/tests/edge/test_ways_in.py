"""The examples of docs/ways-in.md, as they stand there."""

from __future__ import annotations

import shlex

import pytest
from conftest import Stack

from footfall.config import PROJECT_DIR

PAGE = (PROJECT_DIR / "docs" / "ways-in.md").read_text()
EXAMPLES = [line for line in PAGE.splitlines() if line.startswith("curl ")]


def test_each_way_has_an_example() -> None:
    assert len(EXAMPLES) == 5


@pytest.mark.parametrize("example", EXAMPLES)
async def test_an_example_of_the_documentation_is_stored(stack: Stack, example: str) -> None:
    words = shlex.split(example)
    path = words[1].removeprefix("http://127.0.0.1:8080")
    if "-d" in words:
        name, _, value = words[words.index("-H") + 1].partition(": ")
        body = words[words.index("-d") + 1]
        answer = await stack.client.post(path, content=body, headers={name: value})
        assert answer.status_code == 202
    else:
        assert (await stack.client.get(path)).status_code == 200
    [row] = await stack.rows("select * from events_log")
    assert row["path"] == "/join"
    assert row["site_id"] in ("my-site", "my-site-example")
