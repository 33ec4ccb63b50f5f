"""Protection of a version: Set and Delete Blob Immutability Policy, Set Blob Legal Hold."""

from simulator.blob.call import Call, Reply, http_date
from simulator.blob.errors import missing_header
from simulator.blob.operations.downloads import asked_version
from simulator.blob.state import Container
from simulator.blob.worm import (
    HOLD,
    MODE,
    UNTIL,
    change_policy,
    drop_policy,
    hold_asked,
    policy_asked,
)


def set_policy(container: Container, call: Call) -> Reply:
    """PUT ?comp=immutabilityPolicies: set, extend or lock."""
    version = asked_version(container.blob(call.blob), call)
    if UNTIL not in call.headers:
        raise missing_header(UNTIL)
    wanted = policy_asked(call.headers, container, call.now)
    if wanted is None:
        raise missing_header(UNTIL)
    change_policy(version, wanted)
    mode = "locked" if wanted.locked else "unlocked"
    return Reply(status=200, headers={UNTIL: http_date(wanted.until), MODE: mode})


def delete_policy(container: Container, call: Call) -> Reply:
    """DELETE ?comp=immutabilityPolicies: only while unlocked."""
    drop_policy(asked_version(container.blob(call.blob), call))
    return Reply(status=200)


def set_legal_hold(container: Container, call: Call) -> Reply:
    """PUT ?comp=legalhold: set or clear."""
    version = asked_version(container.blob(call.blob), call)
    wanted = hold_asked(call.headers, container)
    if wanted is None:
        raise missing_header(HOLD)
    version.legal_hold = wanted
    return Reply(status=200, headers={HOLD: str(wanted).lower()})
