"""Stable codes of what verification finds: the kind of object, and what is wrong with it."""

from app.evidence.tree.note import NoteError, VerifierKey, parse_checkpoint, parse_note

KINDS = {
    "raw": "raw",
    "derived": "derived",
    "rules": "rules",
    "entry": "record",
    "tile": "tile",
    "checkpoint": "checkpoint",
}
"""By the first segment of a store key."""


def code_of(key: str, wrong: str) -> str:
    """Such as `raw_missing` or `tile_changed`; tokens are told from their checkpoints."""
    kind = KINDS.get(key.partition("/")[0], "object")
    if kind == "checkpoint" and key.endswith(".tsr"):
        kind = "token"
    return f"{kind}_{wrong}"


def note_code(note: bytes, key: VerifierKey) -> str:
    """Why a checkpoint was refused: `checkpoint_foreign` when it is of another log or key."""
    try:
        parsed = parse_note(note)
        origin = parse_checkpoint(parsed.text).origin
    except NoteError:
        return "checkpoint_invalid"
    ours = any(s.name == key.name and s.key_id == key.key_id for s in parsed.signatures)
    return "checkpoint_invalid" if ours and origin == key.name else "checkpoint_foreign"
