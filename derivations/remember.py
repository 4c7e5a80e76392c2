"""Answers that are asked for again: a result or a refusal, each found once."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

from .errors import OutsideFragment

__all__ = ["remembered"]

T = TypeVar("T")


def remembered(maxsize: int) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """As `functools.lru_cache`, which forgets exceptions: an OutsideFragment is remembered too.

    >>> @remembered(8)
    ... def refuse(x):
    ...     print("asked")
    ...     raise OutsideFragment(f"{x} is outside", part=str(x))
    >>> for _ in range(2):
    ...     try:
    ...         refuse(1)
    ...     except OutsideFragment as err:
    ...         print(err)
    asked
    1 is outside
    1 is outside
    """

    def decorate(find: Callable[..., T]) -> Callable[..., T]:
        @lru_cache(maxsize)
        def answer(*args: object) -> tuple[T | None, OutsideFragment | None]:
            try:
                return find(*args), None
            except OutsideFragment as err:
                return None, err.with_traceback(None)

        @wraps(find)
        def asked(*args: object) -> T:
            found, refusal = answer(*args)
            if refusal is not None:
                raise refusal.with_traceback(None)
            return found  # type: ignore[return-value]

        asked.cache_clear = answer.cache_clear  # type: ignore[attr-defined]
        return asked

    return decorate
