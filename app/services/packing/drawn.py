"""Files made for one bundle: what an entry of the log names by digest before it is sealed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from types import FunctionType
from typing import Any

from app.evidence.canonical import canonical, sha256
from app.evidence.events.access_events import PackDrawn
from app.evidence.record import utc
from app.packs.sealed.explanation import explanation
from app.packs.verify.one_file import verifier
from app.services.home.installation import Ports
from app.services.log.checkpoint_time import signed_at
from app.services.nights.tool import tool
from app.services.packing.order import Order
from collectors.kit import Collector


def drawn_files(
    ports: Ports,
    order: Order,
    pdf: bytes,
    populations: Mapping[str, bytes],
    timestamps: Sequence[str],
) -> dict[str, bytes]:
    """By name: the sealed PDF, tables, what was concluded and by what, and how to check it.

    `timestamps` are the names of the authorities that will date the bundle.
    """
    evidence = order.evidence
    return {
        "pack.pdf": pdf,
        "manifest.json": canonical(_manifest(ports, order, timestamps)),
        "catalogue.json": canonical([described(c) for c in ports.collectors]),
        "expectations.json": canonical(ports.expectation_values),
        "assessments.json": canonical(order.assessments),
        **{f"populations/{name}": data for name, data in sorted(populations.items())},
        "VERIFY.md": explanation(evidence.note, [token.response for token in evidence.tokens]),
        "verify.py": verifier(),
    }


def drawn_fact(order: Order, files: Mapping[str, bytes]) -> PackDrawn:
    """What the log is told of them."""
    return PackDrawn(
        pack_id=order.pack_id,
        connection_id=order.connection.id,
        engagement=order.engagement.name,
        first=order.engagement.first,
        last=order.engagement.last,
        evidence_size=order.evidence.size,
        evidence_root=order.evidence.root.hex(),
        files={name: sha256(data) for name, data in files.items()},
    )


def described(collector: Collector) -> dict[str, Any]:
    """A collector as data: what is asked and what is judged, for the bundle and the API."""
    return {
        "id": collector.id,
        "title": collector.title,
        "reads": {
            name: {"kind": type(read).__name__, **_plain(asdict(read))}
            for name, read in collector.reads.items()
        },
        "checks": [
            {
                "id": f"{collector.id}.{check.id}",
                "title": check.title,
                "on": check.on,
                "controls": list(check.controls),
                "expectation": check.expectation,
                "remedy": check.remedy,
                "owner": check.owner.value,
                "policy": check.policy,
            }
            for check in collector.checks
        ],
    }


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case bool() | int() | str() | None:
            return value
        case FunctionType():  # by its name: its place in memory is another each time
            return f"{value.__module__}.{value.__qualname__}"
        case _:
            return str(value)


def _manifest(ports: Ports, order: Order, timestamps: Sequence[str]) -> dict[str, Any]:
    engagement, checkpoint = order.engagement, order.evidence
    return {
        "schema": "urn:annexa:bundle:v1",
        "pack_id": order.pack_id,
        "issued_at": utc(order.issued_at),
        "organisation": ports.settings.organisation,
        "engagement": {
            "name": engagement.name,
            "framework": engagement.framework,
            "auditor": engagement.auditor,
            "scope": engagement.scope,
            "first": engagement.first.isoformat(),
            "last": engagement.last.isoformat(),
        },
        "connection": {"id": order.connection.id, "name": order.connection.name},
        "tenant_id": order.connection.tenant_id,
        "log": {
            "origin": ports.trust.origin,
            "checkpoint_size": checkpoint.size,
            "root": checkpoint.root.hex(),
            "sealed_at": utc(signed_at(ports.store, checkpoint.size)),
        },
        "records": len(order.records),
        "timestamps": list(timestamps),
        "store": ports.store.label,
        "tool": dict(tool()),
    }
