"""The resume contract: kill -9 anywhere, run again, and every file has the same bytes."""

import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from refutable.gpt import preset
from refutable.gpt.errors import CorpusError, StoreError

pytestmark = pytest.mark.torch


def tiny():
    """Two settings, two repeats in one pack, two generations, a checkpoint after every step."""
    return preset(
        "smoke", generations=2, steps=6, held_out=8, contexts=4, coverage_documents=2, width=16,
        document=33, checkpoint_seconds=0.0,
    )  # fmt: skip


def files(folder):
    """name -> sha256 of all results; the log, which holds times, is no result."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != "log.jsonl"
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An undisturbed run."""
    torch = pytest.importorskip("torch")
    from refutable.gpt.launch import run

    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("run") / "whole"
    assert run(tiny(), folder, threads=1)
    return folder


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork")
def test_kill_nine_at_every_moment_and_resume_gives_the_same_bytes(tmp_path):
    """At every file, rename, step, batch of samples and measurement of a run: `killer.py`."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.gpt.killer", str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    killed = set(done.stdout.split())
    assert killed == {
        "rename", "replace", "link", "mkdir", "unlink", "write", "step", "documents", "_measure",
    }  # fmt: skip
    assert len(done.stdout.split()) > 40


def test_a_checkpoint_from_elsewhere_is_set_aside(whole, tmp_path, monkeypatch):
    """A fit is from one device, thread count, torch and code, or it starts again."""
    from refutable.gpt import fit
    from refutable.gpt.launch import run, run_pack

    started = []
    steps = fit.Trainer.run
    monkeypatch.setattr(
        fit.Trainer, "run", lambda t, *a: started.append(int(t.state.step)) or steps(t, *a)
    )
    for name, place in (("same", {}), ("other", {"torch": "1.0"})):
        target = tmp_path / name
        here = fit.environment
        with monkeypatch.context() as patch:
            patch.setattr(fit, "environment", lambda d, c: {**here(d, c), **place})  # noqa: B023
            patch.setattr(fit.time, "monotonic", lambda: 0.0 if not started else 1e9)
            assert not run(tiny(), target, threads=1, max_seconds=10)
        assert (target / "packs" / "p000" / "gen_001" / "checkpoint").exists()
        assert run_pack(target, 0, threads=1)
        assert files(target) == files(whole)
        assert started[1] == (1 if name == "same" else 0)
        started.clear()


def test_shards_that_start_together_make_one_run(tmp_path):
    """Eight at once create the folder, again and again; nobody sees another's files as foreign."""
    with ThreadPoolExecutor(8) as pool:
        for k in range(20):
            jobs = [pool.submit(create, tmp_path / str(k)) for _ in range(8)]
            assert [job.result().steps for job in jobs] == [6] * 8
            assert len(files(tmp_path / str(k))) == 3


def create(target):
    from refutable.gpt.store import Store

    return Store(target).create(tiny(), {"spec": "none"}, np.zeros((2, 3)))


def test_stopping_at_every_moment_and_going_on_gives_the_same_bytes(whole, tmp_path):
    """`--max-seconds 0` again and again: each call may do one stage or a few steps, or nothing."""
    from refutable.gpt.launch import run, run_pack

    target = tmp_path / "run"
    assert not run(tiny(), target, threads=1, max_seconds=0)
    calls = 0
    while not run_pack(target, 0, threads=1, max_seconds=1e-3 * calls):
        calls += 5
        assert calls < 5000
    assert files(target) == files(whole)


def test_another_split_over_processes_gives_the_same_bytes(tmp_path):
    """One process, two processes, and two shards, in packs of one repeat."""
    from dataclasses import replace

    from refutable.gpt.launch import run

    config = replace(tiny(), pack=1)
    assert run(config, tmp_path / "one", threads=1)
    assert run(config, tmp_path / "two", workers=2, threads=1)
    for shard in ((1, 2), (0, 2)):
        run(config, tmp_path / "shards", threads=1, shard=shard)
    assert files(tmp_path / "one") == files(tmp_path / "two") == files(tmp_path / "shards")


def test_packing_changes_no_number_on_a_cpu(whole, tmp_path):
    """The repeats of a pack of two are those of two packs of one: weights bit for bit."""
    from dataclasses import replace

    from refutable.gpt import tensors
    from refutable.gpt.launch import run
    from refutable.gpt.store import Store

    assert run(replace(tiny(), pack=1), tmp_path / "run", threads=1)
    together, apart = Store(whole), Store(tmp_path / "run")
    for m in (1, 2):
        both, _ = tensors.load(together.read(0, m, "fit", "weights.safetensors"))
        for name, array in both.items():
            parts = [
                tensors.load(apart.read(p, m, "fit", "weights.safetensors"))[0][name]
                for p in (0, 1)
            ]
            assert np.array_equal(array, np.concatenate(parts))


def test_a_finished_run_does_nothing_when_run_again(whole):
    from refutable.gpt.launch import run

    before = files(whole)
    assert run(tiny(), whole, threads=1)
    assert files(whole) == before


def test_another_configuration_refuses_the_folder(whole):
    from dataclasses import replace

    from refutable.gpt.launch import run

    with pytest.raises(StoreError, match=r"another configuration \(lr is 0.01 there, 0.5 here\)"):
        run(replace(tiny(), lr=0.5), whole, threads=1)


def test_a_folder_with_other_files_is_refused(tmp_path):
    from refutable.gpt.launch import run

    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(StoreError, match="holds other files"):
        run(tiny(), tmp_path, threads=1)


def test_a_stage_that_exists_is_never_written_again(whole):
    from refutable.gpt.store import Store

    before = files(whole)
    Store(whole).commit(0, 1, "draw", {"tokens.u16": b"other"}, {"config": "other"})
    assert files(whole) == before


def test_too_many_real_documents_are_refused_before_any_work(tmp_path):
    from refutable.gpt.launch import run

    with pytest.raises(CorpusError, match=r"needs 9000 real documents .* has \d+"):
        run(preset("bakshi", corpus="bundled", tokenizer="char", settings=huge()), tmp_path / "r")
    assert not (tmp_path / "r").exists()


def huge():
    from refutable.gpt import Setting
    from refutable.gpt.regimes import REGIMES

    return (Setting("replace", REGIMES["replace"](), {"n": 4500}),)


def test_verify_finds_every_change(whole, tmp_path):
    import shutil

    from refutable.gpt.audit import audit
    from refutable.gpt.store import Store

    assert audit(Store(whole)) == []

    def spoilt(change):
        target = tmp_path / str(len(list(tmp_path.iterdir())))
        shutil.copytree(whole, target)
        change(target / "packs" / "p000" / "gen_002")
        return audit(Store(target))

    def token(folder):
        raw = bytearray((folder / "draw" / "tokens.u16").read_bytes())
        raw[10] ^= 1
        (folder / "draw" / "tokens.u16").write_bytes(raw)

    def provenance(folder):
        path = folder / "draw" / "manifest.json"
        data = json.loads(path.read_text())
        data["chains"][0]["pool"]["real_tokens"] += 33
        path.write_text(json.dumps(data))

    assert any("tokens.u16 was altered" in w for w in spoilt(token))
    assert any("gen_002/draw was altered" in w for w in spoilt(provenance))
    assert any("is missing" in w for w in spoilt(lambda f: (f / "fit" / "prompts.npy").unlink()))


def test_the_ledger_says_where_every_token_comes_from(whole):
    from refutable.gpt.store import Store

    manifest = Store(whole).manifest(0, 2, "draw")
    pools = {c["settings"][0]: c["pool"] for c in manifest["chains"] if c["replicate"] == 0}
    assert pools["replace"]["documents_by_source"] == {"1": 60}
    assert pools["accumulate"]["documents_by_source"] == {"0": 60, "1": 60}
    assert pools["accumulate"]["real_tokens"] == pools["accumulate"]["synthetic_tokens"] == 60 * 33
    assert manifest["groups"][0]["sampler"] == "unbiased sampler"
    first = Store(whole).manifest(0, 1, "draw")["chains"]
    assert all(c["pool"]["synthetic_tokens"] == 0 for c in first)


def test_every_regime_runs_and_is_sound(tmp_path):
    """All regimes of the vocabulary, the classifier and the weighted loss among them."""
    from refutable.gpt.audit import audit
    from refutable.gpt.launch import run
    from refutable.gpt.results import read
    from refutable.gpt.store import Store

    config = preset(
        "regimes", steps=4, generations=3, width=16, held_out=8, contexts=4, coverage_documents=2
    )
    assert run(config, tmp_path / "run", threads=1)
    store = Store(tmp_path / "run")
    assert audit(store) == []
    results = read(store)
    assert all(results.generations(s.name, "cross_entropy") == [1, 2, 3] for s in config.settings)
    for name in ("filtered", "filtered, classifier"):
        (chain,) = [c for c in store.manifest(0, 3, "draw")["chains"] if name in c["settings"]]
        kept = {line["source"]: line["kept_count"] for line in chain["lines"]}
        counts = {line["source"]: line["count"] for line in chain["lines"]}
        assert chain["pool"]["documents"] == sum(kept.values())
        assert kept[2] < counts[2]


def test_unequal_epochs_and_a_known_truth(tmp_path):
    from refutable.gpt.launch import run
    from refutable.gpt.results import read
    from refutable.gpt.store import Store

    config = preset(
        "smoke", corpus="markov:1", tokenizer="char:8", markov_documents=400, epochs=1.0,
        generations=2, held_out=8, width=16, coverage_documents=2, arch="llama", contexts=4,
    )  # fmt: skip
    assert run(config, tmp_path / "run", threads=1)
    store = Store(tmp_path / "run")
    rows = json.loads(store.read(0, 2, "fit", "metrics.json"))
    steps = {r["settings"][0]: r["steps"] for r in rows}
    assert steps["accumulate"] == 2 * steps["replace"]
    results = read(store)
    assert results.excess() == ("divergence", True)
    assert all(v > 0 for v in results.values("replace", "divergence", 1))
