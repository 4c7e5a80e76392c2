"""One module per family of models: the moments of a batch and the conventions it uses."""

from .base import Family
from .categorical import Categorical
from .linear import Linear

__all__ = ["Categorical", "Family", "Linear"]
