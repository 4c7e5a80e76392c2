"""Runs notebooks in this process, without Jupyter, and keeps their outputs.

    .venv/bin/python -P notebooks/execute.py                        # all of this folder
    .venv/bin/python -P notebooks/execute.py notebooks/tour.ipynb

A cell's output is what it prints and the value of its last line (as SVG, if it draws itself). A
cell that raises ends the run, and the file stays as it was. Cells are plain Python: no magics.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

__all__ = ["execute", "read", "write"]

FOLDER = Path(__file__).resolve().parent
MOST = 100_000  # characters of one output


def read(path: Path) -> dict[str, Any]:
    """The notebook as plain values."""
    return json.loads(path.read_text(encoding="utf-8"))


def write(path: Path, notebook: dict[str, Any]) -> None:
    """In one form, so that a difference is a difference."""
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def execute(notebook: dict[str, Any]) -> dict[str, Any]:
    """The same notebook with the outputs of this run; raises what a cell raises."""
    names: dict[str, Any] = {"__name__": "__main__"}
    cells, count = [], 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            count += 1
            outputs = _run("".join(cell["source"]), f"<cell {count}>", names, count)
            cell = {**cell, "execution_count": count, "outputs": outputs}
        cells.append(cell)
    return {**notebook, "cells": cells}


def _run(source: str, file: str, names: dict[str, Any], count: int) -> list[dict[str, Any]]:
    tree = ast.parse(source, file)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed, value = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, file, "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), file, "eval"), names)  # type: ignore[attr-defined]
    outputs: list[dict[str, Any]] = []
    if text := printed.getvalue():
        outputs.append({"output_type": "stream", "name": "stdout", "text": _lines(text)})
    if value is not None:
        data = _data(value)
        result = {"output_type": "execute_result", "execution_count": count}
        outputs.append({**result, "metadata": {}, "data": data})
    for output in outputs:
        if len(json.dumps(output)) > MOST:
            raise ValueError(f"{file}: an output of more than {MOST} characters; show less")
    return outputs


def _data(value: object) -> dict[str, Any]:
    """As Jupyter has it: an object that can draw itself is drawn."""
    draw = getattr(value, "_repr_svg_", None)
    if draw is not None:
        return {"image/svg+xml": _lines(draw()), "text/plain": [f"<{type(value).__name__}>"]}
    return {"text/plain": _lines(repr(value))}


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def main(paths: list[str]) -> None:
    """Run the notebooks named, or all, and write their outputs."""
    for path in [Path(p) for p in paths] or sorted(FOLDER.glob("*.ipynb")):
        write(path, execute(read(path)))
        print(path)


if __name__ == "__main__":
    main(sys.argv[1:])
