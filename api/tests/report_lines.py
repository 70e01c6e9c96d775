"""The lines of psql and of `footfall report` that each report's header gives to run it, and ways to run them."""

from __future__ import annotations

import asyncio
import re
import shlex
from dataclasses import dataclass

from click.testing import CliRunner, Result

from footfall.cli import main
from footfall.config import PROJECT_DIR
from footfall.embedded.programs import find_psql
from footfall.reports.sqlfile import Report


@dataclass(frozen=True)
class Output:
    code: int
    text: str
    errors: str


def psql_line(report: Report) -> list[str]:
    """The arguments of psql, as printed."""
    [line] = re.findall(r"^  psql (.*)$", report.about, re.MULTILINE)
    return shlex.split(line)


def command_line(report: Report) -> list[str]:
    """The arguments of footfall, as printed."""
    [line] = re.findall(r"^  footfall (.*)$", report.about, re.MULTILINE)
    return shlex.split(line)


def samples(report: Report) -> dict[str, str]:
    """The values that the printed lines give to parameters of the report's own."""
    line = command_line(report)
    pairs = [line[n + 1].partition("=") for n, word in enumerate(line) if word == "--set"]
    return {name: value for name, _, value in pairs}


async def run_command(database_url: str, *arguments: str) -> Result:
    """`footfall ARGUMENTS`, in a thread since it runs an event loop of its own."""
    return await asyncio.to_thread(
        CliRunner().invoke, main, list(arguments), env={"DATABASE_URL": database_url}
    )


async def run_psql(database_url: str, *arguments: str, script: str = "") -> Output:
    """psql with CSV as its output, in the project's folder."""
    process = await asyncio.create_subprocess_exec(
        str(find_psql()),
        *("-X", "-q", "--csv", "-v", "ON_ERROR_STOP=1", "-d", database_url, *arguments),
        cwd=PROJECT_DIR,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate(script.encode())
    return Output(process.returncode or 0, output.decode(), errors.decode())
