"""A paper's source as one text: \\input followed, comments taken out, every place traceable.

What stands in comments as `% claim: ID` or `% names: SYMBOL = LATEX` is kept as a directive.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ...derivations.errors import LoadError, PathNotFound

__all__ = ["Directive", "Source", "read_source"]

MAX_FILES = 500
MAX_CHARACTERS = 20_000_000
_INPUT = re.compile(r"\\(?:input|include|subfile)(?![A-Za-z])\s*(?:\{([^{}]*)\}|([^\s{}\\%]+))")
_ID = r"[A-Za-z][\w-]*(?:\.[\w-]+)*"
_DIRECTIVE = re.compile(
    rf"%+\s*(?:(claim)\s*:\s*({_ID}(?:\s*,\s*{_ID})*)|(names)\s*:\s*(\S.*?))\s*\Z"
)
_VERBATIM = re.compile(
    r"\\begin\{((?:verbatim|Verbatim|lstlisting|minted|comment|filecontents)\*?)\}"
)
_VERB = re.compile(r"\\(?:verb|lstinline)\*?([^A-Za-z\s*{])(.*?)\1")
_IF = re.compile(r"\\(if[A-Za-z]*|fi)(?![A-Za-z])")


@dataclass(frozen=True)
class Directive:
    """A remark in a comment: kind "claim" or "names", and its text."""

    offset: int
    kind: str
    text: str


@dataclass
class Source:
    """`text`: the paper without comments. `place(offset)`: file and line of a character."""

    text: str = ""
    directives: list[Directive] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    lines: list[tuple[str, int]] = field(default_factory=list)

    def place(self, offset: int) -> tuple[str, int]:
        """(file, line) of the character at this offset."""
        return self.lines[max(0, bisect_right(self.starts, offset) - 1)]


def read_source(path: str | Path) -> Source:
    """The source of a paper and of what it includes, as LaTeX sees it.

    Raises PathNotFound for the paper itself; LoadError, with file and line, for an included file
    that does not exist, lies outside by an absolute path, includes itself, or is no text.
    """
    main = Path(path)
    if not main.is_file():
        raise PathNotFound(f"check {main}; there is no such file; check the path")
    source = _Reader(main).source
    return source


class _Reader:
    def __init__(self, main: Path):
        self.main, self.source = main, Source()
        self.pieces: list[str] = []
        self.size = self.files = 0
        self.skipping: str | None = None  # what ends the part that LaTeX does not read
        self.depth = self.over = 0
        self._file(main, (), None)
        self.source.text = "".join(self.pieces)
        if not self.source.lines:
            self.source.starts, self.source.lines = [0], [(str(main), 1)]

    def _file(self, path: Path, stack: tuple[Path, ...], at: tuple[str, int] | None) -> None:
        where = (*at, None) if at else (str(path), None, None)
        real = path.resolve()
        if real in stack:
            chain = " -> ".join(p.name for p in (*stack, real))
            raise LoadError(
                f"include {path}; it includes itself: {chain}; take it out", where=where
            )
        self.files += 1
        if self.files > MAX_FILES:
            raise LoadError(f"include {path}; more than {MAX_FILES} files; split it", where=where)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as err:
            raise LoadError(
                f"read {path}; {type(err).__name__}: {err}; save it as UTF-8 text", where=where
            ) from err
        for number, line in enumerate(text.splitlines(), 1):
            self._line(line, path, number, (*stack, real))
            if self.over:
                return

    def _line(self, line: str, path: Path, number: int, stack: tuple[Path, ...]) -> None:
        for part, comment in self._visible(line):
            at = (str(path), number)
            end = re.search(r"\\(endinput(?![A-Za-z])|end\{document\})", part)
            part = part[: end.start()] if end else part
            if (found := _DIRECTIVE.match(comment)) is not None:
                offset = self.size + len(part) - len(part.lstrip())
                kind, text = found[1] or found[3], found[2] or found[4]
                self.source.directives.append(Directive(offset, kind, text))
            if part.strip() or not comment:  # a line with nothing but a comment does not show
                self._text(part + "\n", path, at, stack)
            if end and end[1] != "endinput":
                self.over = 1

    def _text(self, text: str, path: Path, at: tuple[str, int], stack: tuple[Path, ...]) -> None:
        done = 0
        for match in _INPUT.finditer(text):
            self._add(text[done : match.start()] + "\n", at)
            self._file(self._resolve(match[1] or match[2], path, at), stack, at)
            done = match.end()
        self._add(text[done:], at)

    def _resolve(self, name: str, path: Path, at: tuple[str, int]) -> Path:
        name = name.strip().strip('"')
        where = (*at, None)
        if "\\" in name or "#" in name:
            raise LoadError(
                f"include {name}; its name is a macro; write the file's name", where=where
            )
        if Path(name).is_absolute():
            raise LoadError(
                f"include {name}; the path is absolute; write a relative one", where=where
            )
        for folder in (self.main.parent, path.parent):
            for candidate in (folder / f"{name}.tex", folder / name):
                if candidate.is_file():
                    return candidate
        raise LoadError(f"include {name}; there is no such file; check the name", where=where)

    def _add(self, text: str, at: tuple[str, int]) -> None:
        self.source.starts.append(self.size)
        self.source.lines.append(at)
        self.pieces.append(text)
        self.size += len(text)
        if self.size > MAX_CHARACTERS:
            raise LoadError(f"more than {MAX_CHARACTERS} characters; split it", where=(*at, None))

    def _visible(self, line: str) -> Iterator[tuple[str, str]]:
        """(what LaTeX reads, the comment): verbatim text and \\iffalse parts are left out."""
        out, skipped = "", bool(self.skipping)
        line = _VERB.sub(lambda m: " " * len(m[0]), line) if not self.skipping else line
        while True:
            if self.skipping:
                rest = self._skip(line)
                if rest is None:
                    break
                line = rest
                continue
            code, comment = _uncommented(line)
            verbatim = _VERBATIM.search(code)
            hidden = re.search(r"\\iffalse(?![A-Za-z])", code)
            first = min((m for m in (verbatim, hidden) if m), key=lambda m: m.start(), default=None)
            if first is None:
                if (out + code).strip() or comment or not skipped:
                    yield out + code, comment
                return
            out, line = out + code[: first.start()], line[first.end() :]
            self.skipping = f"\\end{{{verbatim[1]}}}" if first is verbatim else r"\fi"
            self.depth, skipped = 1, True
        if out.strip():
            yield out, ""

    def _skip(self, line: str) -> str | None:
        """The rest of the line after the part that is left out, None where it goes on."""
        if self.skipping != r"\fi":
            _, end, after = line.partition(str(self.skipping))
            if not end:
                return None
            self.skipping = None
            return after
        for match in _IF.finditer(_uncommented(line)[0]):
            self.depth += -1 if match[1] == "fi" else 1
            if self.depth == 0:
                self.skipping = None
                return line[match.end() :]
        return None


def _uncommented(line: str) -> tuple[str, str]:
    """(code, comment with its %) of a line; \\% is no comment."""
    i = 0
    while i < len(line):
        if line[i] == "\\":
            i += 2
        elif line[i] == "%":
            return line[:i], line[i:]
        else:
            i += 1
    return line, ""
