"""Settings under which judging is faster: they are there in time, and no verdict depends on them."""

import gc
import os
import subprocess
import sys

from refutable.verify.tuning import CACHE, OBJECTS, tune


def _python(code: str, **settings: str) -> str:
    env = {k: v for k, v in os.environ.items() if k != "SYMPY_CACHE_SIZE"} | settings
    command = [sys.executable, "-P", "-c", code]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout


def test_the_command_sets_them_before_sympy_is_imported():
    shown = _python(
        "import sys; from refutable.verify.cli import main; assert 'sympy' not in sys.modules\n"
        "main(['list', '--claim', 'he.thm1'])\n"
        "from sympy.core.cache import CACHE; import gc\n"
        "print(CACHE[0].cache_info().maxsize, gc.get_threshold())"
    )
    assert shown.splitlines()[-1] == f"{CACHE} {OBJECTS}"


def test_a_size_of_ones_own_stands():
    code = "from refutable.verify.tuning import tune; tune(); import os; print(os.environ['SYMPY_CACHE_SIZE'])"
    assert _python(code, SYMPY_CACHE_SIZE="77").strip() == "77"


def test_workers_find_everything_loaded():
    code = (
        "import sys, gc; import refutable.verify.preloaded\n"
        "from refutable.verify.running import built_in\n"
        "print(built_in.cache_info().currsize, 'refutable.verify.repair' in sys.modules,"
        " gc.get_freeze_count() > 0, gc.get_threshold())"
    )
    assert _python(code).strip() == f"1 True True {OBJECTS}"


def test_tuning_twice_is_tuning_once():
    before = gc.get_threshold()
    try:
        tune()
        tune()
        assert gc.get_threshold() == OBJECTS
    finally:
        gc.set_threshold(*before)
