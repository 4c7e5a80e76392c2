"""LaTeX -> tokens: one per letter, digit, command, upright word, environment or sign.

Blanks, spacing commands and sizes (\\left, \\bigl) vanish here, after \\left and \\right are
checked; they leave a side ("open" or "close") on a bar. Every token knows its place in the source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import MalformedLatex, UnsupportedLatex
from .vocabulary import ALIASES, HINTS, SIZING, SPACING, UNICODE, WORDS

__all__ = ["Token", "tokenize"]

MAX_LENGTH = 20_000
_COMMAND = re.compile(r"\\([A-Za-z]+)(\*?)|\\(.)", re.DOTALL)
_SKIP = re.compile(r"\*?\s*\[\s*-?[\d.]+\s*(pt|em|ex|mm|cm|in|mu)\s*\]|\*")  # after \\
_GROUP = re.compile(r"\s*\{([^{}\\$%]*)\}")
_SIGNS = set("+-*/=<>()[]{}|!,.;:'^_&")
_DELIMITERS = {"(", ")", "[", "]", r"\{", r"\}", "|", r"\|", r"\lfloor", r"\rfloor", r"\lceil",
               r"\rceil", r"\langle", r"\rangle", "."}  # fmt: skip


@dataclass(frozen=True)
class Token:
    """One token. `text` decides its meaning; `side` is "open" or "close" for a directed bar."""

    text: str
    pos: int
    end: int
    side: str = ""

    @property
    def is_letter(self) -> bool:
        return len(self.text) == 1 and self.text.isalpha()

    @property
    def is_digit(self) -> bool:
        return len(self.text) == 1 and self.text.isdigit()


def tokenize(source: str) -> list[Token]:
    """The tokens of a formula.

    >>> [t.text for t in tokenize(r"\\left|x_1\\right| \\leq \\operatorname{Var}(X)")]
    ['|', 'x', '_', '1', '|', '\\\\le', '\\\\mathrm{Var}', '(', 'X', ')']
    """
    if not isinstance(source, str):
        raise MalformedLatex(f"a formula is a string (got {type(source).__name__})")
    if len(source) > MAX_LENGTH:
        raise MalformedLatex(f"{len(source)} characters", f"at most {MAX_LENGTH} are read")
    return _Lexer(source).run()


class _Lexer:
    def __init__(self, source: str):
        self.source, self.pos = source, 0
        self.out: list[Token] = []
        self.size: tuple[str, int] | None = None  # a sizing command that waits for its delimiter
        self.lefts: list[tuple[str, int]] = []  # open \left ("left") and { ("{")

    def run(self) -> list[Token]:
        while self.pos < len(self.source):
            self._step()
        if self.size:
            raise self._bad(f"\\{self.size[0]} without a delimiter", "", self.size[1])
        for word, pos in self.lefts:
            name = r"\left" if word == "left" else word
            raise self._bad(f"{name} is never closed", "", pos)
        return self.out

    def _bad(self, found: str, hint: str, pos: int) -> MalformedLatex:
        return MalformedLatex(found, hint, self.source, pos)

    def _step(self) -> None:
        c, start = self.source[self.pos], self.pos
        if (c.isspace() and c.isascii()) or c == "~":
            self.pos += 1
        elif c == "%":
            end = self.source.find("\n", start)
            self.pos = len(self.source) if end < 0 else end + 1
        elif c == "\\":
            self._command(start)
        elif (c.isalnum() and c.isascii()) or c in _SIGNS:
            self.pos += 1
            self._emit(c, start)
        else:
            hint = UNICODE.get(c) or HINTS.get(c, "")
            hint = f"write {hint}" if c in UNICODE else hint
            raise self._bad(f"the character {c!r} is not read", hint, start)

    def _command(self, start: int) -> None:
        match = _COMMAND.match(self.source, start)
        if match is None:
            raise self._bad("a backslash at the end", "", start)
        name = match[1] or match[3]
        self.pos = match.end(1) if match[1] else match.end()
        if name in SIZING:
            if self.size:
                raise self._bad(f"\\{name} after \\{self.size[0]}", "", start)
            self.size = (name, start)
        elif name in SPACING or (not match[1] and name.isspace()):
            return
        elif name in ("begin", "end"):
            word = self._argument(name, start)
            self._emit(f"\\{name}{{{word}}}", start)
        elif name in WORDS:
            if match[2]:
                self.pos += 1
            self._emit(rf"\mathrm{{{' '.join(self._argument(name, start).split())}}}", start)
        else:
            text, side = ALIASES.get(f"\\{name}", (f"\\{name}", ""))
            self._emit(text, start, side)
            if text == r"\\" and (skip := _SKIP.match(self.source, self.pos)):
                self.pos = skip.end()

    def _argument(self, name: str, start: int) -> str:
        match = _GROUP.match(self.source, self.pos)
        if match is None or not match[1].strip():
            raise self._bad(f"\\{name} needs plain words in braces", "", start)
        self.pos = match.end()
        return match[1].strip()

    def _emit(self, text: str, start: int, side: str = "") -> None:
        if self.size:
            size, at = self.size
            side = self._sized(size, text, at)
            self.size = None
        elif text == "{":
            self.lefts.append(("{", start))
        elif text == "}":
            if not self.lefts or self.lefts[-1][0] != "{":
                raise self._bad("} closes nothing", "", start)
            self.lefts.pop()
        self.out.append(Token(text, start, self.pos, side if text in ("|", r"\|") else ""))

    def _sized(self, size: str, text: str, at: int) -> str:
        if text not in _DELIMITERS:
            raise self._bad(f"\\{size} before {text}, which is no bracket", "", at)
        if text == ".":
            raise UnsupportedLatex(f"\\{size}. hides a bracket", "write both", self.source, at)
        if size == "left":
            self.lefts.append(("left", at))
        elif size == "right":
            if not self.lefts or self.lefts[-1][0] != "left":
                raise self._bad(r"\right without \left", "", at)
            self.lefts.pop()
        return SIZING[size]
