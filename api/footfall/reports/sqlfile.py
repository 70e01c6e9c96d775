"""database/reports/*.sql: one question a file, run by psql and by `footfall report` alike.

A file's first line is its question; `Columns:` in its opening comment explains each output column. Its
statement takes psql's variables :'site', :'from' and :'to', which are bound here as text. Flagged traffic is
left out by lines that say `and not is_bot`, and by the tables of days, which hold people only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from footfall.config import PROJECT_DIR
from footfall.errors import NotFound
from footfall.reports.query import Period, suggestion
from footfall.reports.sites import timezone_of
from footfall.reports.snapshot import snapshot

FOLDER: Final = PROJECT_DIR / "database" / "reports"
PARAMETERS: Final = ("site", "from", "to")

_VARIABLE: Final = re.compile(r":'(\w+)'")
_COLUMN: Final = re.compile(r"--   (\w+) +(\S.*)")


@dataclass(frozen=True, slots=True)
class Report:
    """columns: output column to what it means, in order. statement: with $1, $2, $3 as PARAMETERS."""

    name: str
    question: str
    columns: dict[str, str]
    statement: str


@dataclass(frozen=True, slots=True)
class Table:
    """What a report answers."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def list_reports() -> list[Report]:
    """Every report there is, by name."""
    return [_read(path) for path in sorted(FOLDER.glob("*.sql"))]


def find_report(name: str) -> Report:
    """Raises NotFound, with the nearest name, where there is none of this one."""
    known = {path.stem: path for path in FOLDER.glob("*.sql")}
    wanted = name.removesuffix(".sql").replace("-", "_")
    if wanted not in known:
        raise NotFound(f"There is no report {name!r}{suggestion(wanted, known)}")
    return _read(known[wanted])


async def run_report(engine: AsyncEngine, report: Report, site_id: str, period: Period) -> Table:
    """Ask `report` for a site and days. Raises NotFound for an unknown site, Unavailable."""
    arguments = (site_id, period.start.isoformat(), period.end.isoformat())
    async with snapshot(engine) as connection:
        await timezone_of(connection, site_id)
        answer = await connection.exec_driver_sql(report.statement, arguments)
        return Table(list(answer.keys()), [tuple(row) for row in answer])


def _read(path: Path) -> Report:
    lines = path.read_text(encoding="utf-8").splitlines()
    opening = [line for line in lines[: lines.index("")] if line.startswith("--")]
    columns = opening[opening.index("-- Columns:") + 1 : opening.index("-- Run:")]
    explained = {match[1]: match[2] for line in columns if (match := _COLUMN.fullmatch(line))}
    code = [line for line in lines if not line.lstrip().startswith("--")]
    statement = _VARIABLE.sub(_bind, "\n".join(code)).strip().removesuffix(";")
    return Report(path.stem, opening[0].removeprefix("-- "), explained, statement)


def _bind(variable: re.Match[str]) -> str:
    # As text, whatever stands around it: psql's variables are text too.
    return f"${PARAMETERS.index(variable[1]) + 1}::text"
