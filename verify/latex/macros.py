"""A paper's own commands (\\newcommand, \\def, \\let and the like) and their expansion."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .errors import MalformedLatex, UnsupportedLatex

__all__ = ["Macro", "definitions", "expand", "group"]

MAX_DEPTH = 50
MAX_CALLS = 5_000
MAX_LENGTH = 20_000
_TOKEN = re.compile(r"\\[A-Za-z@]+\*?|\\.|[^\\]", re.DOTALL)
_COMMAND = re.compile(r"\s*\{?\s*(\\(?:[A-Za-z@]+|[^A-Za-z]))\s*\}?")
_DEFINES = re.compile(
    r"\\(newcommand|renewcommand|providecommand|DeclareRobustCommand|def|gdef|let"
    r"|DeclareMathOperator|DeclarePairedDelimiter)(\*?)(?![A-Za-z])"
)
_COUNT = re.compile(r"\s*\[\s*(\d)\s*\]")


@dataclass(frozen=True)
class Macro:
    """`body` with #1, #2, ...; `default`: of an optional first argument; `why`: not readable."""

    name: str
    body: str
    arguments: int = 0
    default: str | None = None
    why: str = ""
    paired: bool = False


def group(text: str, at: int) -> tuple[str, int] | None:
    """(inside, place after) of the braces that come next, blanks skipped; None without them.

    >>> group(" {a{b}} c", 0)
    ('a{b}', 7)
    """
    while at < len(text) and text[at].isspace():
        at += 1
    if at >= len(text) or text[at] != "{":
        return None
    depth, i = 0, at
    while i < len(text):
        if text[i] == "\\":
            i += 2
            continue
        depth += (text[i] == "{") - (text[i] == "}")
        i += 1
        if depth == 0:
            return text[at + 1 : i - 1], i
    return None


def definitions(text: str) -> list[tuple[int, Macro]]:
    """(offset, macro) of every definition, in order; the last before a formula counts.

    >>> [m.name for _, m in definitions(r"\\newcommand{\\E}{\\mathbb{E}} \\def\\R{x}")]
    ['\\\\E', '\\\\R']
    """
    out = []
    for match in _DEFINES.finditer(text):
        name = _COMMAND.match(text, match.end())
        if name is None:
            continue
        macro = _define(match[1], name[1], text, name.end())
        if macro is not None:
            out.append((match.start(), macro))
    return out


def _define(how: str, name: str, text: str, at: int) -> Macro | None:
    if how == "let":
        other = re.compile(r"\s*=?\s*(\\(?:[A-Za-z@]+|.)|\S)").match(text, at)
        return Macro(name, other[1]) if other else None
    if how in ("def", "gdef"):
        return _primitive(name, text, at)
    if how == "DeclareMathOperator":
        body = group(text, at)
        return Macro(name, rf"\operatorname{{{body[0]}}}") if body else None
    if how == "DeclarePairedDelimiter":
        left = group(text, at)
        right = group(text, left[1]) if left else None
        return Macro(name, f"{left[0]} #1 {right[0]}", 1, paired=True) if left and right else None
    count, default = 0, None
    if (number := _COUNT.match(text, at)) is not None:
        count, at = int(number[1]), number.end()
        optional = re.compile(r"\s*\[([^\]]*)\]").match(text, at)
        if optional:
            default, at = optional[1], optional.end()
    body = group(text, at)
    return Macro(name, body[0], count, default) if body else None


def _primitive(name: str, text: str, at: int) -> Macro | None:
    start = text.find("{", at)
    body = group(text, start) if start >= 0 else None
    if body is None:
        return None
    parameters = text[at:start].strip()
    count = parameters.count("#")
    if parameters != "".join(f"#{k + 1}" for k in range(count)):
        return Macro(name, "", why="it is defined with delimited arguments")
    return Macro(name, body[0], count)


def expand(text: str, macros: Mapping[str, Macro]) -> str:
    """The formula with the paper's own commands written out.

    Raises UnsupportedLatex for one that calls itself without end, or grows too long.

    >>> norm = Macro(r"\\norm", r"\\|#1\\|", 1)
    >>> expand(r"\\norm{x}^2", {r"\\norm": norm})
    '\\\\|x\\\\|^2'
    """
    return _expand(text, macros, 0, [MAX_CALLS])


def _expand(text: str, macros: Mapping[str, Macro], depth: int, left: list[int]) -> str:
    left[0] -= 1
    if depth > MAX_DEPTH or left[0] < 0:
        hint = "write it out"
        raise UnsupportedLatex("a command that expands without end", hint, text[:200], 0)
    out, at = "", 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise MalformedLatex("a backslash at the end", "", text, at)
        name = match[0].rstrip("*") if match[0][1:2].isalpha() else match[0]
        macro = macros.get(name)
        if macro is None:
            out, at = out + match[0], match.end()
            continue
        end = match.end() if macro.paired else at + len(name)
        if macro.why:
            raise UnsupportedLatex(f"the command {name}: {macro.why}", "write it out", text, at)
        body, at = _call(macro, text, end)
        inner = _expand(body, macros, depth + 1, left)
        glue = re.search(r"\\[A-Za-z]+\Z", inner) and text[at : at + 1].isalpha()
        out += inner + (" " if glue else "")
        if len(out) > MAX_LENGTH:
            raise UnsupportedLatex("a command that expands too far", "write it out", text[:200], 0)
    return out


def _call(macro: Macro, text: str, at: int) -> tuple[str, int]:
    """(the body with its arguments put in, place after the call)."""
    args: list[str] = []
    start = at
    if macro.default is not None or macro.paired:
        optional = re.compile(r"\s*\[([^\]]*)\]").match(text, at)
        at = optional.end() if optional else at
        if not macro.paired:
            args.append(optional[1] if optional else str(macro.default))
    while len(args) < macro.arguments:
        braced = group(text, at)
        if braced is None:
            single = re.compile(r"\s*(\\[A-Za-z@]+|\\.|[^\\{}\s])").match(text, at)
            if single is None:
                found = f"{macro.name} lacks an argument"
                raise MalformedLatex(found, "put it in braces", text, start - len(macro.name))
            braced = single[1], single.end()
        args.append(braced[0])
        at = braced[1]
    if not macro.arguments:
        while macro.name[1:2].isalpha() and at < len(text) and text[at] in " \t\n":
            at += 1  # TeX skips blanks after a command word
    body = re.sub(
        r"#(\d)", lambda m: args[int(m[1]) - 1] if int(m[1]) <= len(args) else m[0], macro.body
    )
    return body, at
