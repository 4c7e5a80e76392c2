"""The loops of seddik2024 (arXiv:2404.05090) and the letters that its claims share.

Clock: model 0 is the truth p, model 1 is the first fit, as in the paper (origin 1).

FS   fully synthetic, Sec. 2.2:      n draws from the latest model, nothing else.
PS   partially synthetic, Sec. 2.2:  the same N real draws in every generation, and n fresh ones.
RS   randomly sampled, App. 9.2:     n draws, each from one of all earlier models at random.
MR   most recent K, App. 9.2:        r = floor(n/K) draws from each of the K latest models.

RS and MR are read with fresh draws here; `most_recent(K, reused=True)` takes eq. (5) literally:
one pool of draws per model, shared by the generations that use it.
"""

from sympy import Function, Symbol, symbols

from refutable.derivations.domain import Integers, Simplex
from refutable.derivations.families import Categorical
from refutable.derivations.process import Average, Draw, Model, Once, Past, Pool, Process, Truth

PAPER = "seddik2024"

m, k, n, N, i, j, t, s = symbols("m k n N i j t s")
p, q = symbols("p q")  # true distributions; a second one where two are compared
r = Symbol("r")  # draws per model in MR
S, rho = Function("S"), Function("rho")
S_0, s_tilde = symbols("S_0 s_tilde")

#: The ranges of the symbol table: sizes and generations from one on, a nontrivial truth (Sec. 3).
FS_DOMAIN = {m: Integers(1), n: Integers(1), p: Simplex()}
PS_DOMAIN = {m: Integers(1), n: Integers(1), N: Integers(1), p: Simplex()}


def fully_synthetic(truth=p):  # type: ignore[no-untyped-def]
    """FS with this true distribution."""
    return Process(f"FS_{truth}", Categorical(truth), Pool([Draw(Model(), n, "y")]), index=m)


def partially_synthetic(truth=p, synthetic=n):  # type: ignore[no-untyped-def]
    """PS with this true distribution and so many synthetic draws per generation."""
    real = Once(Truth(), N, "real")
    step = Pool([real, Draw(Model(), synthetic, "y")])
    name = f"PS_{truth}" if synthetic == n else f"PS_{truth}_{synthetic}"
    return Process(name, Categorical(truth), step, first=Pool([real]), index=m)


def most_recent(window, size=r, reused=False):  # type: ignore[no-untyped-def]
    """MR(K) for a concrete K: `size` draws from each of the latest `window` models."""
    latest = Draw(Model(), size, "y")
    older = (
        [Past("y", lag) for lag in range(1, window)]
        if reused
        else [Draw(Model(lag), size, f"y{lag}") for lag in range(2, window + 1)]
    )
    name = f"MR{window}{'_reused' if reused else ''}"
    return Process(name, Categorical(p), Pool([latest, *older]), index=m)


FS = fully_synthetic()
PS = partially_synthetic()
RS = Process("RS", Categorical(p), Pool([Draw(Average(), n, "y")]), index=m)


def _labelled():  # type: ignore[no-untyped-def]
    """PS with one real draw (`y0`) and one synthetic draw of each generation (`y1`) by itself."""
    real = [Once(Truth(), 1, "y0"), Once(Truth(), N - 1, "others0")]
    synthetic = [Draw(Model(), 1, "y1"), Draw(Model(), n - 1, "others1")]
    step = Pool([*real, *synthetic])
    return Process("PS_draws", Categorical(p), step, first=Pool(real), index=m)


PS_DRAWS = _labelled()
