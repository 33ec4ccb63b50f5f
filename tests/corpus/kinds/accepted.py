"""What an honest organisation gives, in every form that has to be accepted; and its times."""

import lzma
import tarfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from app.evidence.canonical import canonical, parse
from app.trust.keys.keyring import create_trust
from tests.corpus.case import Asked, Case, Kind
from tests.corpus.owner import Keys, Owner
from tests.golden.homes import HOME
from tests.services.authorities import authority
from tests.tampering.forgeries import response_over

BUNDLE = HOME.with_name("bundle-caa3bc1.asice.xz")
NOTE = "checkpoint/checkpoint"


def cases(owner: Owner, folder: Path) -> Iterator[Case]:
    """Honest bundles of now and of before; then tokens that are not."""
    made = Kind("untouched", owner)
    yield made("sealed again by its owner", None, owner.files)
    yield made("issued again of the same log", None, owner.issued())
    few = {n: d for n, d in owner.documents.items() if not n.startswith("populations/")}
    yield made("issued without tables", None, owner.issued(documents=few))
    log = [
        *owner.log[:-1],
        {
            "schema": owner.log[-1]["schema"],
            "kind": "verified",
            "at": owner.log[-1]["at"],
            "actor": "x",
            "detail": {},
        },
    ]
    shown = [*owner.shown[:-1], len(log)]
    yield made("of a log with more entries", None, owner.issued(log=log, shown=shown))
    yield _golden(made, folder)
    yield from _years(owner, folder)
    yield from _authorities(owner, folder)
    yield from _tokens(owner)


def _golden(made: Kind, folder: Path) -> Case:
    """The bundle of an older commit, which lacks what is proved since."""
    place = folder / "golden"
    with tarfile.open(HOME) as archive:
        archive.extractall(place, filter="data")
    trust = place / "trust"
    asked = Asked(root=trust / "root.pem", vkeys=(trust / "log.vkey").read_text().strip())
    return made("of commit caa3bc1", None, lzma.decompress(BUNDLE.read_bytes()), asked)


def _years(owner: Owner, folder: Path) -> Iterator[Case]:
    """Sealed long ago, by keys and lists of then."""
    made = Kind("of years ago", owner)
    for what, days, code, later in (
        ("its revocation list expired since", 400, None, None),
        ("its seal's certificate expired since", 2400, None, None),
        ("every certificate expired since", 4000, "token_invalid", None),
        ("every certificate expired since, judged at its time", 4000, None, 4000),
    ):

        def then(days: int = days) -> object:
            return owner.keys.clock() - timedelta(days=days)

        trust = create_trust(folder / f"of-{days}-{later}", owner.keys.trust.origin, then)  # type: ignore[arg-type]
        keys = Keys(trust, then)  # type: ignore[arg-type]
        issued = owner.issued(
            log=_earlier(owner, days),
            drawn=_earlier_pack(days),
            keys=keys,
            documents={**owner.documents, "pack.pdf": owner.pdf(keys)},
        )
        at = None if later is None else str(int(keys.clock().timestamp()))
        asked = Asked(root=trust.folder / "root.pem", vkeys=trust.vkey, at=at)
        yield made(what, code, keys.packed(issued), asked)


def _earlier(owner: Owner, days: int) -> list[dict[str, object]]:
    return [_shifted(body, days) for body in owner.log[:-1]]


def _earlier_pack(days: int):  # noqa: ANN202 - a change of an entry
    return lambda body: body.update(_shifted(body, days))


def _shifted(body: dict[str, object], days: int) -> dict[str, object]:
    """The same entry, so many days before: every instant and day in it."""
    import re
    from datetime import date

    def earlier(match: "re.Match[str]") -> str:
        return (date.fromisoformat(match[0]) - timedelta(days=days)).isoformat()

    text = canonical(body).decode()
    return parse(
        re.sub(r"(?<![0-9-])20[0-9]{2}-[0-9]{2}-[0-9]{2}(?=[T\"])", earlier, text).encode()
    )


def _authorities(owner: Owner, folder: Path) -> Iterator[Case]:
    made = Kind("several authorities", owner)
    one, two = (authority(name, owner.keys.clock) for name in ("one", "two"))
    roots = tuple(folder / f"{each.name}.pem" for each in (one, two))
    for path, each in zip(roots, (one, two), strict=True):
        path.write_bytes(each.roots[0].public_bytes(Encoding.PEM))
    keys = Keys(owner.keys.trust, owner.keys.clock, (one, two))
    for what, code, names, used in (
        ("both, each by its own root", None, ["one", "two"], (one, two)),
        ("both, one of them not trusted", "token_invalid", ["one", "two"], (one, two)),
        ("the same one twice", "token_repeated", ["one", "two"], (one, one)),
        ("one more than is announced", "manifest_added", ["one"], (one, two)),
        ("one less than is announced", "manifest_missing", ["one", "two", "three"], (one, two)),
    ):
        manifest = {**parse(owner.documents["manifest.json"]), "timestamps": names}
        documents = {**owner.documents, "manifest.json": canonical(manifest)}
        sealing = Keys(keys.trust, keys.clock, used)
        files = owner.issued(documents={**documents, "pack.pdf": owner.pdf(sealing)}, keys=sealing)
        trusted = roots if "not trusted" not in what else roots[:1]
        yield made(what, code, sealing.packed(files), Asked(time_roots=trusted))


def _tokens(owner: Owner) -> Iterator[Case]:
    """Tokens of the checkpoints."""
    made, files, keys = Kind("token of a checkpoint", owner), owner.files, owner.keys
    for name in (NOTE, "checkpoint/evidence"):
        note, token = files[name], files[f"{name}.tsr"]

        def at(days: float, data: bytes = note) -> bytes:
            return response_over(data, keys.trust, lambda: keys.clock() + timedelta(days=days))

        for what, code, data in (
            ("once more", None, at(0)),
            ("over other data", "token_invalid", at(0, b"other")),
            ("of tomorrow", "token_invalid", at(1)),
            ("of before its certificate", "token_invalid", at(-5000)),
            ("of after its certificate", "token_invalid", at(5000)),
            ("cut", "token_invalid", token[:-9]),
            ("that is text", "token_invalid", b"today"),
            ("that is empty", "token_invalid", b""),
        ):
            yield made(f"{name}: one {what}", code, {**files, f"{name}.tsr": data})
        renewal = response_over(note + token, keys.trust, keys.clock)
        yield made(f"{name}: renewed", None, {**files, f"{name}.2.tsr": renewal})
        wrong = response_over(token + note, keys.trust, keys.clock)
        yield made(
            f"{name}: renewed over another order",
            "token_invalid",
            {**files, f"{name}.2.tsr": wrong},
        )
    swapped = {
        f"{NOTE}.tsr": files["checkpoint/evidence.tsr"],
        "checkpoint/evidence.tsr": files[f"{NOTE}.tsr"],
    }
    yield made("two for each other", "token_invalid", {**files, **swapped})
