"""Shared set-up: property tests are deterministic and touch no database."""

from hypothesis import settings

from refutable.derivations.workers import one_thread

# Before NumPy is imported: small matrices with two threads on busy cores take ten times as long.
one_thread()

# Judged by tests of their own; some are false, as they should be.
collect_ignore_glob = ["*/claim_*.py"]

settings.register_profile("refutable", derandomize=True, database=None, deadline=None)
settings.load_profile("refutable")
