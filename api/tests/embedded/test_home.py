"""The data folder: held by one run, found again by the next, and never somebody else's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from footfall.embedded import home
from footfall.embedded.home import Home, lock_data_dir, open_data_dir, open_home
from footfall.errors import Misconfigured


def test_a_data_folder_is_made_private(tmp_path: Path) -> None:
    made = open_data_dir(tmp_path / "new" / "data")
    assert made.stat().st_mode & 0o777 == 0o700


def test_a_file_is_no_data_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match=r"cannot be written.*FOOTFALL_DATA_DIR"):
        open_data_dir(tmp_path / "file")


def test_one_run_holds_the_folder(tmp_path: Path) -> None:
    first = lock_data_dir(tmp_path)
    with pytest.raises(Misconfigured, match="already running"):
        lock_data_dir(tmp_path)
    os.close(first)
    os.close(lock_data_dir(tmp_path))


def test_a_user_keeps_everything_in_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "is_root", lambda: False)
    assert open_home(tmp_path) == Home(tmp_path, tmp_path, None)


@pytest.mark.skipif("os.geteuid() != 0", reason="how root shares folders with a service account")
def test_root_keeps_the_cluster_apart_by_the_folders_own_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "STATE_DIR", tmp_path / "state")
    (tmp_path / "data").mkdir()
    (tmp_path / "fresh").mkdir()
    first = open_home(tmp_path / "data")
    assert first.account is not None
    assert first.account.uid != 0
    assert first.root.parent == tmp_path / "state"
    assert first.root.stat().st_mode & 0o777 == 0o755
    assert open_home(tmp_path / "data") == first
    assert (first.root / "data-folder").read_text() == f"{tmp_path / 'data'}\n"
    assert open_home(tmp_path / "fresh").root != first.root


def test_root_does_not_take_over_a_users_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "is_root", lambda: True)
    (tmp_path / "postgres").mkdir()
    with pytest.raises(Misconfigured, match="start it as that user"):
        open_home(tmp_path)


def test_a_socket_has_a_short_path_even_in_a_deep_folder(tmp_path: Path) -> None:
    shallow = Home(tmp_path, tmp_path, None)
    assert shallow.socket_dir() == tmp_path / "socket"
    deep_dir = tmp_path / ("x" * 100)
    deep_dir.mkdir()
    deep = Home(deep_dir, deep_dir, None)
    path = deep.socket_dir()
    assert len(os.fsencode(path)) <= home.LONGEST_SOCKET_DIR
    assert path.stat().st_mode & 0o777 == 0o700
    deep.release_socket_dir(path)
    assert not path.exists()
