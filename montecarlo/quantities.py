"""What `refutable simulate` measures, by name."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.process import Process

__all__ = ["QUANTITIES"]

#: Quantities by name: (process, paper index) -> Mean or Prob.
QUANTITIES: dict[str, Callable[[Process, sp.Basic], sp.Expr]] = {
    "sqnorm": lambda p, m: Q.Mean(Q.SqNorm(p.model(m))),
    "norminf": lambda p, m: Q.Mean(Q.NormInf(p.model(m))),
    "support": lambda p, m: Q.Mean(Q.Support(p.model(m))),
    "collapsed": lambda p, m: Q.Prob(Q.IsDirac(p.model(m))),
    "time": lambda p, m: Q.Mean(sp.Min(p.collapse_time, m)),
    "risk": lambda p, m: Q.Mean(Q.SqNorm(p.model(m) - p.truth)),
    "l1": lambda p, m: Q.Mean(Q.Norm1(p.model(m) - p.truth)),
    "tv": lambda p, m: Q.Mean(Q.TotalVariation(p.model(m), p.truth)),
    "trace": lambda p, m: Q.Mean(Q.Trace(p.covariance(m))),
    "frobenius": lambda p, m: Q.Mean(Q.SqNorm(p.covariance(m) - p.true_covariance)),
    "share": lambda p, m: Q.Mean(p.model(m)[1]),
    "lost": lambda p, m: Q.Prob(S.eq(p.model(m)[1], 0)),
    "drift": lambda p, m: Q.Mean(Q.Norm1(p.model(m) - p.model(p.origin))),
}
