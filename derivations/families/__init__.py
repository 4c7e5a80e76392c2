"""One module per family of models: the moments of a batch and the conventions it uses."""

from .base import Family
from .categorical import Categorical
from .cdf import Cdf
from .firstorder import FirstOrder
from .gaussian import Gaussian
from .linear import Linear
from .scalar import Scalar

__all__ = ["Categorical", "Cdf", "Family", "FirstOrder", "Gaussian", "Linear", "Scalar"]
