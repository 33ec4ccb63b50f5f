"""The home whose bundle and store are altered, made once; and its auditor."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.conftest import StartSimulator
from tests.corpus.owner import KEPT, Keys, Owner, payload, unzipped
from tests.corpus.readers import Auditor
from tests.corpus.story import Told, told

ONE = "storage.accounts"


@pytest.fixture(scope="session")
def story(
    start_simulator: StartSimulator,
    tmp_path_factory: pytest.TempPathFactory,
    whole_drill: bool,  # noqa: FBT001 - a fixture
) -> Iterator[Told]:
    """A whole night of a tenant for `make drill`, else one of one collector."""
    options = {"subscriptions": 2, "resources": 30} if whole_drill else {"resources": 6}
    home = tmp_path_factory.mktemp("story") / "home"
    with (
        start_simulator(seed=7, quotas="off", as_of=datetime.now(UTC), **options) as simulator,
        told(home, simulator, only=None if whole_drill else ONE) as found,
    ):
        yield found


@pytest.fixture(scope="session")
def owner(story: Told, whole_drill: bool) -> Owner:  # noqa: FBT001 - a fixture
    """Its bundle; in the short form without most tables, so that it has 40 members at most."""
    keys = Keys(story.ports.trust)
    whole = Owner(keys, story.objects, payload(unzipped(story.bundle)))
    if whole_drill:
        return whole
    few = Owner(keys, story.objects, whole.files, KEPT)
    return Owner(keys, story.objects, few.issued())


@pytest.fixture(scope="session")
def auditor(story: Told, tmp_path_factory: pytest.TempPathFactory) -> Auditor:
    trust = story.ports.trust
    return Auditor(tmp_path_factory.mktemp("auditor"), trust.folder / "root.pem", trust.vkey)
