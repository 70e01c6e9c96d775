"""`footfall contract`: the files in contract/, generated from the models so that they cannot drift."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import orjson
from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from footfall.app import App
from footfall.config import PROJECT_DIR, Settings
from footfall.errors import Misconfigured
from footfall.ingest.payload import EventData
from footfall.ingest.wire import CollectedBatch, CollectedEvent

CONTRACT_DIR = PROJECT_DIR / "contract"


def collect_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a /collect body: one event, an array, or a batch.

    Its definition EventData says what trackers put into `eventData`; nothing else is refused.
    """
    references, definitions = models_json_schema(
        [(CollectedEvent, "validation"), (CollectedBatch, "validation")], by_alias=True
    )
    event_data = TypeAdapter(EventData).json_schema(ref_template="#/$defs/{model}")
    definitions["$defs"] |= event_data.pop("$defs") | {"EventData": event_data}
    event = references[(CollectedEvent, "validation")]
    batch = references[(CollectedBatch, "validation")]
    one = {"anyOf": [batch, event]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Body of POST /collect",
        "anyOf": [batch, event, {"type": "array", "minItems": 1, "maxItems": 100, "items": one}],
        **definitions,
    }


def files() -> dict[str, dict[str, Any]]:
    """File name to JSON document, of everything in contract/."""
    return {"collect.schema.json": collect_schema(), "openapi.json": App(Settings()).api.openapi()}


def _render(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _is_stale(path: Path, content: bytes) -> bool:
    return not path.is_file() or path.read_bytes() != content


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; fail when a file is stale.")
def contract(check: bool) -> None:
    """Write the collect schema and the OpenAPI document to contract/."""
    rendered = {CONTRACT_DIR / name: _render(document) for name, document in files().items()}
    stale = [path for path, content in rendered.items() if _is_stale(path, content)]
    if check:
        if stale:
            names = ", ".join(f"contract/{path.name}" for path in stale)
            raise Misconfigured(f"{names} is stale: run `footfall contract` and commit the result.")
        return
    for path in stale:
        path.write_bytes(rendered[path])
        click.echo(f"Wrote contract/{path.name}.")
    if not stale:
        click.echo("Everything in contract/ is fresh.")
