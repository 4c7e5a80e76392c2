"""A strict reader of LaTeX formulas, a scaffold for claim files, and the check of a paper."""

from .errors import AmbiguousLatex, LatexError, MalformedLatex, UnknownName, UnsupportedLatex
from .names import Names
from .read import Understood, read, understand

__all__ = [
    "AmbiguousLatex",
    "LatexError",
    "MalformedLatex",
    "Names",
    "Understood",
    "UnknownName",
    "UnsupportedLatex",
    "read",
    "understand",
]
