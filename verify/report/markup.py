"""HTML as values: text is escaped unless it is an `Html` already.

What comes out is well-formed XML as well, so that any parser can check it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

__all__ = ["Html", "el", "join"]

VOID = frozenset({"meta", "link", "input", "br", "hr", "img", "col", "wbr"})
#: Characters that neither XML nor HTML permits, whatever is escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Html(str):
    """Text that is markup: nothing in it is escaped again."""

    __slots__ = ()


def text(value: object) -> str:
    """The value as text between tags or in quotes.

    >>> text("<b> & \\x00'")
    '&lt;b&gt; &amp; \\ufffd&#x27;'
    """
    return value if isinstance(value, Html) else html.escape(_FORBIDDEN.sub("\ufffd", str(value)))


def join(parts: Iterable[object], between: str = "") -> Html:
    """The parts one after the other, None left out."""
    return Html(text(between).join(text(p) for p in parts if p is not None))


def el(tag: str, *children: object, **attributes: object) -> Html:
    """An element. `class_` is class, `aria_label` is aria-label; None and False are left out.

    >>> el("a", "1 < 2", href="x?a&b", aria_label="so", hidden=True)
    '<a href="x?a&amp;b" aria-label="so" hidden="hidden">1 &lt; 2</a>'
    >>> el("br")
    '<br />'
    """
    pairs = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        name = key.rstrip("_").replace("_", "-")
        pairs.append(f' {name}="{text(name if value is True else value)}"')
    head = f"<{tag}{''.join(pairs)}"
    if tag in VOID:
        return Html(f"{head} />")
    return Html(f"{head}>{join(children)}</{tag}>")
