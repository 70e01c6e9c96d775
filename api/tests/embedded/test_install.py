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


def test_only_sources_make_a_build_stale(install: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "dist").mkdir()
    for name, age in (("src/a.ts", 1000), ("dist/a.js", 3000)):
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, (age, age))
    assert install.newest_source(tmp_path) == 1000


def test_no_browser_and_no_rights_names_the_command(
    install: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("FOOTFALL_CHROMIUM", raising=False)
    with pytest.raises(SystemExit, match="apt-get install --yes --no-install-recommends chromium"):
        install.install_browser()
    monkeypatch.setenv("FOOTFALL_CHROMIUM", "/nowhere/chrome")
    with pytest.raises(SystemExit, match="FOOTFALL_CHROMIUM names no program: /nowhere/chrome"):
        install.install_browser()
