"""The simulator's own certificate authority and server certificate."""

import ssl
from dataclasses import dataclass

import trustme


@dataclass(frozen=True, kw_only=True, slots=True)
class Tls:
    """A server context and the CA certificate a client must trust."""

    context: ssl.SSLContext
    ca_pem: bytes


def make_tls() -> Tls:
    """A new CA and a certificate for 127.0.0.1 and localhost; the CA key is thrown away."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost", "::1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    certificate.configure_cert(context)
    return Tls(context=context, ca_pem=authority.cert_pem.bytes())
