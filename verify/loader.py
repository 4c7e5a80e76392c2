"""Loads claim files: `claim_*.py`, folders of them, and the papers, all in the same way.

A file is executed in a module namespace of its own; the claims that it makes with `claim(...)` and
those found at its top level (by name, or in lists) are its claims, in the order they were made.
Whatever goes wrong becomes a `LoadError` with file, line and claim id.
"""

from __future__ import annotations

import contextlib
import sys
import types
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from refutable.derivations.claim import MADE, Claim
from refutable.derivations.errors import LoadError, PathNotFound

from .loadfault import load_error
from .timelimit import TimeUp, time_limit

__all__ = [
    "LEMMAS",
    "PATTERN",
    "SECONDS",
    "claim_files",
    "load",
    "load_built_in",
    "load_file",
    "load_lemmas",
    "load_papers",
    "paper_files",
]

#: What a claim file in a folder is called.
PATTERN = "claim_*.py"
#: What the folder of the papers is called, wherever `refutable` is installed.
PAPERS = "derivations/papers/"
#: The lemmas that proofs may rest on: what their file and their paper are called.
LEMMAS_FILE, LEMMAS = "derivations/lemmas.py", "lemmas"
#: How long one file may take to load.
SECONDS = 60.0

_SKIPPED = {"__pycache__", "node_modules", "site-packages", "build", "dist"}


def claim_files(paths: Iterable[str | Path]) -> list[Path]:
    """The files that the paths name: a file as it is, a folder's `claim_*.py` at any depth, sorted.

    Raises PathNotFound; a file that is named twice is listed once.
    """
    found: dict[Path, Path] = {}
    for given in map(Path, paths):
        if given.is_dir():
            for file in _walk(given):
                found.setdefault(file.resolve(), file)
        elif given.exists():
            found.setdefault(given.resolve(), given)
        else:
            raise PathNotFound(f"load {given}; there is no such file or folder; check the path")
    return list(found.values())


def _walk(folder: Path) -> Iterator[Path]:
    entries = sorted(folder.iterdir())
    yield from (f for f in entries if f.match(PATTERN) and f.is_file())
    for f in entries:
        if f.is_dir() and not f.is_symlink() and f.name[0] != "." and f.name not in _SKIPPED:
            yield from _walk(f)


def paper_files() -> list[Path]:
    """The files of the papers that come with `refutable`, in alphabetical order."""
    from refutable.derivations import papers

    return sorted(p for p in Path(papers.__path__[0]).glob("*.py") if p.name[0] != "_")


def load_papers(seconds: float | None = SECONDS) -> list[Claim]:
    """The claims of the papers that come with `refutable`."""
    return _distinct(
        load_file(f, shown=f"{PAPERS}{f.name}", seconds=seconds) for f in paper_files()
    )


def load_lemmas(seconds: float | None = SECONDS) -> list[Claim]:
    """The general lemmas that proofs may rest on, as claims."""
    import refutable.derivations as home

    file = Path(home.__path__[0]) / "lemmas.py"
    return load_file(file, shown=LEMMAS_FILE, seconds=seconds)


def load_built_in(seconds: float | None = SECONDS) -> list[Claim]:
    """The claims of the papers, and after them the lemmas that their proofs rest on."""
    return _distinct([load_papers(seconds), load_lemmas(seconds)])


def load(paths: Sequence[str | Path], seconds: float | None = SECONDS) -> list[Claim]:
    """The claims of all these files and folders.

    Raises PathNotFound for a path that does not exist, LoadError for a file that does not load and
    for an id that occurs twice.
    """
    return _distinct(load_file(f, seconds=seconds) for f in claim_files(paths))


def load_file(
    path: str | Path, *, shown: str | None = None, seconds: float | None = SECONDS
) -> list[Claim]:
    """The claims of one file, in the order they were made; `shown` is what the file is called."""
    path = Path(path)
    shown = _shown(path) if shown is None else shown
    namespace, made = _execute(path, shown, seconds)
    own = [c for c in made if c.file == shown]
    bound = list(_bound(namespace, shown))
    claims = list({id(c): c for c in (*own, *bound)}.values())
    claims = [c if c.file else replace(c, file=shown) for c in claims]
    return _distinct([claims])


def _shown(path: Path) -> str:
    """The path as it is shown: from the current folder where it lies below it, with slashes."""
    with contextlib.suppress(ValueError, OSError):
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    return path.as_posix()


def _execute(
    path: Path, shown: str, seconds: float | None
) -> tuple[dict[str, object], list[Claim]]:
    """Run the file; its output goes to stderr, because stdout belongs to the results."""
    module = types.ModuleType(path.stem)
    module.__file__ = str(path)
    if shown.startswith(PAPERS):
        module.__package__ = "refutable.derivations.papers"  # they share symbols and processes
    made: list[Claim] = []
    token = MADE.set(made)
    try:
        with contextlib.redirect_stdout(sys.stderr), time_limit(seconds):
            exec(_compiled(path.read_bytes(), shown), module.__dict__)
    except KeyboardInterrupt:
        raise
    except (Exception, SystemExit, TimeUp) as err:
        raise load_error(err, shown, module.__dict__, seconds) from err
    finally:
        MADE.reset(token)
    return module.__dict__, made


def _compiled(source: bytes, shown: str) -> types.CodeType:
    try:
        return compile(source, shown, "exec", dont_inherit=True)
    except ValueError as err:  # null bytes, before Python 3.11.4
        raise SyntaxError(str(err)) from err


def _bound(namespace: dict[str, object], shown: str) -> Iterator[Claim]:
    """The claims among the top-level names, alone or in (nested) lists and tuples."""
    for name, value in namespace.items():
        if name.startswith("__"):
            continue
        flat = list(_flat(value))
        found = [x for x in flat if isinstance(x, Claim)]
        others = [x for x in flat if not isinstance(x, Claim)]
        if others and (found or name == "CLAIMS"):
            raise LoadError(
                f"read the claims in {name}; it holds {others[0]!r}, a {type(others[0]).__name__};"
                " put only results of claim(...) there",
                where=(shown, None, None),
            )
        yield from found


def _flat(value: object, depth: int = 0) -> Iterator[object]:
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple) and depth < 20:
        for x in value:
            yield from _flat(x, depth + 1)
    else:
        yield value


def _distinct(groups: Iterable[Iterable[Claim]]) -> list[Claim]:
    """All claims of the groups; an id that occurs twice is an error."""
    out: dict[str, Claim] = {}
    for c in (c for group in groups for c in group):
        first = out.setdefault(c.id, c)
        if first is not c:
            raise LoadError(
                f"load the claims; the id {c.id} occurs again, first at {first.file}:{first.line};"
                " give each claim an id of its own",
                where=(c.file, c.line, c.id),
            )
    return list(out.values())
