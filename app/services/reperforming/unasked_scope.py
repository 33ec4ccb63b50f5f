"""Records of scopes of which nothing could be asked: what the cause they name rests on."""

from collections.abc import Mapping
from typing import Any

from app.evidence.replay import exchanges_of, missing_in
from app.services.nights.plan import UNLISTED
from app.services.proof.sealed_evidence import SealedEvidence
from app.services.reperforming.rules_process import Rules
from collectors.kit import GapKind
from collectors.kit.missing.things import proofs_of

INVENTORY, SUBSCRIPTIONS = "inventory.resources", "subscriptions"


def cause_of(
    record: Mapping[str, Any], evidence: SealedEvidence, rules: Rules
) -> Mapping[str, Any] | None:
    """The gap of a record for which nothing could be asked; None for all others.

    A scope that Azure did not list must be missing from the list whose pages the record names. A
    failure of the collector itself is believed as sealed: it turns verdicts to nothing but unknown.
    """
    what = record["what"]
    if record["completeness"]:
        return None
    sealed: Mapping[str, Any] = what["gaps"][0]
    if not record["source"]:
        return sealed
    listing = {**record, "what": {"collector": INVENTORY, "scope": {"subscription_id": None}}}
    seen = rules.perform(listing, exchanges_of(record, evidence.raw), {})
    items = seen["items"][SUBSCRIPTIONS]
    listed = {str(item["data"].get("subscriptionId") or "").lower() for item in items} - {""}
    hidden: list[Mapping[str, Any]] = [g for g in seen["gaps"] if g["read"] == SUBSCRIPTIONS]
    scope = what["scope"]["subscription_id"]
    if scope != UNLISTED.subscription_id and scope.lower() not in listed:
        _need_proof(record, evidence, sealed)
        return sealed
    if scope == UNLISTED.subscription_id and (hidden or len(listed) < max(1, len(items))):
        return hidden[0] if hidden else sealed
    raise LookupError(f"nothing was asked of {scope}, though Azure's list has no gap there")


def _need_proof(
    record: Mapping[str, Any], evidence: SealedEvidence, cause: Mapping[str, Any]
) -> None:
    """What a record calls removed with its subscription rests on Azure's word for that.

    Raises LookupError without it. Records of commit 55d35cf and before remove nothing.
    """
    if cause["kind"] != GapKind.GONE.value or not missing_in(record):
        return
    home = f"/subscriptions/{record['what']['scope']['subscription_id']}".lower()
    told = proofs_of(exchanges_of(record, evidence.raw)).told.get(home)
    if told is None or told[0] is not GapKind.GONE:
        raise LookupError(f"no answer of Azure in the record says that {home} is gone")
