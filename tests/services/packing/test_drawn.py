"""What a bundle says of the collectors is the same in every process."""

import json

from app.services.packing.drawn import described
from collectors.kit.catalogue.registry import all_collectors


def test_a_collector_is_told_without_places_in_memory() -> None:
    told = {one.id: described(one) for one in all_collectors()}

    assert "0x" not in json.dumps(told)
    accounts = told["storage.blob_services"]["reads"]["services"]
    assert accounts["where"].startswith("collectors.")
    assert told["identity.principals"]["reads"]["principals"]["ids"].startswith("collectors.")
