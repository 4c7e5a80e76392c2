"""From a family at an instance to what its sampler needs, and which sampler that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from refutable.derivations import process as P
from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.derivations.families import Categorical, Cdf, FirstOrder, Gaussian, Linear, Scalar

from . import empirical, fits, gaussian, linear, scalar
from .fitted import Glm, KnownDesign, NormalMixture
from .instance import finite, probabilities, put, spectrum, whole
from .population import RowsOf

__all__ = ["AnyDesign", "design_of", "dimension", "sampler"]

AnyDesign = empirical.Steps | linear.Design | gaussian.Spread | scalar.Number | fits.Fitted

_SAMPLERS: dict[type, Callable] = {
    empirical.Steps: empirical.sample,
    linear.Design: linear.sample,
    gaussian.Spread: gaussian.sample,
    scalar.Number: scalar.sample,
    fits.Fitted: fits.sample,
}


def sampler(design: AnyDesign | None) -> Callable | None:
    """The plain sampler of a design; None: of a categorical chain, which has none."""
    return None if design is None else _SAMPLERS[type(design)]


def design_of(process: P.Process, values: Mapping) -> tuple[tuple, AnyDesign | None]:
    """(true probabilities, design): one of them.

    Raises OutsideFragment for a family without a sampler, DomainError for values that do not fit.
    """
    family = process.family
    if isinstance(family, Categorical):
        return probabilities(values, family.truth), None
    if isinstance(family, Cdf):
        return (), empirical.Steps()
    if isinstance(family, Linear):
        return (), _linear(family, values)
    if isinstance(family, KnownDesign):
        return (), _known(family, values)
    if isinstance(family, Gaussian):
        eigenvalues = tuple(float(x) for x in spectrum(values, family.truth))
        apart, pooled = family.divisor == "n-1", family.centre == "pool"
        return (), gaussian.Spread(eigenvalues, apart, pooled)
    if isinstance(family, Scalar):
        true = finite(put(family.truth, values), str(family.truth))
        return (), scalar.Number(family.at(dict(values)), true)
    if isinstance(family, Glm):
        return (), fits.Fitted(family, len(family.coefficients))
    if isinstance(family, NormalMixture):
        return (), fits.Fitted(family, len(family.means))
    if isinstance(family, RowsOf):
        return (), fits.Fitted(family, family.d)
    name = type(family).__name__
    raise OutsideFragment(f"no sampler for the family {name}", part=name)


def _linear(family: Linear, at: Mapping) -> linear.Design:
    rows = None if family.rows is None else whole(put(family.rows, at), "rows")
    d = whole(put(family.d, at), "d")
    return linear.Design(d, rows, _variance(family, at), isinstance(family, FirstOrder))


def _known(family: KnownDesign, at: Mapping) -> linear.Design:
    eigenvalues = tuple(float(x) for x in spectrum(at, family.truth))
    if min(eigenvalues) <= 0:
        raise DomainError("the eigenvalues of X'X must be positive: full column rank")
    rows = whole(put(family.rows, at), "rows")
    variance = _variance(family, at)
    return linear.Design(len(eigenvalues), rows, variance, eigenvalues=eigenvalues)


def _variance(family: Linear | KnownDesign, at: Mapping) -> float:
    sigma2 = finite(put(family.sigma2, at), "sigma2")
    if sigma2 < 0:
        raise OutsideFragment(f"label noise of variance {sigma2}", part="sigma2")
    return sigma2


def dimension(design: AnyDesign | None) -> int:
    """Coordinates of a model that is no probability vector."""
    if isinstance(design, gaussian.Spread):
        return len(design.eigenvalues)
    return 0 if design is None else design.d
