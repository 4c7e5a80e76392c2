"""LaTeX formulas as plain text on one line: `\\frac{\\alpha \\beta^{m}}{N}` becomes `α βᵐ/N`.

It reads what this package and SymPy print, not LaTeX at large; a command it does not know stays as
its name. Grouping is kept: parentheses are added wherever a bar or a brace kept things together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from unicodedata import normalize

from .glyphs import ACCENTS, BIG, COMMANDS, SPACES, lower, raised

__all__ = ["untex"]

# How tightly a text holds together.
RELATION, SUM, PRODUCT, SLASH, ATOM = range(5)
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}^_&]|\d+(?:\.\d+)?|[A-Za-z]+|\s+|.", re.DOTALL)
_BINARY = {"+": "+", "-": "−", "·": "·", "×": "×", "±": "±"}
_RELATIONS = set("=<>≤≥≠→⇒⇔∈≈∼↦∧∨|:,;")
_NORM = re.compile(r"E\[(‖[^‖|\[\]]*‖[₁∞]?²?)\](?![⁰¹²³⁴-⁹])")


@dataclass
class Piece:
    """A rendered part. glued: nothing, not even a blank, stood before it in the LaTeX."""

    text: str
    level: int = ATOM
    kind: str = "factor"  # factor, name, fence, open, close, big, binary, relation, words
    glued: bool = False


def untex(latex: str) -> str:
    """The formula as one line of text.

    >>> untex(r"S_{m + 1} = \\frac{1}{N} \\left(1 - p_{i}^{2}\\right)")
    'Sₘ₊₁ = (1/N) (1 − pᵢ²)'
    """
    text = _Reader(_TOKEN.findall(latex)).sequence(None).text
    return normalize("NFC", _NORM.sub(r"E\1", text).replace(" + −", " − "))


class _Reader:
    def __init__(self, tokens: list[str]):
        self.tokens, self.at = tokens, 0

    def sequence(self, end: str | None) -> Piece:
        """Everything up to `end` (consumed)."""
        pieces: list[Piece] = []
        blank = False
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token == end:
                self.at += 1
                break
            if token in ("^", "_"):
                pieces.append(self._scripts(pieces.pop() if pieces else Piece("")))
                continue
            if token == "'" and pieces:
                self.at += 1
                pieces[-1].text += "′"
                continue
            piece = self._piece()
            if piece is None:
                blank = True
                continue
            piece.glued, blank = not blank, False
            pieces.append(piece)
        return _join(pieces)

    def _next(self) -> str:
        token = self.tokens[self.at] if self.at < len(self.tokens) else ""
        self.at += 1
        return token

    def _piece(self) -> Piece | None:
        token = self._next()
        if not token or token.isspace() or token in SPACES:
            return None
        if token == "{":
            return self.sequence("}")
        if token == "\\left":
            opening = _glyph(self._next())
            inner = self.sequence("\\right").text
            return Piece(f"{opening}{inner}{_glyph(self._next())}", kind="fence")
        if token in ("\\frac", "\\tfrac", "\\dfrac"):
            return _fraction(self._argument(), self._argument())
        if token == "\\binom":
            return Piece(f"C({self._argument().text}, {self._argument().text})")
        if token == "\\substack":  # its lines are parted by semicolons, as any lines are
            return self._argument()
        if token == "\\sqrt":
            return self._root()
        if token in ("\\text", "\\mathrm", "\\operatorname", "\\textrm"):
            words = self._raw()
            return Piece(words.strip(), kind="words" if token == "\\text" else "name")
        if token in ("\\mathbb", "\\mathbf", "\\mathcal"):
            return Piece(self._argument().text, kind="name")
        if token in ACCENTS:
            return _accented(self._argument().text, token)
        if token in ("\\begin", "\\end"):
            self._raw()
            return Piece("{" if token == "\\begin" else "}", kind="words")
        if token in BIG:
            return Piece(BIG[token], kind="big")
        return _simple(_glyph(token))

    def _argument(self) -> Piece:
        while self.at < len(self.tokens) and self.tokens[self.at].isspace():
            self.at += 1
        return self._piece() or Piece("")

    def _raw(self) -> str:
        """The tokens of a braced argument as they are."""
        out, depth = "", 0
        while self.at < len(self.tokens):
            token = self._next()
            depth += (token == "{") - (token == "}")
            if depth == 0:
                return out
            out += token if not (token == "{" and depth == 1) else ""
        return out

    def _root(self) -> Piece:
        degree = ""
        if self.tokens[self.at : self.at + 1] == ["["]:
            self.at += 1
            degree = raised(self.sequence("]").text) or ""
        return Piece(f"{degree}√{_wrapped(self._argument(), ATOM)}")

    def _scripts(self, base: Piece) -> Piece:
        above = below = None
        while self.at < len(self.tokens) and self.tokens[self.at] in ("^", "_"):
            if self._next() == "^":
                above = self._argument()
            else:
                below = self._argument()
        text = base.text if base.kind == "fence" else _wrapped(base, ATOM)
        if below is not None and not (text.startswith("‖") and below.text == "2"):
            text += lower(below.text) or _script("_", below)
        if above is not None:
            text += raised(above.text) or _script("^", above)
        return Piece(text, kind=base.kind, glued=base.glued)


def _glyph(token: str) -> str:
    return "" if token == "." else COMMANDS.get(token, token.removeprefix("\\"))


def _simple(text: str) -> Piece:
    if text in _BINARY:
        return Piece(_BINARY[text], kind="binary")
    if text in _RELATIONS:
        return Piece(text, kind="relation")
    kinds = {**dict.fromkeys("([{", "open"), **dict.fromkeys(")]}", "close")}
    return Piece(text, kind=kinds.get(text, "factor" if text[:1].isdigit() else "name"))


def _script(sign: str, e: Piece) -> str:
    plain = e.level == ATOM and re.fullmatch(r"\w+|\S", e.text)
    braces = ("{", "}") if sign == "_" else ("(", ")")
    return f"{sign}{e.text}" if plain else f"{sign}{braces[0]}{e.text}{braces[1]}"


def _wrapped(e: Piece, least: int) -> str:
    return e.text if e.level >= least else f"({e.text})"


def _fraction(top: Piece, bottom: Piece) -> Piece:
    return Piece(f"{_wrapped(top, PRODUCT)}/{_wrapped(bottom, ATOM)}", SLASH)


def _accented(text: str, accent: str) -> Piece:
    mark, word = ACCENTS[accent]
    return Piece(text + mark if len(text) == 1 else f"{word}({text})", kind="name")


def _join(pieces: list[Piece]) -> Piece:
    """The pieces in a row, with the spaces and parentheses that keep their meaning."""
    if len(pieces) == 1:
        return pieces[0]
    out, level = "", ATOM
    before: Piece | None = None
    unary = False
    for k, p in enumerate(pieces):
        after = pieces[k + 1] if k + 1 < len(pieces) else None
        text = p.text
        if p.kind not in MARKS and (p.level <= SUM or (p.level == SLASH and _is_factor(after))):
            text = f"({text})"
        out += ("" if unary else _space(before, p)) + text
        unary = p.kind == "binary" and (before is None or before.kind in (*MARKS, "open"))
        if p.kind in ("relation", "words"):
            level = RELATION
        elif p.kind in ("binary", "big"):
            level = min(level, PRODUCT if p.text in "·×" else SUM)
        elif before is not None and before.kind in ("factor", "name", "fence"):
            call = before.kind == "name" and p.glued and p.kind in ("fence", "open")
            level = level if call or p.kind == "close" else min(level, PRODUCT)
        before = p
    return Piece(" ".join(out.split()), level, kind="fence" if level == ATOM else "factor")


MARKS = ("binary", "relation", "words")


def _is_factor(p: Piece | None) -> bool:
    return p is not None and p.kind in ("factor", "name", "fence", "open", "big")


def _space(before: Piece | None, p: Piece) -> str:
    if before is None or before.kind == "open" or p.kind == "close" or p.text in (",", ";", ":"):
        return ""
    if "·" in (before.text, p.text) or (
        before.kind == "name" and p.kind in ("fence", "open") and p.glued
    ):
        return ""
    if before.kind == "factor" and re.fullmatch(r"\d+(\.\d+)?", before.text) and _is_factor(p):
        return "·" if p.text[:1].isdigit() else ""
    if _is_factor(before) and before.kind != "big" and p.text[:1].isdigit():
        return "" if before.kind == "name" and p.glued else "·"  # `A2` is one name
    return " "
