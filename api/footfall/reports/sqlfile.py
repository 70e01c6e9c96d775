"""database/reports/*.sql: one question a file, run by psql and by `footfall report` alike.

A file's opening comment is read here: its first line is the question, `Parameters:` and `Columns:` explain
what goes in and what comes out. The statement takes psql's variables :'NAME', which are bound here as text, as
psql has them. Lines that begin with a backslash are psql's own: they set the same defaults.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from footfall.config import PROJECT_DIR
from footfall.errors import NotFound, Unprocessable
from footfall.reports.names import suggestion
from footfall.reports.query import Period
from footfall.reports.sites import timezone_of
from footfall.reports.snapshot import snapshot

FOLDER: Final = PROJECT_DIR / "database" / "reports"
# What every report is asked for; the command has an option for each.
USUAL: Final = ("site", "from", "to")
BOTS: Final = "bots"
NO_BOTS: Final = "No bots parameter: "

_VARIABLE: Final = re.compile(r":'(\w+)'")
_PARAMETER: Final = re.compile(r"  (\w+) +(\w+), (?:required|default (\S+)): (\S.*)")
_COLUMN: Final = re.compile(r"  (\w+) +(\S.*)")
# Of a parameter that one gives: how its text looks, and what a sentence calls it.
_KINDS: Final = {
    "text": (re.compile(r"[^\x00]*\S[^\x00]*"), "a text"),
    "integer": (re.compile(r"\d{1,9}"), "a whole number, as 100"),
    "boolean": (re.compile(r"true|false"), "true or false"),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """kind: text, integer, boolean or date. default: None where a value is required."""

    name: str
    kind: str
    default: str | None
    meaning: str

    def check(self, text: str) -> None:
        """Raises Unprocessable where `text` is of another kind."""
        pattern, called = _KINDS[self.kind]
        if not pattern.fullmatch(text):
            raise Unprocessable(
                f"{self.name} must be {called}, not {text!r}: {self.meaning}.", field=self.name
            )


@dataclass(frozen=True, slots=True)
class Report:
    """columns: output column to what it means, in order. statement: with $1, $2 … as `bound` names them.

    about: the whole opening comment. no_bots: why it knows no flagged traffic, where it does not.
    """

    name: str
    question: str
    about: str
    parameters: Mapping[str, Parameter]
    columns: Mapping[str, str]
    statement: str
    bound: tuple[str, ...]
    no_bots: str | None

    @property
    def own_parameters(self) -> tuple[Parameter, ...]:
        """Those that not every report has."""
        return tuple(one for name, one in self.parameters.items() if name not in USUAL)


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


def read_values(report: Report, given: Mapping[str, str]) -> dict[str, str]:
    """A value for each parameter of the report's own. Raises Unprocessable, which names the parameter."""
    own = {one.name: one for one in report.own_parameters}
    for name in given:
        if name == BOTS and report.no_bots is not None:
            raise Unprocessable(
                f"{report.name} cannot count flagged traffic: {report.no_bots}", field=BOTS
            )
        if name in USUAL:
            raise Unprocessable(f"{name} is told by --{name}.", field=name)
        if name not in own:
            raise Unprocessable(
                f"{report.name} has no parameter {name!r}{_nearest(name, own)}", field=name
            )
    values = {}
    for name, parameter in own.items():
        if name in given:
            parameter.check(given[name])
            values[name] = given[name]
        elif parameter.default is not None:
            values[name] = parameter.default
        else:
            raise Unprocessable(f"{report.name} needs {name}: {parameter.meaning}.", field=name)
    return values


async def run_report(
    engine: AsyncEngine,
    report: Report,
    site_id: str,
    period: Period,
    given: Mapping[str, str] | None = None,
) -> Table:
    """Ask `report` for a site and days, with the values `given` to parameters of its own.

    Raises NotFound for an unknown site, Unprocessable for parameters, Unavailable.
    """
    values = {
        "site": site_id,
        "from": period.start.isoformat(),
        "to": period.end.isoformat(),
        **read_values(report, given or {}),
    }
    async with snapshot(engine) as connection:
        await timezone_of(connection, site_id)
        arguments = tuple(values[name] for name in report.bound)
        answer = await connection.exec_driver_sql(report.statement, arguments)
        return Table(list(answer.keys()), [tuple(row) for row in answer])


def _nearest(name: str, own: Mapping[str, Parameter]) -> str:
    if not own:
        return "; it has none but --site, --from and --to."
    near = suggestion(name, own)
    return near if near.endswith("?") else f"; it has {', '.join(own)}."


def _read(path: Path) -> Report:
    lines = path.read_text(encoding="utf-8").splitlines()
    opening = [line.removeprefix("--").removeprefix(" ") for line in lines[: lines.index("")]]
    own = opening.index("Parameters:"), opening.index("Columns:"), opening.index("Run:")
    parameters = {
        found[1]: Parameter(found[1], found[2], _plain(found[3]), found[4])
        for line in opening[own[0] + 1 : own[1]]
        if (found := _PARAMETER.fullmatch(line))
    }
    columns = {
        found[1]: found[2]
        for line in opening[own[1] + 1 : own[2]]
        if (found := _COLUMN.fullmatch(line))
    }
    code = "\n".join(line for line in lines if not line.lstrip().startswith(("--", "\\")))
    bound = tuple(dict.fromkeys(_VARIABLE.findall(code)))
    # As text, whatever stands around it: psql's variables are text too.
    statement = _VARIABLE.sub(lambda found: f"${bound.index(found[1]) + 1}::text", code)
    return Report(
        path.stem,
        opening[0],
        "\n".join(opening),
        parameters,
        columns,
        statement.strip().removesuffix(";"),
        bound,
        _told_after(NO_BOTS, opening),
    )


def _told_after(words: str, lines: Iterable[str]) -> str | None:
    return next((line.removeprefix(words) for line in lines if line.startswith(words)), None)


def _plain(default: str | None) -> str | None:
    return default.strip("'") if default is not None else None
