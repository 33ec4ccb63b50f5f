"""Which credential the options of a command name: a reference, never the secret."""

from pathlib import Path
from typing import Annotated

import typer

from app.errors import UsageError

ClientId = Annotated[str | None, typer.Option(help="Application (client) id.")]
SecretEnv = Annotated[
    str | None, typer.Option(help="Variable that holds the client secret (development).")
]
Certificate = Annotated[
    Path | None, typer.Option(help="PEM or PKCS#12 file with certificate and private key.")
]
PasswordEnv = Annotated[
    str | None, typer.Option(help="Variable that holds the certificate's password.")
]
TokenFile = Annotated[Path | None, typer.Option(help="Workload identity token file.")]
ManagedIdentity = Annotated[
    bool, typer.Option("--managed-identity", help="The identity of this machine.")
]


def credential(
    *,
    client_id: str | None,
    secret_env: str | None,
    certificate: Path | None,
    password_env: str | None,
    token_file: Path | None,
    managed_identity: bool,
) -> dict[str, str]:
    """As a connection keeps it. Raises UsageError unless exactly one kind is named."""
    references = {
        "secret_env": secret_env,
        "certificate_file": certificate,
        "workload_identity": token_file,
        "managed_identity": managed_identity or None,
    }
    kinds = [kind for kind, given in references.items() if given is not None]
    if len(kinds) != 1:
        raise UsageError(
            "say exactly one of --client-secret-env, --certificate, --federated-token-file or "
            "--managed-identity"
        )
    file = certificate or token_file
    given = {
        "kind": kinds[0],
        "client_id": client_id,
        "secret_env": secret_env,
        "file": str(file.resolve()) if file else None,
        "password_env": password_env,
    }
    return {key: value for key, value in given.items() if value is not None}
