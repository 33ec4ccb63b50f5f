"""Lists, manifests, seal and token: what says which files a bundle has, and who said so when."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from asn1crypto import tsp

from app.evidence.canonical import canonical, parse
from app.services.proof.whole_store import Demands
from app.trust.keys.keyring import create_trust
from tests.corpus.case import Asked, Case, Kind
from tests.corpus.owner import Files, Keys, Owner, base64_digest, sums, unzipped
from tests.tampering.containers import packed
from tests.tampering.forgeries import response_over

SUMS, META = "sha256sums.txt", "META-INF/sha256sums.txt"
FILES, SIGNATURE = "META-INF/ASiCManifest001.xml", "META-INF/signature001.p7s"
DATED, TOKEN = "META-INF/ASiCManifest002.xml", "META-INF/timestamp001.tst"
Change = Callable[[bytes], bytes]


def _line(data: bytes, place: int) -> bytes:
    return data.splitlines(keepends=True)[place]


LISTS: dict[str, Change] = {
    "a line gone": lambda data: data.replace(_line(data, 1), b""),
    "a line twice": lambda data: data + _line(data, -1),
    "lines in another order": lambda data: _line(data, -1) + data.removesuffix(_line(data, -1)),
    "a line in capitals": lambda data: data.replace(
        _line(data, 0)[:64], _line(data, 0)[:64].upper()
    ),
    "lines of another system": lambda data: data.replace(b"\n", b"\r\n"),
    "no end of the last line": lambda data: data[:-1],
    "an empty line": lambda data: data + b"\n",
    "a comment": lambda data: b"# checked\n" + data,
    "nothing": lambda _: b"",
    "a file that is not there": lambda data: data + b"0" * 64 + b"  zz\n",
    "a name that leaves the folder": lambda data: data + b"0" * 64 + b"  ../zz\n",
    "a digest of another file": lambda data: data.replace(_line(data, 0)[:64], _line(data, 1)[:64]),
}
MANIFESTS: dict[str, tuple[str, Change]] = {
    "a file left out": ("manifest_mismatch", lambda d: re.sub(rb"<asic:Data.*\n", b"", d, count=1)),
    "a file twice": (
        "manifest_mismatch",
        lambda d: re.sub(rb"(<asic:Data.*\n)", rb"\1\1", d, count=1),
    ),
    "a file that is not there": (
        "manifest_mismatch",
        lambda d: d.replace(b'URI="pack.pdf"', b'URI="other.pdf"'),
    ),
    "another digest": (
        "explanation_changed",
        lambda d: re.sub(rb"Value>.{4}", b"Value>AAAA", d, count=1),
    ),
    "a weaker digest": (
        "manifest_invalid",
        lambda d: d.replace(b"2001/04/xmlenc#sha256", b"2000/09/xmldsig#sha1"),
    ),
    "no signature named": (
        "manifest_invalid",
        lambda d: re.sub(rb"<asic:Sig.*?/>", b"", d, count=1),
    ),
    "another signature named": (
        "manifest_invalid",
        lambda d: d.replace(b"signature001", b"signature002"),
    ),
    "a declaration": ("manifest_invalid", lambda d: d.replace(b"?>\n", b"?>\n<!DOCTYPE x>\n", 1)),
    "an entity": (
        "manifest_invalid",
        lambda d: d.replace(b"?>\n", b'?>\n<!DOCTYPE x [<!ENTITY a "b">]>\n', 1),
    ),
    "no XML": ("manifest_invalid", lambda _: b"{}"),
    "nothing": ("manifest_invalid", lambda _: b""),
    "half of it": ("manifest_invalid", lambda d: d[: len(d) // 2]),
    "another namespace": (
        "manifest_invalid",
        lambda d: d.replace(b"02918/v1.2.1", b"02918/v1.1.1"),
    ),
}


def cases(owner: Owner, folder: Path) -> Iterator[Case]:
    """Lists and manifests, without a key and sealed again by the owner; then who sealed."""
    plain = unzipped(owner.keys.packed(owner.files))
    yield from _lists(owner, plain)
    yield from _signed(owner, plain, folder)


def _lists(owner: Owner, plain: Files) -> Iterator[Case]:
    made = Kind("list and manifest", owner)
    for what, change in LISTS.items():
        listed = {**plain, SUMS: change(plain[SUMS])}
        yield made(f"in the list of files, {what}", _listed(what), packed(listed))
        yield made(f"in the sealed list of files, {what}", _listed(what), _sealed(owner, listed))
        own = {**plain, META: change(plain[META])}
        code = OF_SEALS.get(what, _listed(what))
        yield made(f"in the list of seals, {what}", code, packed(own))
    for what, (code, change) in MANIFESTS.items():
        listed = {**plain, FILES: change(plain[FILES])}
        yield made(f"in the manifest, {what}", "manifest_changed", packed(listed))
        yield made(f"in the sealed manifest, {what}", code, _sealed(owner, listed))
    for name in (SUMS, META, FILES, DATED):
        rest = {n: d for n, d in plain.items() if n != name}
        yield made(
            f"without {name}", "manifest_missing" if name != SUMS else "file_missing", packed(rest)
        )


OF_SEALS = {
    "a digest of another file": "manifest_changed",
    "a line gone": "manifest_added",
    "lines in another order": "manifest_added",
}


def _listed(what: str) -> str:
    told = {
        "a line gone": "assessments_added",
        "lines in another order": "explanation_added",
        "a file that is not there": "file_missing",
        "a digest of another file": "explanation_changed",
    }
    return told.get(what, "sums_invalid")


def _sealed(owner: Owner, files: Files) -> bytes:
    """The manifest as it is, sealed and dated by the owner; the last list made anew."""
    made = {**files, SIGNATURE: owner.keys.seal(files[FILES])}
    names = [n for n in made if n.startswith("META-INF/") and n != META] + ["mimetype"]
    made[TOKEN] = owner.keys.stamp(made[DATED])
    made[META] = sums({name: made[name] for name in names})
    return packed(made)


def _signed(owner: Owner, plain: Files, folder: Path) -> Iterator[Case]:
    made, keys = Kind("seal and token", owner), owner.keys
    thief = Keys(create_trust(folder / "thief", keys.trust.origin, keys.clock))
    for name, code in ((SIGNATURE, "seal"), (TOKEN, "token")):
        rest = {n: d for n, d in plain.items() if n != name}
        yield made(f"without {name}", f"{code}_missing", _relisted(rest))
        for what, data in {
            "empty": b"",
            "half": plain[name][: len(plain[name]) // 2],
            "longer": plain[name] + b"\0",
            "text": b"-----BEGIN CMS-----\n",
        }.items():
            told = f"{code}_invalid" if code == "token" else "seal_changed"
            yield made(f"a {code} that is {what}", told, _relisted({**plain, name: data}))
    late = {SIGNATURE: keys.seal(b"another"), TOKEN: keys.stamp(b"another")}
    yield made(
        "a seal of another list", "seal_changed", _relisted({**plain, SIGNATURE: late[SIGNATURE]})
    )
    yield made(
        "a token over another list", "token_invalid", _relisted({**plain, TOKEN: late[TOKEN]})
    )
    swapped = {SIGNATURE: plain[TOKEN], TOKEN: plain[SIGNATURE]}
    yield made("seal and token for each other", "seal_changed", _relisted({**plain, **swapped}))
    yield made("sealed by a stranger of the same name", "token_invalid", thief.packed(owner.files))
    theirs = {**plain, SIGNATURE: thief.seal(plain[FILES])}
    yield made("the seal alone by a stranger", "seal_invalid", _dated(owner, theirs))
    yield made(
        "the token alone by a stranger",
        "token_invalid",
        _relisted({**plain, TOKEN: thief.stamp(plain[DATED])}),
    )
    pinned = Asked(demands=Demands(seal_subjects=("O=Another Hospital",)))
    yield made("another organisation pinned", "seal_foreign", packed(plain), pinned)
    own = Asked(demands=Demands(seal_subjects=("O=Northgate Health",)))
    yield made("the organisation pinned", None, packed(plain), own)
    named = Asked(demands=Demands(seal_certificates=("0" * 64,)))
    yield made("another certificate pinned", "seal_foreign", packed(plain), named)
    yield from _clocks(owner, made)
    yield from _announced(owner, made)


def _clocks(owner: Owner, made: Kind) -> Iterator[Case]:
    for what, code, shift in (
        ("in the future", "token_invalid", timedelta(hours=2)),
        ("after its certificate", "token_invalid", timedelta(days=5000)),
        ("before its certificate", "token_invalid", timedelta(days=-5000)),
    ):
        moved = Keys(owner.keys.trust, lambda s=shift: owner.keys.clock() + s)
        plain = unzipped(owner.keys.packed(owner.files))
        yield made(f"dated {what}", code, _relisted({**plain, TOKEN: _stamp(moved, plain[DATED])}))


def _stamp(keys: Keys, data: bytes) -> bytes:
    """A bare token, though nobody would accept it."""
    answer = tsp.TimeStampResp.load(response_over(data, keys.trust, keys.clock))
    token: bytes = answer["time_stamp_token"].dump()
    return token


def _announced(owner: Owner, made: Kind) -> Iterator[Case]:
    manifest = parse(owner.documents["manifest.json"])
    for what, code, names in (
        ("two authorities, one token", "manifest_missing", ["one", "two"]),
        ("no authorities", "manifest_invalid", []),
        ("authorities that are no list", "manifest_invalid", "one"),
        ("a hundred authorities", "manifest_invalid", ["x"] * 100),
    ):
        documents = {
            **owner.documents,
            "manifest.json": canonical({**manifest, "timestamps": names}),
        }
        yield made(f"it announces {what}", code, owner.issued(documents=documents))
    plain = unzipped(owner.keys.packed(owner.files))
    more = {"META-INF/ASiCManifest003.xml": plain[DATED].replace(b"001.tst", b"002.tst")}
    more["META-INF/timestamp002.tst"] = owner.keys.stamp(next(iter(more.values())))
    yield made("a second token that is not announced", "manifest_added", _relisted(plain | more))


def _relisted(files: Files) -> bytes:
    """The last list, which nothing seals, made anew."""
    names = [n for n in files if n.startswith("META-INF/") and n != META] + ["mimetype"]
    return packed({**files, META: sums({name: files[name] for name in names})})


def _dated(owner: Owner, files: Files) -> bytes:
    """A new token over the files and another seal."""
    old = re.search(rb'URI="META-INF/signature001.p7s"[^\n]*?Value>([^<]+)<', files[DATED])
    assert old is not None
    listed = files[DATED].replace(old[1], base64_digest(files[SIGNATURE]).encode())
    return _relisted({**files, DATED: listed, TOKEN: owner.keys.stamp(listed)})
