"""he2026, Corollary 1 and what follows from it: special weights, the optimal weight, thresholds."""

from sympy import oo, sqrt

from refutable.derivations.claim import claim
from refutable.derivations.papers.he2026_processes import (
    GAUSS,
    HIGH,
    LOW,
    MEDIUM,
    RATIO,
    WEIGHT,
    WHOLE,
    Err,
    Err1,
    ErrS,
    ErrS1,
    f,
    gauss,
    k,
    limit,
    m,
    n,
    of_gauss,
    s2,
    trS,
    w,
    wstar,
)
from refutable.derivations.statement import And, Iff, Lim, Minimises, Parts, eq, gt, lt

SIZES = {x: d for x, d in GAUSS.items() if x != w}
RATIOS = {x: d for x, d in RATIO.items() if x != w}
golden = (sqrt(5) - 1) / 2

claim(
    "he.cor1.1",
    Parts(),
    "limit",
    **HIGH,
    locator="Section 3.1, Corollary 1(1)",
    domain=SIZES,
    quantities=of_gauss(gauss(0)),
    parts={"s1": eq(limit(Err), oo), "s2": eq(limit(ErrS), oo)},
)

claim(
    "he.cor1.2",
    Parts(),
    "closed form",
    **HIGH,
    locator="Section 3.1, Corollary 1(2)",
    domain=SIZES,
    quantities=of_gauss(gauss(1)),
    parts={
        "s1": eq(limit(Err), trS / n),
        "s2": eq(limit(ErrS), (trS**2 + s2) / (n - 1)),
    },
)

claim(
    "he.cor1.3",
    Parts(),
    "optimum",
    **HIGH,
    locator="Section 3.1, Corollary 1(3)",
    domain=GAUSS,
    quantities=of_gauss(gauss()),
    parts={
        "s1": Minimises(wstar(n / m), limit(Err), w, WEIGHT),
        "s2": {
            "statement": eq(limit(Err), trS / n * wstar(n / m)),
            "kind": "closed form",
            "quantities": of_gauss(gauss(wstar(n / m))),
        },
        "s3": {
            "statement": Minimises(golden, limit(Err), w, WEIGHT),
            "quantities": of_gauss(gauss(w, n)),
            "note": "as many synthetic as real data",
        },
    },
)

claim(
    "he.cor1.4",
    Parts(),
    "asymptotic",
    **HIGH,
    locator="Section 3.1, Corollary 1(4)",
    domain=RATIO,
    hypotheses=WHOLE,
    quantities=of_gauss(gauss(w, n / k)),
    parts={
        "s1": eq(Lim(n * limit(ErrS), n), f(w, k) * (trS**2 + s2)),
        "s2": {
            "statement": Minimises(wstar(k), Lim(n * limit(ErrS), n), w, WEIGHT),
            "kind": "optimum",
        },
    },
)

claim(
    "he.cor1.5",
    Parts(),
    "bound",
    **MEDIUM,
    locator="Section 3.1, Corollary 1(5) and the closing paragraph",
    domain=RATIOS,
    hypotheses=WHOLE,
    quantities=of_gauss(gauss(wstar(k), n / k), gauss(1, n / k)),
    parts={
        "s1": {"statement": eq(limit(Err) / limit(Err1), wstar(k)), "kind": "closed form"},
        "s2": {
            "statement": eq(Lim(limit(ErrS) / limit(ErrS1), n), wstar(k)),
            "kind": "asymptotic",
        },
        "s3": {"statement": lt(wstar(k), 1), "own_hypotheses": True},
    },
)

claim(
    "he.thr.beneficial",
    Iff(lt(limit(Err), trS / n), And(gt(w, n / m / (n / m + 2)), lt(w, 1))),
    "bound",
    **LOW,
    locator="Section 1, contribution (4)",
    domain=GAUSS,
    quantities=of_gauss(gauss()),
    note="that there is a threshold is certain; its value for the Gaussian mean is filled in",
)
