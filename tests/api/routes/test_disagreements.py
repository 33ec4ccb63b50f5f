"""Where Azure Policy and our verdicts differ, over HTTP and on the command line."""

from dataclasses import asdict

from fastapi.testclient import TestClient

from app.services.reading.policy_states import agreement_of, newest_agreement
from app.services.reading.status import status_of
from tests.api.conftest import Served


def test_the_list_comes_in_parts_and_nothing_is_lost(client: TestClient, served: Served) -> None:
    found = newest_agreement(served.ports, served.installation.connection)
    assert found is not None
    assert found.disagreements
    assert found.whole
    seen, cursor = [], None
    while True:
        asked = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        part = client.get("/v1/disagreements", params=asked).json()
        assert 0 < len(part["items"]) <= 2
        seen += [(one["check_id"], one["subject"]) for one in part["items"]]
        cursor = part["next"]
        if cursor is None:
            break
    assert seen == [(one.check_id, one.subject) for one in found.disagreements]


def test_it_is_narrowed_by_check_and_by_cause(client: TestClient, served: Served) -> None:
    found = newest_agreement(served.ports, served.installation.connection)
    assert found is not None
    one = found.disagreements[0]
    asked = {"check": one.check_id, "cause": one.cause.value}
    narrowed = client.get("/v1/disagreements", params=asked).json()["items"]

    assert {(row["check_id"], row["cause"]) for row in narrowed} == {(one.check_id, one.cause)}
    assert client.get("/v1/disagreements", params={"cause": "weather"}).status_code == 422


def test_status_tells_how_many_agree(served: Served) -> None:
    found = newest_agreement(served.ports, served.installation.connection)
    assert found is not None
    (connection,) = status_of(served.ports).connections

    assert connection.azure_policy.startswith(found.sentence)
    assert f"{len(found.disagreements)} differ (" in connection.azure_policy


def test_every_state_is_of_a_definition_that_a_check_names(served: Served) -> None:
    found = newest_agreement(served.ports, served.installation.connection)
    assert found is not None
    policies = {
        str(check.policy).lower()
        for collector in served.ports.collectors
        for check in collector.checks
        if check.policy
    }
    assert found.named == len(policies)
    assert set(found.stateless) < policies
    assert {one.policy for one in found.disagreements} <= policies
    assert all(asdict(one)["explanation"] for one in found.disagreements)


def test_without_a_record_of_it_nothing_is_compared(served: Served) -> None:
    ports = served.ports
    others = [one for one in served.records if one.collector_id != "posture.policy_states"]

    assert agreement_of(ports.store, ports.collectors, others, [], served.night.slot) is None
