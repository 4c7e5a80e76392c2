"""Transformer engine: language models fitted to their predecessors' text (`refutable[gpt]`)."""

if __name__ != "refutable.gpt":
    raise ImportError("this is a part of refutable: write `import refutable.gpt`, not `import gpt`")

from .config import Config, Setting
from .errors import ConfigError, CorpusError, GptError, PlanError, StoreError, TorchMissing
from .plan import Plan
from .planner import plan_of
from .presets import PRESETS, preset

__all__ = [
    "PRESETS",
    "Config",
    "ConfigError",
    "CorpusError",
    "GptError",
    "Plan",
    "PlanError",
    "Setting",
    "StoreError",
    "TorchMissing",
    "plan_of",
    "preset",
]
