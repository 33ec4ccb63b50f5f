"""What a night's records are prepared for redaction with, and what its end says of them."""

import secrets
from collections.abc import Mapping

import structlog

from app.db.rows.evidence import run_records
from app.errors import UnavailableError
from app.evidence.canonical import sealed_json, sha256
from app.evidence.draft import Draft
from app.evidence.record import entry_key
from app.evidence.redaction.salts import KEY_BYTES, Prepared, Salts
from app.services.home.installation import Ports
from app.trust.keys.salt_key import need_salts

LOG = structlog.get_logger()


def night_salts(ports: Ports) -> Salts | None:
    """The salts of this home, made if it has none yet: only for who may write.

    None where they cannot be made: a night that cannot be redacted is better than no night. The
    program's own log says so.
    """
    try:
        return need_salts(ports.trust.folder)
    except UnavailableError as error:
        LOG.warning("not_prepared_for_redaction", reason=error.message)
        return None


class RunCommitments:
    """The commitments of one run. Equal documents of it are committed to once. Thread-safe."""

    def __init__(self, salts: Salts | None) -> None:
        self._salts = salts
        self._made: dict[str, str] = {}
        """By digest of the document."""
        self._records: dict[str, str] = {}

    def prepared(self, draft: Draft, expectations: bytes) -> Prepared | None:
        """What the record of a draft says; its pages and what they were measured against."""
        salts = self._salts
        if salts is None:
            return None
        return Prepared(
            nonce=secrets.token_hex(KEY_BYTES),
            salt_key=salts.key_id,
            source=[self._once(salts, exchange.body) for exchange in draft.exchanges],
            verdicts=self._once(salts, draft.verdicts()),
            expectations=self._once(salts, expectations),
        )

    def take(self, seq: int, record: bytes) -> None:
        """Remember a record that was sealed."""
        if self._salts is not None:
            self._records[str(seq)] = self._salts.committed(record)

    def all_of(self, ports: Ports, run_id: str) -> Mapping[str, str]:
        """Those of the whole run: of this attempt, and of earlier ones as the index knows them."""
        return committed_of(ports, run_id, self._salts) | self._records

    def _once(self, salts: Salts, document: bytes) -> str:
        digest = sha256(document)
        if digest not in self._made:
            self._made[digest] = salts.committed(document)
        return self._made[digest]


def committed_of(ports: Ports, run_id: str, salts: Salts | None) -> dict[str, str]:
    """The commitments to the indexed records of a run, by place, computed from the store.

    A record that an older Annexa sealed, or one with another home's salts, has none here.
    """
    if salts is None:
        return {}
    with ports.database.read() as session:
        numbers = [one.record.seq for one in run_records(session, run_id)]
    entries = ((seq, ports.store.get(entry_key(seq))) for seq in numbers)
    return {
        str(seq): salts.committed(data)
        for seq, data in entries
        if sealed_json(data).get("salt_key") == salts.key_id
    }
