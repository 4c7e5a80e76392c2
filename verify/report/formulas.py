"""Formulas as SVG, drawn by ziamath: no fonts, no JavaScript; letters are shared on a page."""

from __future__ import annotations

import re
from functools import lru_cache

from ..tex import pieces
from ..untex import untex
from .markup import Html, el, join

__all__ = ["Formulas"]

SIZE = 24.0  # what ziamath draws at
LONG = 48  # signs; a longer formula is drawn in pieces, so that its lines can be broken
_SYMBOL = re.compile(r'<symbol id="([^"]*)"([^>]*?(?:/>|>.*?</symbol>))', re.DOTALL)
_HEAD = re.compile(
    r'<svg xmlns="[^"]*"(?: xmlns:xlink="[^"]*")? width="([\d.]+)" height="([\d.]+)"'
    r' viewBox="([-\d.]+) ([-\d.]+) [^"]*"'
)


class Formulas:
    """Draws the formulas of one page and keeps the letters that they share."""

    def __init__(self) -> None:
        self.letters: dict[str, str] = {}  # what is drawn -> its id on this page

    def inline(self, latex: str) -> Html:
        """A formula within a line of text; a long one is broken where the line ends."""
        latex = latex.replace("+ - ", "- ")  # a sum whose terms were printed one by one
        plain = untex(latex)
        parts = [latex] if len(plain) <= LONG else pieces(latex, 1)
        drawn = [self._drawn(p if k == 0 else f"{{}} {p}") for k, p in enumerate(parts)]
        if None in drawn:
            return el("code", plain)
        return el("span", join(drawn, el("wbr")), class_="math", role="img", aria_label=plain)

    def display(self, latex: str, label: str) -> Html:
        """A formula of its own; one that is too wide can be scrolled, also by keyboard."""
        body = self.inline(latex)
        return el("div", body, class_="formula", tabindex="0", role="group", aria_label=label)

    def defs(self) -> Html:
        """The letters, to be put on the page once."""
        symbols = join(
            Html(f'<symbol id="{id}"{drawn}') for drawn, id in self.letters.items()
        )
        return el("svg", symbols, class_="letters", width="0", height="0", aria_hidden="true")

    def _drawn(self, latex: str) -> Html | None:
        drawing = _draw(latex)
        if drawing is None:
            return None
        head, body = drawing

        def shared(found: re.Match[str]) -> str:
            names[found[1]] = self.letters.setdefault(found[2], f"g{len(self.letters)}")
            return ""

        names: dict[str, str] = {}
        body = _SYMBOL.sub(shared, body)
        body = re.sub(r'href="#([^"]*)"', lambda m: f'href="#{names[m[1]]}"', body)
        start = el("svg", aria_hidden="true", **head).removesuffix("</svg>")
        return Html(f"{start}{body}</svg>")


@lru_cache(maxsize=4096)
def _draw(latex: str) -> tuple[dict[str, str], str] | None:
    """The attributes and the content of the drawing; None for what ziamath cannot read."""
    import ziamath

    old, ziamath.config.svg2 = ziamath.config.svg2, True
    try:
        svg = ziamath.Latex(latex, size=SIZE).svg()
    except Exception:  # it has no class of its own for what it cannot read
        return None
    finally:
        ziamath.config.svg2 = old
    found = _HEAD.match(svg)
    if found is None:
        return None
    width, height, _, top = (float(x) for x in found.groups())
    box = re.search(r'viewBox="[^"]*"', found[0])
    head = {
        "viewBox": box[0][9:-1] if box else "",
        "width": f"{width / SIZE:.3f}em",
        "height": f"{height / SIZE:.3f}em",
        "style": f"vertical-align:{-(height + top) / SIZE:.3f}em",
    }
    body = svg[svg.index(">") + 1 :].removesuffix("</svg>").replace('"black"', '"currentColor"')
    return head, body
