"""VERIFY.md: how an auditor checks a bundle by hand, with the names of this very one."""

from collections.abc import Sequence
from pathlib import Path
from string import Template

from app.errors import UsageError
from app.evidence.tree.note import NoteError, parse_checkpoint, parse_note
from app.trust.time.timestamp_token import TimestampRefusedError, authority_name

_TEMPLATE = Path(__file__).parents[1] / "verify" / "VERIFY.md"
_DEVELOPMENT = (
    "It is this installation's own, made for development: its times are those of the "
    "organisation's clock\nand prove nothing about time to anyone else."
)
_OTHERS = "Its times stand on that authority's word: obtain its root, too, by another way."


def explanation(note: bytes, tokens: Sequence[bytes]) -> bytes:
    """Text for a bundle of the evidence under this signed checkpoint, dated by these responses.

    Raises UsageError when there is no token or one of them cannot be read.
    """
    try:
        checkpoint = parse_checkpoint(parse_note(note).text)
        authorities = [authority_name(token) for token in tokens]
    except (NoteError, TimestampRefusedError) as error:
        raise UsageError(f"the checkpoint of the bundle cannot be read: {error}") from error
    if not authorities:
        raise UsageError("a bundle needs a dated checkpoint; seal the log first")
    text = Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        origin=checkpoint.origin,
        size=checkpoint.size,
        authority="** and by **".join(dict.fromkeys(authorities)),
        meaning=_DEVELOPMENT if all("DEVELOPMENT" in one for one in authorities) else _OTHERS,
    )
    return text.encode()
