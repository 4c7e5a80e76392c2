"""torch on one thread where it is installed, skipped with its reason where it is not."""

import pytest


@pytest.fixture(scope="session")
def torch():
    module = pytest.importorskip("torch", reason="needs the extra refutable[gpt]")
    module.set_num_threads(1)
    return module


@pytest.fixture
def small():
    """A configuration of two settings, two repeats and two generations that runs in a second."""
    from refutable.gpt import preset

    return preset(
        "smoke", generations=2, steps=12, held_out=16, contexts=8, coverage_documents=4, width=16
    )
