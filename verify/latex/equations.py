"""The displayed equations of a paper that carry a claim id, row by row, written out.

An id is `\\label{claim:ID}` in the equation, or a comment `% claim: ID` in it or before it (with
no blank line between). In an environment of several equations an id belongs to its row; a row that
begins with a relation sign goes on from the last side of the row before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .errors import LatexError
from .macros import Macro, definitions, expand
from .rows import Row, join, rows_of
from .texsource import Directive, Source

__all__ = ["Equation", "equations"]

_ENVIRONMENTS = ("equation", "displaymath", "align", "gather", "multline", "eqnarray", "flalign",
                 "alignat", "math")  # fmt: skip
_SEVERAL = {"align", "gather", "eqnarray", "flalign", "alignat"}
_MARK = re.compile(
    r"\\\\|\\\[|\\\]|\\\(|\\\)|\\\$|\$\$|\$|\\(begin|end)\{("
    + "|".join(_ENVIRONMENTS)
    + r")(\*?)\}"
)
_LABEL = re.compile(r"\\label\s*\{\s*claim:\s*([^{}]+?)\s*\}")


@dataclass(frozen=True)
class Equation:
    """A claim id, where it stands, and the formulas it names (each a string of LaTeX).

    error: why the source could not be taken apart. names: `% names:` directives before it.
    """

    id: str
    file: str
    line: int
    formulas: tuple[str, ...] = ()
    error: LatexError | None = None
    names: tuple[str, ...] = ()


@dataclass
class _Display:
    """A displayed formula: [start, stop) in the source, and its environment."""

    start: int
    stop: int
    word: str
    before: list[Directive] = field(default_factory=list)
    inside: list[Directive] = field(default_factory=list)

    @property
    def several(self) -> bool:
        """Has every row a number of its own?"""
        return self.word in _SEVERAL


def equations(source: Source) -> Iterator[Equation]:
    """The equations with an id, in the paper's order; an id without equation has no formula."""
    macros = definitions(source.text)
    displays = list(_displays(source.text))
    lost = _attach(source, displays)
    found: list[tuple[int, Equation]] = []
    for d in displays:
        known = {m.name: m for offset, m in macros if offset < d.start}
        told = [x.text for x in source.directives if x.kind == "names" and x.offset < d.stop]
        names = tuple(_written_out(text, known) for text in told)
        found += [(d.start, e) for e in _of_display(source, d, known, names)]
    for directive in lost:
        for id in _ids(directive):
            found.append((directive.offset, Equation(id, *source.place(directive.offset))))
    yield from (e for _, e in sorted(found, key=lambda pair: pair[0]))


def _displays(text: str) -> Iterator[_Display]:
    """Displayed formulas; inline ones are stepped over."""
    opened: tuple[str, int] | None = None
    for match in _MARK.finditer(text):
        mark = match[0]
        if mark in (r"\\", r"\$"):
            continue
        if opened is None:
            if mark in (r"\[", "$$", "$", r"\(") or match[1] == "begin":
                opened = (match[2] or mark) + (match[3] or ""), match.end()
            continue
        word, start = opened
        closing = {r"\[": r"\]", "$$": "$$", "$": "$", r"\(": r"\)"}.get(word)
        if mark == closing or (match[1] == "end" and match[2] + match[3] == word):
            opened = None
            if word not in ("$", r"\(", "math"):
                yield _Display(start, match.start(), word.rstrip("*"))
        elif word == "$" and match[1] == "begin":
            opened = match[2] + match[3], match.end()  # a stray $ before: begin anew


def _attach(source: Source, displays: list[_Display]) -> list[Directive]:
    """Give each `% claim:` its display; those without one are returned."""
    lost = []
    for d in source.directives:
        if d.kind != "claim":
            continue
        inside = next((x for x in displays if x.start <= d.offset < x.stop), None)
        after = next((x for x in displays if x.start > d.offset), None)
        if inside is not None:
            inside.inside.append(d)
        elif after is not None and not _apart(source.text[d.offset : after.start]):
            after.before.append(d)
        else:
            lost.append(d)
    return lost


def _apart(between: str) -> bool:
    """Is there a blank line between a comment and the equation after it?"""
    return re.search(r"(?m)^[ \t]*\n", between) is not None


def _written_out(text: str, macros: dict[str, Macro]) -> str:
    """A remark may use the paper's own commands."""
    try:
        return expand(text, macros)
    except LatexError:
        return text


def _ids(d: Directive) -> list[str]:
    return d.text.replace(",", " ").split()


def _of_display(
    source: Source, d: _Display, macros: dict[str, Macro], names: tuple[str, ...]
) -> Iterator[Equation]:
    text = source.text[d.start : d.stop]
    marks = [(m.start(), m[1]) for m in _LABEL.finditer(text)]
    marks += [(x.offset - d.start, id) for x in d.inside for id in _ids(x)]
    whole = [(id, d.start) for x in d.before for id in _ids(x)]
    if not marks and not whole:
        return
    try:
        rows = rows_of(text)
    except LatexError as err:
        for id, offset in [*whole, *((id, d.start + at) for at, id in marks)]:
            yield Equation(id, *source.place(offset), error=err, names=names)
        return
    if not d.several:
        whole += [(id, d.start + at) for at, id in marks]
    for row in rows if d.several else ():
        row.ids = [(id, at) for at, id in marks if row.start <= at < row.stop]
    for id, offset in whole:
        yield _equation(id, source.place(offset), rows, (0, len(rows)), d.word, macros, names)
    for first, last in _pieces(rows):
        for id, at in [pair for row in rows[first:last] for pair in row.ids]:
            place = source.place(d.start + at)
            yield _equation(id, place, rows, (first, last), d.word, macros, names)


def _equation(id, place, rows, part, word, macros, names) -> Equation:  # type: ignore[no-untyped-def]
    try:
        written = [Row(expand(r.text, macros), r.start, r.stop) for r in rows[: part[1]]]
        formulas = join(written, part[0], always=word == "multline")
    except LatexError as err:
        return Equation(id, place[0], place[1], error=err, names=names)
    return Equation(id, place[0], place[1], formulas=tuple(formulas), names=names)


def _pieces(rows: list[Row]) -> Iterator[tuple[int, int]]:
    """[first, last) of the rows that each row with ids stands for.

    A row that goes on from the one before belongs to it, unless both have ids; rows without a
    number (\\nonumber) after a row with an id belong to the next row with one.
    """
    first, has_id, pending = 0, False, None
    for k, row in enumerate(rows):
        if k and not row.joined:  # another equation
            if has_id:
                yield first, k
            first, has_id, pending = k, False, None
        elif row.ids and has_id:  # another link of the same chain
            cut = k if pending is None else pending
            yield first, cut
            first, has_id, pending = cut, False, None
        if row.ids:
            has_id, pending = True, None
        elif not row.unnumbered:
            pending = None
        elif has_id and pending is None:
            pending = k
    if has_id:
        yield first, len(rows)
