"""Errors of collectors, chosen by what to do next.

CollectorError
├── GatewayError          stop: nothing can be asked of Azure (credential, CA, host)
└── CatalogError          stop at start-up: a collector is described wrongly
"""


class CollectorError(Exception):
    """Root of all collector errors; the text is one sentence with the next step."""


class GatewayError(CollectorError):
    """Azure cannot be asked at all."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        """Stable: credential_refused, certificate_expired, sign_in_throttled, untrusted_ca,
        unreachable."""


class CatalogError(CollectorError):
    """A collector names an unknown control, expectation or read."""
