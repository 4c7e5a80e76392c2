"""JUnit XML (`--junit`): a suite per paper, a test case per claim.

A case fails exactly where the claim makes the run fail (`baseline.failing`): a known erratum that
the baseline expects passes, with its word and reason in the output of the case.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import groupby
from xml.etree import ElementTree as ET

from .verdict import Verdict

__all__ = ["dumps"]

# What XML 1.0 cannot hold.
_BAD = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def dumps(verdicts: Sequence[Verdict], failing: Collection[Verdict]) -> str:
    """The report as text. Times are the engines' own, summed."""
    failed = {v.claim.id for v in failing}
    root = ET.Element("testsuites", name="refutable")
    for name, group in groupby(verdicts, suite_name):
        _suite(root, name, list(group), failed)
    _count(root, verdicts, failed)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def suite_name(v: Verdict) -> str:
    """The paper of a claim, or its file where it names no paper."""
    return v.claim.paper or v.claim.file or "claims"


def _suite(root: ET.Element, name: str, verdicts: list[Verdict], failed: set[str]) -> None:
    suite = ET.SubElement(root, "testsuite", name=_clean(name))
    _count(suite, verdicts, failed)
    for v in verdicts:
        c = v.claim
        case = ET.SubElement(
            suite, "testcase", classname=_clean(name), name=c.id, time=f"{v.seconds:.3f}"
        )
        if c.file:
            case.set("file", c.file)
        if c.line:
            case.set("line", str(c.line))
        reason = _clean(f"{v.verdict}: {' '.join(v.reason.split())}")
        if c.id in failed:
            ET.SubElement(case, "failure", message=reason, type=v.verdict).text = _clean(_detail(v))
        elif v.verdict == "out of scope":
            ET.SubElement(case, "skipped", message=reason)
        else:
            ET.SubElement(case, "system-out").text = reason


def _count(element: ET.Element, verdicts: Sequence[Verdict], failed: set[str]) -> None:
    failures = sum(v.claim.id in failed for v in verdicts)
    skipped = sum(v.verdict == "out of scope" and v.claim.id not in failed for v in verdicts)
    element.set("tests", str(len(verdicts)))
    element.set("failures", str(failures))
    element.set("errors", "0")
    element.set("skipped", str(skipped))
    element.set("time", f"{sum(v.seconds for v in verdicts):.3f}")


def _detail(v: Verdict) -> str:
    lines = [v.claim.locator] if v.claim.locator else []
    x = v.counterexample
    if x is not None:
        at = ", ".join(f"{k} = {_value(val)}" for k, val in x.at.items())
        lines.append(f"at {at}: true value {x.lhs}, stated {x.relation} {x.rhs}")
    lines += [f"{e.engine}: {e.outcome}: {e.detail}" for e in v.evidence]
    return "\n".join(lines)


def _value(x: object) -> str:
    return f"({', '.join(map(str, x))})" if isinstance(x, (list, tuple)) else str(x)


def _clean(text: str) -> str:
    return _BAD.sub("\N{REPLACEMENT CHARACTER}", text)
