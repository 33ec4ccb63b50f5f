"""What Azure refuses, as one sentence with the next step."""

import contextlib
from collections.abc import Iterator

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from app.errors import UnavailableError
from collectors.azure.identity.sign_in import did_not_answer


@contextlib.contextmanager
def azure_errors(url: str) -> Iterator[None]:
    """Turn any AzureError of the block into UnavailableError. `url` names the container."""
    try:
        yield
    except AzureError as error:
        raise UnavailableError(f"The store {url} {_sentence(error)}") from error


def error_code(error: HttpResponseError) -> str:
    """Azure's code of a refusal, such as BlobNotFound; empty without one."""
    headers = getattr(error.response, "headers", {})
    return str(headers.get("x-ms-error-code", ""))


def _sentence(error: AzureError) -> str:
    if isinstance(error, ClientAuthenticationError):
        return _no_token(error)
    if isinstance(error, ServiceRequestError | ServiceResponseError):
        return (
            "cannot be reached: check the address, the network and, for a private cloud, its "
            "ca_file, then run the command again."
        )
    if not isinstance(error, HttpResponseError):
        return f"does not work ({type(error).__name__}): run the command again."
    code = error_code(error)
    if code == "ContainerNotFound":
        return "does not exist: create the container, with version-level immutability enabled."
    if error.status_code == 403:
        return (
            f"is closed to this identity ({code or 'forbidden'}): give it the data actions "
            "blobs/read and blobs/add/action on the container."
        )
    return (
        f"answered {error.status_code} {code}: run the command again, and ask whoever runs the "
        "storage account if it stays."
    )


def _no_token(error: ClientAuthenticationError) -> str:
    if did_not_answer(error):
        return (
            "cannot be asked: the token endpoint did not answer; nothing is known to be wrong with "
            "the credential, run the command again later."
        )
    return "did not accept the credential: check the identity that writes to the store."
