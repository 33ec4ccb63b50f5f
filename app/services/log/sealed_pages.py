"""What the sealed pages of a record show the collectors of today."""

from collections.abc import Mapping
from typing import Any

from app.evidence.canonical import sha256
from app.evidence.record import raw_key
from app.evidence.replay import exchanges_of, missing_in, scope_of
from app.evidence.sealed_record import gap_of
from app.store.base import Store
from collectors.kit import Collector
from collectors.kit.interpret import Seen, interpret, unseen

EMPTY = sha256(b"")


def seen_again(record: Mapping[str, Any], collector: Collector, store: Store) -> Seen:
    """What the pages of a record show these rules. Raises NotFoundError."""
    scope, blinded = scope_of(record), record["what"]["blinded"]
    if blinded is not None:
        return unseen(collector, scope, gap_of(blinded), missing_in(record))
    pages = exchanges_of(
        record, lambda digest: b"" if digest == EMPTY else store.get(raw_key(digest))
    )
    return interpret(collector, scope, pages, missing_in(record))
