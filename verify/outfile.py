"""Result files: written whole or not at all, `-` for stdout."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path

from refutable.derivations.errors import PathNotFound, UsageError

__all__ = ["check_target", "write_text"]


def check_target(target: str, option: str) -> None:
    """Raises before any work is done where `target` could not be written afterwards."""
    if target == "-":
        return
    path = Path(target)
    if path.is_dir():
        raise UsageError(f"write {option} {target}; this is a folder; name a file in it")
    if not path.absolute().parent.is_dir():
        raise PathNotFound(
            f"write {option} {target}; there is no folder {path.parent}; create it first"
        )


def write_text(target: str | Path, text: str) -> None:
    """Write UTF-8 with a newline at the end; another reader sees the old file or the new one.

    Links are followed; a device or a pipe is written to as it is. Raises UsageError where the
    system refuses.
    """
    text = text if text.endswith("\n") else text + "\n"
    if str(target) == "-":
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    path = Path(os.path.realpath(target))
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
        else:
            _replace(path, text)
    except BrokenPipeError:
        raise
    except OSError as err:
        raise UsageError(f"write {target}; {err.strerror or err}; name another file") from err


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
