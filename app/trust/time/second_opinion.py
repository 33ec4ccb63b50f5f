"""openssl's own opinion of a token, asked before it is stored."""

import shutil
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from app.trust.time.openssl import Refused, check_token
from app.trust.time.timestamp_token import TimestampRefusedError, TimeToken


def openssl_is_here() -> bool:
    """Whether the openssl command can be asked on this machine."""
    return shutil.which("openssl") is not None


def refuse_unless_openssl_accepts(
    token: TimeToken, digest: bytes, roots: Sequence[x509.Certificate], at: datetime
) -> None:
    """What verify.py of a bundle will do with this token, done at once.

    Certificates are judged at `at` and at the token's own time. Where the command is missing
    nothing is asked: collecting does not need it, and `app.trust.time.token_proof` answers alike.
    Raises TimestampRefusedError.
    """
    if not openssl_is_here():
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "token.tsr"
        file.write_bytes(token.response)
        pems = [Path(folder) / f"root{number}.pem" for number in range(len(roots))]
        for pem, root in zip(pems, roots, strict=True):
            pem.write_bytes(root.public_bytes(Encoding.PEM))
        over = ["-digest", digest.hex()]
        try:
            check_token(str(file), over, [str(pem) for pem in pems], int(at.timestamp()))
        except Refused as error:
            raise TimestampRefusedError(
                f"no bundle dated by it would verify: {error}; run `annexa time check`"
            ) from None
