"""A sample of ``make bench-printer``: what is called proven is whole, and nothing comes twice."""

import pytest

from samebag.label.profiles import PrinterProfile, profiles
from samebag.ports import JobState
from tests.bench.printer import at_random, every_byte, tally

# every so many-th, a prime: all wires, faults, makes and about all bytes, over all the classes
SAMPLE = 229


def test_random_faults_confirm_no_label_that_is_not_whole_and_double_none() -> None:
    done = tally(at_random(150, seed=1))
    assert done.wrong == []
    assert done.ended[JobState.CONFIRMED] > 10
    assert done.ended[JobState.ASKED] > 20


@pytest.mark.parametrize("profile", profiles().values(), ids=lambda p: p.name)
def test_faults_at_each_byte_confirm_no_label_that_is_not_whole_and_double_none(
    profile: PrinterProfile,
) -> None:
    assert tally(list(every_byte(profile))[::SAMPLE]).wrong == []
