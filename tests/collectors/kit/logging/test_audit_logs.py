"""What resources have to log: some types are known to the kit, others by their own source."""

from collectors.kit import Arm, Collector
from collectors.kit.catalogue.logged_types import OF_SOURCES, with_logged_types
from collectors.kit.catalogue.registry import all_collectors, collector_by_id
from collectors.kit.values.audit_log import logs

ASKING = Collector(
    id="x.asking",
    title="x",
    reads={"settings": Arm(path="", api_version="1", per="tenant", types=("a.b/c", OF_SOURCES))},
    checks=(),
)
LOGGING = Collector(id="x.logging", title="x", reads={}, checks=(), logs=logs("D.E/f", "Login"))


def test_a_source_says_in_one_line_what_its_type_logs() -> None:
    (log,) = logs("D.E/f", "Login", "Change", audit_group=False).values()

    assert log.needs == (("Login",), ("Change",))
    assert log.groups == {"alllogs"}
    assert log.source.endswith("/supported-logs/d-e-f-logs")
    assert logs("D.E/f", "Login")["D.E/f"].groups == {"alllogs", "audit"}


def test_who_asks_for_the_types_of_sources_asks_for_all_of_them() -> None:
    asking, logging = with_logged_types((ASKING, LOGGING))

    assert asking.reads["settings"] == Arm(
        path="", api_version="1", per="tenant", types=("a.b/c", "d.e/f")
    )
    assert logging is LOGGING


def test_the_settings_of_every_type_that_a_source_tells_of_are_asked() -> None:
    read = collector_by_id("logging.diagnostic_settings").reads["settings"]
    told = {kind.lower() for collector in all_collectors() for kind in collector.logs}

    assert isinstance(read, Arm)
    assert told <= set(read.types)
    assert OF_SOURCES not in read.types
