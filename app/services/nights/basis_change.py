"""Whether tonight is judged by other rules, expectations or software than the night before."""

from importlib.metadata import distribution
from json import loads

from app.db.rows.evidence import newest_records
from app.db.rows.log import events, newest_event
from app.errors import NotFoundError
from app.evidence.basis import Basis, basis_of, changed
from app.evidence.canonical import sealed_json
from app.evidence.events.run_events import BasisChanged, RunStarted
from app.evidence.record import derived_key, entry_key
from app.evidence.run import Run
from app.services.home.installation import Ports
from app.services.nights.tool import tool
from app.settings import Settings


def judging_settings(settings: Settings) -> dict[str, str]:
    """Those that decide what is asked and assessed, as a run tells them."""
    return {
        "absence_questions": str(settings.absence_questions),
        "not_applicable": ", ".join(sorted(settings.not_applicable)) or "none",
    }


def tonights_basis(expectations_sha256: str, settings: Settings) -> Basis:
    """By what this program, as it is installed and set, judges."""
    made = tool()
    return Basis(
        software=made["version"],
        code=made["code_sha256"],
        rules=made["rules_sha256"],
        expectations=expectations_sha256,
        settings=judging_settings(settings),
    )


def change_of_basis(ports: Ports, run: Run, now: Basis) -> BasisChanged | None:
    """The event that tells what changed since the newest record of the connection, by whom.

    None when nothing did, when there is no record yet, or when this run has told it already.
    """
    with ports.database.read() as session:
        known = newest_records(session, run.connection_id, but="")
        told = newest_event(session, BasisChanged)
        begun = [logged.fact for logged in events(session, RunStarted)]
    runs = {fact.run_id: fact.settings for fact in begun}
    if not known:
        return None
    newest = sealed_json(ports.store.get(entry_key(max(one.seq for one in known.values()))))
    before = basis_of(newest, runs.get(newest["run"]["run_id"]))
    found = tuple(changed(before, now, lambda digest: _values(ports, digest)))
    if not found:
        return None
    if told is not None and told.fact.run_id == run.id and told.fact.changes == found:
        return None
    release = ports.settings.release
    return BasisChanged(
        run_id=run.id,
        connection_id=run.connection_id,
        slot=run.slot,
        changes=found,
        released_by=release.by or None,
        commit=release.commit or _installed_commit(),
    )


def _values(ports: Ports, digest: str) -> dict[str, object]:
    """Expectations; none where their object is lost, which verification tells."""
    try:
        found: dict[str, object] = sealed_json(ports.store.get(derived_key(digest)))
    except NotFoundError:
        return {}
    return found


def _installed_commit() -> str | None:
    """The commit that this was installed from, where the installer noted one (PEP 610)."""
    noted = distribution("annexa").read_text("direct_url.json")
    commit = loads(noted).get("vcs_info", {}).get("commit_id") if noted else None
    return str(commit) if commit else None
