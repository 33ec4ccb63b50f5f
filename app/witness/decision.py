"""What a witness answers to a request: pure, from the request and what it cosigned before."""

from app.evidence.tree.merkle import EMPTY_ROOT, verify_consistency
from app.evidence.tree.note import (
    CheckpointBody,
    NoteError,
    VerifierKey,
    open_checkpoint,
    parse_checkpoint,
    parse_note,
)
from app.evidence.tree.witness_request import WitnessRequest, parse_request


class WitnessRefusalError(Exception):
    """The witness does not cosign. Its sentence is for whoever runs the log."""

    def __init__(self, status: int, reason: str, size: int | None = None) -> None:
        super().__init__(reason)
        self.status = status
        """HTTP status (c2sp.org/tlog-witness): 400, 403, 404, 409 or 422."""
        self.reason = reason
        self.size = size
        """With 409: the size of the checkpoint that it cosigned last."""


def read_request(data: bytes) -> tuple[WitnessRequest, CheckpointBody]:
    """A request and what its checkpoint claims, unverified. Raises WitnessRefusalError (400)."""
    try:
        request = parse_request(data)
        return request, parse_checkpoint(parse_note(request.note).text)
    except NoteError as error:
        raise WitnessRefusalError(400, str(error)) from error


def decide(
    request: WitnessRequest, key: VerifierKey, last: CheckpointBody | None
) -> CheckpointBody:
    """The checkpoint that may be cosigned: signed by the log, and a continuation of the last.

    `last` is what was cosigned before of the same origin, or None. Raises WitnessRefusalError.
    """
    try:
        body = open_checkpoint(request.note, key)
    except NoteError as error:
        raise WitnessRefusalError(403, str(error)) from error
    if request.old_size > body.size:
        raise WitnessRefusalError(400, "the old size is larger than the checkpoint")
    known = last.size if last is not None else 0
    if request.old_size != known:
        raise WitnessRefusalError(409, f"the last checkpoint cosigned here is of {known}", known)
    root = last.root if last is not None else EMPTY_ROOT
    if body.size == 0 and body.root != EMPTY_ROOT:
        raise WitnessRefusalError(422, "a log of no entries has the root of the empty tree")
    if not verify_consistency(known, body.size, root, body.root, request.proof):
        raise WitnessRefusalError(
            422,
            f"the checkpoint of {body.size} entries is not proved to continue the one of {known} "
            "entries that was cosigned here: the log was rewritten, or shows two histories",
        )
    return body
