"""Verification of the whole store, and of a bundle by the very script that ships in it."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import app.packs
from app.errors import NotFoundError, RefusedError, UnavailableError, UsageError
from app.packs.verify.container.archive import NO_BUNDLE
from app.packs.verify.log.witness import witness_keys
from app.packs.verify.seals.signer import Pins, fingerprint
from app.services.home.installation import Ports
from app.services.proof.entries import Finding
from app.services.proof.fault_codes import code_of
from app.services.proof.index import INDEX, head_findings, whole_index_findings
from app.services.proof.log_walk import verify_log
from app.services.proof.stored_objects import stored_findings
from app.settings import FILE_NAME, load_settings
from app.trust.keys.keyring import SEAL_ROOTS
from app.trust.keys.salt_key import read_salts
from app.trust.time.openssl import Refused

VERIFIER = Path(app.packs.__file__).parent / "verify" / "verify.py"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Something that does not hold."""

    object: str
    reason: str
    code: str
    """Stable, such as raw_changed, checkpoint_foreign or token_invalid; see docs/verify.md."""

    @classmethod
    def of(cls, finding: Finding) -> "Fault":
        """What was found broken in the store."""
        code = finding.code or code_of(finding.key, "invalid")
        return cls(object=finding.key, reason=finding.reason, code=code)


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """What a verification found. No faults means: verified."""

    what: str
    result: str
    faults: tuple[Fault, ...]
    notes: tuple[str, ...] = ()
    """What is not at fault yet worth knowing, such as entries no checkpoint covers yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Demands:
    """What an auditor demands of a bundle or a pack besides its root: who sealed and saw it."""

    seal_subjects: tuple[str, ...] = ()
    """One of these has to be the seal's subject, or part of it such as `O=Example Hospital`."""
    seal_certificates: tuple[str, ...] = ()
    """One of these has to be the seal's certificate: a file, or the SHA-256 of one."""

    witnesses: tuple[str, ...] = ()
    """Each of these has to have cosigned: its vkey, or a file that holds it. For bundles."""
    revocations: Path | None = None
    """A revocation list (PEM) newer than the one inside. For bundles."""

    since: tuple[Path, ...] = ()
    """Files with checkpoints that were given out: the log has to continue each. For bundles."""
    period: str | None = None
    """FIRST..LAST, the days that have to be whole; None: those of the pack. For bundles."""

    def pins(self) -> Pins:
        """Raises UsageError for what is no certificate and no digest."""
        try:
            return Pins(self.seal_subjects, tuple(map(fingerprint, self.seal_certificates)))
        except Refused as error:
            raise UsageError(f"--seal-cert: {error}") from error

    def words(self) -> Iterator[str]:
        """The same for the command line of the verifier that bundles carry.

        Raises UsageError, NotFoundError for a checkpoint's file.
        """
        for subject in self.seal_subjects:
            yield f"--seal-subject={subject}"
        for digest in self.pins().certificates:
            yield f"--seal-cert={digest}"
        try:
            witness_keys([*self.witnesses])
        except ValueError as error:
            raise UsageError(f"--witness: {error}") from error
        for one in self.witnesses:
            yield f"--witness={one}"
        for path in self.since:
            if not path.is_file():
                raise NotFoundError(f"there is no checkpoint at {path}", code="file_unknown")
            yield f"--since={path}"
        if self.revocations is not None and not self.revocations.is_file():
            raise NotFoundError(f"there is no list at {self.revocations}", code="file_unknown")
        if self.revocations is not None:
            yield f"--crl={self.revocations}"
        if self.period is not None:
            yield f"--period={self.period}"


NO_DEMANDS = Demands()
"""Whoever the root certifies may have sealed."""


def verify_store(ports: Ports) -> Findings:
    """Every entry, object, tile, checkpoint and token, computed again from the store alone.

    Then: is it the log that was sealed here last, and does the index say what it says?
    """
    roots = [root for authority in ports.known_authorities for root in authority.roots]
    witnesses = [witness.key for witness in ports.witnesses]
    salts = read_salts(ports.trust.folder)
    found = list(verify_log(ports.store, ports.trust.log.key, roots, witnesses, salts))
    found += stored_findings(ports.store)
    found += head_findings(ports)
    whole = not any(f.broken for f in found)
    proved = f"VERIFIED, {ports.open_log().size} entries" if whole else ""
    found += whole_index_findings(ports, compared=whole)
    faults = tuple(Fault.of(f) for f in found if f.broken)
    sealed = all(fault.object.startswith(INDEX) for fault in faults)
    of_index = f", all of the {INDEX}; the sealed log: {proved}" if sealed else ""
    return Findings(
        what=f"store ({ports.store.label})",
        result=f"{len(faults)} fault(s){of_index}" if faults else proved,
        faults=faults,
        notes=tuple(f"{f.key}: {f.reason}" for f in found if not f.broken),
    )


def verify_bundle_file(
    bundle: Path,
    root: Path,
    vkey: Path,
    time_roots: Sequence[Path] = (),
    at: str | None = None,
    demands: Demands = NO_DEMANDS,
) -> Findings:
    """A bundle, by its own verifier as this version ships it, against the given anchors.

    `time_roots` are those of the time authorities; without any, `root`. `at` is the instant that
    certificates are judged at, for once they have expired (ISO 8601, or seconds since 1970).
    """
    named = [(bundle, "bundle"), (root, "root certificate"), (vkey, "log key")]
    for path, what in [*named, *((each, "root certificate") for each in time_roots)]:
        if not path.is_file():
            raise NotFoundError(f"there is no {what} at {path}", code="file_unknown")
    _need_readable(bundle)
    command = [str(bundle), "--root", str(root), "--log-vkey", vkey.read_text("utf-8").strip()]
    command += [word for each in time_roots for word in ("--time-root", str(each))]
    command += ["--at", at] if at else []
    return _need_bundle(_verified(str(bundle), [*command, *demands.words()]))


def verify_redacted(copies: Sequence[Path], revealed: Sequence[Path], vkey: Path) -> Findings:
    """Redacted copies, with what is revealed of them, by the same verifier and the log's key."""
    named = [(vkey, "log key"), *((each, "redacted copy") for each in (*copies, *revealed))]
    for path, what in named:
        if not path.is_file():
            raise NotFoundError(f"there is no {what} at {path}", code="file_unknown")
    command = ["--log-vkey", vkey.read_text("utf-8").strip()]
    command += [word for each in copies for word in ("--redacted", str(each))]
    command += [word for each in revealed for word in ("--revealed", str(each))]
    return _verified(", ".join(map(str, copies)), command)


def _verified(what: str, arguments: Sequence[str]) -> Findings:
    command = [sys.executable, "-I", str(VERIFIER), *arguments, "--json"]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    try:
        told = json.loads(done.stdout)
    except ValueError:
        said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        raise UnavailableError(f"the verifier did not run; it said: {said}") from None
    faults = tuple(_faults(told))
    return Findings(
        what=what,
        result=f"{len(faults)} fault(s)" if faults else "VERIFIED",
        faults=faults,
        notes=(*told["notes"], *(f"not proved by this bundle: {one}" for one in told["unproved"])),
    )


def _need_readable(path: Path) -> None:
    try:
        path.open("rb").close()
    except OSError as error:
        raise UnavailableError(f"{path} cannot be read: {error.strerror}") from error


def _need_bundle(found: Findings) -> Findings:
    """The same. Raises RefusedError for what never was a bundle: a damaged one is judged."""
    for fault in found.faults:
        if fault.code == NO_BUNDLE:
            raise RefusedError(f"{found.what} is no bundle (an .asice file)", code="no_bundle")
    return found


def time_roots(home: Path) -> list[Path]:
    """Roots of a home's time authorities, its own development authority's among them."""
    if not (home / FILE_NAME).is_file():
        return []
    configured = [home / root for one in load_settings(home).time_authorities for root in one.roots]
    return [*configured, home / "trust" / "root.pem"]


def seal_root(home: Path) -> Path:
    """File with the roots of a home's seals: of its own chain when the seal's key is in a vault."""
    if (home / FILE_NAME).is_file():
        seal = load_settings(home).seal
        if seal.kind == "key_vault" and seal.certificate is not None:
            return home / (seal.chain or (seal.certificate,))[-1]
    roots = home / "trust" / SEAL_ROOTS
    return roots if roots.is_file() else home / "trust" / "root.pem"


def _faults(told: dict[str, object]) -> Iterator[Fault]:
    failures = told["failures"]
    if isinstance(failures, list):
        for failure in failures:
            code = failure.get("code", "file_invalid")
            yield Fault(object=failure["file"], reason=failure["reason"], code=code)
