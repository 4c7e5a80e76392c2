"""The command as a user meets it: exit codes, streams, errors on one line."""

import json
import os
import signal
import subprocess
import sys

import pytest

from refutable.verify import judge as judge_module
from refutable.verify.cli import main
from tests.cli import stubs
from tests.cli.stubs import claim_file

QUICK = ["--fast", "--jobs", "1", "--no-progress"]


@pytest.fixture(autouse=True)
def stub_judge(monkeypatch):
    """The words come from the ids; the exit codes are what is tested."""
    monkeypatch.setattr(judge_module, "judge_one", stubs.judge)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)


@pytest.fixture
def run(tmp_path, capsys):
    """Run `refutable verify` on claims with these words: (exit code, stdout, stderr)."""

    def runner(*words, options=()):
        code = main(["verify", claim_file(tmp_path, *words), *QUICK, *map(str, options)])
        return code, *capsys.readouterr()

    return runner


@pytest.mark.parametrize(
    ("words", "options", "code"),
    [
        (["proved", "supported", "out of scope"], [], 0),
        (["proved", "refuted"], [], 1),
        (["proved", "undecided"], [], 1),
        (["proved", "undecided"], ["--fail-on", "refuted"], 0),
        (["refuted"], ["--fail-on", "refuted"], 1),
        (["proved", "crash"], [], 3),
    ],
)
def test_the_exit_code_says_how_it_went(run, words, options, code):
    assert run(*words, options=options)[0] == code


@pytest.mark.parametrize(
    ("options", "full", "transformers"),
    [([], False, False), (["--full"], True, True), (["--engine", "transformer"], True, True)],
)
def test_transformers_are_trained_where_they_are_asked_for(
    tmp_path, monkeypatch, options, full, transformers
):
    asked = []

    def judge(c, options, done):
        asked.append(options)
        return stubs.judge(c, options, done)

    monkeypatch.setattr(judge_module, "judge_one", judge)
    assert main(["verify", claim_file(tmp_path, "proved"), "--jobs", "1", *options]) == 0
    (got,) = asked
    assert (got.full, "transformer" in got.engines) == (full, transformers)


def test_a_table_in_a_pipe_is_plain_and_whole(run):
    _, out, err = run("proved", "refuted")
    assert out.splitlines()[0] == "stub"
    assert "  t.refuted  refuted          0.2  because it is refuted" in out.splitlines()
    assert out.splitlines()[-1] == "2 claims: 1 proved, 1 refuted"
    assert "\x1b" not in out
    assert err == ""


def test_a_broken_engine_is_reported_and_the_rest_is_judged(run):
    code, out, err = run("crash", "proved")
    assert code == 3
    assert "claim t.crash: internal error: ValueError: an engine broke" in err
    assert len(err.splitlines()) == 1
    assert "1 proved, 1 undecided" in out


def test_json_on_stdout_is_nothing_but_json(run):
    _, out, err = run("refuted", options=["--json", "-"])
    assert json.loads(out)["summary"]["refuted"] == 1
    assert "1 claim: 1 refuted" in err


def test_result_files(run, tmp_path):
    files = {k: tmp_path / k for k in ("json", "junit", "sarif")}
    assert run("refuted", options=[x for k, f in files.items() for x in (f"--{k}", f)])[0] == 1
    assert all(f.stat().st_size for f in files.values())


def test_a_baseline_is_written_compared_and_kept(run, tmp_path):
    base = tmp_path / "base.json"
    path = claim_file(tmp_path, "proved", "refuted")
    full = ["verify", path, "--jobs", "1"]
    assert main([*full, "--write-baseline", str(base)]) == 0
    assert main([*full, "--baseline", str(base)]) == 0
    base.write_text(base.read_text().replace('"t.refuted": "refuted"', '"t.refuted": "proved"'))
    assert main([*full, "--baseline", str(base)]) == 1
    assert main([*full, "--baseline", str(base), "--claim", "t.proved"]) == 0
    base.write_text(base.read_text().replace("}", ', "t.gone": "proved"}', 1))
    code, out, _ = run("proved", "refuted", options=["--baseline", base])
    assert code == 1
    assert "not as in the baseline: t.refuted was proved and is refuted" in out
    assert "not as in the baseline: t.gone was proved and is gone" in out


def test_an_expected_erratum_passes_and_is_marked(run, tmp_path):
    base = tmp_path / "base.json"
    base.write_text('{"schema": "refutable.baseline/1", "claims": {"t.refuted": "refuted"}}')
    code, out, _ = run("refuted", options=["--baseline", base])
    assert code == 0
    assert "[as in the baseline]" in out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "run a command"),
        (["verify", "--engine", "guess"], 2, "invalid choice: 'guess'"),
        (["verify", "--nonsense"], 2, "unrecognized arguments: --nonsense"),
        (["verify", "--jobs", "0"], 2, "an integer above 0"),
        (["verify", "--seed", "-1"], 2, "an integer from 0"),
        (["verify", "--max-seconds", "nan"], 2, "a number of seconds above 0"),
        (["verify", "--fast", "--full"], 2, "not allowed with argument"),
        (["nonsense"], 2, "invalid choice: 'nonsense'"),
        (["verify", "no/such/path"], 4, "no such file or folder"),
        (["verify", "PATH", "--json", "no/such/folder/x.json"], 4, "create it first"),
        (["verify", "PATH", "--baseline", "no/such/base.json"], 4, "no such file"),
        (["verify", "PATH", "--json", "-", "--sarif", "-"], 2, "they would mix"),
        (["verify", "PATH", "--claim", "t.provd"], 5, "did you mean t.proved"),
        (["verify", "PATH", "--paper", "nobody"], 5, "there is none of that name"),
        (["verify", "PATH", "--write-baseline", "--fast"], 2, "too weak"),
        (["verify", "PATH", "--write-baseline"], 2, "name a file"),
        (["verify", "PATH", "--write-baseline", "--full"], 2, "too strong"),
        (["show", "t.none", "--file", "PATH"], 5, "find the claim t.none"),
        (["audit"], 2, "none was named"),
        (["verify", "EMPTY"], 5, "there is none"),
    ],
)
def test_what_cannot_be_done_is_said_on_one_line(tmp_path, capsys, arguments, code, said):
    empty = tmp_path / "empty"
    empty.mkdir()
    table = {"PATH": claim_file(tmp_path, "proved"), "EMPTY": str(empty)}
    assert main([table.get(a, a) for a in arguments]) == code
    out, err = capsys.readouterr()
    assert said in err
    assert (out, len(err.splitlines())) == ("", 1)


def test_an_error_in_a_file_has_its_place_first(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "claim_x.py"
    path.write_text(stubs.FILE.format(words=["proved"]).replace('"bound"', '"bond"'))
    assert main(["verify", "claim_x.py"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("claim_x.py:4: claim t.proved: unknown kind 'bond'; use one of")
    assert len(err.splitlines()) == 1


def test_traceback_shows_where(tmp_path):
    from refutable.derivations.errors import LoadError

    path = tmp_path / "claim_x.py"
    path.write_text("1 / 0")
    with pytest.raises(LoadError) as caught:
        main(["verify", str(path), "--traceback"])
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_time_that_is_over_leaves_claims_undecided(run, monkeypatch):
    def slow(c, options, done):
        while c.id.endswith("undecided"):
            sum(range(50))
        return stubs.judge(c, options, done)

    monkeypatch.setattr(judge_module, "judge_one", slow)
    code, out, _ = run("proved", "undecided", "supported", options=["--max-seconds", "0.4"])
    assert code == 1
    assert out.count("not judged: the time of 0.4 s was over") == 2
    assert "3 claims: 1 proved, 2 undecided" in out


def test_an_interrupt_leaves_a_valid_file(run, tmp_path):
    target = tmp_path / "out.json"
    code, _, _ = run("proved", "interrupt", "supported", options=["--json", target])
    data = json.loads(target.read_text())
    assert code == 130
    assert [c["verdict"] for c in data["claims"]] == ["proved", "undecided", "undecided"]
    assert data["claims"][2]["reason"] == "not judged: the run was interrupted"


def test_annotations_where_github_runs_it(run, monkeypatch, tmp_path):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    _, out, err = run("refuted", "proved")
    assert summary.read_text().startswith("before\n### refutable: 1 proved, 1 refuted\n")
    assert err.startswith("::error file=")
    assert "::" not in out


def test_list_shows_a_line_per_claim(tmp_path, capsys):
    assert main(["list", claim_file(tmp_path, "proved", "refuted")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["t.proved\teq. (1)\tbound\t0 < n", "t.refuted\teq. (1)\tbound\t0 < n"]


# -- real processes --------------------------------------------------------------------------------


def command(*arguments, before=""):
    code = f"{before}\nimport sys; from refutable.verify.cli import main; sys.exit(main())"
    pipe = subprocess.PIPE
    start = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(start, stdout=pipe, stderr=pipe, text=True)


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from refutable.verify.cli import main; assert main(['verify', '--help']) == 0;"
        "heavy = {'sympy', 'numpy', 'rich', 'torch'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    path = claim_file(tmp_path, *(f"proved.{k}" for k in range(3000)))
    with command("list", path) as done:
        done.stdout.readline()
        done.stdout.close()
        assert done.stderr.read() == ""
    assert done.returncode == 141


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_a_real_interrupt_leaves_a_valid_file(number, tmp_path):
    slow = """
import time
from refutable.verify import judge
from refutable.verify.verdict import Verdict
def judge_one(c, options, done):
    if c.id == "t.slow":
        print("slow", flush=True)
        time.sleep(600)
    return Verdict(c, "proved", "")
judge.judge_one = judge_one
"""
    path, target = claim_file(tmp_path, "quick", "slow"), tmp_path / "out.json"
    with command("verify", path, "--jobs", "1", "--json", str(target), before=slow) as done:
        assert done.stdout.readline() == "slow\n"
        done.send_signal(getattr(signal, number))
        _, err = done.communicate()
    assert (done.returncode, err) == (130, "")
    words = {c["id"]: c["verdict"] for c in json.loads(target.read_text())["claims"]}
    assert words == {"t.quick": "proved", "t.slow": "undecided"}


def test_python_m_refutable():
    done = subprocess.run(
        [sys.executable, "-m", "refutable", "--version"], capture_output=True, text=True
    )
    import refutable

    assert (done.returncode, done.stdout.strip()) == (0, refutable.__version__)
