"""Time authorities: which are independent, and how long their tokens can be checked."""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from app.trust.time.timestamp import (
    TimeAuthority,
    recognise,
)
from app.trust.time.timestamp_token import TimestampRefusedError, certificates_of

WANTED = 2
"""Independent authorities that date a checkpoint or a bundle, where as many are configured."""


def independent(authorities: Sequence[TimeAuthority]) -> tuple[tuple[TimeAuthority, ...], ...]:
    """Authorities grouped by what they chain to, in the order given.

    Two that share a pinned root count as one: whoever holds that root can make either's tokens.
    """
    groups: list[tuple[set[bytes], list[TimeAuthority]]] = []
    for authority in authorities:
        roots = {root.fingerprint(SHA256()) for root in authority.roots}
        members = [authority]
        for known in [group for group in groups if group[0] & roots]:
            groups.remove(known)
            roots |= known[0]
            members = known[1] + members
        groups.append((roots, members))
    order = {id(authority): place for place, authority in enumerate(authorities)}
    made = [tuple(sorted(members, key=lambda one: order[id(one)])) for _, members in groups]
    return tuple(sorted(made, key=lambda members: order[id(members[0])]))


def vouching(response: bytes, data: bytes, groups: Sequence[Sequence[TimeAuthority]]) -> int | None:
    """Which group's roots this token over `data` chains to; None for a stranger's."""
    for place, group in enumerate(groups):
        try:
            recognise(response, data, group)
        except TimestampRefusedError:
            continue
        return place
    return None


def checkable_until(response: bytes, roots: Sequence[x509.Certificate]) -> datetime:
    """When the first certificate that a token needs expires; after that, only `--at` helps.

    Every certificate that the token carries counts, and the pinned roots that issued one of them.
    Raises TimestampRefusedError for what is no token.
    """
    carried = certificates_of(response)
    issuers = {each.issuer for each in carried}
    needed = [*carried, *(root for root in roots if root.subject in issuers)]
    return min(each.not_valid_after_utc for each in needed)
