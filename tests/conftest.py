"""Shared set-up: property tests are deterministic and touch no database."""

from hypothesis import settings

# Judged by tests of their own; some are false, as they should be.
collect_ignore_glob = ["*/claim_*.py"]

settings.register_profile("refutable", derandomize=True, database=None, deadline=None)
settings.load_profile("refutable")
