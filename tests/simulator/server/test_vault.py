"""Key Vault's data plane as simulated: metadata lists and nothing else."""

from typing import Any


def first_vault(caller: Any) -> str:
    query = "resources | where type == 'microsoft.keyvault/vaults' | order by id asc | project name"
    names = [row["name"] for row in caller.graph_rows(query).json()["data"]]
    return f"/vaults/{names[0]}"


def test_lists_are_paged_by_maxresults(caller: Any) -> None:
    vault = first_vault(caller)
    for kind in ("keys", "secrets", "certificates"):
        whole = caller.get(f"{vault}/{kind}?api-version=7.4", "vault").json()
        url = f"{vault}/{kind}?api-version=7.4&maxresults=1"
        seen: list[Any] = []
        while url:
            page = caller.get(url, "vault").json()
            seen += page["value"]
            url = page["nextLink"]
        assert seen == whole["value"]


def test_values_are_never_given_out(caller: Any) -> None:
    answer = caller.get(f"{first_vault(caller)}/secrets/any?api-version=7.4", "vault")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "Forbidden")


def test_wrong_requests_are_refused(caller: Any) -> None:
    vault = first_vault(caller)
    assert caller.get(f"{vault}/keys", "vault").status_code == 400
    assert caller.get(f"{vault}/keys?api-version=7.4&maxresults=26", "vault").status_code == 400
    assert caller.get("/vaults/none/keys?api-version=7.4", "vault").status_code == 404
