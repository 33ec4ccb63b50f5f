"""What an authority promised: the policy of its tokens and how exact its clock is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from asn1crypto import tsp

from app.trust.keys.keyring import Trust
from app.trust.time.authorities import checkable_until, vouching
from app.trust.time.development import POLICY, DevelopmentTsa
from app.trust.time.timestamp import (
    DevelopmentAuthority,
    TimestampRefusedError,
    TimestampUnavailableError,
    stamp,
)
from app.trust.time.timestamp_token import certificates_of, imprint

Clock = Callable[[], datetime]


class SilentTsa(DevelopmentTsa):
    """Does not say how exact it is, as RFC 3161 permits."""

    def _info(self, request: tsp.TimeStampReq, at: datetime) -> bytes:
        info = tsp.TSTInfo.load(super()._info(request, at)).native
        del info["accuracy"], info["tsa"]
        kept = {name: value for name, value in info.items() if value is not None}
        kept["message_imprint"] = request["message_imprint"]
        return bytes(tsp.TSTInfo(kept).dump())


@dataclass
class Case:
    policies: tuple[str, ...]
    accuracy: timedelta | None
    reason: str


@pytest.mark.parametrize(
    "case",
    [
        Case((), None, ""),
        Case((POLICY,), timedelta(seconds=1), ""),
        Case(("1.2.3", POLICY), None, ""),
        Case(("1.2.3",), None, f"its policy is {POLICY}, not 1.2.3"),
        Case((), timedelta(milliseconds=500), "its accuracy is 1 s, 0.5 s are accepted"),
    ],
)
def test_policy_and_accuracy_are_those_that_were_pinned(
    case: Case, authority: DevelopmentAuthority, now: Clock
) -> None:
    pinned = replace(authority, policies=case.policies, max_accuracy=case.accuracy)
    if not case.reason:
        assert stamp(b"data", [pinned], now).at == now().replace(microsecond=0)
        return
    with pytest.raises(TimestampUnavailableError, match=case.reason):
        stamp(b"data", [pinned], now)


def test_an_unstated_accuracy_is_accepted_only_where_none_is_pinned(
    authority: DevelopmentAuthority, trust: Trust, now: Clock
) -> None:
    tsa = SilentTsa(certificate=trust.tsa, key=trust.tsa_key, chain=(trust.root,), now=now)
    silent = replace(authority, tsa=tsa, max_accuracy=None)
    assert stamp(b"data", [silent], now).authority == authority.name
    with pytest.raises(TimestampUnavailableError, match="does not state its accuracy"):
        stamp(b"data", [replace(silent, max_accuracy=timedelta(seconds=1))], now)


def test_a_token_tells_what_it_covers_and_until_when_it_can_be_checked(
    authority: DevelopmentAuthority, trust: Trust, now: Clock
) -> None:
    response = stamp(b"data", [authority], now).response
    assert {each.subject for each in certificates_of(response)} == {
        trust.tsa.subject,
        trust.root.subject,
    }
    assert checkable_until(response, [trust.root]) == trust.tsa.not_valid_after_utc
    assert len(imprint(response)) == 32
    assert imprint(b"nonsense") == b""
    assert vouching(response, b"data", [[authority]]) == 0
    assert vouching(response, b"other", [[authority]]) is None
    with pytest.raises(TimestampRefusedError):
        certificates_of(b"nonsense")
