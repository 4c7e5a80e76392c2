"""seddik2024, set-up: contexts, data plans, norms, collapse (Secs. 2 and 3)."""

from sympy import Eq, Lambda, Piecewise, Product, Sum, Symbol

from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Simplex
from refutable.derivations.papers.seddik2024_processes import (
    FS,
    FS_DOMAIN,
    PAPER,
    PS,
    PS_DOMAIN,
    RS,
    N,
    S,
    i,
    j,
    m,
    most_recent,
    n,
    p,
    q,
    r,
    s,
    t,
)
from refutable.derivations.quantity import (
    AnyVec,
    Fixation,
    IsDirac,
    Mean,
    Norm1,
    NormInf,
    Prob,
    SqNorm,
    Tag,
    TotalVariation,
)
from refutable.derivations.statement import (
    And,
    Iff,
    Implies,
    Lim,
    Member,
    Parts,
    eq,
    ge,
    gt,
    le,
    lt,
)

TOKENS = {s: Integers(2), p: Simplex(s), i: Integers(1, s)}

#: A context is a word of `ell` tokens: one choice of token per position.
c, ell = Symbol("c"), Symbol("ell")
claim(
    "seddik.setup.contexts",
    le(c, s**ell),
    "bound",
    paper=PAPER,
    locator="Sec. 2.1",
    domain={s: Integers(1), ell: Integers(1), c: Integers(1, Product(s, (j, 1, ell)))},
)

MR2, MR2_REUSED = most_recent(2), most_recent(2, reused=True)
#: Eq. (5) as the data plans of the paper have it, the window for two models.
PLANS = (FS, PS, RS, MR2, MR2_REUSED)
claim(
    "seddik.eq5.unbiased",
    Parts(),
    "identity",
    paper=PAPER,
    locator="eq. (5) and the paragraph after it, Sec. 2.2",
    domain={**PS_DOMAIN, r: Integers(1), **TOKENS},
    parts={
        "s1": And(*(eq(Mean(plan.model(m)[i]), plan.truth[i]) for plan in PLANS)),
        "s2": {
            "statement": eq(Lim(Mean(SqNorm(FS.model(m) - FS.truth)), n), 0),
            "kind": "prose",
            "domain": {**FS_DOMAIN, m: Integers(1)},
            "note": "being unbiased means that infinite samples recover the original distribution;"
            " said of the mean square of the fully synthetic loop",
        },
    },
)

claim(
    "seddik.def.collapse",
    And(
        eq(Lim(Mean(NormInf(FS.model(m))), m), 1),
        eq(Sum(Prob(Fixation(Tag(FS), i)), (i, 1, s)), 1),
    ),
    "definition",
    paper=PAPER,
    locator="Definition 1, Sec. 2.2",
    domain={m: Integers(1), n: Integers(1), s: Integers(2), p: Simplex(s)},
    note="total collapse, as the fully synthetic loop shows it: convergence to one point mass",
)

x, y = AnyVec(p), AnyVec(q)
ANY = {s: Integers(1), p: Simplex(s, nontrivial=False)}
claim(
    "seddik.def.norms",
    Parts(),
    "identity",
    paper=PAPER,
    locator="Sec. 3, first displays and footnote 2",
    domain={**ANY, n: Integers(1), m: Integers(1)},
    quantities={S: Lambda(m, Mean(SqNorm(FS.model(m))))},
    parts={
        "s1": {
            "statement": And(le(NormInf(x), 1), le(SqNorm(x), 1), le(S(m), 1)),
            "kind": "bound",
        },
        "s2": And(Iff(eq(NormInf(x), 1), eq(SqNorm(x), 1)), Iff(eq(SqNorm(x), 1), IsDirac(x))),
        "s3": {
            "statement": eq(Norm1(x - y), 2 * TotalVariation(x, y)),
            "domain": {q: Simplex(s, nontrivial=False)},
        },
    },
)

SOURCE = {t: Integers(0, m - 1)}
claim(
    "seddik.sets.FS",
    eq(FS.draws_from(t, m), Piecewise((n, Eq(t, m - 1)), (0, True))),
    "definition",
    paper=PAPER,
    locator="Sec. 2.2, fully synthetic data",
    domain={**FS_DOMAIN, **SOURCE},
)

claim(
    "seddik.sets.PS",
    And(
        eq(PS.draws_from(0, 1), N),
        Implies(
            ge(m, 2),
            And(
                eq(PS.draws_from(0, m), N),
                eq(PS.draws_from(m - 1, m), n),
                Implies(And(lt(0, t), lt(t, m)), eq(PS.draws_from(t, m), 0)),
            ),
        ),
    ),
    "definition",
    paper=PAPER,
    locator="Sec. 2.2, partially synthetic data",
    domain={**PS_DOMAIN, **SOURCE},
)

claim(
    "seddik.def.T",
    eq(Prob(gt(FS.collapse_time, m)), 1 - Prob(IsDirac(FS.model(m)))),
    "definition",
    paper=PAPER,
    locator="Sec. 3.1",
    domain={**FS_DOMAIN, m: Integers(0)},
    note="the first generation from one on whose model is a point mass: as point masses stay, it is"
    " later than m if and only if model m is none",
)

claim(
    "seddik.fs.absorption",
    Parts(),
    "distributional",
    paper=PAPER,
    locator="Sec. 3.1, opening",
    domain={**FS_DOMAIN, **TOKENS},
    parts={
        "s1": Member(n * FS.model(m)[i], 0, n),
        "s2": And(
            Implies(gt(FS.truth[i], 0), gt(Prob(Fixation(Tag(FS), i)), 0)),
            eq(Prob(IsDirac(FS.model(m + 1)), IsDirac(FS.model(m))), 1),
        ),
        "s3": {"statement": eq(Lim(Prob(IsDirac(FS.model(m))), m), 1), "kind": "limit"},
    },
)
