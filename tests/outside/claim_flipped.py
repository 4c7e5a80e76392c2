"""A loop in words of its own: flipped labels, a window of models, a fit that is pulled to the truth.

Every datum is one or zero; before the fit it is flipped with chance e, and nobody corrects for it.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import comb

from refutable import *
from refutable.derivations.families import Categorical as Coin


@dataclass(frozen=True)
class Flipped(Scalar):
    """The share of ones among data of which each is flipped with chance e."""

    e: object = Rational(1, 10)
    span = (0.0, 1.0)
    convention = "share of ones, not corrected for flips"

    def batch_moment(self, power, law, size):
        return Coin().batch_moment(power, self.e + (1 - 2 * self.e) * law, size)

    def outcomes(self, law, size):
        q = self.e + (1 - 2 * self.e) * law
        for k in range(size + 1):
            yield Fraction(k, size), comb(size, k) * q**k * (1 - q) ** (size - k)

    def sample(self, rng, law, size):
        ones = rng.binomial(size, law)
        e = float(self.e)
        return (rng.binomial(ones, 1 - e) + rng.binomial(size - ones, e)) / size


@dataclass(frozen=True)
class Latest(Source):
    """Any of the latest two models, with the same chance."""

    def spelled(self):
        return Mix(Rational(1, 2), Model(1), Model(2))


@dataclass(frozen=True)
class Twice(Batch):
    """A batch of two data for each of n."""

    n: object
    name: str = ""

    def spelled(self):
        return Draw(Model(), 2 * self.n, self.name)


@dataclass(frozen=True)
class Pulled(Fit):
    """The mean of a batch, pulled to the truth by a weight."""

    batch: Batch
    weight: object

    def spelled(self):
        return Pool([Exact(Truth()), self.batch], weights=[self.weight, 1 - self.weight])


t, n, e, w, mu = symbols("t n e w mu")
R, M = Function("R"), Function("M")
rates = {e: Reals(0, Rational(1, 2)), mu: Reals(0, 1)}
sizes = {t: Integers(1), n: Integers(1)}
loop = Process("flips", Flipped(mu, e), Pool([Draw(Model(), n)]), index=t)
of_loop = {
    "domain": {**sizes, **rates},
    "quantities": {
        M: Lambda(t, mean(loop.model(t)[1])),
        R: Lambda(t, mean(SqNorm(loop.model(t) - loop.truth))),
    },
}
half = Rational(1, 2)
first = e + (1 - 2 * e) * mu
pulled = Process("pulled", Coin("p"), Pulled(Twice(n), w), index=t)
window = Process(
    "window", Coin("p"), Pool([Draw(Latest(), n)]), first=Pool([Draw(Truth(), n)]), index=t
)

claim("flips.drift", eq(M(t), half + (1 - 2 * e) ** t * (mu - half)), "closed form", **of_loop)
claim(
    "flips.first", eq(R(1), first * (1 - first) / n + (first - mu) ** 2), "closed form", **of_loop
)
# As if the flips averaged out.
claim("flips.unbiased", eq(M(t), mu), "closed form", **of_loop)
claim(
    "pulled.step",
    eq(R(t + 1), (1 - w) ** 2 * ((1 - SqNorm(pulled.truth)) / (2 * n) + R(t) * (1 - 1 / (2 * n)))),
    "recurrence",
    domain={**sizes, w: Reals(0, 1), Symbol("p"): Simplex()},
    quantities={R: Lambda(t, mean(SqNorm(pulled.model(t) - pulled.truth)))},
)
claim(
    "window.first",
    eq(mean(window.model(2)[1]), window.truth[1]),
    "identity",
    domain={n: Integers(1), Symbol("p"): Simplex()},
)
