"""What the documentation lists is what there is: metrics, drop reasons, dead-letter stages, commands."""

from __future__ import annotations

import re
from typing import Any

from conftest import Stack

from footfall.cli import COMMANDS
from footfall.config import PROJECT_DIR
from footfall.event import DropReason
from footfall.observe import REGISTRY


def _doc(name: str) -> str:
    return (PROJECT_DIR / "docs" / name).read_text()


def test_every_metric_is_described_with_its_kind_and_labels() -> None:
    row = re.compile(r"^\| `(footfall_\w+)` \| (\w+) \|([^|]*)\|", re.MULTILINE)
    described = {
        name: (kind, set(re.findall(r"`(\w+)`", labels)))
        for name, kind, labels in row.findall(_doc("metrics.md"))
    }
    metrics: list[Any] = list(REGISTRY._collector_to_names)
    declared = {
        one._name + ("_total" if one._type == "counter" else ""): (one._type, set(one._labelnames))
        for one in metrics
    }
    assert described == declared


def test_every_drop_reason_is_described() -> None:
    section = _doc("operations.md").partition("## Drop reasons")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert set(listed) == {reason.value for reason in DropReason}


def test_every_command_is_named_in_the_readme_or_the_operators_page() -> None:
    text = _doc("operations.md") + (PROJECT_DIR / "README.md").read_text()
    missing = {
        name for name in COMMANDS if not re.search(rf"footfall {name}\b|make {name}\b", text)
    }
    assert missing == set()


async def test_metrics_are_read_where_they_live(stack: Stack) -> None:
    await stack.send({"eventType": "pageview", "siteId": "shop"})
    text = (await stack.client.get("/metrics")).text
    assert "footfall_derive_lag_events 1.0" in text
    assert "footfall_dead_letters 0.0" in text
    assert 'footfall_events_total{outcome="stored"}' in text
    assert "shop" not in text
