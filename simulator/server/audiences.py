"""Which audiences each simulated service accepts, and which service a path belongs to."""

from typing import Literal, TypeAlias

Service: TypeAlias = Literal["entra", "arm", "graph", "logs", "vault", "blob", "sim"]

ARM = ("https://management.azure.com", "https://management.core.windows.net")
GRAPH = ("https://graph.microsoft.com",)
LOGS = ("https://api.loganalytics.io", "https://api.loganalytics.azure.com")
STORAGE = ("https://storage.azure.com",)
VAULT = ("https://vault.azure.net",)

_BY_SERVICE: dict[Service, tuple[str, ...]] = {
    "arm": ARM,
    "graph": GRAPH,
    "logs": LOGS,
    "vault": VAULT,
    "blob": STORAGE,
}
_KNOWN = ARM + GRAPH + LOGS + STORAGE + VAULT


def is_known(audience: str, own_hosts: tuple[str, ...]) -> bool:
    """True when Entra has a resource of this name: one of Azure's, or the simulator's own host."""
    return audience.rstrip("/").lower() in (*_KNOWN, *own_hosts)


def accepts(service: Service, audience: str, own_hosts: tuple[str, ...]) -> bool:
    """True when a token for `audience` opens `service`.

    The simulator's own address counts for every service: as a private cloud it serves all of them
    from one host, and some clients derive the audience from the endpoint.
    """
    wanted = audience.rstrip("/").lower()
    return wanted in _BY_SERVICE.get(service, ()) or wanted in own_hosts


def service_of(path: str) -> Service:
    """The service that answers a path (any letter case)."""
    first, _, rest = path.lower().strip("/").partition("/")
    if first == "v1.0":
        return "graph"
    if first == "v1":
        return "logs"
    if first == "vaults":
        return "vault"
    if first == "_sim":
        return "sim"
    if first == "common" or rest.startswith(("oauth2/", "v2.0/.well-known", ".well-known")):
        return "entra"
    return "arm"
