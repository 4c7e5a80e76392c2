"""Every notebook runs, and prints what is committed with it."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


@pytest.fixture(scope="module")
def runner():
    """The runner beside the notebooks: they are no package."""
    spec = importlib.util.spec_from_file_location("notebook_runner", FOLDER / "execute.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shown(cell):
    """What must be the same again: texts, and that there is a figure."""
    if "varies" in cell["metadata"].get("tags", ()):
        return [o["output_type"] for o in cell["outputs"]]
    out = []
    for o in cell["outputs"]:
        drawn = "image/svg+xml" in o.get("data", {})
        out.append("figure" if drawn else "".join(o.get("text") or o["data"]["text/plain"]))
    return out


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_prints_what_it_shows(path, runner):
    if path.stem == "transformer":
        torch = pytest.importorskip("torch", reason="needs the extra refutable[gpt]")
        torch.set_num_threads(1)
    kept = runner.read(path)
    again = runner.execute(kept)
    for old, new in zip(kept["cells"], again["cells"], strict=True):
        if old["cell_type"] == "code":
            assert old["outputs"], f"run notebooks/execute.py {path.name}"
            assert shown(new) == shown(old)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_outputs_are_small_and_of_no_machine(path, runner):
    notebook = runner.read(path)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(ids) == len(set(ids))
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            assert len(json.dumps(output)) < 100_000
            assert output["output_type"] != "error"
    assert not re.search(r"/(home|root|tmp|Users|work)\b|ipykernel", path.read_text())


def test_a_cell_that_fails_ends_the_run(runner):
    cells = [{"cell_type": "code", "id": "c", "metadata": {}, "source": ["1 / 0"], "outputs": []}]
    with pytest.raises(ZeroDivisionError):
        runner.execute({"cells": cells})


def test_a_changed_result_is_noticed(runner):
    cell = {"cell_type": "code", "id": "c", "metadata": {}, "source": ["print(1)\n", "2"]}
    (new,) = runner.execute({"cells": [{**cell, "outputs": []}]})["cells"]
    assert shown(new) == ["1\n", "2"]
    assert shown({**new, "outputs": new["outputs"][:1]}) != shown(new)
