"""Attacks on a blob container through the storage API, with the rights of the store's identity.

Azure obeys some requests without harm: over a protected version, writing makes a new version and
deleting only demotes the current one (Learn: "Version-level WORM policies for immutable blob
data"). So what counts is not the answer but what can be read back afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobClient, BlobImmutabilityPolicyMode, ImmutabilityPolicy

from app.store.azure.blob import AzureBlobStore
from app.store.azure.errors import azure_errors, error_code
from app.store.base import Protection
from app.store.canary import Attempt, NewKey, Outcome, Trial

_SEALED, _OTHER = b"canary: sealed\n", b"canary: overwritten\n"
_NO_ANSWER = frozenset({401, 408, 429, 500, 502, 503, 504})
"""Statuses that are no answer to what was tried."""
_CONDITIONS = frozenset({"BlobAlreadyExists", "ConditionNotMet"})
_ROOT = "OperationNotAllowedOnRootBlob"
"""403 of a version that is the current one: says nothing about rights."""
_MODES = ("none", "unlocked", "locked")
_NO_POLICY = "the blob has no policy of its own"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Canary:
    """One object under attack, as it was read back when it was new."""

    key: str
    blob: BlobClient
    sealed: Protection

    @property
    def version(self) -> dict[str, Any]:
        """Names the sealed version, where the container keeps versions."""
        return {"version_id": self.sealed.version_id} if self.sealed.version_id else {}


_Act = Callable[[_Canary], str]
"""Tries something; an empty text, or why there is nothing to try. Raises HttpResponseError."""


class AzureCanary:
    """Tries everything an account must refuse."""

    def __init__(self, store: AzureBlobStore, *, relies_on_holds: bool) -> None:
        self._store = store
        self._relies_on_holds = relies_on_holds

    def attack(self, new_key: NewKey) -> Trial:
        """Raises UnavailableError when a canary cannot be written or Azure does not answer."""
        canaries, attempts = [self._planted(new_key)], []
        for name, act in (
            ("overwrite unless it exists", _overwrite_if_absent),
            ("overwrite", _overwrite),
            ("set metadata", _set_metadata),
            ("delete", _delete),
            ("delete the version", _delete_version),
            ("shorten the policy", _shorten),
            ("unlock the policy", _unlock),
            ("remove the policy", _remove_policy),
            ("remove a legal hold", _remove_hold),
        ):
            attempt = self._tried(name, act, canaries[-1])
            attempts.append(attempt)
            if attempt.outcome in {Outcome.KEPT, Outcome.PERMITTED}:
                canaries.append(self._planted(new_key))
        return Trial(
            canaries=tuple(canary.key for canary in canaries),
            protection=canaries[0].sealed,
            attempts=tuple(attempts),
        )

    def _planted(self, new_key: NewKey) -> _Canary:
        key = new_key()
        self._store.put_once(key, _SEALED)
        blob = self._store.container.get_blob_client(key)
        return _Canary(key=key, blob=blob, sealed=self._store.protection(key))

    def _tried(self, name: str, act: _Act, canary: _Canary) -> Attempt:
        with azure_errors(self._store.url):
            try:
                absent = act(canary)
            except HttpResponseError as error:
                return _refusal(name, error)
            if absent:
                return Attempt(name=name, outcome=Outcome.ABSENT, detail=absent)
            if act is _remove_hold:
                return self._without_hold(name, canary)
            lost = _lost(self._store, canary)
            outcome = Outcome.PERMITTED if lost else Outcome.KEPT
            return Attempt(name=name, outcome=outcome, detail=lost)

    def _without_hold(self, name: str, canary: _Canary) -> Attempt:
        """A hold can be removed by whoever has the right: does a locked policy stand behind it?"""
        if self._relies_on_holds:
            why = "evidence is written with a hold, and this identity may remove it"
            return Attempt(name=name, outcome=Outcome.PERMITTED, detail=why)
        behind = self._tried("delete the version", _delete_version, canary)
        if behind.outcome == Outcome.POLICY and canary.sealed.mode == "locked":
            why = "the hold is gone; the locked policy still refuses deletion"
            return Attempt(name=name, outcome=Outcome.KEPT, detail=why)
        why = "the hold is gone, and no locked policy refuses deletion"
        return Attempt(name=name, outcome=Outcome.PERMITTED, detail=why)


def _overwrite_if_absent(canary: _Canary) -> str:
    canary.blob.upload_blob(_OTHER, length=len(_OTHER), overwrite=False)
    return ""


def _overwrite(canary: _Canary) -> str:
    canary.blob.upload_blob(_OTHER, length=len(_OTHER), overwrite=True)
    return ""


def _set_metadata(canary: _Canary) -> str:
    canary.blob.set_blob_metadata({"canary": "changed"})
    return ""


def _delete(canary: _Canary) -> str:
    canary.blob.delete_blob()
    return ""


def _delete_version(canary: _Canary) -> str:
    if not canary.version:
        return "the container keeps no versions"
    try:  # a current version cannot be deleted by its id: it must be an earlier one first
        canary.blob.delete_blob()
    except HttpResponseError as error:
        _raise_unless_answered(error)
    canary.blob.delete_blob(**canary.version)
    return ""


def _shorten(canary: _Canary) -> str:
    sealed = canary.sealed
    if sealed.until is None:
        return _NO_POLICY
    earlier = sealed.until - (sealed.until - _planted_at(canary)) / 2
    _set_policy(canary, expiry_time=earlier.replace(microsecond=0), policy_mode=_mode(sealed))
    return ""


def _unlock(canary: _Canary) -> str:
    if canary.sealed.mode != "locked" or canary.sealed.until is None:
        return "the policy is not locked"
    mode = BlobImmutabilityPolicyMode.UNLOCKED
    _set_policy(canary, expiry_time=canary.sealed.until, policy_mode=mode)
    return ""


def _remove_policy(canary: _Canary) -> str:
    if canary.sealed.until is None:
        return _NO_POLICY
    canary.blob.delete_immutability_policy(**canary.version)
    return ""


def _remove_hold(canary: _Canary) -> str:
    try:
        canary.blob.set_legal_hold(True, **canary.version)
    except HttpResponseError as error:  # not allowed to set one: maybe allowed to remove one
        _raise_unless_answered(error)
    canary.blob.set_legal_hold(False, **canary.version)
    return ""


def _set_policy(canary: _Canary, **wanted: Any) -> None:
    canary.blob.set_immutability_policy(ImmutabilityPolicy(**wanted), **canary.version)


def _mode(sealed: Protection) -> BlobImmutabilityPolicyMode:
    locked = sealed.mode == "locked"
    return BlobImmutabilityPolicyMode.LOCKED if locked else BlobImmutabilityPolicyMode.UNLOCKED


def _planted_at(canary: _Canary) -> Any:
    """When Azure says it was written: its own clock decides which dates are past."""
    return canary.blob.get_blob_properties(**canary.version).creation_time


def _lost(store: AzureBlobStore, canary: _Canary) -> str:
    """What of the sealed bytes or their protection is gone; empty when nothing is."""
    try:
        data = canary.blob.download_blob(**canary.version).readall()
        now = store.read_protection(canary.key, canary.sealed.version_id)
    except HttpResponseError as error:
        if error.status_code != 404:
            raise
        return "the sealed bytes are gone"
    if data != _SEALED:
        return "the sealed bytes were replaced"
    if now.etag != canary.sealed.etag:
        return "the sealed version was changed"
    sealed = canary.sealed
    shorter = sealed.until is not None and (now.until is None or now.until < sealed.until)
    if shorter or _MODES.index(now.mode) < _MODES.index(sealed.mode):
        end = f"until {now.until:%Y-%m-%d %H:%M} UTC" if now.until else "without an end"
        return f"the policy is now {now.mode}, {end}" if now.mode != "none" else "no policy is left"
    return ""


def _refusal(name: str, error: HttpResponseError) -> Attempt:
    _raise_unless_answered(error)
    status, code = error.status_code, error_code(error)
    if code in _CONDITIONS:
        outcome = Outcome.CONDITION
    elif status == 403 and code != _ROOT:
        outcome = Outcome.RIGHTS
    elif status == 409 and any(word in code for word in ("Immutab", "LegalHold")):
        outcome = Outcome.POLICY
    else:
        outcome = Outcome.OTHERWISE
    return Attempt(name=name, outcome=outcome, status=status, code=code)


def _raise_unless_answered(error: HttpResponseError) -> None:
    if error.status_code is None or error.status_code in _NO_ANSWER:
        raise error
