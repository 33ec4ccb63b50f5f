"""C2SP tlog-proof: one file that proves, offline, that an entry is in the log."""

import base64
from collections.abc import Sequence

HEADER = "c2sp.org/tlog-proof@v1"


def format_proof(
    index: int, hashes: Sequence[bytes], checkpoint: bytes, extra: bytes | None = None
) -> str:
    """Text of a `.tlog-proof` file (c2sp.org/tlog-proof)."""
    lines = [HEADER]
    if extra is not None:
        lines.append(f"extra {base64.b64encode(extra).decode()}")
    lines.append(f"index {index}")
    lines.extend(base64.b64encode(each).decode() for each in hashes)
    return "\n".join(lines) + "\n\n" + checkpoint.decode()
