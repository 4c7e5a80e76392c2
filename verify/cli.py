"""The command `refutable`: reads the command line, runs a command, turns errors into exit codes.

An external command (see `arguments.EXTERNAL`) gives `add_parser(subparsers)`: it adds its parser
and sets the default `run` (or `handler`) to a function from the parsed arguments to an exit code.
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from refutable.derivations.errors import NoClaim, PathNotFound, RefutableError, UsageError
from refutable.derivations.workers import load_ahead, one_thread

from .arguments import EXTERNAL, build, processors
from .tuning import PAPERS, tune

__all__ = ["main"]

OK, FAILED, USAGE, INTERNAL, NO_PATH, NO_CLAIM, INTERRUPTED, BROKEN_PIPE = (
    0,
    1,
    2,
    3,
    4,
    5,
    130,
    141,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; never a traceback, unless `--traceback` asks."""
    argv = sys.argv[1:] if argv is None else list(argv)
    trace = "--traceback" in argv
    argv = [a for a in argv if a != "--traceback"]
    one_thread()
    tune(fast="--fast" in argv)
    try:
        with _terminated_like_interrupted():
            code = _run(argv)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return _said("refutable: interrupted", INTERRUPTED)
    except BrokenPipeError:
        _forget_stdout()
        return BROKEN_PIPE
    except RefutableError as err:
        if trace:
            raise
        return _said(format_error(err), exit_code(err))
    except Exception as err:
        if trace:
            raise
        text = f"internal error: {type(err).__name__}: {' '.join(str(err).split())}"
        return _said(f"refutable: {text}; --traceback shows where", INTERNAL)


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """A job that a scheduler ends writes what it has, as after Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(argv: list[str]) -> int:
    external = next((a for a in argv if not a.startswith("-")), None)
    parser = build(external if external in EXTERNAL else None)
    if external in EXTERNAL:
        _add_external(external, parser.get_default("commands"))
    try:
        args = parser.parse_args(argv)
    except SystemExit as err:  # --help
        return int(err.code or 0)
    if args.version:
        import refutable

        print(refutable.__version__)
        return OK
    if args.command is None:
        raise UsageError("run a command; none was named; see `refutable --help`")
    handler = getattr(args, "handler", None) or args.run
    if callable(handler):
        return int(handler(args) or 0)
    if args.command == "verify" and _papers_in_parallel(args):
        load_ahead(PAPERS)
    from . import commands

    return getattr(commands, args.run)(args)


def _papers_in_parallel(args: argparse.Namespace) -> bool:
    """Will workers judge many claims of the papers? They can load them while we do."""
    several = (args.jobs or processors()) > 1 and args.executor in (None, "processes")
    return several and not (args.path or args.claim)


def _add_external(name: str, subparsers: argparse._SubParsersAction) -> None:
    module, function, _ = EXTERNAL[name]
    try:
        add = getattr(importlib.import_module(module), function)
    except ModuleNotFoundError as err:
        if err.name and not module.startswith(err.name):
            raise UsageError(
                f"run `refutable {name}`; it needs {err.name}, which is not installed;"
                f" install it, or the extra of refutable that brings it"
            ) from err
        raise UsageError(
            f"run `refutable {name}`; this installation has no {module}; install a version that has"
        ) from err
    add(subparsers)


def exit_code(err: RefutableError) -> int:
    """2 for wrong usage and what does not load, 4 and 5 for what is not there, 3 for the rest."""
    from refutable.derivations import errors as E

    for kind, code in (
        (PathNotFound, NO_PATH),
        (NoClaim, NO_CLAIM),
        ((E.Contradiction, E.OutsideFragment), INTERNAL),
    ):
        if isinstance(err, kind):
            return code
    return USAGE


def format_error(err: RefutableError) -> str:
    """`FILE:LINE: claim ID: what was asked; what was found; what to do`, as far as it is known."""
    file, line, id = err.where
    text = " ".join(str(err).split())
    place = "refutable: "
    if file is not None:
        place = f"{file}:{line}: " if line is not None else f"{file}: "
    if id is not None:
        named = re.match(rf"claim ({re.escape(id)}[\w.-]*): ", text)  # the claim or a part of it
        place += named[0] if named else f"claim {id}: "
        text = text[named.end() :] if named else text
    return place + text


def _said(text: str, code: int) -> int:
    with suppress(OSError):
        print(text, file=sys.stderr)
    return code


def _forget_stdout() -> None:
    """The reader has gone: nothing more is to be written when the interpreter ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
