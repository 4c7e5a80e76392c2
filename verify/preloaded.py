"""What every worker needs, loaded once by the process that the workers are forked from.

Nothing imports this module: `multiprocessing` does, in that process (see `running`). What is loaded
by then is left out of the search for cycles, so that the workers share its memory.
"""

from __future__ import annotations

import gc

from . import confirm, judge, mutation, repair
from .running import built_in
from .tuning import tune

__all__ = ["built_in", "confirm", "judge", "mutation", "repair"]

tune()
built_in()
gc.collect()
gc.freeze()
