"""Result folders: replaced whole or not at all, and never one that somebody else filled."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from refutable.derivations.errors import PathNotFound, UsageError

__all__ = ["MARK", "check_folder", "write_folder"]

#: A file in every folder that was written here: only such a folder is replaced.
MARK = ".refutable-report"


def check_folder(target: str, option: str) -> None:
    """Raises before any work is done where `target` could not be written afterwards."""
    path = Path(target)
    if path.exists() and not path.is_dir():
        raise UsageError(f"write {option} {target}; this is a file; name a folder")
    if not path.absolute().parent.is_dir():
        raise PathNotFound(
            f"write {option} {target}; there is no folder {path.parent}; create it first"
        )
    if path.is_dir() and any(path.iterdir()) and not (path / MARK).exists():
        raise UsageError(
            f"write {option} {target}; this folder holds files that no report wrote;"
            " name another one, or an empty one"
        )


def write_folder(target: str, files: Mapping[str, str], option: str = "-o") -> None:
    """Write the files beside the target, then put the new folder in the place of the old one.

    Where anything fails the old folder stays. Raises UsageError where the system refuses.
    """
    check_folder(target, option)
    path = Path(os.path.realpath(target))
    try:
        _replace(path, files)
    except OSError as err:
        raise UsageError(f"write {target}; {err.strerror or err}; name another folder") from err


def _replace(path: Path, files: Mapping[str, str]) -> None:
    work = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        new, old = work / "new", work / "old"
        new.mkdir()  # with the permissions that the user's folders have; `work` is private
        for name, text in {**files, MARK: ""}.items():
            file = new / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        if path.exists():
            path.rename(old)
        try:
            new.rename(path)
        except OSError:
            if old.exists():
                old.rename(path)
            raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
