"""The `footfall` command: finds each sub-command in its module, and turns expected errors into a sentence.

Modules are loaded when their command is used, since `footfall psql` must not wait for a web framework.
"""

from __future__ import annotations

import importlib
from typing import Any, Final

import click

from footfall import __version__
from footfall.errors import FootfallError

# Command to the module that holds a click command of that name.
COMMANDS: Final = {
    "audit": "footfall.cli_privacy",
    "backup": "footfall.cli_backup",
    "contract": "footfall.cli_contract",
    "dead-letters": "footfall.cli_dead_letters",
    "demo": "footfall.cli_demo",
    "demo-clear": "footfall.cli_demo",
    "down": "footfall.cli_stack",
    "example": "footfall.cli_example",
    "key": "footfall.cli_sites",
    "lists": "footfall.cli_lists",
    "migrate": "footfall.cli_database",
    "privacy": "footfall.cli_privacy",
    "psql": "footfall.cli_stack",
    "reader": "footfall.cli_reader",
    "rebuild": "footfall.cli_database",
    "report": "footfall.cli_reports",
    "restore": "footfall.cli_backup",
    "retention": "footfall.cli_retention",
    "serve": "footfall.cli_processes",
    "site": "footfall.cli_sites",
    "token": "footfall.cli_database",
    "up": "footfall.cli_stack",
    "user": "footfall.cli_users",
    "verify": "footfall.cli_verify",
    "work": "footfall.cli_processes",
}
# Told by package, so that a command without a database need not load the drivers.
_DATABASE_DRIVERS: Final = ("asyncpg", "sqlalchemy")


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name])
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except FootfallError as error:
            raise click.ClickException(error.detail) from None
        except (OSError, TimeoutError) as error:
            raise click.ClickException(str(error) or type(error).__name__) from None
        except click.exceptions.Exit:
            raise
        except Exception as error:
            if type(error).__module__.partition(".")[0] not in _DATABASE_DRIVERS:
                raise
            raise click.ClickException(f"The database refused this: {error}") from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="footfall")
def main() -> None:
    """Footfall: self-hosted web analytics. Settings come from the environment; see docs/configuration.md."""
