"""The table of patterns, its timeline, and real pins of gpiozero's mock chip."""

from __future__ import annotations

import itertools
import queue
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory

from samebag.core.verdicts import ShowSignal, Signal
from samebag.devices.lamps.patterns import (
    PATTERNS,
    Levels,
    Pattern,
    Playing,
    levels,
    levels_at,
    play,
)
from samebag.devices.lamps.pins import open_pins
from samebag.devices.lamps.signals import GpioSignals
from samebag.ports import DeviceError

DARK = Levels()
Timeline = list[tuple[float, Levels]]


def timeline(playing: Playing, for_s: float = 12.0) -> Timeline:
    """Each change, as the thread of GpioSignals meets it."""
    changes: Timeline = []
    at_s: float | None = 0.0
    while at_s is not None and at_s < for_s:
        lit, next_s = levels_at(playing, at_s)
        if not changes or lit != changes[-1][1]:
            changes.append((round(at_s, 3), lit))
        assert next_s is None or next_s > at_s
        at_s = next_s
    return changes


def base(signal: Signal) -> Timeline:
    return timeline(Playing(PATTERNS[signal]))


def lamps(signal: Signal) -> list[tuple[float, bool, bool]]:
    found = [(at_s, lit.green, lit.red) for at_s, lit in base(signal)]
    return [
        new for old, new in itertools.pairwise([(0.0, False, False), *found]) if new[1:] != old[1:]
    ]


def beeps(signal: Signal) -> list[tuple[float, bool]]:
    found = [(at_s, lit.buzzer) for at_s, lit in base(signal)]
    return [new for old, new in itertools.pairwise([(0.0, False), *found]) if new[1] != old[1]]


def test_every_signal_has_a_pattern_and_no_two_are_alike_in_light_and_sound() -> None:
    assert set(PATTERNS) == set(Signal)
    for one, other in itertools.combinations(Signal, 2):
        assert (lamps(one), beeps(one)) != (lamps(other), beeps(other))
        silent_or_tick = {Signal.OFF, Signal.ONE_LABEL}
        assert lamps(one) != lamps(other) or {one, other} == silent_or_tick, (one, other)


@pytest.mark.parametrize("signal", Signal)
def test_green_alone_is_a_match_and_nothing_else(signal: Signal) -> None:
    alone = any(lit.green and not lit.red for _, lit in base(signal))
    assert alone == (signal is Signal.MATCH)


def test_a_match_is_green_till_its_five_seconds_are_over_with_one_beep() -> None:
    assert base(Signal.MATCH) == [
        (0.0, Levels(green=True, buzzer=True)),
        (0.12, Levels(green=True)),
        (5.0, DARK),
    ]


def test_a_mismatch_is_steady_red_with_three_long_beeps_every_two_seconds() -> None:
    assert lamps(Signal.MISMATCH) == [(0.0, False, True)]
    starts_s = [at_s for at_s, on in beeps(Signal.MISMATCH) if on]
    assert starts_s == [
        round(turn + start, 3) for turn in range(0, 12, 2) for start in (0.0, 0.55, 1.1)
    ]


@pytest.mark.parametrize(
    ("signal", "count"),
    [
        (Signal.UNKNOWN, 1),
        (Signal.DUPLICATE, 2),
        (Signal.CANCELLED, 3),
        (Signal.CHANGED, 4),
        (Signal.BARRED, 5),
    ],
)
def test_other_holds_blink_their_number_and_beep_it_twice(signal: Signal, count: int) -> None:
    on_s = [at_s for at_s, _, red in lamps(signal) if red]
    pauses = [later - sooner > 1 for sooner, later in itertools.pairwise(on_s)]
    assert pauses.index(True) == count - 1
    assert sum(on for _, on in beeps(signal)) == 2 * count


def test_ready_blips_both_lamps_to_say_that_it_lives() -> None:
    assert base(Signal.READY)[:3] == [
        (0.0, Levels(True, True)),
        (0.03, DARK),
        (5.0, Levels(True, True)),
    ]


def test_fault_flashes_at_two_hertz_and_beeps_one_second_once() -> None:
    assert [at_s for at_s, _, red in lamps(Signal.FAULT) if red][:4] == [0.0, 0.5, 1.0, 1.5]
    assert beeps(Signal.FAULT) == [(0.0, True), (1.0, False)]


def test_quiet_keeps_the_lamps_and_mutes_the_buzzer() -> None:
    playing = play(Playing(), ShowSignal(Signal.MISMATCH, quiet=True), 0.0)
    assert timeline(playing) == [(0.0, Levels(red=True))]


def test_a_tick_leaves_the_lamps_to_the_base() -> None:
    playing = play(
        Playing(PATTERNS[Signal.MATCH], -2.0), ShowSignal(Signal.ONE_LABEL, once=True), 0.0
    )
    assert timeline(playing) == [
        (0.0, Levels(green=True, buzzer=True)),
        (0.04, Levels(green=True)),
        (3.0, DARK),
    ]


def test_a_one_shot_with_light_hides_the_base_and_returns_to_it() -> None:
    playing = play(
        Playing(PATTERNS[Signal.MATCH], -1.0), ShowSignal(Signal.INCOMPLETE, once=True), 0.0
    )
    assert not any(lit.green for at_s, lit in timeline(playing) if at_s < 0.28)
    assert timeline(playing)[-2:] == [(0.28, Levels(green=True)), (4.0, DARK)]


def test_a_new_base_ends_the_one_shot_at_once() -> None:
    over = play(Playing(), ShowSignal(Signal.INCOMPLETE, once=True), 0.0)
    assert play(over, ShowSignal(Signal.MATCH), 0.05) == Playing(PATTERNS[Signal.MATCH], 0.05)


def test_the_nothing_pattern_never_wakes_anybody() -> None:
    assert levels(Pattern(), 3.0) == (DARK, None)


@pytest.fixture
def chip() -> MockFactory:
    return MockFactory()


def test_the_first_step_is_on_the_pins_when_show_returns_and_all_is_dark_after_close(
    chip: MockFactory,
) -> None:
    signals = GpioSignals(green_pin=17, red_pin=27, buzzer_pin=22, pin_factory=chip)
    pins = [chip.pin(number) for number in (17, 27, 22)]
    signals.show(ShowSignal(Signal.MATCH))
    assert [bool(pin.state) for pin in pins] == [True, False, True]
    signals.show(ShowSignal(Signal.MISMATCH))
    assert [bool(pin.state) for pin in pins] == [False, True, True]
    signals.close()
    signals.close()
    assert [bool(pin.states[-1].state) for pin in pins] == [False] * 3


def test_the_thread_plays_a_one_shot_and_returns_to_the_base(chip: MockFactory) -> None:
    seen: queue.Queue[tuple[bool, bool, bool]] = queue.Queue()
    signals = GpioSignals(
        green_pin=17,
        red_pin=27,
        buzzer_pin=22,
        pin_factory=chip,
        on_change=lambda g, r, b, _: seen.put((g, r, b)),
    )
    signals.show(ShowSignal(Signal.MISMATCH, quiet=True))
    signals.show(ShowSignal(Signal.ONE_LABEL, once=True))
    changes = [seen.get(timeout=5) for _ in range(3)]
    signals.close()
    assert changes == [(False, True, False), (False, True, True), (False, True, False)]
    assert seen.get_nowait() == (False, False, False)


def test_with_both_lamps_lit_green_is_never_alone_not_even_between_two_writes(
    chip: MockFactory,
) -> None:
    signals = GpioSignals(green_pin=17, red_pin=27, buzzer_pin=22, pin_factory=chip)
    signals.show(ShowSignal(Signal.FAULT))
    signals.show(ShowSignal(Signal.OFF))
    signals.close()
    lit, red = [
        [
            (change.timestamp, bool(change.state))
            for change in chip.pin(number).states
            if change.timestamp
        ]
        for number in (17, 27)
    ]
    assert [state for _, state in lit][:2] == [True, False]
    assert red[0][0] < lit[0][0], "red first"
    assert lit[1][0] < red[1][0], "green goes first"


def test_a_dead_green_pin_is_an_error_but_red_is_lit(chip: MockFactory) -> None:
    signals = GpioSignals(green_pin=17, red_pin=27, buzzer_pin=22, pin_factory=chip)
    chip.pin(17).function = "input"  # writing to it is refused from now on
    with pytest.raises(
        DeviceError, match=r"lamps cannot be switched \(cannot set state of pin GPIO17\)"
    ):
        signals.show(ShowSignal(Signal.MISMATCH))
    assert chip.pin(27).state
    chip.pin(17).function = "output"
    signals.close()
    assert not chip.pin(27).states[-1].state


def test_pins_that_cannot_be_had_are_an_error_with_its_cure(chip: MockFactory) -> None:
    holder = GpioSignals(green_pin=17, red_pin=27, buzzer_pin=22, pin_factory=chip)
    with pytest.raises(
        DeviceError, match=r"GPIO pins \(5, 6, 17\) cannot be opened .*no other program"
    ):
        GpioSignals(green_pin=5, red_pin=6, buzzer_pin=17, pin_factory=chip)
    holder.close()


@pytest.mark.skipif(
    Path("/proc/device-tree/model").exists(), reason="this is a Pi, its pins can be had"
)
def test_without_a_pi_there_is_no_silent_fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    with pytest.raises(DeviceError, match="they need a Raspberry Pi"):
        open_pins()
