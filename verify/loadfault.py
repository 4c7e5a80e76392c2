"""Says in one line why a claim file does not load, where, and what to do about it."""

from __future__ import annotations

import difflib
import re
from types import TracebackType

import refutable
from refutable.derivations.errors import LoadError, RefutableError

from .timelimit import TimeUp

__all__ = ["advice", "load_error", "one_line"]

_EXTRAS = {"torch": "gpt", "numba": "fast", "dask": "dask", "distributed": "dask", "ray": "ray"}


def one_line(text: object) -> str:
    """The text with every run of white space as one blank."""
    return " ".join(str(text).split())


def load_error(
    err: BaseException, shown: str, namespace: dict[str, object], seconds: float | None
) -> LoadError:
    """The LoadError for what was raised while the file called `shown` was executed."""
    file, line, id = err.where if isinstance(err, RefutableError) else (None, None, None)
    line = line if file else _line(err.__traceback__, shown)
    if isinstance(err, SyntaxError) and err.filename in (shown, None):
        line = err.lineno
    return LoadError(_message(err, namespace, seconds), where=(file or shown, line, id))


def _line(tb: TracebackType | None, shown: str) -> int | None:
    """The line of the file that was being executed, in the innermost frame that is the file's."""
    line = None
    while tb is not None:
        if tb.tb_frame.f_code.co_filename == shown:
            line = tb.tb_lineno
        tb = tb.tb_next
    return line


def _message(err: BaseException, namespace: dict[str, object], seconds: float | None) -> str:
    misused = isinstance(err, (RefutableError, TypeError, ValueError, AttributeError))
    shadowed = _shadowed(namespace) if misused else None
    if isinstance(err, RefutableError):
        return one_line(err) + (f"; {shadowed}" if shadowed else "")
    if isinstance(err, TimeUp):
        return (
            f"load the file; it has not ended after {seconds:g} s; a claim file only declares"
            " values: remove the loop, or raise --load-seconds"
        )
    if isinstance(err, SyntaxError):
        text = f" at {one_line(err.text)!r}" if err.text else ""
        return f"load the file; it is no valid Python: {one_line(err.msg)}{text}; correct this line"
    if isinstance(err, OSError):
        return f"read the file; {one_line(err.strerror or err)}; make it readable"
    if isinstance(err, SystemExit):
        return "load the file; it ends the program; remove the call of exit"
    said = re.sub(r" \((/|[A-Z]:).*?\)$", "", one_line(err))  # an import error ends with a path
    found = f"load the file; it raises {type(err).__name__}: {said}"
    return f"{found}; {shadowed or advice(err, namespace)}"


def advice(err: BaseException, namespace: dict[str, object] | None = None) -> str:
    """What to do about an error in a user's code."""
    if isinstance(err, ImportError):
        return _import_advice(err)
    if isinstance(err, NameError) and err.name:
        near = difflib.get_close_matches(err.name, [*refutable.__all__, *(namespace or {})], 1)
        known = f"did you mean {near[0]}? Otherwise declare" if near else "declare"
        return f"{known} it: {err.name} = Symbol({err.name!r})"
    return "correct this line"


def _import_advice(err: ImportError) -> str:
    top = (err.name or "").partition(".")[0]
    if top in _EXTRAS:
        return f"install it with `pip install refutable[{_EXTRAS[top]}]`"
    if top == "refutable":
        named = re.search(r"import name '(\w+)'", str(err))
        wanted = named[1] if named else ""
        near = difflib.get_close_matches(wanted, refutable.__all__, 1)
        return f"did you mean {near[0]}?" if near else "`dir(refutable)` lists its names"
    return "a claim file needs only `from refutable import *`; install it or do without it"


def _shadowed(namespace: dict[str, object]) -> str | None:
    """A name of refutable that the file has bound to SymPy's object of the same name."""
    lost = [
        name
        for name in refutable.__all__
        if getattr(namespace.get(name), "__module__", "").startswith("sympy")
        and namespace[name] is not getattr(refutable, name)
    ]
    if not lost:
        return None
    names = f"{', '.join(lost)} {'is' if len(lost) == 1 else 'are'}"
    return f"{names} SymPy's here: write `from refutable import *` after the import of sympy"
