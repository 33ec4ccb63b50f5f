"""VERIFY.md speaks of a dated checkpoint, or there is none."""

import pytest

from app.errors import UsageError
from app.packs.sealed.explanation import explanation
from tests.packs.verify.made import Case


def test_it_names_the_log_its_size_and_who_dates_it(case: Case) -> None:
    note, token = (case.files[f"checkpoint/checkpoint{end}"] for end in ("", ".tsr"))
    text = explanation(note, [token]).decode()
    assert "**evidence.example/log**, whose evidence was sealed at log size **8**" in text
    assert "Development Time Authority" in text


def test_it_needs_a_dated_checkpoint_that_can_be_read(case: Case) -> None:
    note, token = (case.files[f"checkpoint/checkpoint{end}"] for end in ("", ".tsr"))
    for given in ((note, []), (b"nonsense", [token]), (note, [b"nonsense"])):
        with pytest.raises(UsageError, match=r"dated checkpoint|cannot be read"):
            explanation(*given)
