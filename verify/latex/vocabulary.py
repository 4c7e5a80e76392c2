"""Tables: which LaTeX commands mean what, and which are refused with which hint."""

from __future__ import annotations

import sympy as sp

__all__ = [
    "ACCENTS", "ALIASES", "ARITY", "BIG_OPERATORS", "CLOSERS", "FONTS", "FUNCTIONS", "GREEK",
    "HINTS", "RELATIONS", "SIZING", "SPACING", "UNICODE", "WORDS",
]  # fmt: skip


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GREEK = _words(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa varkappa "
    "lambda mu nu xi pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi "
    "omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell"
)

#: Commands that decorate one argument and make a new name of it.
ACCENTS = _words(
    "hat widehat tilde widetilde bar overline underline dot ddot vec check breve acute "
    "grave mathring"
)
#: Commands that set one argument in another alphabet and make a new name of it.
FONTS = _words("mathbf mathcal mathbb mathsf mathfrak mathscr mathit mathtt boldsymbol bm pmb")
#: Commands whose argument is upright text; all spell the same on the page.
WORDS = _words("mathrm operatorname text textrm textup textnormal mbox")

#: How many arguments a command takes (they may stand without braces, as in \frac1n).
ARITY = {"frac": 2, "binom": 2, "sqrt": 1, **dict.fromkeys(ACCENTS | FONTS, 1)}

SPACING = frozenset(
    {",", ";", ":", "!", " ", ">", "quad", "qquad", "displaystyle", "textstyle", "limits",
     "nolimits", "thinspace", "enspace", "medspace", "thickspace", "negthinspace", "/"}
)  # fmt: skip

#: Commands before a delimiter, and the side that they give it ("": none).
SIZING = {
    "left": "open", "right": "close",
    **{f"{size}{side}": word
       for size in ("big", "Big", "bigg", "Bigg")
       for side, word in (("l", "open"), ("r", "close"), ("", ""))},
}  # fmt: skip

#: Another spelling -> (the one used here, side of a bar).
ALIASES = {
    r"\leq": (r"\le", ""), r"\leqslant": (r"\le", ""), r"\geq": (r"\ge", ""),
    r"\geqslant": (r"\ge", ""), r"\ne": (r"\neq", ""), r"\lt": ("<", ""), r"\gt": (">", ""),
    r"\dfrac": (r"\frac", ""), r"\tfrac": (r"\frac", ""), r"\cfrac": (r"\frac", ""),
    r"\dbinom": (r"\binom", ""), r"\tbinom": (r"\binom", ""),
    r"\lvert": ("|", "open"), r"\rvert": ("|", "close"), r"\vert": ("|", ""),
    r"\lVert": (r"\|", "open"), r"\rVert": (r"\|", "close"), r"\Vert": (r"\|", ""),
    r"\lbrace": (r"\{", ""), r"\rbrace": (r"\}", ""), r"\lbrack": ("[", ""), r"\rbrack": ("]", ""),
    r"\rightarrow": (r"\to", ""), r"\ast": ("*", ""), r"\times": (r"\cdot", ""),
    r"\land": (r"\wedge", ""), r"\lor": (r"\vee", ""), r"\implies": (r"\Rightarrow", ""),
    r"\Longrightarrow": (r"\Rightarrow", ""), r"\Leftrightarrow": (r"\iff", ""),
    r"\Longleftrightarrow": (r"\iff", ""), r"\ldots": (r"\dots", ""), r"\cdots": (r"\dots", ""),
    r"\dotsc": (r"\dots", ""), r"\dotsb": (r"\dots", ""), r"\prime": ("'", ""),
    r"\emptyset": (r"\varnothing", ""),
}  # fmt: skip

CLOSERS = {"(": ")", "[": "]", r"\{": r"\}", "{": "}", r"\lfloor": r"\rfloor",
           r"\lceil": r"\rceil", r"\langle": r"\rangle"}  # fmt: skip

RELATIONS = {"=": "=", r"\neq": "!=", "<": "<", ">": ">", r"\le": "<=", r"\ge": ">="}

FUNCTIONS = {
    r"\log": sp.log, r"\ln": sp.log, r"\exp": sp.exp,
    r"\sin": sp.sin, r"\cos": sp.cos, r"\tan": sp.tan,
    r"\sinh": sp.sinh, r"\cosh": sp.cosh, r"\tanh": sp.tanh,
    r"\max": sp.Max, r"\min": sp.Min,
}  # fmt: skip

BIG_OPERATORS = frozenset({r"\sum", r"\prod", r"\lim", r"\limsup", r"\liminf", r"\int"})

_EXACT = "state an exact relation: a bound, or a limit"
#: Known but refused: what to write instead.
HINTS = {
    r"\approx": _EXACT, r"\simeq": _EXACT, r"\sim": _EXACT, r"\asymp": _EXACT, r"\cong": _EXACT,
    r"\propto": _EXACT, r"\lesssim": _EXACT, r"\gtrsim": _EXACT, r"\ll": _EXACT, r"\gg": _EXACT,
    r"\equiv": "write = for an equation",
    r"\pm": "two statements in one: write each with its own sign",
    r"\mp": "two statements in one: write each with its own sign",
    r"\in": "write the domain of a symbol in domain={...}",
    r"\dots": r"write the sum or product with \sum or \prod",
    r"\infty": "infinity is read only as a limit or as a whole side of a relation",
    r"\div": r"write \frac{a}{b}", r"\over": r"write \frac{a}{b}",
    r"\choose": r"write \binom{n}{k}",
    r"\label": "a label is no part of the formula: leave it out",
    r"\tag": "a tag is no part of the formula: leave it out",
    r"\\": "one formula at a time: leave the line break out",
    "&": "one formula at a time: leave the alignment mark out",
    r"\mid": "a condition is read only inside a declared \\Pr[...] or \\mathbb{E}[...]",
    r"\top": "declare the transposed vector product as one name",
    r"\uparrow": r"write \to", r"\nearrow": r"write \to; the monotonicity is another claim",
    r"\partial": r"a derivative is written \frac{\partial}{\partial x}",
    r"\middle": "use two pairs of brackets",
    r"\circ": "write the composition out", r"\forall": "free symbols range over their domains",
    r"\exists": "write Exists(...) in Python", r"\neg": "write Not(...) in Python",
    r"\inf": "write min if it is attained, or a bound", r"\sup": "write max if it is attained",
    r"\arg": "write Minimises(...) in Python", r"\bmod": "declare the remainder as a function",
    "$": "give the formula itself, without $",
    ",": "one formula at a time", ";": "one formula at a time",
}  # fmt: skip

#: Characters that look like LaTeX commands.
UNICODE = {
    "≤": r"\le", "≥": r"\ge", "≠": r"\neq", "×": r"\cdot", "·": r"\cdot", "−": "-", "–": "-",
    "∞": r"\infty", "→": r"\to", "√": r"\sqrt", "∑": r"\sum", "∏": r"\prod", "‖": r"\|",
    "²": "^2", "½": r"\frac12", "π": r"\pi", "σ": r"\sigma", "α": r"\alpha", "ρ": r"\rho",
    "\u00a0": "a plain blank", "’": "'", "′": "'",
}  # fmt: skip
