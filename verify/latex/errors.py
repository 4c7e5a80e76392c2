"""What the LaTeX reader says when it refuses: one class per cause, a caret, a hint."""

from __future__ import annotations

from ...derivations.errors import StatementError

__all__ = ["AmbiguousLatex", "LatexError", "MalformedLatex", "UnknownName", "UnsupportedLatex"]


class LatexError(StatementError):
    """LaTeX that is not read. `found` says what stands there, `hint` what to do.

    `str()` is one line; `picture` is the source line with a caret under the place, and is
    attached as a note, so that a traceback shows it.

    >>> err = LatexError("two readings", "add parentheses", "1/2n", 3)
    >>> print(err)
    column 4: two readings; add parentheses
    >>> print(err.picture)
    1/2n
       ^
    """

    def __init__(self, found: str, hint: str = "", source: str = "", pos: int = 0):
        self.found, self.hint, self.source = found, hint, source
        self.pos = max(0, min(pos, len(source)))
        head = source.count("\n", 0, self.pos)
        place = f"column {self.pos - self._line_start() + 1}"
        place = f"line {head + 1}, {place}" if "\n" in source.strip("\n") else place
        super().__init__(f"{place}: {found}" + (f"; {hint}" if hint else ""))
        self.add_note(self.picture)

    def _line_start(self) -> int:
        return self.source.rfind("\n", 0, self.pos) + 1

    @property
    def picture(self) -> str:
        """The line of the source and, below it, a caret; long lines are cut around the caret."""
        start = self._line_start()
        end = self.source.find("\n", start)
        line = self.source[start : end if end >= 0 else None].replace("\t", " ")
        column = self.pos - start
        if column > 60:
            line, column = "..." + line[column - 50 :], 53
        line = line if len(line) <= 110 else line[:107] + "..."
        return f"{line}\n{' ' * column}^"


class MalformedLatex(LatexError):
    """No LaTeX formula: unbalanced brackets, a stray character, an operator without a side."""


class UnknownName(LatexError):
    """A name or macro that is neither declared nor built in."""


class AmbiguousLatex(LatexError):
    """Two readings are possible, and the reader does not choose."""


class UnsupportedLatex(LatexError):
    """Its meaning is clear to people but has no exact form here, such as `\\approx`."""
