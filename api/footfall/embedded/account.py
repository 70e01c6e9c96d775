"""Which account PostgreSQL and nginx's workers run under when root starts the stack.

PostgreSQL refuses root, so root lends both to a system account without a shell. Anyone else runs
everything under their own account.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass

from footfall.errors import Misconfigured

SERVICE_NAME = "footfall"
FALLBACK_NAME = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    uid: int
    gid: int
    name: str
    group: str


def is_root() -> bool:
    return os.geteuid() == 0


def find_service_account() -> Account:
    """The system account `footfall`, made on first use; `nobody` where none can be made.

    Raises Misconfigured when the machine has neither.
    """
    return _find(SERVICE_NAME) or _create() or _require_fallback()


def account_of(uid: int) -> Account:
    """The account that owns an existing cluster. Raises Misconfigured when it has no name any more."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise Misconfigured(
            f"The database belongs to user number {uid}, who does not exist on this machine."
        ) from None
    return _from_entry(entry)


def _find(name: str) -> Account | None:
    try:
        return _from_entry(pwd.getpwnam(name))
    except KeyError:
        return None


def _from_entry(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name, grp.getgrgid(entry.pw_gid).gr_name)


def _create() -> Account | None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return None
    subprocess.run(  # noqa: S603 - every argument is our own
        [
            *(useradd, "--system", "--user-group", "--no-create-home"),
            *("--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", SERVICE_NAME),
        ],
        check=False,
        capture_output=True,
    )
    # Another run may have made it in the same moment: what counts is that it is there.
    return _find(SERVICE_NAME)


def _require_fallback() -> Account:
    account = _find(FALLBACK_NAME)
    if account is None:
        raise Misconfigured(
            "PostgreSQL cannot run as root, and no service account could be made: "
            "start Footfall as an ordinary user, or run `useradd --system footfall` first."
        )
    return account
