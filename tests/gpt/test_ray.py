"""Ray: a killed worker's pack is taken up again, and the files are those of one process."""

import os
import signal
import sys

import pytest

from tests.gpt.test_store import files, tiny

pytestmark = [pytest.mark.torch, pytest.mark.slow]


def deadly(path, pack, **options):
    """A pack whose worker kills itself, once, after the first checkpoint of generation 2."""
    from refutable.gpt import launch, store

    mark = os.path.join(os.path.dirname(path), f"killed-{pack}")
    if pack == 0 and not os.path.exists(mark):
        save = store.Store.save_checkpoint

        def then(self, pack, generation, raw):
            save(self, pack, generation, raw)
            if generation == 2:
                open(mark, "w").close()
                os.kill(os.getpid(), signal.SIGKILL)

        store.Store.save_checkpoint = then
    return launch.run_pack(path, pack, **options)


@pytest.mark.filterwarnings("ignore")  # ray's own
def test_a_killed_ray_worker_changes_no_byte(torch, tmp_path):
    ray = pytest.importorskip("ray", reason="needs the extra refutable[ray]")
    from dataclasses import replace

    from refutable.gpt.launch import run
    from refutable.gpt.ray_launch import run_on_ray

    config = replace(tiny(), pack=1)
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        assert run_on_ray(config, tmp_path / "ray" / "run", task=deadly)
    finally:
        ray.shutdown()
    assert (tmp_path / "ray" / "killed-0").exists()
    assert run(config, tmp_path / "one", threads=1)
    assert files(tmp_path / "ray" / "run") == files(tmp_path / "one")
