"""General lemmas that a proof may rest on, each itself a claim with exact instances.

An engine that uses one names it in `trusted`. `note` says the lemma as it is used, with the name
under which it is known; the statement is its finite form, which the exact engine evaluates at many
instances. A lemma may be proved by those above it, never by itself or by one below.
"""

from sympy import (
    Abs,
    Eq,
    Function,
    Max,
    Piecewise,
    Product,
    Sum,
    exp,
    log,
    sin,
    sqrt,
    symbols,
)

from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Reals, Schedule, Simplex, Subsets, Tokens
from refutable.derivations.families import Categorical
from refutable.derivations.process import Draw, Model, Pool, Process
from refutable.derivations.quantity import (
    AnyVec,
    IsDirac,
    Mass,
    Mean,
    Norm1,
    NormInf,
    Prob,
    SqNorm,
    Support,
    TotalVariation,
)
from refutable.derivations.statement import And, Not, chain, eq, ge, gt, le

PAPER = "lemmas"

m, n, t, i, j, k, s, a, c, x, y = symbols("m n t i j k s a c x y")
p, q, A, u = symbols("p q A u")
rho, h, L, S, V, W, Z = symbols("rho h L S V W Z")
LOOP = Process("loop", Categorical(p), Pool([Draw(Model(), n, "y")]), index=m)
SAMPLES = {m: Integers(1), n: Integers(1), p: Simplex()}
settled = IsDirac(LOOP.model(m))

claim(
    "lemma.nullset",
    le(Z, 2),
    "bound",
    paper=PAPER,
    locator="Caron and Traynor 2005",
    domain={a: Integers(0), c: Integers(0), k: Integers(1)},
    quantities={Z: Sum(Piecewise((1, Eq((x - a) * (x - c), 0)), (0, True)), (x, 1, k))},
    note=(
        "A polynomial that is not zero everywhere vanishes on a set of measure zero; so a Gaussian"
        " matrix with at least as many rows as columns has full column rank almost surely."
        " Finite form: a polynomial of degree 2 in one coordinate has at most 2 zeros on a grid."
    ),
)

claim(
    "lemma.gruntz",
    And(
        le(Abs((1 + a / x) ** x * exp(-a) - 1 + a**2 / (4 * x)), a**2 / (4 * x)),
        le(log(x), k * (x ** (1 / k) - 1)),
    ),
    "limit",
    paper=PAPER,
    locator="Gruntz 1996",
    domain={a: Integers(0), x: Integers(1), k: Integers(1)},
    note=(
        "The limit of an expression in exponentials and logarithms is that of its most rapidly"
        " varying part, as Gruntz's algorithm finds it. Finite form: how fast (1 + a/x)^x comes near"
        " its limit, and that every power outgrows the logarithm."
    ),
)

claim(
    "lemma.integral",
    le(
        Abs(Sum(j**a, (j, 1, k)) - (k ** (a + 1) - 1) / (a + 1) - (1 + k**a) / 2),
        (k**a - 1) / 2,
    ),
    "bound",
    paper=PAPER,
    locator="integral test, Maclaurin 1742 and Cauchy 1827",
    domain={a: Integers(0, 3), k: Integers(1)},
    note=(
        "A sum of a monotone function over whole numbers differs from its integral by something"
        " between the first and the last term; so it converges with the integral, and where both"
        " diverge faster than the terms their ratio tends to one. Finite form: increasing"
        " powers; a decreasing function is an increasing one read backwards."
    ),
)

claim(
    "lemma.tailsum",
    eq(
        n * Mean(LOOP.model(m)[i]),
        Sum(Prob(gt(n * LOOP.model(m)[i], j)), (j, 0, n - 1)),
    ),
    "identity",
    paper=PAPER,
    locator="tail-sum formula",
    domain={**SAMPLES, i: Tokens(p)},
    note=(
        "The mean of a random whole number T >= 0 is the sum of P(T > j) over j >= 0, finite or"
        " not. Instances: the number of draws that show a token."
    ),
)

claim(
    "lemma.split",
    And(
        eq(S, rho + (1 - rho) * V),
        *chain(1 / Support(LOOP.truth), "<=", V, "<=", W, "<=", 1 - 1 / n).args,
    ),
    "identity",
    paper=PAPER,
    locator="law of total expectation",
    domain={**SAMPLES, n: Integers(2)},
    quantities={
        rho: Prob(settled),
        S: Mean(SqNorm(LOOP.model(m))),
        V: Mean(SqNorm(LOOP.model(m)), Not(settled)),
        W: Mean(NormInf(LOOP.model(m)), Not(settled)),
    },
    note=(
        "A mean is rho times its mean on an event of probability rho plus 1 - rho times that off"
        " it. The event: a random probability vector on a lattice 1/n is a point mass; off it its"
        " squared norm lies between 1/s and the largest coordinate, and that is at most 1 - 1/n."
    ),
)

_apart = Product(1 - j / n, (j, 1, a - 1))

claim(
    "lemma.coalescence",
    le(_apart, 1 / (1 + a * (a - 1) / (2 * n))),
    "bound",
    paper=PAPER,
    locator="Kingman 1982",
    domain={n: Integers(1), a: Integers(1)},
    note=(
        "Where each of n draws picks one of n earlier ones, a of them have two with a common"
        " parent with probability c(a) = 1 - prod_{j<a} (1 - j/n) >= x/(1 + x), x = a(a - 1)/(2n);"
        " all draws have one ancestor after at most the sum of 1/c(a) over 2 <= a <= n on average."
    ),
    parts={
        "time": {
            "statement": le(Mean(LOOP.collapse_time), 1 + W),
            "domain": {p: Simplex()},
            "quantities": {W: Sum(1 / (1 - _apart.xreplace({a: k})), (k, 2, n))},
            "symbols": (n, p),
        }
    },
)

claim(
    "lemma.kearns-saul",
    le((y ** (2 * u) + y) / (1 + y), y ** ((u**2 * (y - 1) + 2 * u) / (1 + y))),
    "bound",
    paper=PAPER,
    locator="Kearns and Saul 1998, Berend and Kontorovich 2013",
    domain={y: Reals(0, lo_open=True), u: Reals(-3, 3)},
    note=(
        "For a proportion X of n independent trials of chance x < 1/2 and r(x) = log((1 - x)/x)/"
        "(1 - 2x): P(X - x >= d) <= exp(-n r(x) d^2), and the same for x - X. Finite form: the"
        " moment generating function of one trial with odds y against it, in units of 2 log y."
    ),
)

claim(
    "lemma.martingale_ratio",
    le(h**t, (1 - a**2 / 8) ** t),
    "bound",
    paper=PAPER,
    locator="Doob 1953, with Levy's conditional Borel-Cantelli lemma",
    domain={a: Reals(0, 1), t: Integers(0)},
    quantities={h: (sqrt(1 + a) + sqrt(1 - a)) / 2},
    note=(
        "A nonnegative supermartingale tends to zero almost surely where the ratios of successive"
        " values have, given the past, a variance bounded away from zero and bounded fourth"
        " moments. Finite form: the mean square root after t factors 1 + a or 1 - a, as likely."
    ),
)

g = Function("g")
B, r0 = symbols("B r_0")

claim(
    "lemma.contraction",
    And(
        eq(
            r0 * Product(g(k), (k, 0, t - 1))
            + Sum((1 - g(j)) * B * Product(g(k), (k, j + 1, t - 1)), (j, 0, t - 1)),
            B + (r0 - B) * Product(g(k), (k, 0, t - 1)),
        ),
        le(Product(g(k), (k, 0, t - 1)), q**t),
    ),
    "bound",
    paper=PAPER,
    locator="Banach 1922, for affine steps",
    domain={
        q: Reals(0, 1, hi_open=True),
        g: Schedule(Reals(0, q)),
        B: Reals(0),
        r0: Reals(0),
        t: Integers(0),
    },
    note=(
        "If r(t+1) <= f + g r(t) with 0 <= g <= q < 1 and f + g B <= B, the excess of r over B"
        " shrinks by the factor q, so limsup r <= B. Finite form: r after t steps, solved."
    ),
)

b = Function("b")

claim(
    "lemma.toeplitz",
    And(
        eq(
            Sum(b(j) * Product(1 - b(k), (k, j + 1, t - 1)), (j, 0, t - 1)),
            1 - Product(1 - b(k), (k, 0, t - 1)),
        ),
        le(Product(1 - b(k), (k, 0, t - 1)), 1 / (1 + Sum(b(k), (k, 0, t - 1)))),
    ),
    "identity",
    paper=PAPER,
    locator="Toeplitz 1911, Robbins and Siegmund 1971",
    domain={b: Schedule(Reals(0, 1)), t: Integers(0)},
    note=(
        "If r(t+1) <= f(t) + (1 - b(t)) r(t), 0 <= b <= 1, sum b = oo, and f/b -> 0 or sum f < oo,"
        " then r -> 0. Finite form: the weights of f/b in the solution sum to at most one, and the"
        " weight of the start is at most 1/(1 + sum b)."
    ),
)

claim(
    "lemma.weierstrass",
    chain(1 - W, "<=", Z, "<=", 1 / (1 + W)),
    "bound",
    paper=PAPER,
    locator="Weierstrass product inequality",
    domain={b: Schedule(Reals(0, 1)), t: Integers(0)},
    quantities={W: Sum(b(k), (k, 1, t)), Z: Product(1 - b(k), (k, 1, t))},
    note=(
        "A product of numbers in [0, 1], finite or not, is at least one minus the sum of their gaps"
        " to one, and at most the inverse of one plus that sum. Finite form: t factors."
    ),
)

claim(
    "lemma.logarithm",
    And(
        *chain(1 - 1 / y, "<=", log(y), "<=", y - 1).args,
        *chain(
            (y - 1) * (3 * y + 1) / (2 * y * (y + 1)),
            "<=",
            log(y),
            "<=",
            (y - 1) * (y + 3) / (2 * (y + 1)),
        ).args,
    ),
    "bound",
    paper=PAPER,
    locator="tangent of the logarithm at one",
    domain={k: Integers(1), n: Integers(1)},
    where={y: k / n},
    note=(
        "The logarithm lies below its tangent at one, and above the mirror of it; better, between"
        " the two quotients of the statement. Both gaps have a derivative of the sign of y - 1."
    ),
)

claim(
    "lemma.sine",
    And(
        *chain(y - y**3 / 6, "<=", sin(y), "<=", y - y**3 / 6 + y**5 / 120).args,
        le(sin(y), y * exp(-(y**2) / 6)),
    ),
    "bound",
    paper=PAPER,
    locator="Euler 1748",
    domain={n: Integers(1), k: Integers(0, 3 * n)},
    where={y: k / n},
    note=(
        "For u >= 0 the sine lies between successive partial sums of its series; up to pi each"
        " factor 1 - u^2/(k^2 pi^2) of sin(u)/u is in [0, 1] and at most exp(-u^2/(k^2 pi^2)), so"
        " that the sine is at most u exp(-u^2/6)."
    ),
)

v, w = AnyVec(p), AnyVec(q)

claim(
    "lemma.jordan",
    And(eq(L, 2 * V), ge(V, Abs(Mass(v, A) - Mass(w, A))), eq(W, V)),
    "identity",
    paper=PAPER,
    locator="Jordan decomposition",
    domain={
        s: Integers(2, 3),
        p: Simplex(s, nontrivial=False),
        q: Simplex(s, nontrivial=False),
        A: Subsets(p),
    },
    quantities={
        L: Norm1(v - w),
        V: Sum(Max(v[i] - w[i], 0), (i, 1, s)),
        W: TotalVariation(v, w),
    },
    note=(
        "The positive and the negative part of a difference of probability vectors have the same"
        " mass: half its l1 norm, and the largest difference of masses over all sets of tokens."
    ),
)

claim(
    "lemma.gamma_product",
    eq(Product((k + 1) * (k + 2) / (k * (k + 3)), (k, 1, t)), 3 * (t + 1) / (t + 3)),
    "identity",
    paper=PAPER,
    locator="Whittaker and Watson 1927, 12.13",
    domain={t: Integers(1, 30)},
    note=(
        "A product over k >= a of quotients with as many zeros r as poles s, of the same sum, is the"
        " product of G(a - s)/G(a - r) over them, with Euler's gamma function G. Finite form: zeros"
        " -1 and -2, poles 0 and -3."
    ),
)
