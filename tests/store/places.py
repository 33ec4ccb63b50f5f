"""Places that a store can be opened at, from this process and from others."""

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from app.store.azure.blob import AzureBlobStore
from app.store.base import Store
from app.store.local.folder import LocalStore
from tests.simulator.blob.serving import Credential


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a store lies."""

    kind: str
    """local, or the service behind a container's URL: simulator or azurite."""
    where: str
    ca_file: str = ""

    def open(self) -> Store:
        """The store, opened anew."""
        if self.kind == "local":
            return LocalStore(Path(self.where))
        return AzureBlobStore(self.where, Credential(), ca_file=Path(self.ca_file))


def race(place: Place, objects: int) -> int:
    """Put the same objects as others do; how many were written by this process."""
    store = place.open()
    return sum(store.put_once(f"entry/{number}", b"same") for number in range(objects))


def as_argument(place: Place) -> str:
    """The place for a command line."""
    return json.dumps(asdict(place))


if __name__ == "__main__":
    here = Place(**json.loads(sys.argv[1]))
    sys.stdin.readline()
    sys.stdout.write(str(race(here, int(sys.argv[2]))))
