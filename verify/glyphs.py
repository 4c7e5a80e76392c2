"""Letters and signs: LaTeX commands as characters, raised and lowered characters, ASCII for all."""

from __future__ import annotations

import re
from unicodedata import normalize

__all__ = ["ACCENTS", "BIG", "COMMANDS", "SPACES", "ascii_text", "lower", "raised", "unlowered", "unraised"]


def _table(names: str, signs: str) -> dict[str, str]:
    return dict(zip(names.split(), signs, strict=True))


_GREEK = {
    **_table("alpha beta gamma delta epsilon zeta eta theta iota kappa", "αβγδϵζηθικ"),
    **_table("lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega", "λμνξπρστυφχψω"),
    **_table("Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega", "ΓΔΘΛΞΠΣΦΨΩ"),
    **_table("varepsilon varphi vartheta ell", "εφϑℓ"),
}
_SIGNS = {
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "neq": "≠", "ne": "≠", "to": "→",
    "rightarrow": "→", "Rightarrow": "⇒", "iff": "⇔", "in": "∈", "mid": "|", "cdot": "·",
    "times": "×", "infty": "∞", "dots": "…", "ldots": "…", "cdots": "…", "forall": "∀",
    "exists": "∃", "approx": "≈", "sim": "∼", "pm": "±", "|": "‖", "lfloor": "⌊", "rfloor": "⌋",
    "lceil": "⌈", "rceil": "⌉", "partial": "∂", "prime": "′", "\\": ";",
    "mapsto": "↦", "wedge": "∧", "vee": "∨", "neg": "¬", "limits": "",
}  # fmt: skip
COMMANDS = {f"\\{k}": v for k, v in {**_GREEK, **_SIGNS}.items()} | {"*": "*", "&": ""}
#: Operators that reach over all that follows.
BIG = {"\\sum": "Σ", "\\prod": "Π", "\\lim": "lim", "\\limsup": "limsup", "\\liminf": "liminf",
       "\\int": "∫"}  # fmt: skip
#: Accents: the mark on one letter, the word for more.
ACCENTS = {
    "\\overline": ("\u0304", "mean"), "\\bar": ("\u0304", "mean"), "\\hat": ("\u0302", "hat"),
    "\\tilde": ("\u0303", "tilde"),
}  # fmt: skip
SPACES = {"\\,", "\\;", "\\:", "\\!", "\\ ", "\\quad", "\\qquad", "~", "\\displaystyle"}

_UP = dict(zip(
    "0123456789+−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδφχ*′,",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᵠᵡ*′,", strict=True,
))  # fmt: skip
_DOWN = dict(zip(
    "0123456789+−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True
))  # fmt: skip
_LONGEST = 9


def _set(text: str, table: dict[str, str]) -> str | None:
    bare = text.replace(" ", "")
    word = re.search(r"[A-Za-z]{3}", bare)
    if not bare or word or len(bare) > _LONGEST or any(c not in table for c in bare):
        return None
    return "".join(table[c] for c in bare)


def raised(text: str) -> str | None:
    """The text as an exponent; None where a character has no raised form or it is long."""
    return _set(text, _UP)


def lower(text: str) -> str | None:
    """The text as an index; None where a character has no lowered form or it is long."""
    return "∞" if text == "∞" else _set(text, _DOWN)


_RAISED = {up: plain for plain, up in _UP.items() if up not in "*′,"}
_LOWERED = {down: plain for plain, down in _DOWN.items()}


def unraised(sign: str) -> str | None:
    """The character that a raised one stands for; None for any other."""
    return _RAISED.get(sign)


def unlowered(sign: str) -> str | None:
    """The character that a lowered one stands for; None for any other."""
    return _LOWERED.get(sign)


def _signs(names: str, signs: str) -> dict[str, str]:
    return dict(zip(signs, names.split(), strict=True))


_ASCII = {
    **{sign: name for name, sign in _GREEK.items()},
    **_signs(
        "<= >= != -> => <=> in * x oo ... forall exists ~= ~ +- || - sum prod int"
        " floor( ) ceil( ) d ' l - - -> and or not",
        "≤≥≠→⇒⇔∈·×∞…∀∃≈∼±‖−ΣΠ∫⌊⌋⌈⌉∂′ℓ–—↦∧∨¬",
    ),
    "“": '"', "”": '"', "─": "-",
    "\u0304": "_bar", "\u0302": "_hat", "\u0303": "_tilde",
}  # fmt: skip


def ascii_text(text: str) -> str:
    """The same in ASCII: `βᵐ⁺¹` becomes `beta^(m+1)`."""
    text = normalize("NFD", text.replace("≠", "!="))
    text = re.sub(r"√(\w+)", r"√(\1)", text).replace("√", "sqrt")
    text = re.sub(r"(\d)([α-ωΑ-Ω])", r"\1 \2", text)
    out, run, mode = "", "", ""
    up, down = {v: k for k, v in _UP.items()}, {v: k for k, v in _DOWN.items()}
    for c in [*text, ""]:
        now = "^" if c in up and c not in "*′," else "_" if c in down else ""
        if mode and now != mode:
            out += _run(mode, run)
            run = ""
        mode = now
        if now:
            run += up[c] if now == "^" else down[c]
        elif c:
            out += c if c.isascii() else _ASCII.get(c, "?")
    return out


def _run(mode: str, run: str) -> str:
    plain = run.replace("−", "-")
    return mode + (plain if len(plain) == 1 or plain.isalnum() or plain[0] == "(" else f"({plain})")
