"""A consistency proof as one file: both checkpoints and the hashes that lead from one to the other.

C2SP has no format for it; this one is written like its tlog-proof, so that the same readers serve.
"""

import base64
from collections.abc import Sequence

HEADER = "annexa tlog-consistency@v1"
_EARLIER, _LATER = "--- earlier checkpoint\n", "--- later checkpoint\n"


def format_consistency(earlier: bytes, later: bytes, hashes: Sequence[bytes]) -> str:
    """Text of the file (RFC 9162, section 2.1.4, for the hashes)."""
    lines = [HEADER, *(base64.b64encode(each).decode() for each in hashes)]
    return "\n".join(lines) + f"\n{_EARLIER}{earlier.decode()}{_LATER}{later.decode()}"
