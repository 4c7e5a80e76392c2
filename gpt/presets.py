"""Runs that are ready to start: small ones for a CPU, and the experiments of the papers.

A paper's printed numbers are used where its text has them; `source` names them and says which
others are stand-ins, because the text lost them. The papers' corpora are not bundled: give one with
`corpus="file:PATH"`. A preset whose documents a corpus cannot supply says so before it starts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .config import Config, Setting
from .errors import ConfigError
from .regimes import REGIMES

__all__ = ["PRESETS", "preset"]


def _settings(*names: str, **values: object) -> tuple[Setting, ...]:
    return tuple(Setting(name, REGIMES[name](), values) for name in names)


def smoke() -> Config:
    """Seconds on one core: does everything work."""
    return Config(
        "smoke", _settings("replace", "accumulate", n=60), generations=3, repeats=2, pack=2,
        tokenizer="char:40", lowercase=True, document=65, block=16, held_out=64, layers=1, heads=2,
        width=32, steps=50, batch=16, lr=1e-2, warmup=12, beta2=0.95, contexts=32,
        coverage_documents=16, source="own",
    )  # fmt: skip


def ci() -> Config:
    """Half a minute on two cores: the gap between replace and accumulate shows."""
    return Config(
        "ci", _settings("replace", "accumulate", n=64), generations=3, repeats=4, pack=2,
        tokenizer="char:30", lowercase=True, held_out=96, layers=1, heads=2, width=32, steps=100,
        lr=8e-3, warmup=50, contexts=64, coverage_documents=32, source="own",
    )  # fmt: skip


def demo() -> Config:
    """Under two minutes on two cores: three curves with paired intervals over four repeats."""
    return Config(
        "demo",
        (*_settings("replace", "accumulate", n=124), *_settings("fresh", n=124, alpha="1/2")),
        generations=4, repeats=4, pack=2, tokenizer="char:30", lowercase=True, held_out=128,
        layers=1, heads=2, width=48, steps=200, lr=6e-3, warmup=100, source="own",
    )  # fmt: skip


def markov() -> Config:
    """The demo on an order-1 source whose law is known: divergence from the truth is exact."""
    return replace(demo(), name="markov", corpus="markov:1")


def regimes() -> Config:
    """Every regime once, at the size of `smoke`: a look at the vocabulary, no experiment."""
    values: dict[str, Any] = {"n": 48, "N": 24, "w": "3/5", "alpha": "1/4", "size": "24 * (t + 1)"}
    settings = [Setting(k, make(), values) for k, make in REGIMES.items()]
    decaying = Setting("fresh, alpha = 1/t", REGIMES["fresh"](), {"n": 48, "alpha": "1/t"})
    learned = Setting("filtered, classifier", REGIMES["filtered"](), values, filtering="classifier")
    return replace(
        smoke(), name="regimes", settings=(*settings, decaying, learned), repeats=1, pack=1
    )


def seddik() -> Config:
    """Seddik et al., Section 4, Figure 3: deviation over 300 contexts, 65 characters."""
    return Config(
        "seddik",
        (*_settings("replace", n=2000), *_settings("partial", n=1000, N=1000)),
        generations=10, repeats=4, pack=4, tokenizer="char:65", document=129, block=64,
        layers=4, heads=4, width=128, steps=2000, batch=32, lr=1e-3, warmup=100, contexts=300,
        source="printed: GPT-2 architecture, characters, 65 tokens, 300 contexts, 2000 iterations,"
        " tiny Shakespeare (--corpus file:PATH); stand-ins: widths, optimizer, document counts,"
        " generations, repeats. The real text takes the place of the paper's trained ground-truth"
        " model, and held-out text that of its contexts",
    )  # fmt: skip


def bakshi() -> Config:
    """Bakshi et al., Section 5.2 and C.3: 4 settings x 10 rounds x 10 repeats, 16M parameters."""
    settings = (
        *_settings("replace", "accumulate", n=1000),
        *_settings("fresh", n=1000, alpha="1/4"),
        *_settings("fresh-decaying", n=1000, N=250),
    )
    return Config(
        "bakshi", settings, generations=10, repeats=10, pack=10, tokenizer="bpe:50257",
        document=257, block=128, held_out=500, layers=4, heads=4, width=256, steps=3000, batch=32,
        lr=3e-4, lr_floor=1.0, warmup=100, weight_decay=0.0, dtype="bfloat16",
        source="printed: n_layer 4, n_head 4, n_embd 256, block 128, batch 32, Adam, about 16"
        " million parameters, 3000 'epochs' (read as steps), 10 repeats, 500 held-out documents of"
        " Wikipedia movie plots (--corpus file:PATH), perplexity; lost in the text: the number of"
        " rounds (10), all document counts, learning rate (3e-4); stand-ins besides: a vocabulary"
        " of 50257 trained on the corpus, documents of 257 tokens (printed: about 150 words),"
        " warm-up, moments' rates, clip",
    )  # fmt: skip


def bakshi_char() -> Config:
    """The same four settings at character level (3.2M) on the interpreter's own texts."""
    return replace(
        bakshi(), name="bakshi-char", corpus="stdlib", tokenizer="char", document=129, lr=1e-3,
        source="as bakshi, at character level; stand-ins besides: corpus, tokenizer, learning rate",
    )  # fmt: skip


def _gerstgrasser(
    name: str, printed: str, arch: str, size: tuple[int, int, int], vocabulary: int
) -> Config:
    layers, heads, width = size
    n = 700_000  # of 513 tokens: what 470M tokens leave after an eighth is held out, with room
    settings = _settings("replace", "accumulate", "replace-multiple", n=n)
    if arch == "gpt2":
        cold = [replace(s, name=f"{s.name}, 0.3", temperature=0.3) for s in settings[:2]]
        settings = (*settings, *cold)
    return Config(
        name, settings, generations=5, repeats=1, pack=1, tokenizer=f"bpe:{vocabulary}",
        document=513, block=512, arch=arch, layers=layers, heads=heads, width=width, steps=1,
        epochs=1.0, batch=64, lr=6e-4, warmup=500, dtype="bfloat16", floors=False,
        source=f"printed: {printed} parameters, TinyStories (--corpus file:PATH), one epoch per"
        " generation, newly initialised models, as much synthetic text as real, temperature 1.0 (for"
        " GPT-2 0.3 as well), 5 generations plotted; stand-ins: layers, widths, vocabulary (chosen"
        " to give the printed parameter count), 359M of the printed 470M tokens (an eighth is held"
        " out), batch, learning rate; replace-multiple is printed for GPT-2 only",
    )  # fmt: skip


def gerst_gpt2_9m() -> Config:
    """Gerstgrasser et al., Section 2.1: GPT-2 9M, temperatures 1.0 and 0.3."""
    return _gerstgrasser("gerst-gpt2-9m", "9M", "gpt2", (12, 4, 128), 50257)


def gerst_llama_12m() -> Config:
    """Gerstgrasser et al., Section 2.1: Llama-style, 12M."""
    return _gerstgrasser("gerst-llama-12m", "12M", "llama", (8, 8, 256), 10240)


def gerst_llama_42m() -> Config:
    """Gerstgrasser et al., Section 2.1: Llama-style, 42M."""
    return _gerstgrasser("gerst-llama-42m", "42M", "llama", (8, 8, 512), 16384)


def gerst_llama_125m() -> Config:
    """Gerstgrasser et al., Section 2.1: Llama-style, 125M."""
    return _gerstgrasser("gerst-llama-125m", "125M", "llama", (12, 12, 768), 26000)


def he() -> Config:
    """He et al. weigh real against synthetic data; the paper trains no transformer, this does."""
    settings = [
        Setting(f"w = {w}", REGIMES["weighted"](), {"n": 124, "N": 124, "w": w})
        for w in ("1/5", "2/5", "1/2", "(sqrt(5) - 1)/2", "4/5")
    ]
    return replace(
        demo(), name="he", settings=tuple(settings),
        source="printed: k = n/N = 1 and the weight (sqrt(5) - 1)/2; the other weights and all else own",
    )  # fmt: skip


PRESETS: dict[str, Callable[[], Config]] = {
    "smoke": smoke,
    "ci": ci,
    "demo": demo,
    "markov": markov,
    "regimes": regimes,
    "seddik": seddik,
    "bakshi": bakshi,
    "bakshi-char": bakshi_char,
    "gerst-gpt2-9m": gerst_gpt2_9m,
    "gerst-llama-12m": gerst_llama_12m,
    "gerst-llama-42m": gerst_llama_42m,
    "gerst-llama-125m": gerst_llama_125m,
    "he": he,
}


def preset(name: str, **changes: Any) -> Config:
    """A preset, with fields of `Config` changed.

    >>> preset("smoke", repeats=3).repeats
    3
    """
    if name not in PRESETS:
        raise ConfigError(f"no preset {name!r}; there are {', '.join(PRESETS)}")
    known = set(Config.__dataclass_fields__)
    unknown = sorted(set(changes) - known)
    if unknown:
        raise ConfigError(
            f"a run has no field {unknown[0]!r}; there are {', '.join(sorted(known))}"
        )
    return replace(PRESETS[name](), **changes)
