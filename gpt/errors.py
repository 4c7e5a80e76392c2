"""The transformer engine's own errors, one class per cause."""

from __future__ import annotations

from ..derivations.errors import RefutableError, UsageError

__all__ = ["ConfigError", "CorpusError", "GptError", "PlanError", "StoreError", "TorchMissing"]


class GptError(RefutableError):
    """Base class of the transformer engine's errors."""


class TorchMissing(GptError, UsageError, ImportError):
    """Something was asked for that needs torch, and torch is not installed."""


class ConfigError(GptError, UsageError):
    """A run's configuration does not fit together."""


class CorpusError(GptError, UsageError):
    """A corpus does not exist, is too small, or cannot be read."""


class PlanError(GptError):
    """A process cannot be turned into numbers of documents with these values."""


class StoreError(GptError):
    """A run folder is of another configuration, incomplete, or was altered."""
