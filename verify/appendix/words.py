r"""Words with mathematical signs in them, for LaTeX: `E‖p⁽²⁾‖² ≤ 1` and the like.

The messages of the engines are plain text with characters of their own for indices, powers and
Greek letters. Runs of them are put between dollars; a character that is not known is an error, not
a question mark on the page.
"""

from __future__ import annotations

import re
from unicodedata import combining, normalize

from ..glyphs import ACCENTS, BIG, COMMANDS, unlowered, unraised

__all__ = ["escape", "set_words"]

#: A letter that stands alone is a name, unless it is the article.
_NAME = re.compile(r"(?<![A-Za-z_.'’-])[B-HJ-Zb-z](?![A-Za-z0-9_'’-]|\.\w)")

_SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": "$<$", ">": "$>$", "|": r"\textbar{}", "·": r"$\cdot$",
}  # fmt: skip
_TEXT = {"“": "``", "”": "''", "’": "'", "‘": "`", "–": "--", "—": "---", "…": r"\dots{}", "−": "$-$",
         "é": r"\'e", "ö": r'\"o', "ü": r'\"u', "ä": r'\"a', "§": r"\S{}", "\u00a0": "~"}  # fmt: skip
_SIGN = {sign: command for command, sign in COMMANDS.items() if len(sign) == 1 and not sign.isascii()}
_SIGN |= {sign: command for command, sign in BIG.items() if len(sign) == 1}
_SIGN |= {"‖": r"\|", "√": r"\surd", "±": r"\pm", "≪": r"\ll", "≫": r"\gg", "∅": r"\emptyset",
          "∪": r"\cup", "∩": r"\cap", "Σ": r"\Sigma", "Π": r"\Pi", "−": "-"}  # fmt: skip
_MARK = {mark: command for command, (mark, _) in ACCENTS.items() if mark and command != r"\bar"}


def escape(text: str) -> str:
    """Plain text for LaTeX; what it cannot say raises ValueError.

    >>> escape("a_b & 50%")
    'a\\\\_b \\\\& 50\\\\%'
    """
    return "".join(_character(ch) for ch in text)


def _character(ch: str) -> str:
    if ch in _SPECIAL or ch in _TEXT:
        return _SPECIAL.get(ch) or _TEXT[ch]
    if ch in _SIGN:
        return f"${_SIGN[ch]}$"
    if not ch.isascii():
        raise ValueError(f"put {ch!r} (U+{ord(ch):04X}) into LaTeX; no command for it is known")
    return ch


def set_words(text: str) -> str:
    """Plain text of our own for LaTeX: raised and lowered runs, accents and signs are set.

    >>> set_words("pᵢ⁽²⁾ ≤ 1 & x̄")
    '$p _{i}^{(2)}$ $\\\\leq$ 1 \\\\& $\\\\overline{x}$'
    """
    out, k = "", 0
    text = normalize("NFD", text).replace("=\u0338", "≠")
    for plain, sign in (("<=", "≤"), (">=", "≥"), ("!=", "≠")):
        text = text.replace(plain, sign)
    while k < len(text):
        ch = text[k]
        marks = re.match(r"[\u0300-\u036f]+", text[k + 1 :])
        if marks and ch.isalpha() and marks[0][0] in _MARK:
            body = _SIGN.get(ch, ch)
            out += f"${_MARK[marks[0][0]]}{{{body}}}$"
            k += 1 + len(marks[0])
            continue
        scripts, end = _scripts(text, k)
        if scripts:
            out += f"${scripts}$"
            k = end
            continue
        if combining(ch):
            out = f"{out[:-1]}{escape(normalize('NFC', out[-1:] + ch))}"
        else:
            out += f"${ch}$" if _NAME.match(text, k) else _character(ch)
        k += 1
    return out.replace("$$", " ")


def _scripts(text: str, k: int) -> tuple[str, int]:
    """The raised and lowered characters from k on, and where they end."""
    out = ""
    for sign, table in (("_", unlowered), ("^", unraised)) * 2:
        run = ""
        while k < len(text) and (found := table(text[k])) is not None:
            run, k = run + _SIGN.get(found, found), k + 1
        out += f"{sign}{{{run}}}" if run else ""
    return out, k
