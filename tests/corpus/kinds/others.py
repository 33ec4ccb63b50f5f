"""What others hold or say: checkpoints given out before, and witnesses."""

from collections.abc import Iterator
from pathlib import Path

from app.evidence.tree.cosignature import parse_signature_lines, with_signatures
from app.evidence.tree.note import format_note, parse_note
from app.evidence.tree.witness_request import format_request
from app.services.proof.whole_store import Demands
from app.trust.keys.keyring import create_trust
from app.witness.folder import Witness, create_witness
from tests.corpus.case import Asked, Case, Kind
from tests.corpus.owner import Files, Owner

NOTE, EVIDENCE, COSIGNED = "checkpoint/checkpoint", "checkpoint/evidence", "checkpoint/cosigned"


def cases(owner: Owner, folder: Path) -> Iterator[Case]:
    """Bundles of true logs and of forks, before auditors who kept something."""
    yield from _since(owner, folder)
    yield from _witnesses(owner, folder)


def _since(owner: Owner, folder: Path) -> Iterator[Case]:
    made, files = Kind("checkpoint kept from before", owner), owner.files
    log = owner.keys.trust.log
    fork = owner.without([owner.place("slots_missed")])
    text = parse_note(files[NOTE]).text
    newer = text.replace(f"\n{len(owner.log)}\n", f"\n{len(owner.log) + 5}\n")
    thief = create_trust(folder / "since-thief", owner.keys.trust.origin, owner.keys.clock)
    rewritten = owner.changed(
        owner.place("run_started"), lambda body: body["detail"].update(by="x")
    )
    other = owner.issued(log=rewritten)
    for what, code, kept, bundle in (
        ("the same", None, files[NOTE], files),
        ("of the evidence", None, files[EVIDENCE], files),
        ("newer than the bundle", "checkpoint_newer", format_note(newer, [log.sign(newer)]), files),
        ("of a fork", "consistency_broken", other[NOTE], files),
        ("of the true log, before a fork", "consistency_broken", files[EVIDENCE], other),
        ("of the true log, before a shorter fork", "checkpoint_newer", files[NOTE], fork),
        ("by another key", "checkpoint_foreign", format_note(text, [thief.log.sign(text)]), files),
        ("that is no checkpoint", "checkpoint_invalid", b"PAID IN FULL\n", files),
        ("that is empty", "checkpoint_invalid", b"", files),
    ):
        path = folder / f"since-{len(what)}-{what[:2]}{abs(hash(kept))}"
        path.write_bytes(kept)
        yield made(what, code, bundle, Asked(demands=Demands(since=(path,))))
    yield made("none, before a fork that holds together", None, other)


def _witnesses(owner: Owner, folder: Path) -> Iterator[Case]:
    made, files = Kind("witness", owner), owner.files
    seeing = create_witness(folder / "witness", "witness.example/w1", owner.keys.clock)
    absent = create_witness(folder / "absent", "witness.example/w2", owner.keys.clock)
    seeing.watch(owner.keys.trust.vkey)
    line = seeing.add_checkpoint(format_request(0, [], files[NOTE]))
    cosigned = with_signatures(files[NOTE], parse_signature_lines(line))
    present = {**files, COSIGNED: cosigned}

    def asking(*witnesses: Witness) -> Asked:
        return Asked(demands=Demands(witnesses=tuple(str(one.key) for one in witnesses)))

    wrong = bytearray(cosigned)
    wrong[-8] ^= 1
    for what, code, made_so, asked in (
        ("present, and not asked for", None, present, Asked()),
        ("present, and asked for", None, present, asking(seeing)),
        ("absent, and asked for", "witness_missing", files, asking(seeing)),
        ("another asked for", "witness_missing", present, asking(absent)),
        ("two asked for, one present", "witness_missing", present, asking(seeing, absent)),
        (
            "whose signature is wrong",
            "cosignature_invalid",
            _with(files, bytes(wrong)),
            asking(seeing),
        ),
        (
            "of another checkpoint",
            "cosignature_invalid",
            _with(files, _moved(owner, line)),
            asking(seeing),
        ),
        ("twice", "cosignature_invalid", _with(files, cosigned + line), asking(seeing)),
        ("that is empty", "cosignature_invalid", _with(files, b""), Asked()),
        ("that is no text", "cosignature_invalid", _with(files, b"\xff"), Asked()),
        (
            "with a line that is none",
            "cosignature_invalid",
            _with(files, cosigned + b"more\n"),
            Asked(),
        ),
        ("without further lines", None, _with(files, files[NOTE]), Asked()),
    ):
        yield made(what, code, made_so, asked)


def _with(files: Files, cosigned: bytes) -> Files:
    return {**files, COSIGNED: cosigned}


def _moved(owner: Owner, line: bytes) -> bytes:
    """The cosignature below the checkpoint of before."""
    return with_signatures(owner.files[EVIDENCE], parse_signature_lines(line))
