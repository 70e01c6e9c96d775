"""api/install.py: what it finds missing it says in one sentence, on whatever Python the machine has."""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from footfall.config import PROJECT_DIR

SCRIPT = PROJECT_DIR / "api" / "install.py"


@pytest.fixture
def install() -> ModuleType:
    spec = importlib.util.spec_from_file_location("install", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_old_python_can_read_the_script_and_is_refused_by_version() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 8))
    program = (
        "import runpy, sys; sys.version_info = (3, 9, 2); sys.version = '3.9.2 (old)'; "
        f"sys.argv = ['install.py', 'run']; runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Footfall needs Python 3.11 or newer, and this is 3.9.2:")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("version", "is_enough"),
    [
        ("v18.20.4", False),
        ("v20.18.3", False),
        ("v20.19.0", True),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.1.0", True),
        ("nonsense", False),
    ],
)
def test_node_is_used_where_it_is_new_enough(
    install: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    version: str,
    is_enough: bool,
) -> None:
    for name in ("node", "npm"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {version}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert install.has_new_node() is is_enough


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("NewConnectionError: Network is unreachable\nERROR: No matching", "it is away"),
        ("npm error code ENOTFOUND\nnpm error more", "it is away"),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES.\n",
            "THESE PACKAGES DO NOT MATCH THE HASHES",
        ),
        ("something else", "the command failed"),
    ],
)
def test_a_failed_installation_says_why(
    install: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: str, reason: str
) -> None:
    monkeypatch.setattr(install, "ROOT", tmp_path)
    path = tmp_path / "install.log"
    path.write_text(log)
    with pytest.raises(SystemExit, match=f"^X failed: {reason}. The details are in install.log.$"):
        install.stop("X failed", path, unreachable="it is away")


def test_a_linked_environment_is_left_alone(
    install: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`venv --clear` follows a link, and would empty the environment of another checkout."""
    others = tmp_path / "others"
    (others / "bin").mkdir(parents=True)
    (tmp_path / ".venv").symlink_to(others)
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    with pytest.raises(SystemExit, match=r"is a link to .*others: remove the link"):
        install.make_venv()
    assert (others / "bin").is_dir()


def test_only_sources_make_a_build_stale(install: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "dist").mkdir()
    for name, age in (("src/a.ts", 1000), ("dist/a.js", 3000)):
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, (age, age))
    assert install.newest_source(tmp_path) == 1000


@pytest.fixture
def bare_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in PATH, with a shell in it and no browser."""
    (tmp_path / "sh").symlink_to("/bin/sh")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("FOOTFALL_CHROMIUM", raising=False)
    monkeypatch.delenv("FOOTFALL_FIREFOX", raising=False)
    return tmp_path


def write_program(path: Path, script: str = "") -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("there", "sentence"),
    [
        (
            [],
            "The browser tests need Chromium and Firefox: run `apt-get install --yes "
            "--no-install-recommends chromium firefox-esr` as root, or set FOOTFALL_CHROMIUM and "
            "FOOTFALL_FIREFOX.",
        ),
        (
            ["google-chrome"],
            "The browser tests need Firefox: run `apt-get install --yes --no-install-recommends "
            "firefox-esr` as root, or set FOOTFALL_FIREFOX.",
        ),
        (
            ["firefox"],
            "The browser tests need Chromium: run `apt-get install --yes --no-install-recommends "
            "chromium` as root, or set FOOTFALL_CHROMIUM.",
        ),
    ],
)
def test_a_missing_browser_and_no_rights_names_the_command(
    install: ModuleType, bare_path: Path, there: list[str], sentence: str
) -> None:
    for name in there:
        write_program(bare_path / name)
    with pytest.raises(SystemExit) as stopped:
        install.install_browsers()
    assert stopped.value.code == sentence


def test_a_variable_that_names_no_program_is_told(
    install: ModuleType, bare_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_program(bare_path / "chromium")
    monkeypatch.setenv("FOOTFALL_FIREFOX", "/nowhere/firefox")
    with pytest.raises(SystemExit, match=r"^FOOTFALL_FIREFOX names no program: /nowhere/firefox$"):
        install.install_browsers()


def test_browsers_that_are_there_or_named_are_left_alone(
    install: ModuleType, bare_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_program(bare_path / "chromium")
    monkeypatch.setenv("FOOTFALL_FIREFOX", str(write_program(bare_path / "my-own-fox")))
    install.install_browsers()


def test_root_gets_what_is_missing_in_one_command(
    install: ModuleType, bare_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_program(bare_path / "apt-get", f'echo "$@" >> "{bare_path}/asked"')
    monkeypatch.setattr(install.os, "geteuid", lambda: 0)
    monkeypatch.setattr(install, "VENV", bare_path)
    install.install_browsers()
    assert (bare_path / "asked").read_text().splitlines() == [
        "update",
        "install --yes --no-install-recommends chromium firefox-esr",
    ]


def test_an_archive_that_cannot_be_reached_is_told(
    install: ModuleType, bare_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failure = "E: Temporary failure in name resolution"
    write_program(bare_path / "apt-get", f"echo '{failure}'; exit 100")
    monkeypatch.setattr(install.os, "geteuid", lambda: 0)
    monkeypatch.setattr(install, "ROOT", bare_path)
    monkeypatch.setattr(install, "VENV", bare_path)
    with pytest.raises(
        SystemExit,
        match=r"^Chromium and Firefox could not be installed: Debian's archive cannot be reached\.",
    ):
        install.install_browsers()
