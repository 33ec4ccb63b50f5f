"""A small sealed bundle, as the verifier's tests have it."""

from tests.packs.verify.conftest import case, signer

__all__ = ["case", "signer"]
