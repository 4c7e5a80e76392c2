"""Tries to refute the theory of recursive training ("model collapse").

A claim file needs no other import than `from refutable import *`. The names are imported when they
are first used, so that `import refutable` by itself costs next to nothing.
"""

from importlib import import_module as _import_module
from typing import Any as _Any

__version__ = "0.1.0"

# Module -> the public names it gives (alias = name there). SymPy's are those a claim file needs.
_HOME = {
    "refutable.derivations.claim": "Claim Reading claim",
    "refutable.derivations.domain": (
        "Domain Integers Reals Schedule Simplex Spectrum Subsets Tokens"
    ),
    "refutable.derivations.errors": (
        "BudgetExceeded ClaimError Contradiction DomainError LoadError NoClaim OutsideFragment"
        " PathNotFound ProcessError RefutableError StatementError UsageError"
    ),
    "refutable.derivations.families": "Categorical Family Gaussian Linear Scalar",
    "refutable.derivations.process": (
        "Accumulate Average Batch Draw Exact Filter Fit Mix Model Once Past Pool Process Source Truth"
    ),
    "refutable.derivations.quantity": (
        "AnyVec IsDirac LambdaMax Mass Mean Norm1 NormInf PiMax Prob SqNorm Support TotalVariation"
        " Trace VecSum mean=Mean prob=Prob"
    ),
    "refutable.derivations.statement": (
        "And Eventually Exists ForAll Iff Implies Lim LimInf LimSup Member Minimises Monotone Not"
        " Or Prose chain eq ge gt le lt ne"
    ),
    "sympy": (
        "Abs Function Integer Lambda Max Min Piecewise Product Rational Sum Symbol Tuple binomial"
        " ceiling exp factorial floor log oo pi sqrt symbols"
    ),
}
_WHERE = {
    entry.partition("=")[0]: (module, entry.rpartition("=")[2])
    for module, entries in _HOME.items()
    for entry in entries.split()
}

__all__ = [*_WHERE]


def __getattr__(name: str) -> _Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'refutable' has no attribute {name!r}")
    module, attribute = _WHERE[name]
    value = getattr(_import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_WHERE})
