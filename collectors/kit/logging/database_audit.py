"""Whether the audit of an Azure SQL server logs a database of it.

The policy of a server applies to every database on it, those that come later too, whatever the
database's own settings are. Its events towards Azure Monitor leave by the diagnostic settings of
the server's database `master`.
https://learn.microsoft.com/azure/azure-sql/database/auditing-overview
https://learn.microsoft.com/azure/azure-sql/database/auditing-setup
"""

from typing import Any

from collectors.kit.beside import NotSeenError
from collectors.kit.logging.diagnostics import Sight
from collectors.kit.logging.sql_audit import (
    STRANGE,
    Targets,
    settings_of_master,
    takes_audit,
    targets,
)
from collectors.kit.spec import Item, Status, Verdict, failed, passed, unknown

EVENTS = "SQLSecurityAuditEvents"


def with_server(own: Verdict, database: Item, *, to_workspace: bool) -> Verdict:
    """One log of who did what is enough: by its own setting, or by its server's audit.

    `own` is the verdict on its own settings; `database` has the reads of a server's audit beside.
    Those of `master` carry nothing but the server's audit, so that alone decides.
    """
    if database.id.lower().endswith("/databases/master"):
        return by_server(database, to_workspace=to_workspace)
    if own.status is Status.PASS:
        return own
    server = by_server(database, to_workspace=to_workspace)
    if server.status is Status.PASS:
        return server
    if own.status is Status.UNKNOWN:
        return own
    if server.status is Status.UNKNOWN:
        return server
    return failed(f"{own.reason}; {server.reason}")


def by_server(database: Item, *, to_workspace: bool) -> Verdict:
    """Whether the server's audit logs it, to any place or to a workspace."""
    server = database.id.lower().rpartition("/databases/")[0]
    try:
        policy = database.near("auditing").get(server)
    except NotSeenError as error:
        return unknown(f"the auditing of its server {error}")
    if policy is None:
        return unknown("Azure showed no auditing settings of its server")
    if policy.disputed:
        return unknown("Azure described its server twice, in two ways")
    found = targets(policy)
    if isinstance(found, Verdict):
        return Verdict(found.status, f"its server: {found.reason}")
    return _reached(database, server, found, to_workspace=to_workspace)


def _reached(database: Item, server: str, found: Targets, *, to_workspace: bool) -> Verdict:
    if found.storage and not to_workspace:
        return passed("its server's audit log goes to storage")
    if found.monitor is None:
        return unknown("Azure did not say whether its server's audit log goes to Azure Monitor")
    if not found.monitor:
        return failed("its server's audit log goes to storage only")
    try:
        listed = settings_of_master(database, server)
    except NotSeenError as error:
        return unknown(f"diagnostic settings of database master {error}")
    if isinstance(listed, Verdict):
        return listed
    return _through(listed, to_workspace=to_workspace)


def _through(listed: list[Any], *, to_workspace: bool) -> Verdict:
    """What becomes of the server's events at the settings of `master`."""
    where = " to a workspace" if to_workspace else ""
    sights = (takes_audit(one, to_workspace=to_workspace) for one in listed)
    match max(sights, default=Sight.NO):
        case Sight.YES:
            return passed(f"its server's audit log: database master sends {EVENTS}{where}")
        case Sight.NO:
            return failed(f"its server's audit log: database master does not send {EVENTS}{where}")
    return STRANGE
