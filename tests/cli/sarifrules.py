"""The rules of SARIF 2.1.0 for the objects that we write: properties, types, values, limits.

Of OASIS's schema this has what our logs use and no more; a property that is not listed here is a
fault, as one that is not in the schema is there.
"""

import re

__all__ = ["faults"]

URI = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-F]{2})*\Z")
LEVELS = ("none", "note", "warning", "error")
STATES = ("new", "unchanged", "updated", "absent")
# object -> property -> (required?, rule); a rule is a type, values, a pattern, a least integer, the
# name of an object, or [name] for a list of them.
OBJECTS = {
    "log": {"$schema": (0, str), "version": (1, ("2.1.0",)), "runs": (1, ["run"])},
    "run": {
        "tool": (1, "tool"),
        "results": (0, ["result"]),
        "columnKind": (0, ("utf16CodeUnits", "unicodeCodePoints")),
    },
    "tool": {"driver": (1, "driver")},
    "driver": {"name": (1, str), "semanticVersion": (0, str), "rules": (0, ["rule"])},
    "rule": {"id": (1, str), "shortDescription": (0, "text")},
    "text": {"text": (1, str)},
    "result": {
        "ruleId": (0, str),
        "ruleIndex": (0, -1),
        "level": (0, LEVELS),
        "message": (1, "text"),
        "partialFingerprints": (0, dict),
        "locations": (0, ["location"]),
        "baselineState": (0, STATES),
        "suppressions": (0, ["suppression"]),
    },
    "location": {"physicalLocation": (0, "place")},
    "place": {"artifactLocation": (0, "artifact"), "region": (0, "region")},
    "artifact": {"uri": (0, URI)},
    "region": {"startLine": (0, 1)},
    "suppression": {"kind": (1, ("inSource", "external")), "justification": (0, str)},
}


def faults(value, rule="log", where="log"):
    """What breaks a rule, each as a line; none for a log that is SARIF."""
    if isinstance(rule, list):
        if not isinstance(value, list):
            return [f"{where} is no list"]
        return [f for k, x in enumerate(value) for f in faults(x, rule[0], f"{where}[{k}]")]
    if isinstance(rule, str):
        if not isinstance(value, dict):
            return [f"{where} is no object"]
        known = OBJECTS[rule]
        out = [f"{where} has an unknown property {k}" for k in value if k not in known]
        out += [f"{where} lacks {k}" for k, (need, _) in known.items() if need and k not in value]
        for k, x in value.items():
            out += faults(x, known[k][1], f"{where}.{k}") if k in known else []
        return out
    if isinstance(rule, tuple):
        good = value in rule
    elif isinstance(rule, re.Pattern):
        good = isinstance(value, str) and rule.match(value)
    elif isinstance(rule, type):
        good = isinstance(value, rule)
    else:
        good = isinstance(value, int) and value >= rule
    return [] if good else [f"{where} must not be {value!r}"]
