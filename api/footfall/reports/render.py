"""A report's table as text for people, CSV for spreadsheets, or JSON for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import orjson

from footfall.reports.sqlfile import Table

# What opens a formula in Excel, LibreOffice and Google Sheets, in full width, too.
_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def as_text(table: Table) -> str:
    """Aligned columns, numbers to the right, under a line of names. Null is empty."""
    cells = [[_plain(value) for value in row] for row in table.rows]
    widths = [
        max(len(name), *(len(row[place]) for row in cells)) if cells else len(name)
        for place, name in enumerate(table.columns)
    ]
    to_right = [
        bool(table.rows)
        and all(isinstance(row[place], int | float | Decimal | None) for row in table.rows)
        for place in range(len(table.columns))
    ]

    def line(row: list[str]) -> str:
        placed = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, to_right, strict=True)
        )
        return "  ".join(placed).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([line(table.columns), rule, *(line(row) for row in cells)]) + "\n"


def as_csv(table: Table) -> str:
    """A header line and the rows, as csv_lines() writes them."""
    return csv_lines([table.columns, *table.rows])


def csv_lines(rows: Iterable[Sequence[Any]]) -> str:
    """Lines of RFC 4180. Null is empty; control characters are escaped, as in as_text; a text that a
    spreadsheet would take for a formula has an apostrophe before it."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def as_json(table: Table) -> str:
    """A list of objects, one a row; days and times in ISO 8601."""
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    return orjson.dumps(rows, default=float, option=orjson.OPT_INDENT_2).decode() + "\n"


FORMATS: Final[dict[str, Callable[[Table], str]]] = {
    "table": as_text,
    "csv": as_csv,
    "json": as_json,
}


def _cell(value: Any) -> str:
    text = _plain(value)
    is_formula = isinstance(value, str) and text.startswith(_FORMULA)
    return f"'{text}" if is_formula else text


def _plain(value: Any) -> str:
    if value is None:
        return ""
    text = value.isoformat() if isinstance(value, date | datetime) else str(value)
    # Paths and campaigns are strangers' words: no control sequence of theirs reaches a terminal.
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
