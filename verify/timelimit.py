"""A time limit: for claim files at import and their own checks, which are not our code; for mutants.

Words must not depend on the machine, so no claim is judged under a limit in seconds. A mutant that
runs out of its time counts against us, as undetected: a slow machine never makes a run look better.
"""

from __future__ import annotations

import ctypes
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["TimeUp", "time_limit"]

#: The limit strikes again after this many seconds, in case a bare `except:` swallowed it.
AGAIN = 0.25


class TimeUp(BaseException):
    """The limit was reached. No `Exception`, so that an `except Exception` does not swallow it."""


@contextmanager
def time_limit(seconds: float | None, *, processor: bool = False) -> Iterator[None]:
    """Raises `TimeUp` in the block once it has run for so many seconds (None: no limit).

    processor: seconds of this process's processor time, so that what else the machine does is not
    counted; in the main thread, with POSIX timers.
    Where it fails: a single call into C code (`10**10**10`) is interrupted only when it returns;
    outside the main thread, or without POSIX timers, so is a sleep.
    """
    if seconds is None:
        yield
    elif threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
        kind = (signal.ITIMER_PROF, signal.SIGPROF) if processor else (signal.ITIMER_REAL, signal.SIGALRM)
        with _alarm(seconds, *kind):
            yield
    else:
        with _watchdog(seconds):
            yield


@contextmanager
def _alarm(seconds: float, timer: int, sign: int) -> Iterator[None]:
    def strike(*_: object) -> None:
        raise TimeUp

    before = signal.signal(sign, strike)
    pending = signal.setitimer(timer, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(timer, 0)
        signal.signal(sign, before)
        if pending[0]:
            signal.setitimer(timer, *pending)


@contextmanager
def _watchdog(seconds: float) -> Iterator[None]:
    target = ctypes.c_ulong(threading.get_ident())
    done = threading.Event()
    lock = threading.Lock()  # no strike may land after the block has ended

    def watch() -> None:
        wait = seconds
        while not done.wait(wait):
            with lock:
                if not done.is_set():
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(target, ctypes.py_object(TimeUp))
            wait = AGAIN

    thread = threading.Thread(target=watch, daemon=True, name="refutable-time-limit")
    thread.start()
    try:
        yield
    finally:
        with lock:
            done.set()
            ctypes.pythonapi.PyThreadState_SetAsyncExc(target, None)
        thread.join()
