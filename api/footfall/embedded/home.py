"""Where one installation keeps its files: the data folder, and what must lie where it can be reached.

An ordinary user keeps everything in the data folder. Root's service account can often not reach that
(a checkout in /root), so root keeps the cluster and the served files in /var/lib/footfall/<id>, and
the id in the data folder: a new data folder never meets an old cluster.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from footfall.embedded.account import Account, account_of, find_service_account, is_root
from footfall.errors import Misconfigured

STATE_DIR = Path("/var/lib/footfall")
# A unix socket's path has at most 107 bytes on Linux; the file in it is named .s.PGSQL.5432.
LONGEST_SOCKET_DIR = 90


@dataclass(frozen=True, slots=True)
class Home:
    """data_dir: the operator's. root: the parts' (may be the same). account: theirs, None = ours."""

    data_dir: Path
    root: Path
    account: Account | None

    @property
    def logs(self) -> Path:
        return self.data_dir / "logs"

    @property
    def run_file(self) -> Path:
        return self.data_dir / "run.json"

    @property
    def password_file(self) -> Path:
        return self.data_dir / "database-password"

    @property
    def cluster(self) -> Path:
        return self.root / "postgres"

    @property
    def public(self) -> Path:
        return self.root / "public"

    @property
    def nginx(self) -> Path:
        return self.root / "nginx"

    def own(self, path: Path) -> None:
        """Hand `path` to the parts' account."""
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)

    def socket_dir(self) -> Path:
        """A folder for PostgreSQL's socket that only its account and root may enter."""
        path = self.root / "socket"
        if len(os.fsencode(path)) > LONGEST_SOCKET_DIR:
            path = Path(tempfile.mkdtemp(prefix="footfall-", dir="/tmp"))
        else:
            path.mkdir(mode=0o700, exist_ok=True)
        self.own(path)
        return path

    def release_socket_dir(self, path: Path) -> None:
        if path.parent != self.root:
            shutil.rmtree(path, ignore_errors=True)


def open_data_dir(path: Path) -> Path:
    """Make the data folder where it is missing. Raises Misconfigured when it cannot be written."""
    path = path.absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
        (path / "logs").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Misconfigured(
            f"The data folder {path} cannot be written ({error.strerror}): "
            "choose another with FOOTFALL_DATA_DIR."
        ) from None
    return path.resolve()


def lock_data_dir(path: Path) -> int:
    """Hold the data folder until the returned file descriptor is closed, by whatever end we come to.

    Raises Misconfigured when another run holds it.
    """
    descriptor = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise Misconfigured(
            f"Footfall is already running on the data folder {path}: "
            "stop it with `make down`, or choose another folder with FOOTFALL_DATA_DIR."
        ) from None
    return descriptor


def open_home(data_dir: Path) -> Home:
    """Find or make the installation's folders. The data folder must be locked."""
    if not is_root():
        return Home(data_dir, data_dir, None)
    users_own = data_dir / "postgres"
    if users_own.is_dir():
        owner = account_of(users_own.stat().st_uid).name
        raise Misconfigured(
            f"The database in {data_dir} belongs to {owner}: start it as that user."
        )
    root = STATE_DIR / _installation_id(data_dir)
    make_open_folder(root)
    # For the person who finds this folder when its data folder is gone.
    (root / "data-folder").write_text(f"{data_dir}\n")
    cluster = root / "postgres"
    is_made = cluster.is_dir()
    account = account_of(cluster.stat().st_uid) if is_made else find_service_account()
    return Home(data_dir, root, account)


def make_open_folder(path: Path) -> None:
    """Make a folder below STATE_DIR that every account may enter, whatever the umask."""
    for folder in (STATE_DIR, *reversed(path.relative_to(STATE_DIR).parents[:-1]), path):
        target = STATE_DIR / folder
        try:
            target.mkdir()
        except FileExistsError:
            continue
        except OSError as error:
            raise Misconfigured(f"{target} cannot be made ({error.strerror}).") from None
        target.chmod(0o755)


def _installation_id(data_dir: Path) -> str:
    path = data_dir / "installation-id"
    if not path.exists():
        fresh = path.with_suffix(".new")
        fresh.write_text(secrets.token_hex(6) + "\n")
        fresh.replace(path)
    text = path.read_text().strip()
    if not text.isalnum():
        raise Misconfigured(f"{path} is damaged: it must hold the name of a folder in {STATE_DIR}.")
    return text
