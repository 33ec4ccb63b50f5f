"""A record before it has its place in the log: everything one collector saw in one scope."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from app.evidence.canonical import canonical, sha256
from app.evidence.record import RECORD_SCHEMA, EntryPlace, utc
from app.evidence.redaction.salts import Prepared
from collectors.kit import Collector, Exchange, Gap, Scope, Status
from collectors.kit.interpret import Seen
from collectors.kit.judge import Judgement
from collectors.kit.level import reads_in
from collectors.kit.missing.things import plain


@dataclass(frozen=True, kw_only=True, slots=True)
class RunFacts:
    """What all records of a run share."""

    run_id: str
    connection_id: str
    tenant_id: str
    slot: datetime
    trigger: str
    """schedule, catch-up or manual."""
    as_of: datetime
    """Start of the run: the instant all verdicts of the run are measured at."""
    expectations_sha256: str
    tool: Mapping[str, Any]
    """Name, version, Python and SDK versions."""
    principal: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """One collector in one scope, seen and judged."""

    record_id: str
    run: RunFacts
    collector: Collector
    scope: Scope
    exchanges: tuple[Exchange, ...]
    seen: Seen
    judgements: tuple[Judgement, ...]
    collected_at: datetime
    blinded: Gap | None = None
    """Set when the scope was not asked at all: the one reason for everything unseen."""

    @property
    def outcome(self) -> str:
        """What became of it, see `outcome_of`."""
        own = [g.kind.value for g in self.seen.gaps if g.read not in self.seen.context]
        items = sum(len(self.seen.items[name]) for name in reads_in(self.collector, self.scope))
        return outcome_of(own, items)

    def verdicts(self) -> bytes:
        """Canonical verdicts, stored beside the record (`derived/…`)."""
        return verdict_rows(self.judgements)

    def sealed(self, place: EntryPlace, prepared: Prepared | None = None) -> bytes:
        """Canonical bytes of the record at this place of the log.

        `prepared` is for redaction; without it the record can only be left out whole.
        """
        body = self._body(place)
        if prepared is not None:
            body |= {"nonce": prepared.nonce, "salt_key": prepared.salt_key}
            for page, committed in zip(body["source"], prepared.source, strict=True):
                page["committed"] = committed
            body["verdicts"]["committed"] = prepared.verdicts
            body["expectations"]["committed"] = prepared.expectations
        return canonical(body)

    def _body(self, place: EntryPlace) -> dict[str, Any]:
        return {
            "schema": RECORD_SCHEMA,
            "seq": place.seq,
            "prev_sha256": place.prev_sha256,
            "record_id": self.record_id,
            "run": _run(self.run),
            "what": self._what(),
            "source": [_source(exchange) for exchange in self.exchanges],
            "completeness": {k: asdict(v) for k, v in self.seen.completeness.items()},
            "collector": {**self.run.tool, "principal": dict(self.run.principal)},
            "time": self._time(),
            "normalised": self._normalised(),
            "verdicts": self._verdicts(),
            "expectations": {"sha256": self.run.expectations_sha256},
        }

    def _what(self) -> dict[str, Any]:
        controls = {control for check in self.collector.checks for control in check.controls}
        return {
            "collector": self.collector.id,
            "title": self.collector.title,
            "controls": sorted(controls),
            "scope": {
                "tenant_id": self.run.tenant_id,
                "subscription_id": self.scope.subscription_id,
            },
            "outcome": self.outcome,
            "gaps": [_gap(gap) for gap in self.seen.gaps],
            "not_applicable": [asdict(one) for one in self.seen.not_applicable],
            "missing": [plain(one) for one in self.seen.absent],
            "blinded": _gap(self.blinded) if self.blinded else None,
        }

    def _time(self) -> dict[str, Any]:
        return {
            "as_of": utc(self.run.as_of),
            "window_from": utc(min((e.started_at for e in self.exchanges), default=self.run.as_of)),
            "window_to": utc(max((e.finished_at for e in self.exchanges), default=self.run.as_of)),
            "collected_at": utc(self.collected_at),
            "clock": {"source": "system", "azure_skew_ms": clock_skew(self.exchanges)},
        }

    def _normalised(self) -> dict[str, Any]:
        own = list(reads_in(self.collector, self.scope))
        return {
            "canonicalisation": "RFC8785",
            "sha256": sha256(normal_form(self.seen, own)),
            "items": {name: len(self.seen.items[name]) for name in own},
        }

    def _verdicts(self) -> dict[str, Any]:
        counts = {status.value: 0 for status in Status}
        for judgement in self.judgements:
            counts[judgement.verdict.status.value] += 1
        return {"sha256": sha256(self.verdicts()), **counts}


def verdict_rows(judgements: Sequence[Judgement]) -> bytes:
    """Canonical verdicts: check, subject, its name, status, reason."""
    return canonical(
        [
            [j.check_id, j.subject, j.subject_name, j.verdict.status.value, j.verdict.reason]
            for j in judgements
        ]
    )


def outcome_of(gaps: Sequence[str], items: int) -> str:
    """collected, empty, partial, denied (nothing but refusals) or failed (nothing at all).

    `gaps` are the kinds of the gaps in the reads a record speaks for.
    """
    if not gaps:
        return "collected" if items else "empty"
    if items:
        return "partial"
    return "denied" if set(gaps) <= {"denied", "not_licensed", "not_registered"} else "failed"


def normal_form(seen: Seen, reads: Sequence[str]) -> bytes:
    """Canonical items of the reads a record speaks for, each in the order Azure sent them."""
    return canonical(
        {
            name: [
                {
                    "id": item.id,
                    "parent": item.parent.id if item.parent else None,
                    "data": item.data,
                }
                for item in seen.items[name]
            ]
            for name in reads
        }
    )


def _run(run: RunFacts) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "connection_id": run.connection_id,
        "slot": utc(run.slot),
        "trigger": run.trigger,
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {"read": gap.read, "subject": gap.subject, "kind": gap.kind.value, "detail": gap.detail}


def _source(exchange: Exchange) -> dict[str, Any]:
    header = exchange.headers.get
    return {
        "read": exchange.read,
        "subject": exchange.subject,
        "method": exchange.method,
        "url": exchange.url,
        "api_version": exchange.api_version,
        "request_body": exchange.request_body.decode() if exchange.request_body else None,
        "status": exchange.status,
        "fault": exchange.fault.value if exchange.fault else None,
        "attempts": [
            {"status": a.status, "waited_ms": _milliseconds(a.waited)} for a in exchange.attempts
        ],
        "started_at": utc(exchange.started_at),
        "finished_at": utc(exchange.finished_at),
        "server_date": header("date"),
        "client_request_id": header("x-ms-client-request-id") or header("client-request-id"),
        "request_id": header("x-ms-request-id") or header("request-id"),
        "correlation_id": header("x-ms-correlation-request-id"),
        "routing_request_id": header("x-ms-routing-request-id"),
        "etag": header("etag"),
        "content_type": header("content-type"),
        "raw_sha256": sha256(exchange.body),
        "raw_bytes": len(exchange.body),
    }


def _milliseconds(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)


def clock_skew(exchanges: Sequence[Exchange]) -> int | None:
    """Our clock less Azure's Date header, in ms; the largest in size, None without a Date."""
    skews = []
    for exchange in exchanges:
        date = _http_date(exchange.headers.get("date"))
        if date is not None:
            skews.append(_milliseconds(exchange.finished_at - date))
    return max(skews, key=abs, default=None)


def _http_date(text: str | None) -> datetime | None:
    """RFC 9110, section 5.6.7. A Date that is none is no reason to lose a record."""
    if not text:
        return None
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
