"""Entries: left out, moved, not in their one form, of another log; and the pack that was drawn."""

from collections.abc import Callable, Iterator
from pathlib import Path

from app.evidence.canonical import canonical, parse
from tests.corpus.case import Case, Kind
from tests.corpus.owner import Body, Files, Owner, placed

KINDS = (
    "connection_added",
    "connection_changed",
    "run_started",
    "record",
    "run_completed",
    "slots_missed",
    "pack_drawn",
)
LEFT_OUT = {
    "connection_added": "night_left_out",
    "connection_changed": "night_left_out",
    "run_started": "night_left_out",
    "record": "run_incomplete",
    "run_completed": "night_left_out",
    "slots_missed": "night_left_out",
    "pack_drawn": "pack_drawn_missing",
}
Form = Callable[[bytes], bytes]


def cases(owner: Owner, _: Path) -> Iterator[Case]:
    """By the owner, who seals again; then by the owner as log, who signs again."""
    yield from _left_out(owner)
    yield from _moved(owner)
    yield from _forms(owner)
    yield from _links(owner)
    yield from _drawn(owner)


def _left_out(owner: Owner) -> Iterator[Case]:
    made = Kind("entry left out", owner)
    for kind in KINDS:
        gone = {owner.entry(kind), owner.proof(kind)}
        rest = {n: d for n, d in owner.files.items() if n not in gone}
        yield made(f"{kind}, with its proof", LEFT_OUT[kind], rest)
        alone = {n: d for n, d in owner.files.items() if n != owner.entry(kind)}
        yield made(f"{kind}, its proof left", "record_missing", alone)
    night = [owner.place(kind) for kind in ("run_started", "record", "run_completed")]
    yield made("a whole night", "night_left_out", _without(owner, night))
    end = [owner.place(kind) for kind in ("record", "run_completed")]
    yield made("a record with the end of its run", "night_left_out", _without(owner, end))
    for what, kinds, code in (
        ("the last night, numbers closed up", ("slots_missed",), "slot_untold"),
        ("a record, numbers closed up", ("record",), "run_incomplete"),
    ):
        yield made(what, code, owner.without([owner.place(kind) for kind in kinds]))
    everything = {n: d for n, d in owner.files.items() if not n.startswith(("entries/", "proofs/"))}
    yield made("all of them", "record_missing", everything)


def _without(owner: Owner, seqs: list[int]) -> Files:
    gone = {f"entries/{n:012d}.json" for n in seqs} | {f"proofs/{n:012d}.tlog-proof" for n in seqs}
    return {n: d for n, d in owner.files.items() if n not in gone}


def _moved(owner: Owner) -> Iterator[Case]:
    made = Kind("entry moved or foreign", owner)
    one, other = owner.entry("run_started"), owner.entry("run_completed")
    files = owner.files
    yield made(
        "two for each other", "proof_invalid", {**files, one: files[other], other: files[one]}
    )
    both = {owner.proof("run_started"): files[owner.proof("run_completed")]}
    both |= {owner.proof("run_completed"): files[owner.proof("run_started")]}
    yield made(
        "two with their proofs for each other",
        "record_misplaced",
        {**files, one: files[other], other: files[one], **both},
    )
    more = f"{owner.shown[-1] + 1:012d}"
    again = {
        f"entries/{more}.json": files[one],
        f"proofs/{more}.tlog-proof": files[owner.proof("run_started")],
    }
    yield made("one again under another number", "record_misplaced", {**files, **again})
    strange = {f"entries/{more}.json": canonical({**owner.log[1], "seq": int(more)})}
    yield made("one that no log has", "proof_missing", {**files, **strange})
    strange[f"proofs/{more}.tlog-proof"] = files[owner.proof("pack_drawn")]
    yield made("one that no log has, with a proof", "proof_invalid", {**files, **strange})
    for kind in KINDS:
        body = {**parse(files[owner.entry(kind)]), "at": "2026-01-01T00:00:00.000Z"}
        yield made(
            f"{kind} changed", "proof_invalid", {**files, owner.entry(kind): canonical(body)}
        )
    log = owner.changed(
        3,
        lambda body: lambda place: canonical({**body, "seq": 7, "prev_sha256": place.prev_sha256}),
    )
    yield made("one that says another number, logged so", "record_misplaced", owner.issued(log=log))
    log = owner.changed(
        3, lambda body: lambda place: canonical({**body, "seq": place.seq, "prev_sha256": "0" * 64})
    )
    yield made("one that follows another, logged so", "chain_broken", owner.issued(log=log))


FORMS: dict[str, Form] = {
    "a key twice": lambda d: d.replace(b"{", b'{"seq":0,', 1),
    "a key twice within": lambda d: d.replace(b'"detail":{', b'"detail":{"by":"x",', 1),
    "no number": lambda d: d.replace(b"{", b'{"0":NaN,', 1),
    "infinity": lambda d: d.replace(b"{", b'{"0":Infinity,', 1),
    "a number of no end": lambda d: d.replace(b"{", b'{"0":1e999,', 1),
    "a fraction": lambda d: d.replace(b"{", b'{"0":1.5,', 1),
    "a whole number with a point": lambda d: d.replace(b"{", b'{"0":1.0,', 1),
    "minus nothing": lambda d: d.replace(b"{", b'{"0":-0,', 1),
    "a number that no reader keeps": lambda d: d.replace(b"{", b'{"0":9007199254740993,', 1),
    "a space": lambda d: d.replace(b":", b": ", 1),
    "a line's end": lambda d: d + b"\n",
    "a mark before it": lambda d: b"\xef\xbb\xbf" + d,
    "a letter as its escape": lambda d: d.replace(b'"actor"', b'"\\u0061ctor"', 1),
    "keys in another order": lambda d: d.replace(b"{", b'{"zz":1,', 1),
    "bytes of no text": lambda d: d.replace(b'"actor":"', b'"actor":"\xff', 1),
    "half a letter": lambda d: d.replace(b'"actor":"', b'"actor":"\\ud800', 1),
    "a zero byte": lambda d: d + b"\0",
    "two values": lambda d: d + d,
    "a comment": lambda d: d.replace(b"{", b"{/**/", 1),
    "a list": lambda _: b"[]",
    "a text": lambda _: b'"an entry"',
    "nothing": lambda _: b"",
    "null": lambda _: b"null",
}


def _forms(owner: Owner) -> Iterator[Case]:
    """What the log itself proves, and no two readers read alike."""
    made = Kind("entry not in its one form", owner)
    seq = owner.place("run_started")
    for what, form in FORMS.items():
        log = owner.changed(seq, lambda body, form=form: lambda place: form(placed(body, place)))
        code = "record_invalid" if what in {"a list", "a text", "null"} else "record_malformed"
        yield made(what, code, owner.issued(log=log))


def _links(owner: Owner) -> Iterator[Case]:
    made = Kind("entry that tells otherwise", owner)
    for what, kind, code, change in (
        ("a chain that begins late", "run_started", "chain_begins", _link(after=None)),
        ("a chain that skips an entry", "run_completed", "night_unlinked", _link(after=1)),
        ("a chain that leads ahead", "run_completed", "chain_begins", _link(after=99)),
        ("a chain to what is not shown", "run_started", "night_left_out", _link(after=0)),
        ("another schedule named", "run_completed", "schedule_left_out", _link(schedule=1)),
        ("a schedule that is none", "run_completed", "schedule_left_out", _link(schedule=3)),
        ("a chain that is no object", "run_started", "record_malformed", _set("chain", 5)),
        ("a chain of texts", "run_started", "record_malformed", _link(after="1")),
        ("no connection", "run_started", "record_malformed", _tell("connection_id", 5)),
        ("a slot that is none", "run_completed", "record_malformed", _tell("slot", "soon")),
        ("more records than there are", "run_completed", "run_incomplete", _tell("records", 9)),
        ("records that are no number", "run_completed", "run_incomplete", _tell("records", "1")),
        ("no detail", "run_completed", "record_invalid", _set("detail", None)),
        ("a time that is none", "run_started", "record_malformed", _set("at", "now")),
        ("a commitment of another form", "run_completed", "commitment_malformed", _commit("zz")),
        ("a commitment in capitals", "run_completed", "commitment_malformed", _commit("A" * 64)),
        ("commitments that are a list", "run_completed", "record_invalid", _tell("committed", [1])),
        ("no nonce", "record", "commitment_malformed", _set("nonce", None)),
        ("a page without commitment", "record", "commitment_malformed", _page("committed", 5)),
        ("a page that is no digest", "record", "record_invalid", _page("raw_sha256", "../x")),
        ("a page that nobody has", "record", "raw_missing", _page("raw_sha256", "0" * 64)),
        ("no pages", "record", "record_invalid", lambda body: body.pop("source")),
        ("verdicts that nobody has", "record", "derived_missing", _part("verdicts", "1" * 64)),
        ("criteria that nobody has", "record", "derived_missing", _part("expectations", "1" * 64)),
        ("another run", "record", "run_incomplete", _run("other")),
    ):
        log = owner.changed(owner.place(kind), _changed(change))
        yield made(what, code, owner.issued(log=log))


def _changed(change: Callable[[Body], object]) -> Callable[[Body], None]:
    def apply(body: Body) -> None:
        change(body)

    return apply


def _set(key: str, value: object) -> Callable[[Body], object]:
    return lambda body: body.update({key: value})


def _tell(key: str, value: object) -> Callable[[Body], object]:
    return lambda body: body["detail"].update({key: value})


def _link(**link: object) -> Callable[[Body], object]:
    return lambda body: body["chain"].update(link)


def _commit(value: str) -> Callable[[Body], object]:
    return lambda body: body["detail"]["committed"].update(
        dict.fromkeys(body["detail"]["committed"], value)
    )


def _page(key: str, value: object) -> Callable[[Body], object]:
    return lambda body: body["source"][0].update({key: value})


def _part(part: str, digest: str) -> Callable[[Body], object]:
    return lambda body: body[part].update(sha256=digest)


def _run(name: str) -> Callable[[Body], object]:
    return lambda body: body["run"].update(run_id=name)


def _drawn(owner: Owner) -> Iterator[Case]:
    """The entry that binds the files, as a hostile owner logs it."""
    made = Kind("pack_drawn", owner)
    for what, code, change in (
        ("naming no files", "assessments_unproved", _tell("files", {})),
        ("without files", "record_invalid", lambda body: body["detail"].pop("files")),
        ("with files that are a list", "assessments_unproved", _tell("files", [])),
        ("naming fewer files", "population_unproved", _fewer("populations/records.csv")),
        ("without the PDF", "pack_unproved", _fewer("pack.pdf")),
        ("naming a file that is not here", "file_missing", _more("other.txt")),
        ("naming another digest", "pack_unproved", _more("pack.pdf")),
        ("of another size", "manifest_mismatch", _tell("evidence_size", 2)),
        ("of another root", "manifest_mismatch", _tell("evidence_root", "0" * 64)),
        ("of a larger log", "manifest_mismatch", _tell("evidence_size", 10**6)),
        ("of a size that is none", "manifest_mismatch", _tell("evidence_size", "many")),
        ("of another connection", "night_left_out", _tell("connection_id", "another")),
        ("of a period before", "manifest_mismatch", _tell("first", "2020-01-01")),
        ("of a period that ends before", "record_invalid", _tell("last", "2020-01-01")),
        ("of a day that is none", "record_invalid", _tell("first", "yesterday")),
        ("of no chain", "night_unlinked", lambda body: body.pop("chain")),
        ("that follows another", "night_unlinked", _link(after=3)),
    ):
        yield made(what, code, owner.issued(drawn=_changed(change)))
    older = [*owner.log[:-1], {**owner.log[-1]}]
    shown = [*owner.shown, len(owner.log)]
    yield made(
        "twice, the older one unlinked", "night_unlinked", owner.issued(log=older, shown=shown)
    )
    linked = lambda body: body["chain"].update(after=len(owner.log) - 1)  # noqa: E731 - one line
    twice = owner.issued(log=older, shown=shown, drawn=_changed(linked))
    yield made("twice, one after the other", None, twice)


def _fewer(name: str) -> Callable[[Body], object]:
    return lambda body: body["detail"]["files"].pop(name)


def _more(name: str) -> Callable[[Body], object]:
    return lambda body: body["detail"]["files"].update({name: "0" * 64})
