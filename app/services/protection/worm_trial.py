"""What the store really refuses: proved on an object of its own, and put into the log."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from app.evidence.events.protection_events import AttemptTold, ProtectionTold, WormVerified
from app.services.home.installation import Clock, Ports
from app.services.index.events import record_event
from app.store.canary import PREFIX, Attempt, Outcome, Trial
from app.store.factory import attackable

_REFUSED = {Outcome.POLICY, Outcome.RIGHTS}
_EVIDENCE_ONLY = "tamper-evident only"


@dataclass(frozen=True, kw_only=True, slots=True)
class WormReport:
    """Whether the store is immutable, and everything that was tried to find out."""

    store: str
    immutable: bool
    verdict: str
    """One sentence for people."""
    protected_by: str
    """`policy`, `rights`, `policy and rights` or `nothing`: what refused the attempts."""
    permitted: tuple[str, ...]
    """Attempts that the store permitted."""
    trial: Trial

    @property
    def fact(self) -> WormVerified:
        """As the log keeps it."""
        return WormVerified(
            store=self.store,
            immutable=self.immutable,
            verdict=self.verdict,
            protected_by=self.protected_by,
            permitted=self.permitted,
            canaries=self.trial.canaries,
            protection=ProtectionTold.of(self.trial.protection.detail()),
            attempts=tuple(map(_told, self.trial.attempts)),
        )


def verify_worm(ports: Ports) -> WormReport:
    """Attack canaries in the configured store; the event `worm_verified` tells all answers.

    Raises UnavailableError when the store does not answer, WriterBusyError.
    """
    relies = ports.settings.store.legal_hold
    trial = attackable(ports.store, relies_on_holds=relies).attack(lambda: _new_key(ports.now))
    report = judged(trial, ports.store.label)
    record_event(ports, report.fact, actor="annexa verify-worm")
    return report


def judged(trial: Trial, store: str) -> WormReport:
    """Immutable is only what read back a locked policy and permitted nothing."""
    permitted = tuple(a.name for a in trial.attempts if a.outcome == Outcome.PERMITTED)
    by = _protected_by(trial.attempts)
    reasons = tuple(_reasons(trial, permitted))
    if trial.protection.mode == _EVIDENCE_ONLY:
        verdict = "tamper-evident only: " + "; ".join(reasons)
    elif reasons:
        verdict = "not immutable: " + "; ".join(reasons)
    else:
        verdict = _immutable(trial, by)
    return WormReport(
        store=store,
        immutable=not reasons,
        verdict=verdict,
        protected_by=by,
        permitted=permitted,
        trial=trial,
    )


def _told(attempt: Attempt) -> AttemptTold:
    return AttemptTold(
        name=attempt.name,
        outcome=attempt.outcome.value,
        status=attempt.status,
        code=attempt.code,
        said=attempt.detail,
    )


def _protected_by(attempts: tuple[Attempt, ...]) -> str:
    found = {attempt.outcome for attempt in attempts} & _REFUSED
    if found == _REFUSED:
        return "policy and rights"
    if not found:
        return "nothing"
    return "policy" if Outcome.POLICY in found else "rights"


def _reasons(trial: Trial, permitted: tuple[str, ...]) -> Iterator[str]:
    """Why it is not immutable."""
    mode, until = trial.protection.mode, trial.protection.until
    if permitted and mode == _EVIDENCE_ONLY:
        yield f"the owner of the folder can {' and '.join(permitted)} by file"
    elif permitted:
        yield f"the account permitted to {', '.join(permitted)}"
    if mode == _EVIDENCE_ONLY:
        yield "changes are found by `annexa verify`, not prevented"
    elif mode == "none":
        yield "no policy was read back of the object just written"
    elif mode == "unlocked" and until is None:
        yield "the container's policy cannot be seen to be locked through the storage API"
    elif mode == "unlocked":
        yield "its policy is not locked: whoever has the right can shorten or remove it"


def _immutable(trial: Trial, by: str) -> str:
    until = trial.protection.until
    said = "immutable: its policy is locked" + (f" until {until:%Y-%m-%d}" if until else "")
    if by == "rights":
        return (
            f"{said}, and this identity lacks the rights to try what it refuses; with an identity "
            "that has them the account's own refusal is seen"
        )
    removed = any(a.name == "remove a legal hold" and a.detail for a in trial.attempts)
    hold = "; a legal hold can be removed by this identity" if removed else ""
    return f"{said}, and the account itself refused to break it{hold}"


def _new_key(now: Clock) -> str:
    return f"{PREFIX}{now():%Y%m%dt%H%M%Sz}-{secrets.token_hex(4)}"
