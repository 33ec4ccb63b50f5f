"""Names of people, groups and applications, as Azure gave them in the last night that has them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from app.controls.ground import Facts
from app.errors import NotFoundError
from app.evidence.canonical import sealed_json
from app.evidence.observed import Former, Interval, SealedRecord
from app.evidence.record import entry_key
from app.services.log.sealed_pages import seen_again
from app.store.base import Store
from collectors.kit import Collector

PRINCIPALS, READ = "identity.principals", "principals"
ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
LONGEST = 80
"""Characters of a name; Entra ID allows 256."""
NOBODY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class PrincipalNames:
    """Names by id in lower case, of one night. Another night may have known other names."""

    night: datetime | None = None
    """None when no night of the period has a record of them."""
    by_id: Mapping[str, str] = field(default_factory=dict)

    def in_name(self, text: str) -> str:
        """A name shown to people, with ids that have a name replaced by it."""
        return ID.sub(lambda found: self.by_id.get(found[0].lower(), found[0]), text)

    def in_sentence(self, text: str) -> str:
        """A reason, with the name set before each id that has one."""

        def told(found: re.Match[str]) -> str:
            name = self.by_id.get(found[0].lower())
            return f"{name} ({found[0]})" if name else found[0]

        return ID.sub(told, text)


def principal_names(
    store: Store, collectors: Sequence[Collector], records: Sequence[SealedRecord]
) -> PrincipalNames:
    """From the newest of these records that shows them. Raises NotFoundError for a lost page."""
    collector = next((one for one in collectors if one.id == PRINCIPALS), None)
    own = [one for one in records if one.collector_id == PRINCIPALS and one.items]
    if collector is None or not own:
        return PrincipalNames()
    newest = max(own, key=lambda record: (record.slot, record.seq))
    try:
        seen = seen_again(sealed_json(store.get(entry_key(newest.seq))), collector, store)
    except KeyError as error:
        raise NotFoundError(f"record {newest.seq} is not one of principals: {error}") from error
    by_id = {
        item.id.lower(): name.strip()[:LONGEST]
        for item in seen.items.get(READ, ())
        if isinstance(name := item["displayName"], str) and name.strip()
    }
    return PrincipalNames(night=newest.slot if by_id else None, by_id=by_id)


def with_names(facts: Facts, names: PrincipalNames) -> Facts:
    """The same facts for people to read: ids of people and applications with their names."""
    if not names.by_id:
        return facts
    return replace(facts, intervals=[_named(one, names) for one in facts.intervals])


def _named(one: Interval, names: PrincipalNames) -> Interval:
    former = one.former
    return replace(
        one,
        subject_name=names.in_name(one.subject_name),
        reason=names.in_sentence(one.reason),
        former=former and _former_named(former, names),
    )


def _former_named(former: Former, names: PrincipalNames) -> Former:
    return replace(former, reason=names.in_sentence(former.reason))
