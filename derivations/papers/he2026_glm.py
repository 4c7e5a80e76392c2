"""he2026, Section 3.2: generalised linear models.

Two readings. Literal: the expectation of a squared error of maximum likelihood estimates. The
smallest logistic model (one coefficient, X = 1) has an estimate only where both labels occur; its
fitted mean is a weighted relative frequency of two classes, and "finite in the mean" asks that the
estimate is finite almost surely. Linearised: the estimate replaced by its first-order term.
"""

from sympy import Derivative, Function, Symbol, exp, log, sqrt

from refutable.derivations.claim import Reading, claim
from refutable.derivations.domain import Integers, Reals, Simplex
from refutable.derivations.families import Categorical
from refutable.derivations.papers.he2026_processes import (
    HIGH,
    LOW,
    MEDIUM,
    RATIO,
    WEIGHT,
    WHOLE,
    ErrL,
    ErrS,
    distance,
    f,
    gauss,
    glm,
    k,
    m,
    n,
    of_gauss,
    s2,
    t,
    trM,
    trS,
    w,
    wstar,
)
from refutable.derivations.process import Draw, Model, Pool, Process, Truth
from refutable.derivations.quantity import IsDirac, Prob
from refutable.derivations.statement import Lim, Minimises, Parts, Prose, eq, lt

eta, theta, xb, yb = Symbol("eta"), Symbol("theta"), Symbol("xbar"), Symbol("ybar")
SIZES = {n: Integers(1), m: Integers(1)}

claim(
    "he.glm.model",
    Parts(),
    "definition",
    **MEDIUM,
    locator="Section 3.2, equation (6), examples (1) to (3), per coordinate",
    domain={eta: Reals()},
    note="the mean is the derivative of A; example (4) is the canonical family itself",
    parts={
        "s1": eq(Derivative(eta**2 / 2, eta), eta),
        "s2": eq(Derivative(log(1 + exp(eta)), eta), 1 / (1 + exp(-eta))),
        "s3": eq(Derivative(exp(eta), eta), exp(eta)),
    },
)

claim(
    "he.glm.obj",
    Minimises(
        w * xb + (1 - w) * yb,
        w * (theta - xb) ** 2 / 2 + (1 - w) * (theta - yb) ** 2 / 2,
        theta,
        Reals(),
    ),
    "definition",
    **HIGH,
    locator="Section 3.2, equation (7), for X = 1 and normal observations",
    domain={w: Reals(0, 1), theta: Reals(), xb: Reals(), yb: Reals()},
    note="the minimiser is the update of the process with weights w and 1 - w; objective up to what"
    " does not depend on theta",
)

claim(
    "he.glm.assump",
    Prose(
        "Assumptions 1 and 2 are regularity conditions; their exact form is lost, and no statement"
        " about a process is made"
    ),
    "definition",
    **LOW,
    locator="Section 3.2, Assumptions 1 and 2",
)

logit = Process(
    "logistic model with one coefficient",
    Categorical("p"),
    Pool([Draw(Truth(), n, "real"), Draw(Model(), m, "synthetic")], weights=[w, 1 - w]),
    first=Pool([Draw(Truth(), n, "real")]),
    index=t,
    origin=0,
)
infinite = Function("P_infinite")
CLASSES = {Symbol("p"): Simplex(2)}
at_first = eq(Prob(IsDirac(logit.model(0))), 0)
later = eq(Prob(IsDirac(logit.model(t))), 0)
literal = "literal: the estimate must be finite almost surely"

L = glm(w, n / k)
GLM = {trM: Reals(0, lo_open=True), n: Integers(1), k: Reals(0, lo_open=True), w: WEIGHT}
of_glm = {ErrL: distance(L)}

claim(
    "he.glm.err",
    at_first,
    "definition",
    **MEDIUM,
    locator="Section 3.2, display before Theorem 2",
    domain={n: Integers(1), m: Integers(1), w: WEIGHT, **CLASSES},
    readings=[
        Reading(literal),
        Reading("linearised", statement=eq(n * ErrL(0), trM), quantities=of_glm, domain=GLM),
    ],
)

scaled = Lim(n * ErrL(t), n)
claim(
    "he.thm2",
    Parts(),
    "closed form",
    **HIGH,
    locator="Section 3.2, Theorem 2",
    domain={**GLM, m: Integers(1), **CLASSES},
    quantities=of_glm,
    note="n E|.|^2 to first order; the literal reading concerns every model under (6)",
    parts={
        "s1": {
            "statement": eq(
                scaled,
                (w**2 + k * (1 - w) ** 2) * trM + (1 - w) ** 2 * Lim(n * ErrL(t - 1), n),
            ),
            "kind": "recurrence",
            "domain": {t: Integers(1)},
        },
        "s2": {
            "statement": at_first,
            "readings": [
                Reading(literal),
                Reading("linearised", statement=eq(Lim(n * ErrL(0), n), trM)),
            ],
        },
        "s3": eq(Lim(scaled, t), f(w, k) * trM),
        "s4": {
            "statement": Minimises(wstar(k), Lim(scaled, t), w, WEIGHT),
            "kind": "optimum",
        },
    },
)

kp = Symbol("kprime")
ErrN = Function("E_naive")
naive = k / (1 + k)
RATES = {trM: Reals(0, lo_open=True), n: Integers(1), k: Reals(0, lo_open=True)}
of_two = {ErrL: distance(glm(wstar(k), n / k)), ErrN: distance(glm(naive, n / k))}
claim(
    "he.cor2",
    Parts(),
    "closed form",
    **HIGH,
    locator="Section 3.2, Corollary 2",
    domain=RATES,
    quantities=of_two,
    note="to first order, as Theorem 2",
    parts={
        "s1": eq(Lim(n * ErrL(t), t), wstar(k) * trM),
        "s2": eq(Lim(n * ErrN(t), t), (1 + k) / (2 + k) * trM),
        "s3": {
            "statement": lt(wstar(k), (1 + k) / (2 + k)),
            "kind": "bound",
        },
        "s4": {
            "statement": lt(n * ErrL(t), n * ErrN(t)),
            "kind": "bound",
            "domain": {t: Integers(1)},
        },
        "s5": {"statement": eq(Lim(wstar(k), k, 0), 0), "kind": "limit"},
        "s6": {"statement": eq(Lim(wstar(k) / ((1 + k) / (2 + k)), k, 0), 0), "kind": "limit"},
    },
)

claim(
    "he.rem4",
    Parts(),
    "prose",
    **LOW,
    locator="Section 3.2, Remark 4",
    domain={**RATES, kp: Reals(0, lo_open=True)},
    note="the comparison itself is not in the text; the two quantities to be compared are judged",
    parts={
        "s1": {
            "statement": eq(Lim(n * ErrL(t), t), wstar(k) * trM),
            "quantities": of_two,
        },
        "s2": {
            "statement": eq(Lim(n * ErrN(t), t), (1 + kp) / (2 + kp) * trM),
            "quantities": {ErrN: distance(glm(kp / (1 + kp), n / kp))},
        },
    },
)

q = (1 - w) ** 2
f_t = (w**2 + k * q) * (1 - q**t) / (2 * w - w**2) + q**t
claim(
    "he.cor3",
    Parts(),
    "asymptotic",
    **MEDIUM,
    locator="Section 3.2, Corollary 3",
    domain=RATIO,
    hypotheses=WHOLE,
    quantities=of_gauss(gauss(w, n / k)),
    note="Read as second moments of the Frobenius norm (which moment of the norm is printed is"
    " lost); in one dimension all norms agree. For the operator norm: the fitted covariance is, to"
    " first order, sqrt(f_t) times one fixed Gaussian matrix, and a norm scales; the central limit"
    " theorem for the batch covariances is not derived here.",
    parts={
        "s1": {
            "statement": eq(Lim(n * ErrS(t), n), f_t * (trS**2 + s2)),
            "domain": {t: Integers(0)},
        },
        "s2": eq(Lim(Lim(n * ErrS(t), n), t), f(w, k) * (trS**2 + s2)),
        "s3": {
            "statement": Minimises((sqrt(5) - 1) / 2, Lim(Lim(n * ErrS(t), n), t), w, WEIGHT),
            "kind": "optimum",
            "quantities": of_gauss(gauss(w, n)),
            "own_hypotheses": True,
        },
    },
)
