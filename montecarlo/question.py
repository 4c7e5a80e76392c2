"""What a `simulate` command line (or TOML file) asks for: a process, values, quantities."""

from __future__ import annotations

import argparse
import os
import runpy
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sympy as sp

from refutable.derivations.errors import LoadError, PathNotFound, UsageError
from refutable.derivations.families import Categorical, Gaussian
from refutable.derivations.process import Process

from .fitted import KnownDesign
from .presets import DEFAULT, preset

__all__ = ["configured", "question"]


def configured(args: argparse.Namespace, defaults: Mapping[str, Any]) -> argparse.Namespace:
    """The arguments with what a TOML file says, where the command line says nothing else.

    Keys are the options' long names; `set` is a table of sizes, lists stand for repeated options
    and for comma-separated numbers.  Raises PathNotFound, LoadError and UsageError.
    """
    if not args.config:
        return args
    if not Path(args.config).is_file():
        raise PathNotFound(f"{args.config} does not exist")
    try:
        text = Path(args.config).read_text(encoding="utf-8")
        told = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
        raise LoadError(f"{args.config} is no TOML: {err}", where=(args.config, None, None)) from err
    for key, value in told.items():
        name = key.replace("-", "_")
        if name not in defaults or name in ("config", "list"):
            known = ", ".join(sorted(k.replace("_", "-") for k in defaults if k != "config"))
            raise UsageError(f"{args.config}: unknown key {key!r}; use {known}")
        if name == "set":
            if not isinstance(value, dict):
                raise UsageError(f"{args.config}: set is a table, such as set = {{ n = 100 }}")
            args.set = [*(f"{k}={v}" for k, v in value.items()), *args.set]
        elif getattr(args, name) == defaults[name]:
            setattr(args, name, _as(defaults[name], name, value, args.config))
    return args


def _as(default: object, name: str, value: object, file: str) -> object:
    if name == "truth" and isinstance(value, list):
        return ",".join(str(x) for x in value)
    if name == "quantity":
        return [value] if isinstance(value, str) else value
    wanted: Any = {"classes": int, "window": int, "generations": int, "runs": int, "seed": int,
                   "jobs": int, "level": (int, float), "max_seconds": (int, float),
                   "full": bool, "no_progress": bool}.get(name, str)  # fmt: skip
    if not isinstance(value, wanted) or isinstance(value, bool) != (wanted is bool):
        raise UsageError(f"{file}: {name.replace('_', '-')} does not fit (got {value!r})")
    return value


def question(args: argparse.Namespace) -> tuple[Process, dict, list[str]]:
    """(process, values, quantities) of the command line."""
    if args.process:
        process, sizes, quantities = _declared(args.process), {}, args.quantity or ["sqnorm"]
        law, classes = args.truth, args.classes
    else:
        chosen = preset(args.preset or DEFAULT)
        window = args.window if args.window is not None else chosen.window
        if (args.window is not None and not chosen.window) or window < 0:
            raise UsageError(f"--window {args.window} does not fit; only most-recent takes one")
        process, sizes = chosen.make(window), dict(chosen.sizes)
        quantities = args.quantity or list(chosen.quantities)
        asked = args.truth is not None or args.classes is not None
        law, classes = (args.truth, args.classes) if asked else (chosen.truth, chosen.classes)
    for text in args.set:
        name, equals, value = text.partition("=")
        if not equals or (not args.process and name not in sizes):
            known = ", ".join(sizes) or "NAME=VALUE"
            raise UsageError(f"--set {text!r} does not fit; this process takes {known}")
        sizes[name] = value
    at: dict[object, object] = {}
    for name, value in sizes.items():
        at[sp.Symbol(name)] = _number(str(value), f"--set {name}")
    if isinstance(process.family, Categorical):
        if law:
            truth = tuple(_number(x, "--truth") for x in law.split(","))
        else:
            s = 10 if classes is None else classes
            if s < 1:
                raise UsageError(f"--classes must be at least 1 (got {s})")
            truth = (sp.Rational(1, s),) * s
        at[process.family.truth] = truth
    elif isinstance(process.family, (Gaussian, KnownDesign)):
        spectrum = (law or ",".join(["1"] * (classes or 2))).split(",")
        at[process.family.truth] = tuple(_number(x, "--truth") for x in spectrum)
    elif law or classes:
        raise UsageError(f"{process.name} has no probabilities: leave --truth and --classes out")
    return process, at, quantities


def _number(text: str, what: str) -> sp.Rational:
    try:
        return sp.Rational(text.strip())
    except (TypeError, ValueError, ZeroDivisionError) as err:
        raise UsageError(f"{what} must be a number such as 100, 1/3 or 0.1 (got {text!r})") from err


def _declared(place: str) -> Process:
    """The Process that a Python file declares under a variable or process name."""
    file, _, name = place.rpartition(":")
    if not file:
        raise UsageError(f"--process wants FILE:NAME (got {place!r})")
    if not Path(file).is_file():
        raise PathNotFound(f"{file} does not exist")
    try:
        values = runpy.run_path(file)
    except Exception as err:
        raise LoadError(f"{os.path.basename(file)} does not load: {type(err).__name__}: {err}",
                        where=(file, None, None)) from err  # fmt: skip
    found = {k: v for k, v in values.items() if isinstance(v, Process)}
    for key, process in found.items():
        if name in (key, process.name):
            return process
    raise UsageError(f"{file} declares no process {name!r}; it has {', '.join(found) or 'none'}")


