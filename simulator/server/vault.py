"""Key Vault's data plane: lists of what a vault holds, never a value.

A vault's address is `https://HOST/vaults/NAME`: path style, since one certificate serves all.
"""

from typing import TYPE_CHECKING, Any

from simulator.server.paging import BadTokenError, page_of
from simulator.server.question import Answer, Question, json_bytes, next_link, refuse

if TYPE_CHECKING:
    from simulator.server.simulation import Simulation

_LISTS = ("keys", "secrets", "certificates")
_MAX_RESULTS = 25


def answer(simulation: "Simulation", question: Question) -> Answer:
    """Answer one list of a vault; values and writes are forbidden to a Key Vault Reader."""
    parts = question.path.strip("/").split("/")
    vaults = {name.lower(): vault for name, vault in simulation.tenant.vaults.items()}
    vault = vaults.get(parts[1].lower()) if len(parts) > 1 else None
    if vault is None:
        return refuse(404, "VaultNotFound", "The vault was not found.")
    if not question.query.get("api-version"):
        return refuse(400, "BadParameter", "The request URI contains an invalid api-version: ''.")
    if len(parts) != 3 or parts[2].lower() not in _LISTS or question.method != "GET":
        return refuse(
            403,
            "Forbidden",
            f"Caller is not authorized to perform action on resource. Caller: "
            f"appid={simulation.client_id}. Action: beyond metadata lists.",
        )
    return _page(question, vault.get(parts[2].lower(), []), "/".join(parts).lower())


def challenge(simulation: "Simulation", question: Question) -> Answer:
    """The 401 a client without a token gets: where to go for one, and for which resource."""
    authority = f"{question.base_url}/{simulation.tenant.tenant_id}"
    return refuse(
        401,
        "Unauthorized",
        "AKV10000: Request is missing a Bearer or PoP token.",
        headers={
            "WWW-Authenticate": (
                f'Bearer authorization="{authority}", resource="https://vault.azure.net"'
            )
        },
    )


def _page(question: Question, rows: list[dict[str, Any]], of: str) -> Answer:
    most = question.query.get("maxresults", str(_MAX_RESULTS))
    if not most.isdigit() or not 1 <= int(most) <= _MAX_RESULTS:
        return refuse(400, "BadParameter", f"maxresults must be between 1 and {_MAX_RESULTS}.")
    try:
        page = page_of(rows, token=question.query.get("$skiptoken"), size=int(most), of=of)
    except BadTokenError:
        return refuse(400, "BadParameter", "The $skiptoken is invalid.")
    link = None if page.next_token is None else next_link(question, page.next_token)
    return Answer(status=200, body=json_bytes({"value": page.rows, "nextLink": link}))
