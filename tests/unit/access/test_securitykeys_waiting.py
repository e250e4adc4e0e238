from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from desktop.access.securitykeys import HMAC, RP_ID, Choice, SecurityKeys, user_handle
from desktop.access.securitykeys_ctap import CtapKey
from desktop.access.securitykeys_values import Turn
from desktop.errors import Refused
from tests.support.clock import ManualClock
from tests.support.software_key import SoftwareKey
from tests.support.software_key_hand import Hand, meanwhile, plugged

USER = user_handle(b"v" * 16, "maria")
OLDER = ("FIDO_2_0",)


def keys_of(hand: Hand, *devices: SoftwareKey, patience: float = 20.0) -> SecurityKeys:
    return SecurityKeys(hand, plugged(*devices), patience)


@pytest.fixture
def hanging() -> Iterator[SoftwareKey]:
    device = SoftwareKey(touched=False)
    device.hangs.set()
    yield device
    device.press()


def test_a_key_that_nobody_touches_is_given_up() -> None:
    device = SoftwareKey(touched=False)
    with pytest.raises(Refused, match="security-key-timeout"):
        keys_of(Hand(), device, patience=0.2).enrol(RP_ID, USER, "Maria")
    assert device.cancelled == 1
    assert not device.credentials


def test_a_key_that_gives_up_first_says_the_same() -> None:
    with pytest.raises(Refused, match="security-key-timeout"):
        keys_of(Hand(), SoftwareKey(touched=False, blinks=0.1)).enrol(RP_ID, USER, "Maria")


def test_the_person_may_stop_it_while_it_blinks() -> None:
    hand, device, cancel = Hand(), SoftwareKey(touched=False), threading.Event()
    meanwhile(hand, cancel.set)
    with pytest.raises(Refused, match="security-key-cancelled"):
        keys_of(hand, device).enrol(RP_ID, USER, "Maria", cancel=cancel)
    assert (device.cancelled, device.closed) == (1, True)


def test_stopped_while_the_pin_is_typed_sends_no_pin_to_the_key() -> None:
    hand, device, cancel = Hand("1111"), SoftwareKey(), threading.Event()

    def stop() -> None:
        cancel.set()
        time.sleep(0.3)

    hand.on_pin = stop
    with pytest.raises(Refused, match="security-key-cancelled"):
        keys_of(hand, device).enrol(RP_ID, USER, "Maria", cancel=cancel)
    assert (hand.tries, device.tries) == ([], 8)


def later(clock: ManualClock, seconds: float) -> None:
    """Time passes, and whoever waits has had occasion to notice."""
    clock.advance(seconds)
    time.sleep(0.2)


def test_typing_a_pin_takes_as_long_as_it_takes() -> None:
    hand, clock = Hand(), ManualClock()
    hand.on_pin = lambda: later(clock, 600)
    keys = SecurityKeys(hand, plugged(SoftwareKey()), 60.0, clock)
    assert keys.enrol(RP_ID, USER, "Maria").secret


def test_each_touch_has_its_own_time_and_the_pin_before_it_takes_none_away() -> None:
    hand, clock, device = Hand(), ManualClock(), SoftwareKey(touched=False)
    keys = SecurityKeys(hand, plugged(device), 60.0, clock)

    def slowly() -> None:
        later(clock, 50)
        device.press()

    hand.on_pin = lambda: later(clock, 50)
    hand.on_touch = lambda: threading.Thread(target=slowly).start()
    assert keys.enrol(RP_ID, USER, "Maria").secret
    assert hand.touches == 2


def test_what_begins_after_the_end_is_stopped_at_once() -> None:
    cancel = threading.Event()
    turn = Turn(Hand(), ManualClock(), 60.0, cancel)
    with turn.signal() as before:
        turn.look()
        assert not before.is_set()
        cancel.set()
        turn.look()
        assert before.is_set()
    with turn.signal() as after:
        assert after.is_set()


def test_patience_is_counted_by_the_clock_that_never_jumps() -> None:
    clock = ManualClock()
    turn = Turn(Hand(), clock, 60.0, threading.Event())
    clock.advance(59)
    turn.look()
    assert (turn.code, turn.ended_for()) == ("", 0.0)
    clock.advance(2)
    turn.look()
    clock.advance(3)
    assert (turn.code, turn.ended_for()) == ("security-key-timeout", 3.0)


def test_nothing_is_left_waiting_for_a_turn_that_is_over() -> None:
    """The Windows client leaves a thread behind that ends only with its event."""
    with Turn(Hand(), ManualClock(), 60.0, threading.Event()).signal() as stop:
        assert not stop.is_set()
    assert stop.is_set()


def test_a_key_that_does_not_even_take_the_stop_is_left_to_itself(hanging: SoftwareKey) -> None:
    hand, cancel = Hand(), threading.Event()
    meanwhile(hand, cancel.set)
    began = time.monotonic()
    with pytest.raises(Refused, match="security-key-cancelled"):
        keys_of(hand, hanging).enrol(RP_ID, USER, "Maria", cancel=cancel)
    assert time.monotonic() - began < 5


def test_of_two_keys_the_one_that_is_touched_is_enrolled_and_the_other_stops_blinking() -> None:
    hand, left, right = Hand(), SoftwareKey(touched=False), SoftwareKey(touched=False)
    meanwhile(hand, lambda: right.press(3))
    enrolled = keys_of(hand, left, right).enrol(RP_ID, USER, "Maria")
    assert enrolled.name == "Software key 2"
    assert (len(left.credentials), len(right.credentials)) == (0, 1)
    assert (left.cancelled, left.closed, right.closed) == (1, True, True)
    assert hand.asked == ["Software key 2"]


def test_of_two_older_keys_too_though_they_know_no_selecting() -> None:
    left, right = (SoftwareKey(versions=OLDER, protocols=(1,), touched=False) for _ in range(2))
    hand = Hand()
    meanwhile(hand, lambda: left.press(3))
    assert keys_of(hand, left, right).enrol(RP_ID, USER, "Maria").name == "Software key 1"
    assert right.cancelled == 1


def test_touching_the_key_that_is_not_enrolled_does_not_open() -> None:
    mine, other = SoftwareKey(), SoftwareKey(touched=False)
    enrolled = keys_of(Hand(), mine).enrol(RP_ID, USER, "Maria")
    mine.touched = False
    hand = Hand()
    meanwhile(hand, other.press)
    with pytest.raises(Refused, match="security-key-not-enrolled"):
        keys_of(hand, mine, other).secret(RP_ID, [Choice(enrolled.cred_id, enrolled.salt, HMAC)])


def test_a_key_pulled_out_beside_another_does_not_stop_the_other() -> None:
    hand, gone, kept = Hand(), SoftwareKey(touched=False), SoftwareKey(touched=False)

    def pull_then_press() -> None:
        gone.unplug_at_touch = True
        time.sleep(0.1)
        kept.press(3)

    meanwhile(hand, pull_then_press)
    assert keys_of(hand, gone, kept).enrol(RP_ID, USER, "Maria").name == "Software key 2"


def test_when_both_are_pulled_out_that_is_said() -> None:
    hand, one, two = Hand(), SoftwareKey(touched=False), SoftwareKey(touched=False)

    def pull() -> None:
        one.unplug_at_touch = two.unplug_at_touch = True

    meanwhile(hand, pull)
    with pytest.raises(Refused, match="security-key-failed"):
        keys_of(hand, one, two).enrol(RP_ID, USER, "Maria")


def test_a_bug_in_one_of_two_is_not_hidden_by_the_other() -> None:
    class Buggy(CtapKey):
        def select(self, turn: Turn, stop: threading.Event) -> None:
            raise ZeroDivisionError

    keys = [Buggy(SoftwareKey()), CtapKey(SoftwareKey(touched=False))]
    with pytest.raises(ZeroDivisionError):
        SecurityKeys(Hand(), lambda rp_id: keys, 1.0).enrol(RP_ID, USER, "Maria")


def test_two_keys_and_nobody_touches_either() -> None:
    one, two = SoftwareKey(touched=False), SoftwareKey(touched=False)
    with pytest.raises(Refused, match="security-key-timeout"):
        keys_of(Hand(), one, two, patience=0.2).enrol(RP_ID, USER, "Maria")
    assert (one.cancelled, two.cancelled, one.closed, two.closed) == (1, 1, True, True)


def test_a_key_of_the_older_kind_beside_a_good_one_is_passed_over() -> None:
    hand = Hand()
    enrolled = keys_of(hand, SoftwareKey(ctap2=False), SoftwareKey()).enrol(RP_ID, USER, "Maria")
    assert (enrolled.name, hand.touches) == ("Software key 2", 2)
