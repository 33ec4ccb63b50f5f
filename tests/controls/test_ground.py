"""An assessment stands on its own period, whatever else it is given."""

from datetime import timedelta

from app.controls.ground import Facts, Ground
from app.controls.period import Period
from tests.controls.facts import PERIOD, SLOTS, record_of, sealed_night

TWO_DAYS = Period(first=PERIOD.first, last=PERIOD.first + timedelta(days=1))
WITHIN = Facts(
    nights=[sealed_night(slot) for slot in SLOTS[:2]],
    records=[record_of(slot) for slot in SLOTS[:2]],
)
MORE = Facts(
    nights=[sealed_night(slot) for slot in SLOTS[:4]],
    records=[record_of(slot) for slot in SLOTS[:4]],
)


def test_nights_of_other_days_are_not_expected() -> None:
    assert Ground.of(MORE, TWO_DAYS).expected == Ground.of(WITHIN, TWO_DAYS).expected


def test_records_of_other_days_prove_nothing_of_the_period() -> None:
    assert Ground.of(MORE, TWO_DAYS).coverage == Ground.of(WITHIN, TWO_DAYS).coverage
