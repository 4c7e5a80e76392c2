"""Plots as inline SVG: the same bytes for the same data, in the colours of the page.

Colours are Okabe and Ito's and every curve has a marker of its own, so that neither colour blindness
nor a black-and-white print hides which is which. The data come as a table too.
"""

from __future__ import annotations

import io
import re

import matplotlib
import sympy as sp
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..vectortext import value_text
from ..words import formula
from .layout import table
from .markup import Html, el, join
from .series import ALARM, Curve, Plot

__all__ = ["Drawing", "draw", "figure"]

#: Stands for the colour of the page's text while matplotlib draws; no curve has it.
INK = "#010203"
STYLE = {
    "stated": {"color": "#D55E00", "linestyle": "--", "marker": "x", "zorder": 3},
    "exact": {"color": "#0072B2", "linestyle": "none", "marker": "o", "fillstyle": "none"},
    "sampled": {"color": "#009E73", "capsize": 4, "linestyle": "none"},
}
SETTINGS = {
    "svg.hashsalt": "refutable",
    "svg.fonttype": "path",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


class Drawing(Figure):
    """A figure that notebooks show, and that is the same text for the same data."""

    def svg(self, transparent: bool = True) -> str:
        """The drawing as text, from `<svg` on."""
        file = io.StringIO()
        with matplotlib.rc_context(SETTINGS):
            metadata = {"Date": None, "Creator": None}
            self.savefig(file, format="svg", transparent=transparent, metadata=metadata)
        return "<svg" + file.getvalue().partition("<svg")[2]

    def _repr_svg_(self) -> str:
        return self.svg(transparent=False)  # a notebook may be dark


def figure(plot: Plot, title: str) -> Html:
    """The drawing, its caption and its data as a table."""
    fixed = ", ".join(f"{_name(k)} = {value_text(x)}" for k, x in plot.fixed.items())
    where = f" at {fixed}" if fixed else ""
    sampled = any(c.means == "sampled" for c in plot.curves)
    caption = f"{title} along {_name(plot.along)}{where}."
    if sampled:
        caption += f" Each Monte Carlo interval is wrong with probability at most {_short(ALARM)}."
    return el(
        "figure",
        el("div", _inlined(draw(plot).svg(), caption), class_="plot"),
        el("figcaption", caption),
        el("details", el("summary", "The data of this plot"), _table(plot, caption)),
    )


def _short(x: float) -> str:
    return f"{x:.0e}".replace("e-0", "e-")


def _name(symbol: str) -> str:
    return formula(sp.Symbol(symbol))


def draw(plot: Plot) -> Drawing:
    """The plot as a figure."""
    with matplotlib.rc_context(SETTINGS):
        fig = Drawing(figsize=(6.4, 3.4), layout="constrained")
        ax = fig.add_subplot()
        for curve in plot.curves:
            _add(ax, curve)
        lows = [p[1] for c in plot.curves for p in c.points]
        if min(lows) > 0 and max(lows) > 1000 * min(lows):
            ax.set_yscale("log")
        if all(float(p[0]).is_integer() for c in plot.curves for p in c.points):
            ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel(_name(plot.along))
        fig.legend(loc="outside upper left", ncols=3, frameon=False, fontsize=9)
    return fig


def _add(ax, c: Curve) -> None:  # type: ignore[no-untyped-def]
    x = [p[0] for p in c.points]
    if c.means == "sampled":
        middle = [(low + high) / 2 for _, low, high in c.points]
        half = [(high - low) / 2 for _, low, high in c.points]
        ax.errorbar(x, middle, half, label=c.label, **STYLE["sampled"])
        return
    style = dict(STYLE[c.means])
    if c.label.endswith("right side"):
        style |= {"marker": "+", "color": "#CC79A7"}
    ax.plot(x, [p[1] for p in c.points], label=c.label, **style)


def _inlined(svg: str, caption: str) -> Html:
    """The element alone, its ids out of the way of the page's, its ink that of the page."""
    body = re.sub(r"\s*<metadata>.*?</metadata>", "", svg.rstrip(), flags=re.DOTALL)
    body = re.sub(r'\bid="', 'id="plot-', body)
    body = re.sub(r'(xlink:href="#|url\(#)', r"\1plot-", body)
    body = body.replace(INK, "currentColor")
    label = el("x", role="img", aria_label=f"Plot: {caption}").removesuffix("></x>")[2:]
    body = re.sub(r' width="[^"]*pt"', "", body, count=1)
    body = re.sub(r' height="[^"]*pt"', "", body, count=1)
    return Html(body.replace("<svg", f"<svg{label}", 1))


def _table(plot: Plot, caption: str) -> Html:
    values: dict[float, list[str]] = {}
    for k, curve in enumerate(plot.curves):
        for x, *y in curve.points:
            row = values.setdefault(x, [""] * len(plot.curves))
            row[k] = f"{y[0]:.6g}" if len(y) == 1 else f"[{y[0]:.6g}, {y[1]:.6g}]"
    head = [_name(plot.along), *(c.label for c in plot.curves)]
    rows = [
        el("tr", el("th", f"{x:g}", scope="row"), join(el("td", cell) for cell in row))
        for x, row in sorted(values.items())
    ]
    return table(f"Data: {caption}", head, rows)
