"""What a claim file may hold, and what is said where one does not load."""

import sys

import pytest

from refutable.derivations.errors import LoadError, PathNotFound
from refutable.verify.loader import claim_files, load, load_file

HEAD = "from refutable import *\nn = Symbol('n')\nD = {n: Integers(1)}\n"


def written(tmp_path, text, name="claim_t.py"):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def ids(claims):
    return [c.id for c in claims]


def fault(tmp_path, text, **options):
    """The error of a file that does not load; always one line."""
    with pytest.raises(LoadError) as caught:
        load_file(written(tmp_path, text), shown="claim_t.py", **options)
    assert "\n" not in str(caught.value)
    return caught.value


def test_claims_come_in_the_order_they_were_made_bound_or_not(tmp_path):
    text = HEAD + (
        "later = claim('t.b', le(0, n), 'bound', domain=D)\n"
        "claim('t.a', lt(0, n), 'bound', domain=D, parts={'s1': le(1, n)})\n"
        "later = claim('t.c', lt(0, n), 'bound', domain=D)\n"
        "for k in range(2):\n    claim(f't.d{k}', lt(-k, n), 'bound', domain=D)\n"
    )
    got = load_file(written(tmp_path, text), shown="claim_t.py")
    assert ids(got) == ["t.b", "t.a", "t.a.s1", "t.c", "t.d0", "t.d1"]
    assert [(c.file, c.line) for c in got][:2] == [("claim_t.py", 4), ("claim_t.py", 5)]


def test_claims_in_nested_lists_are_found_once(tmp_path):
    text = HEAD + (
        "from dataclasses import replace\n"
        "one = claim('t.a', lt(0, n), 'bound', domain=D)\n"
        "CLAIMS = [one, (one[0], [replace(one[0], id='t.copy')])]\n"
    )
    assert ids(load_file(written(tmp_path, text))) == ["t.a", "t.copy"]


def test_claims_of_an_imported_helper_belong_to_the_file_that_binds_them(tmp_path, monkeypatch):
    body = HEAD + "used = claim('h.used', lt(0, n), 'bound', domain=D)\n"
    written(tmp_path, body + "claim('h.other', lt(0, n), 'bound', domain=D)\n", "helper_t.py")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert ids(load_file(written(tmp_path, "from helper_t import used\n"))) == ["h.used"]


def test_an_id_may_occur_once_in_a_file_and_among_files(tmp_path):
    one = "claim('t.a', lt(0, n), 'bound', domain=D)\n"
    err = fault(tmp_path, HEAD + one + one)
    assert err.where == ("claim_t.py", 5, "t.a")
    assert "first at claim_t.py:4" in str(err)
    written(tmp_path, HEAD + one, "claim_t.py")
    written(tmp_path, HEAD + one, "claim_u.py")
    with pytest.raises(LoadError, match="occurs again"):
        load([tmp_path])


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("x = (\n", 1, "no valid Python"),
        ("x = 1\ny = 'a\n", 2, "no valid Python"),
        ("a = 1\nb = a / 0\n", 2, "ZeroDivisionError: division by zero"),
        (HEAD + "claim('t', eq(n, q), 'identity', domain=D)\n", 4, "q = Symbol('q')"),
        ("from refutable import *\nx = Simbol('x')\n", 2, "did you mean Symbol"),
        ("from refutable import klaim\n", 1, "did you mean claim?"),
        ("import no_such_module_t\n", 1, "a claim file needs only"),
        ("raise SystemExit(0)\n", 1, "ends the program"),
        ("raise ValueError('two\\nlines')\n", 1, "two lines"),
        ("def f():\n    return f()\nf()\n", 2, "RecursionError"),
        ("from refutable import *\nIntegers(3, 1)\n", 2, "empty domain"),
        ("x = '\0'\n", None, "no valid Python"),
        (HEAD + "CLAIMS = [claim('t', lt(0, n), 'bound', domain=D), 7]\n", None, "holds 7, a int"),
        (HEAD + "CLAIMS = lt(0, n)\n", None, "put only results of claim"),
        (HEAD + "c = [*claim('t', lt(0, n), 'bound', domain=D), n]\n", None, "a Symbol"),
    ],
)
def test_a_file_that_does_not_load_says_where_and_why(tmp_path, text, line, found):
    err = fault(tmp_path, text)
    assert err.where[0] == "claim_t.py"
    assert line is None or err.where[1] == line
    assert found in str(err)


def test_the_line_is_the_files_own_even_where_a_library_raises(tmp_path):
    err = fault(tmp_path, "import json\n\nx = json.loads('{')\n")
    assert err.where == ("claim_t.py", 3, None)


def test_a_claim_names_itself(tmp_path):
    err = fault(tmp_path, HEAD + "claim('t.a', lt(0, n), 'no kind', domain=D)\n")
    assert err.where == ("claim_t.py", 4, "t.a")


def test_names_of_sympy_that_hide_ours_are_pointed_out(tmp_path):
    text = HEAD + "from sympy import *\nclaim('t', And(lt(0, n), le(1, n)), 'bound', domain=D)\n"
    said = str(fault(tmp_path, text))
    assert "And" in said.rpartition("; ")[2]
    assert "SymPy's here" in said
    turned = "from sympy import *\n" + text.replace("from sympy import *\n", "")
    assert ids(load_file(written(tmp_path, turned))) == ["t"]


def test_torch_is_named_with_the_extra_that_brings_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert "pip install refutable[gpt]" in str(fault(tmp_path, "import torch\n"))


@pytest.mark.parametrize(
    "loop",
    [
        "while True:\n    pass\n",
        "while True:\n    try:\n        sum(range(99))\n    except Exception:\n        pass\n",
        "import time\ntime.sleep(60)\n",
    ],
)
def test_a_file_that_does_not_end_is_stopped(tmp_path, loop):
    assert "has not ended after 0.2 s" in str(fault(tmp_path, loop, seconds=0.2))


def test_what_a_file_prints_does_not_mix_with_results(tmp_path, capsys):
    load_file(written(tmp_path, "print('hello')\n"))
    assert capsys.readouterr() == ("", "hello\n")


def test_a_namespace_of_its_own(tmp_path):
    load_file(written(tmp_path, "left_over = 1\n"))
    err = fault(tmp_path, "left_over\n")
    assert "left_over" in str(err)
    assert "left_over" not in vars(sys.modules["__main__"])


def test_folders_give_their_claim_files_sorted_and_hidden_ones_not(tmp_path):
    for name in ("claim_b.py", "claim_a.py", "other.py", "sub/claim_c.py", ".hidden/claim_d.py",
                 "__pycache__/claim_e.py"):  # fmt: skip
        written(tmp_path, "", name)
    found = [f.relative_to(tmp_path).as_posix() for f in claim_files([tmp_path])]
    assert found == ["claim_a.py", "claim_b.py", "sub/claim_c.py"]
    named = [f.name for f in claim_files([tmp_path / "other.py", tmp_path / "other.py"])]
    assert named == ["other.py"]
    with pytest.raises(PathNotFound):
        claim_files([tmp_path / "none"])
