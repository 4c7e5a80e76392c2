"""A place in a formula: what stands here, what comes next, and errors with the place in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .build import Refused
from .errors import AmbiguousLatex, LatexError, MalformedLatex, UnsupportedLatex
from .lexer import Token
from .spelling import matching
from .vocabulary import HINTS

__all__ = ["Cursor"]

MAX_DEPTH = 60


class Cursor:
    """Tokens [at, end) of a formula that are still to be read."""

    def __init__(self, source: str, tokens: list[Token]):
        self.source, self.tokens = source, tokens
        self.at, self.end, self.depth = 0, len(tokens), 0

    # -- looking and moving ------------------------------------------------------------------

    @property
    def peek(self) -> Token | None:
        """The next token, None at the end."""
        return self.tokens[self.at] if self.at < self.end else None

    @property
    def text(self) -> str:
        """The text of the next token, "" at the end."""
        return self.tokens[self.at].text if self.at < self.end else ""

    def ahead(self, k: int) -> str:
        """The text of the token k places further, "" after the end."""
        return self.tokens[self.at + k].text if self.at + k < self.end else ""

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def expect(self, text: str, why: str) -> Token:
        if self.text != text:
            raise self.malformed(f"{text} is missing {why}")
        return self.take()

    def closing(self, start: int) -> int:
        """The place after the bracket that closes the one at `start`."""
        after = matching(self.tokens, start, self.end)
        if after is None:
            raise self.malformed(f"{self.tokens[start].text} is never closed", "", start)
        return after

    @contextmanager
    def window(self, start: int, stop: int) -> Iterator[None]:
        """Only the tokens [start, stop) can be read; afterwards the cursor is where it was."""
        saved = self.at, self.end
        self.at, self.end = start, stop
        try:
            yield
            self.finished()
        finally:
            self.at, self.end = saved

    def finished(self) -> None:
        """Everything has been read, or an error."""
        if self.at < self.end:
            raise self.unexpected()

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One level further inside; the number of levels is limited."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.unsupported(f"more than {MAX_DEPTH} levels of brackets", "name a part of it")
        yield
        self.depth -= 1

    # -- errors ------------------------------------------------------------------------------

    def _pos(self, at: int | None) -> int:
        at = self.at if at is None else at
        if at < len(self.tokens):
            return self.tokens[at].pos
        return len(self.source.rstrip())

    def malformed(self, found: str, hint: str = "", at: int | None = None) -> MalformedLatex:
        return MalformedLatex(found, hint, self.source, self._pos(at))

    def ambiguous(self, found: str, hint: str, at: int | None = None) -> AmbiguousLatex:
        return AmbiguousLatex(found, hint, self.source, self._pos(at))

    def unsupported(self, found: str, hint: str = "", at: int | None = None) -> UnsupportedLatex:
        return UnsupportedLatex(found, hint, self.source, self._pos(at))

    def unexpected(self) -> LatexError:
        """The next token has no place here."""
        if self.at >= self.end:
            return self.malformed("the formula ends too early")
        text = self.text
        if text in HINTS:
            return self.unsupported(f"{text} is not read here", HINTS[text])
        return self.malformed(f"{text} has no place here")

    @contextmanager
    def building(self, at: int) -> Iterator[None]:
        """Refusals of the builders get their place in the formula."""
        try:
            yield
        except Refused as err:
            found, hint = err.args
            raise self.unsupported(found, hint, at) from err
