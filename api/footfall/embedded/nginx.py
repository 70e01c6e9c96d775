"""The embedded nginx: its configuration from the shared templates, and the files that it serves."""

from __future__ import annotations

import ipaddress
import re
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path

from footfall.config import PROJECT_DIR, Settings
from footfall.embedded.children import Command
from footfall.embedded.home import Home
from footfall.embedded.programs import copy_readable, find_nginx
from footfall.errors import Misconfigured

TEMPLATES = PROJECT_DIR / "nginx"
# What is served, and what makes it, by its name in the public folder.
SERVED = {
    "demo": PROJECT_DIR / "tracking" / "demo",
    "tracking": PROJECT_DIR / "tracking" / "dist",
    "dashboard": PROJECT_DIR / "dashboard" / "dist",
}

_VARIABLE = re.compile(r"\$\{(FOOTFALL_[A-Z_]+)\}")
# nginx would read these inside a quoted path as its own.
_UNQUOTABLE = re.compile(r'["\\\n$]')


def render(template: str, variables: Mapping[str, str]) -> str:
    """Replace `${FOOTFALL_...}` as envsubst does. Raises KeyError for a variable without a value."""
    return _VARIABLE.sub(lambda match: variables[match[1]], template)


def render_all(templates: Path, target: Path, variables: Mapping[str, str]) -> None:
    """Write every `NAME.template` of a folder as `NAME` into another."""
    for template in sorted(templates.glob("*.template")):
        text = render(template.read_text(), variables)
        (target / template.name.removesuffix(".template")).write_text(text)


def publish(home: Home) -> None:
    """Copy what is served to where nginx's account can read it, so that one run serves one version.

    Raises Misconfigured when something has not been built.
    """
    for source in SERVED.values():
        if not source.is_dir():
            place = source.relative_to(PROJECT_DIR)
            raise Misconfigured(
                f"{place} has not been built: run `make build`, or start by `make up`."
            )
    shutil.rmtree(home.public, ignore_errors=True)
    home.public.mkdir()
    home.public.chmod(0o755)
    for name, source in SERVED.items():
        copy_readable(source, home.public / name)


def configure(home: Home, settings: Settings, *, listen: str, api: str) -> None:
    """Write the configuration of a run. listen: address and port of nginx; api: of the API."""
    home.nginx.mkdir(exist_ok=True)
    home.nginx.chmod(0o755)
    account = home.account
    variables = {
        "FOOTFALL_NGINX_DIR": _quotable(home.nginx),
        "FOOTFALL_NGINX_USER": f"user {account.name} {account.group};" if account else "",
        "FOOTFALL_PUBLIC_DIR": _quotable(home.public),
        "FOOTFALL_LISTENER": "http",
        "FOOTFALL_LISTEN": listen,
        "FOOTFALL_API_LOOKUP": "fixed",
        "FOOTFALL_API": api,
        "FOOTFALL_FRONT": "demo",
        "FOOTFALL_ACCESS_LOG": _quotable(home.logs / "nginx.log"),
        "FOOTFALL_ERROR_LOG": _quotable(home.logs / "nginx.log"),
        "FOOTFALL_TLS_CERTIFICATE": "",
        "FOOTFALL_TLS_KEY": "",
        "FOOTFALL_LIMIT_RATE": str(settings.limit_rate),
        "FOOTFALL_LIMIT_BURST": str(settings.limit_burst),
        "FOOTFALL_LIMIT_LOOPBACK": str(int(settings.limit_loopback)),
    }
    render_all(TEMPLATES, home.nginx, variables)


def server(home: Home, environment: Mapping[str, str]) -> Command:
    """What the supervisor keeps running. SIGQUIT lets open requests end."""
    return Command(
        name="nginx",
        arguments=(
            *(find_nginx(), "-p", home.nginx, "-c", home.nginx / "nginx.conf"),
            *("-e", "stderr", "-g", "daemon off;"),
        ),
        log=home.logs / "nginx.log",
        environment=environment,
        stop_signal=signal.SIGQUIT,
        force_signal=signal.SIGTERM,
        patience_s=15.0,
    )


def listen_address(bind: str, port: int) -> str:
    """`bind` and `port` as nginx spells them."""
    try:
        if ipaddress.ip_address(bind).version == 6:
            return f"[{bind}]:{port}"
    except ValueError:
        pass
    return f"{bind}:{port}"


def _quotable(path: Path) -> str:
    if _UNQUOTABLE.search(str(path)):
        raise Misconfigured(
            f"nginx cannot use the path {path}: choose a data folder without quotes, $ and backslashes."
        )
    return str(path)
