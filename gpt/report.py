"""Status in words, and a report of a run as one folder: plots, tables, HTML."""

from __future__ import annotations

from html import escape
from pathlib import Path

from .chain import FLOORS
from .config import Config
from .results import METRICS, Results, read
from .stats import interval
from .store import Store

__all__ = ["gaps", "status", "summary", "write_report"]


def status(store: Store) -> str:
    """How far a run is, stage by stage."""
    config = store.config()
    done = set(store.stages())
    lines = [f"run {config.name} in {store.path}: {len(config.settings)} settings,"
             f" {config.repeats} repeats, {config.generations} generations"]  # fmt: skip
    for pack, repeats in enumerate(config.packs):
        fits = sum((pack, m, "fit") in done for m in range(1, config.generations + 1))
        draws = sum((pack, m, "draw") in done for m in range(1, config.generations + 1))
        note = ""
        if store.checkpoint(pack, fits + 1) is not None:
            note = f", generation {fits + 1} has a checkpoint"
        elif draws > fits:
            note = f", generation {draws} is drawn"
        state = "complete" if fits == config.generations else f"{fits} of {config.generations}"
        lines.append(f"  pack {pack} (repeats {repeats.start}-{repeats.stop - 1}): {state}{note}")
    biased = [f"{s.name}: {s.sampler}" for s in config.settings if s.sampler != "unbiased sampler"]
    return "\n".join([*lines, *(f"  BIASED SAMPLER in {b}" for b in biased)])


def gaps(results: Results) -> list[tuple[str, str, str]]:
    """(what, interval, verdict of the interval): every other setting against the first, paired."""
    metric, _ = results.excess()
    names = [s.name for s in results.config.settings]
    out = []
    for other in names[1:]:
        values = results.paired(names[0], other, metric, results.last)
        if values:
            found = interval(values)
            says = "outside 0" if found.excludes_zero else "contains 0"
            out.append((f"{names[0]} - {other}", str(found), says))
    return out


def summary(results: Results) -> str:
    """The curves and the paired gaps as text."""
    config, metric = results.config, results.excess()[0]
    if not results.last:
        return f"run {config.name}: no generation is complete for every setting yet"
    lines = [f"{METRICS[metric]}, mean over repeats; biased samplers are stamped"]
    width = max(len(s.name) for s in config.settings)
    for s in config.settings:
        curve = "  ".join(f"{v.mean:.3f}" for _, v in results.curve(s.name, metric))
        stamp = "" if s.sampler == "unbiased sampler" else f"  [{s.sampler}]"
        lines.append(f"  {s.name:<{width}}  {curve}{stamp}")
    for which in FLOORS:
        values = results.floor(which, "deviation")
        if values:
            lines.append(f"  noise floor of the deviation, refit on {which}: {interval(values)}")
    lines.append(f"paired gaps at generation {results.last}, 95% intervals over repeats:")
    lines += [f"  {what}: {found}, {says}" for what, found, says in gaps(results)]
    lines += [
        f"  STOPPED, not finite: {s}, repeat {r}, generation {m}" for s, r, m in results.stopped
    ]
    return "\n".join(lines)


def write_report(store: Store, folder: Path) -> Path:
    """index.html with every plot as SVG and PNG beside it; returns its path."""
    from .plots import draw_curves, save

    results = read(store)
    folder.mkdir(parents=True, exist_ok=True)
    shown = []
    for metric in METRICS:
        if any(results.table[s][metric] for s in results.table):
            figure = draw_curves(results, metric)
            for kind in ("svg", "png"):
                save(figure, folder / f"{metric}.{kind}")
            shown.append(metric)
    page = folder / "index.html"
    page.write_text(_page(store, results, shown), encoding="utf-8")
    return page


def _page(store: Store, results: Results, shown: list[str]) -> str:
    config, corpus = results.config, store.corpus()
    biased = [s for s in config.settings if s.sampler != "unbiased sampler"]
    warn = "".join(
        f"<p class=w>{escape(s.name)}: {escape(s.sampler)}. Such a sampler fabricates collapse.</p>"
        for s in biased
    )
    facts = {
        "corpus": f"{config.corpus}, sha256 {corpus['sha256'][:16]}...",
        "tokenizer": f"{config.tokenizer}, {corpus['vocabulary']} tokens",
        "model": f"{config.arch}, {config.layers} layers, {config.heads} heads,"
        f" width {config.width}, block {config.block}, {config.dtype}",
        "training": f"{_length(config)} of {config.batch} windows, learning rate {config.lr}",
        "documents": f"{config.document} tokens each",
        "configuration": config.digest()[:16] + "...",
        "numbers from": config.source or "own",
    }
    rows = "".join(f"<tr><th>{k}<td>{escape(str(v))}" for k, v in facts.items())
    settings = "".join(
        f"<tr><th>{escape(s.name)}<td><code>{escape(str(s.process))}</code>"
        f"<td>{escape(', '.join(f'{k} = {v}' for k, v in s.values.items()))}<td>{escape(s.sampler)}"
        for s in config.settings
    )
    body = "".join(
        f"<h2>{escape(METRICS[m])}</h2><img src='{m}.svg' alt='{escape(METRICS[m])}'>"
        f"{_table(results, m)}"
        for m in shown
    )
    gap = "".join(f"<tr><th>{escape(a)}<td>{b}<td>{c}" for a, b, c in gaps(results))
    dead = "".join(
        f"<p class=w>stopped, not finite: {escape(s)}, repeat {r}, generation {m}</p>"
        for s, r, m in results.stopped
    )
    return f"""<!doctype html><html lang=en><meta charset=utf-8><title>{escape(config.name)}</title>
<style>body{{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse}}
th,td{{padding:.15rem .8rem .15rem 0;text-align:left;vertical-align:top}}
img{{max-width:100%}}.w{{background:#fde7d9;padding:.4rem .8rem}}code{{font-size:12px}}</style>
<h1>Run {escape(config.name)}</h1>{warn}{dead}
<p>Curves are means over {config.repeats} repeats, bands 95% Student intervals (the range for two
repeats). Settings share each repeat's streams, so gaps are paired. The theory's line is first
order: it predicts shapes and directions, not nats. Nothing here is more than support.</p>
<h2>Paired gaps at generation {results.last}</h2><table>{gap}</table>{body}
<h2>The run</h2><table>{rows}</table><h2>Settings</h2><table>{settings}</table></html>
"""


def _length(config: Config) -> str:
    """How long a fit is."""
    if config.epochs is None:
        return f"{config.steps} steps"
    return f"steps for {config.epochs:g} x the tokens of the pool,"


def _table(results: Results, metric: str) -> str:
    head = "".join(f"<th>{m}" for m in range(1, results.config.generations + 1))
    rows = []
    for s in results.config.settings:
        cells = "".join(f"<td>{v.mean:.4f}" for _, v in results.curve(s.name, metric))
        rows.append(f"<tr><th>{escape(s.name)}{cells}")
    for which in FLOORS:
        values = results.floor(which, metric)
        if values:
            rows.append(f"<tr><th>floor, refit on {which}<td colspan=9>{interval(values)}")
    return f"<table><tr><th>generation{head}{''.join(rows)}</table>"
