"""Code that is not ours ends when its time is over, in any thread."""

import threading
import time

import pytest

from refutable.verify.timelimit import TimeUp, time_limit


def spin():
    while True:
        sum(range(50))


def test_a_loop_ends():
    with pytest.raises(TimeUp), time_limit(0.05):
        spin()


def test_a_bare_except_swallows_the_first_strike_only():
    def stubborn():
        try:
            spin()
        except BaseException:
            spin()

    with pytest.raises(TimeUp), time_limit(0.05):
        stubborn()


def test_a_loop_in_another_thread_ends():
    out = []

    def work():
        try:
            with time_limit(0.05):
                spin()
        except TimeUp:
            out.append("stopped")

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(20)
    assert out == ["stopped"]


def test_nothing_strikes_after_the_block():
    with time_limit(0.05):
        pass
    end = time.monotonic() + 0.15
    while time.monotonic() < end:
        pass


def test_an_outer_limit_survives_an_inner_one():
    def nested():
        with time_limit(30):
            pass
        spin()

    with pytest.raises(TimeUp), time_limit(0.3):
        nested()


def test_no_limit():
    with time_limit(None):
        assert True


def test_processor_time_does_not_pass_in_sleep():
    """What the machine does otherwise is not counted; work is."""
    with time_limit(0.3, processor=True):
        time.sleep(0.6)
    with pytest.raises(TimeUp), time_limit(0.3, processor=True):
        spin()
