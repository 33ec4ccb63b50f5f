"""Draws: stable, independent of each other, and never one-sided."""

import pytest

from simulator.tenant.estate.dice import Dice, Ledger

SUBJECTS = [f"subject {number}" for number in range(2000)]


def test_a_draw_depends_on_its_own_keys_alone() -> None:
    assert Dice(7, 0).share("a", 1) == Dice(7, 5).share("a", 1)
    assert Dice(7, 0).share("a", 1) != Dice(8, 0).share("a", 1)
    assert Dice(7, 0).guid("a")[14] == "4"


def test_a_number_stays_within_its_bounds_and_reaches_them() -> None:
    dice = Dice(7, 0)
    assert {dice.number(2, 4, key) for key in SUBJECTS} == {2, 3, 4}


def test_about_one_in_eight_fails_on_any_night() -> None:
    for night in (0, 10, 300):
        assert 0.09 < len(Dice(7, night).bad("a.b.c", SUBJECTS)) / len(SUBJECTS) < 0.15


def test_most_answers_hold_overnight_and_few_change() -> None:
    changed = Dice(7, 0).bad("a.b.c", SUBJECTS) ^ Dice(7, 1).bad("a.b.c", SUBJECTS)
    assert 0 < len(changed) < 0.04 * len(SUBJECTS)


@pytest.mark.parametrize("seed", range(20))
def test_of_two_subjects_one_fails_and_one_passes(seed: int) -> None:
    assert len(Dice(seed, 0).bad("a.b.c", ["one", "other"])) == 1


def test_nobody_to_ask_is_no_answer() -> None:
    assert Dice(7, 0).bad("a.b.c", []) == set()


def test_what_is_decided_is_written_down() -> None:
    ledger = Ledger(Dice(7, 0))
    failing = ledger.decide("a.b.c", SUBJECTS)
    ledger.expect("a.b.d", "one", "unknown")
    assert {one.subject for one in ledger.truth if one.expected == "fail"} == failing
    assert len(ledger.truth) == len(SUBJECTS) + 1
