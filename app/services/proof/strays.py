"""Objects of a store that the log does not name: left by a crash, or put there by another hand."""

import re
from collections.abc import Collection, Iterator

from app.evidence.canonical import sha256
from app.services.proof.entries import Finding
from app.services.proof.fault_codes import code_of
from app.store.base import Store
from app.store.canary import PREFIX as CANARIES

_ADDRESSED = re.compile(r"(?:raw|derived|rules)/sha256/(..)/((?:\1)[0-9a-f]{62})")
_OF_THE_LOG = ("entry/", "tile/", "checkpoint/")
"""Judged where the log is walked."""


def foreign_objects(store: Store, named: Collection[str]) -> Iterator[Finding]:
    """What is no part of the evidence. `named` are the keys that records name.

    An object that has the digest in its name is merely told: a run that was killed leaves pages
    that its next attempt asks for again, and no verdict can follow from what no record names.
    """
    for key in store.list(""):
        if key in named or key.startswith((*_OF_THE_LOG, CANARIES)):
            continue
        match = _ADDRESSED.fullmatch(key)
        if match is None:
            said = "a store of evidence has no such object"
            yield Finding(key=key, reason=said, code="object_foreign")
        elif sha256(store.get(key)) != match[2]:
            said = "its bytes have another digest, and no record names it"
            yield Finding(key=key, reason=said, code=code_of(key, "changed"))
        else:
            yield Finding(key=key, reason="no record names it", broken=False)
