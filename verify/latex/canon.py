"""Tokens -> one spelling: every argument and script in braces, subscript before superscript.

So `\\frac1n` and `\\frac{1}{n}`, `x_1` and `x_{1}`, `p^{(m)}_i` and `p_i^{(m)}`, `\\hat\\mu` and
`\\hat{\\mu}` are the same names and formulas. What LaTeX sets differently from what most authors
mean (`x^10`) is refused here.
"""

from __future__ import annotations

from .errors import AmbiguousLatex, MalformedLatex
from .lexer import Token, tokenize
from .vocabulary import ACCENTS, ARITY, FONTS

__all__ = ["canonical", "spell"]

MAX_DEPTH = 40
_NO_ARGUMENT = {"+", "-", "=", "<", ">", "/", "^", "_", "&", "(", ")", "[", "]", "|", ",", ".", "!",
                ";", ":", r"\|", r"\\", r"\cdot", r"\le", r"\ge", r"\neq", r"\to"}  # fmt: skip


def canonical(source: str) -> list[Token]:
    """The tokens of a formula in their one spelling.

    >>> spell(canonical(r"p^{(m)}_i + \\frac1n"))
    'p_{i}^{(m)}+\\\\frac{1}{n}'
    """
    return _Canon(source, tokenize(source)).run()


def spell(tokens: list[Token] | tuple[Token, ...]) -> str:
    """LaTeX text of tokens.

    >>> spell(canonical(r"\\alpha t"))
    '\\\\alpha t'
    """
    out = ""
    for t in tokens:
        word = out[out.rfind("\\") :]
        glue = t.text[:1].isalpha() and word[:1] == "\\" and word[1:].isalpha()
        out += (" " if glue else "") + t.text
    return out


class _Canon:
    def __init__(self, source: str, tokens: list[Token]):
        self.source, self.tokens, self.at, self.depth = source, tokens, 0, 0

    def run(self) -> list[Token]:
        out = self._sequence(None)
        if self.at < len(self.tokens):
            raise self._bad("} closes nothing", "")
        return out

    @property
    def peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _bad(self, found: str, hint: str, token: Token | None = None) -> MalformedLatex:
        token = token or self.peek
        pos = token.pos if token else len(self.source)
        return MalformedLatex(found, hint, self.source, pos)

    def _sequence(self, closer: str | None) -> list[Token]:
        """Units with their scripts, up to (not including) the closing token."""
        out: list[Token] = []
        while (t := self.peek) is not None and t.text not in (closer, "}"):
            if t.text in ("^", "_"):
                raise self._bad(f"{t.text} has nothing to its left", "write the base before it")
            out += self._unit() + self._scripts()
        return out

    def _unit(self) -> list[Token]:
        """One token, a braced group, or a command with its arguments."""
        t = self.tokens[self.at]
        self.at += 1
        if t.text == "{":
            return self._group(t)
        name = t.text[1:] if t.text.startswith("\\") else ""
        out = [t]
        if name == "sqrt" and (root := self.peek) is not None and root.text == "[":
            self.at += 1
            inner = self._sequence("]")
            if (end := self.peek) is None or end.text != "]":
                raise self._bad(r"the [ of \sqrt[ is never closed", "", root)
            self.at += 1
            out += [root, *inner, end]
        for _ in range(ARITY.get(name, 0)):
            out += self._argument(t)
        return out

    def _group(self, opener: Token) -> list[Token]:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._bad(f"more than {MAX_DEPTH} levels of braces", "name a part of it", opener)
        inner = self._sequence("}")
        if (end := self.peek) is None:
            raise self._bad("{ is never closed", "", opener)
        if not inner:
            raise self._bad("empty braces", "leave them out", opener)
        self.at += 1
        self.depth -= 1
        return [opener, *inner, end]

    def _argument(self, owner: Token) -> list[Token]:
        t = self.peek
        if t is None or t.text in _NO_ARGUMENT or t.text == "}":
            raise self._bad(f"{owner.text} lacks an argument", "put it in braces")
        name = t.text[1:]
        if name in ARITY and not (name in ACCENTS | FONTS and owner.text[1:] in ACCENTS | FONTS):
            raise self._bad(f"{owner.text}{t.text} without braces", "put the argument in braces")
        return self._braced(self._unit())

    def _braced(self, unit: list[Token]) -> list[Token]:
        if unit[0].text == "{":
            return unit
        first, last = unit[0].pos, unit[-1].end
        return [Token("{", first, first), *unit, Token("}", last, last)]

    def _scripts(self) -> list[Token]:
        below: list[Token] = []
        primes: list[Token] = []
        above: list[Token] = []
        while (t := self.peek) is not None and t.text in ("^", "_", "'"):
            self.at += 1
            if t.text == "'":
                if above:
                    raise self._bad("a prime after a superscript", "write the prime first", t)
                primes.append(t)
            elif below if t.text == "_" else above:
                kind = "subscript" if t.text == "_" else "superscript"
                raise self._bad(f"a second {kind}", "use braces or parentheses", t)
            elif t.text == "_":
                below = [t, *self._script(t)]
            else:
                above = [t, *self._script(t)]
        if above and [x.text for x in above[2:-1]] == ["'"] * (len(above) - 3):
            primes, above = primes + above[2:-1], []  # x^\prime is x'
        return below + primes + above

    def _script(self, mark: Token) -> list[Token]:
        t = self.peek
        if t is not None and t.text == "'":  # x^\prime
            self.at += 1
            return self._braced([t])
        if t is None or (t.text in _NO_ARGUMENT or t.text == "}"):
            raise self._bad(f"{mark.text} lacks its script", "put it in braces", mark)
        if t.text[1:] in ARITY:
            raise self._bad(f"{mark.text}{t.text} without braces", "put the script in braces")
        unit = self._unit()
        after = self.peek
        if t.is_digit and after is not None and after.is_digit and after.pos == t.end:
            digits = t.text
            while (d := self.peek) is not None and d.is_digit:
                digits, self.at = digits + d.text, self.at + 1
            raise AmbiguousLatex(
                f"{mark.text}{digits} sets only {t.text} in the script",
                f"write {mark.text}{{{digits}}}, or a sign between the two",
                self.source,
                mark.pos,
            )
        return self._braced(unit)
