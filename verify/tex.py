"""Where a long formula may be cut."""

from __future__ import annotations

import re
from itertools import pairwise

__all__ = ["pieces"]

#: Where a formula may be cut, and what opens and closes.
_CUT = re.compile(
    r"\\(?:left|right|begin|end)(?![A-Za-z])|[{}]| [+-] | = | \\(?:le|ge|ne) | < | > "
    r"|\\Rightarrow|\\;\\text\{ and \}"
)


def pieces(tex: str, width: int = 110) -> list[str]:
    """A long formula cut at top-level plus signs and relations, for several lines.

    >>> pieces(r"a \\;\\text{ and }\\; \\frac{b - c}{d} = e", 12)
    ['a ', '\\\\;\\\\text{ and }\\\\; \\\\frac{b - c}{d}', ' = e']
    """
    if len(tex) <= width:
        return [tex]
    cuts, depth = [0], 0
    for match in _CUT.finditer(tex):
        token = match.group()
        if token in (r"\left", r"\begin", "{"):
            depth += 1
        elif token in (r"\right", r"\end", "}"):
            depth -= 1
        elif depth == 0:
            cuts.append(match.start())
    cuts.append(len(tex))
    lines, line = [], ""
    for a, b in pairwise(cuts):
        part = tex[a:b]
        if line and len(line) + len(part) > width:
            lines.append(line)
            line = part
        else:
            line += part
    return [*lines, line] if line else lines
