"""Shared set-up: property tests are deterministic and touch no database."""

from hypothesis import settings

settings.register_profile("refutable", derandomize=True, database=None, deadline=None)
settings.load_profile("refutable")
