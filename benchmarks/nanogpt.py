"""nanoGPT as it is: `train.py` of a checkout that the user names, run and never copied or changed.

Its seed is no setting, so another one is put in from outside: the script runs unmodified after
`torch.manual_seed` was made to add a number.
"""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
from pathlib import Path
from statistics import median

import torch

COMMIT = "3adf61e"
SHIFTED = """
import runpy, sys, torch
seed, shift = torch.manual_seed, int(sys.argv.pop(1))
torch.manual_seed = lambda s: seed(s + shift)
sys.path.insert(0, "")
runpy.run_path("train.py", run_name="__main__")
"""


def train(path: Path, config, corpus, pool, device: str, seed: int):
    """(tokens per second in the median step after a third, its model) on these documents."""
    data = path / "data" / "refutable"
    data.mkdir(parents=True, exist_ok=True)
    pool.tofile(data / "train.bin")
    corpus.held_out.tofile(data / "val.bin")
    (data / "meta.pkl").write_bytes(pickle.dumps({"vocab_size": corpus.tokenizer.size}))
    options = {
        "dataset": "refutable", "out_dir": "out-refutable", "device": device,
        "compile": device.startswith("cuda"), "dtype": config.dtype, "n_layer": config.layers,
        "n_head": config.heads, "n_embd": config.width, "block_size": config.block,
        "batch_size": config.batch, "gradient_accumulation_steps": 1, "max_iters": config.steps,
        "lr_decay_iters": config.steps, "learning_rate": config.lr, "warmup_iters": config.warmup,
        "min_lr": config.lr * config.lr_floor, "beta1": config.beta1, "beta2": config.beta2,
        "weight_decay": config.weight_decay, "grad_clip": config.clip, "bias": False,
        "eval_interval": config.steps, "eval_iters": 1, "log_interval": 1,
    }  # fmt: skip
    command = [sys.executable, "-c", SHIFTED, str(seed)]
    command += [f"--{k}={v}" for k, v in options.items()]
    environment = {"OMP_NUM_THREADS": "1", **os.environ}
    done = subprocess.run(command, cwd=path, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"nanoGPT failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    times = [float(t) for t in re.findall(r"iter \d+: loss [\d.]+, time ([\d.]+)ms", done.stdout)]
    speed = config.batch * config.block / (median(times[len(times) // 3 : -1]) / 1000)
    return speed, _model(path, device)


def _model(path: Path, device: str):
    """What it trained last, read by its own classes."""
    if str(path) not in sys.path:
        sys.path.insert(0, str(path))
    from model import GPT, GPTConfig

    saved = torch.load(path / "out-refutable" / "ckpt.pt", map_location=device)
    model = GPT(GPTConfig(**saved["model_args"])).to(device).eval()
    model.load_state_dict({k.removeprefix("_orig_mod."): v for k, v in saved["model"].items()})
    return model
