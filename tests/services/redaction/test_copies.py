"""Copies of sealed records with parts hidden: they prove the rest and tell nothing of these."""

import base64
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.errors import NotFoundError, RefusedError, UsageError
from app.evidence.canonical import parse
from app.evidence.record import RECORD_SCHEMA, derived_key, entry_key, raw_key
from app.packs.verify.one_file import verifier
from app.packs.verify.redacted import check_redacted
from app.services.home.installation import Ports
from app.services.proof.whole_store import verify_redacted
from app.services.redaction.copies import redacted_copy, revealed_tokens
from app.trust.keys.durable_files import SALT_KEY
from app.trust.time.openssl import Refused
from simulator.process import SimulatorProcess
from tests.conftest import StartSimulator
from tests.golden.homes import golden_home
from tests.installation import Installation, installed, now

SOURCE = "keys.vaults"


@pytest.fixture(scope="module")
def tenant(start_simulator: StartSimulator) -> Iterator[SimulatorProcess]:
    with start_simulator(resources=60, subscriptions=1, quotas="off", as_of=now()) as process:
        yield process


@pytest.fixture(scope="module")
def home(
    tmp_path_factory: pytest.TempPathFactory, tenant: SimulatorProcess
) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("redaction") / "home", tenant) as whole:
        few = tuple(one for one in whole.ports.collectors if one.id == SOURCE)
        made = replace(whole, ports=replace(whole.ports, collectors=few))
        made.collect()
        yield made


@pytest.fixture(scope="module")
def record(home: Installation) -> dict[str, Any]:
    return next(one for one in entries(home.ports) if one["schema"] == RECORD_SCHEMA)


@pytest.fixture(scope="module")
def vault(home: Installation, record: dict[str, Any]) -> str:
    """The name of something that the pages show."""
    rows = [row for page in pages(home.ports, record) for row in page.get("data", ())]
    return str(next(row["name"] for row in rows if len(row["name"]) > 5))


def entries(ports: Ports) -> list[dict[str, Any]]:
    return [parse(data) for _, data in ports.open_log().entries()]


def pages(ports: Ports, record: dict[str, Any]) -> list[dict[str, Any]]:
    return [json.loads(ports.store.get(raw_key(one["raw_sha256"]))) for one in record["source"]]


def copied(home: Installation, record: dict[str, Any], *texts: str, **more: Any) -> dict[str, Any]:
    data = redacted_copy(home.ports, str(record["seq"]), texts=texts, **more)
    told: dict[str, Any] = json.loads(data)
    return told


def faults(home: Installation, copy: dict[str, Any], tmp_path: Path, *revealed: Path) -> list[str]:
    """Stable codes of what our own verifier finds."""
    path = tmp_path / "copy.json"
    path.write_text(json.dumps(copy, ensure_ascii=False), "utf-8")
    found = verify_redacted([path], revealed, home.home / "trust" / "log.vkey")
    return [one.code for one in found.faults]


def test_what_is_hidden_is_nowhere_in_the_copy_and_the_rest_verifies(
    home: Installation, record: dict[str, Any], vault: str, tmp_path: Path
) -> None:
    whole = json.dumps(copied(home, record, "no such text"))
    copy = copied(home, record, vault)

    assert vault in whole
    assert vault.casefold() not in json.dumps(copy, ensure_ascii=False).casefold()
    assert faults(home, copy, tmp_path) == []
    by_the_book(copy, (home.home / "trust" / "log.vkey").read_text("utf-8").split("\n")[0])


def test_no_digest_of_what_is_hidden_is_in_the_copy(
    home: Installation, record: dict[str, Any], vault: str
) -> None:
    """A hidden value of few possible ones could be tried by an unsalted digest."""
    told = json.dumps(copied(home, record, vault))
    store = home.ports.store
    documents = [store.get(entry_key(record["seq"]))]
    documents += [store.get(raw_key(one["raw_sha256"])) for one in record["source"]]
    documents += [
        store.get(derived_key(record[part]["sha256"])) for part in ("verdicts", "expectations")
    ]
    digests = {hashlib.sha256(one).hexdigest() for one in documents}
    digests |= {record["normalised"]["sha256"], record["prev_sha256"], record["nonce"]}
    digests |= {hashlib.sha256(text.encode()).hexdigest() for text in (vault, f'"{vault}"')}
    digests |= {hashlib.sha256(b"\0" + documents[0]).hexdigest()}

    assert not [one for one in digests if one in told]
    assert (home.home / "trust" / SALT_KEY).read_bytes().hex() not in told


def test_a_field_hides_all_below_it_and_its_values_wherever_they_stand(
    home: Installation, record: dict[str, Any], tmp_path: Path
) -> None:
    copy = copied(home, record, fields=["subscriptionId", "subscription_id"])
    subscription = record["what"]["scope"]["subscription_id"]
    text = json.dumps(copy)
    assert subscription is None or subscription not in text
    (shown, *_) = [one["text"] for one in copy["documents"] if one["of"] == "source/0"]
    assert '"subscriptionId"' in shown or '"subscription_id"' in copy["record"]["text"]
    assert faults(home, copy, tmp_path) == []


def test_each_change_of_a_copy_is_found(
    home: Installation, record: dict[str, Any], vault: str, tmp_path: Path
) -> None:
    copy = copied(home, record, vault)

    def changed(**more: Any) -> dict[str, Any]:
        return json.loads(json.dumps(copy)) | more

    def of_record(**more: Any) -> dict[str, Any]:
        return changed(record={**copy["record"], **more})

    text, tokens = copy["record"]["text"], copy["record"]["tokens"]
    entry = copy["end"]["entry"]
    shown = next(at for at, one in enumerate(tokens) if len(one) == 32)
    other = [*tokens[:shown], "0" * 32, *tokens[shown + 1 :]]
    page = next(one for one in copy["documents"] if one["of"] == "source/0")
    cases = {
        "text": of_record(text=text.replace(SOURCE, "keys.others")),
        "space": of_record(text=text + " "),
        "salt": of_record(tokens=other),
        "token left out": of_record(tokens=tokens[:-1]),
        "shown though hidden": of_record(text=re.sub(r"\[hidden \d+\]", vault, text, count=1)),
        "end": changed(end={**copy["end"], "entry": entry.replace('"gaps":', '"gaps": ')}),
        "end of another kind": changed(
            end={**copy["end"], "entry": entry.replace("run_completed", "pack_issued")}
        ),
        "deep": changed(documents=[{**page, "text": "[" * 100_000, "tokens": []}]),
        "no proof": changed(end={**copy["end"], "proof": ""}),
        "page of another place": changed(documents=[{**page, "of": "source/1"}]),
        "page of no place": changed(documents=[{**page, "of": "source/999"}]),
        "page twice": changed(documents=[page, page]),
        "page as verdicts": changed(documents=[{**page, "of": "verdicts"}]),
        "stranger": changed(documents=[{**page, "of": "../../etc"}]),
        "more": changed(more=1),
        "schema": changed(schema="urn:annexa:redacted:v2"),
        "wrong type": changed(record=[]),
        "no documents": changed(documents=None),
    }
    for what, case in cases.items():
        assert faults(home, case, tmp_path), what


def test_only_the_end_of_a_run_commits_to_its_records(
    home: Installation, record: dict[str, Any], vault: str
) -> None:
    copy = copied(home, record, vault)
    other = copy["end"]["entry"].replace("run_completed", "pack_issued")
    check_redacted(copy, [])
    with pytest.raises(Refused, match="no end of a run"):
        check_redacted({**copy, "end": {**copy["end"], "entry": other}}, [])


def test_single_tokens_are_revealed_with_what_proves_them(
    home: Installation, record: dict[str, Any], vault: str, tmp_path: Path
) -> None:
    copy = copied(home, record, vault)
    page = next(one for one in copy["documents"] if "[hidden" in one["text"])
    number = int(re.findall(r"\[hidden (\d+)\]", page["text"])[0])
    data = json.dumps(copy).encode()
    told = json.loads(revealed_tokens(home.ports, data, [(page["of"], number)]))

    assert len(told["tokens"]) == 1
    assert vault in told["tokens"][0]["token"].casefold()
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(told), "utf-8")
    assert faults(home, copy, tmp_path, good) == []
    salt, token = told["tokens"][0]["salt"], told["tokens"][0]["token"]
    for lie in (
        {"token": '"another"'},
        {"salt": "00" * 16},
        {"number": number + 1},
        {"of": "source/998"},
        {"salt": salt[:-2], "token": bytes.fromhex(salt[-2:]).decode("latin-1") + token},
    ):
        bad.write_text(json.dumps({**told, "tokens": [{**told["tokens"][0], **lie}]}), "utf-8")
        assert faults(home, copy, tmp_path, bad), lie


def test_what_cannot_be_copied_or_revealed_is_told(
    home: Installation, record: dict[str, Any], vault: str
) -> None:
    ports, copy = home.ports, json.dumps(copied(home, record, vault)).encode()
    with pytest.raises(RefusedError, match="events are left out whole"):
        redacted_copy(ports, "0", texts=["x"])
    with pytest.raises(NotFoundError):
        redacted_copy(ports, "100000", texts=["x"])
    with pytest.raises(UsageError):
        redacted_copy(ports, str(record["seq"]), texts=[""])
    with pytest.raises(RefusedError, match="no redacted copy"):
        revealed_tokens(ports, b"[]", [("record", 1)])
    with pytest.raises(RefusedError, match="hides no token record#0"):
        revealed_tokens(ports, copy, [("record", 0)])


def test_a_record_of_another_secret_says_which_file_is_missing(
    home: Installation, record: dict[str, Any]
) -> None:
    secret = home.home / "trust" / SALT_KEY
    kept = secret.read_bytes()
    secret.write_bytes(bytes(32))
    try:
        with pytest.raises(RefusedError, match=r"restore that file from the backup"):
            redacted_copy(home.ports, str(record["seq"]), texts=["x"])
    finally:
        secret.write_bytes(kept)


def test_a_record_of_before_can_only_be_left_out_whole(tmp_path: Path) -> None:
    with golden_home(tmp_path) as ports:
        seq = next(one["seq"] for one in entries(ports) if one["schema"] == RECORD_SCHEMA)
        with pytest.raises(RefusedError, match="it can only be left out whole"):
            redacted_copy(ports, str(seq), texts=["x"])


def test_the_one_file_of_bundles_verifies_a_copy_alone(
    home: Installation, record: dict[str, Any], vault: str, tmp_path: Path
) -> None:
    program, path = tmp_path / "verify.py", tmp_path / "copy.json"
    program.write_bytes(verifier())
    path.write_bytes(redacted_copy(home.ports, record["record_id"], texts=[vault]))
    key = str(home.home / "trust" / "log.vkey")
    command = [sys.executable, "-I", str(program), "--redacted", str(path), "--log-vkey", key]

    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "RESULT: VERIFIED")
    path.write_bytes(path.read_bytes().replace(SOURCE.encode(), b"keys.others"))
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 5


def by_the_book(copy: dict[str, Any], vkey: str) -> None:
    """docs/redaction.md, word by word; nothing of ours is called."""

    def over(document: dict[str, Any]) -> str:
        rule = r'("(?:[^"\\]|\\[\s\S])*"|-?[0-9][0-9.eE+-]*|true|false|null)'
        parts = re.split(rule, document["text"])
        if re.search(r"[^ \t\r\n{}\[\]:,]", "".join(parts[::2])):
            parts = ["", document["text"], ""]
        stream = b"annexa-commitment-v1\n"
        for before, token, told in zip(parts[::2], parts[1::2], document["tokens"], strict=False):
            raw = bytes.fromhex(told)
            digest = raw if len(raw) == 32 else hashlib.sha256(raw + token.encode()).digest()
            stream += len(before.encode()).to_bytes(8, "big") + before.encode() + digest
        stream += len(parts[-1].encode()).to_bytes(8, "big") + parts[-1].encode()
        return hashlib.sha256(stream + len(parts[1::2]).to_bytes(8, "big")).hexdigest()

    entry = json.loads(copy["end"]["entry"])
    shown = json.loads(copy["record"]["text"])
    assert over(copy["record"]) == entry["detail"]["committed"][str(shown["seq"])]
    for one in copy["documents"]:
        part, _, number = one["of"].partition("/")
        place = shown["source"][int(number)] if number else shown[part]
        assert over(one) == place["committed"], one["of"]
    head, _, note = copy["end"]["proof"].partition("\n\n")
    index, node = int(head.split("\n")[1].split(" ")[1]), copy["end"]["entry"].encode()
    node, last = hashlib.sha256(b"\0" + node).digest(), int(note.split("\n")[1]) - 1
    for sibling in map(base64.b64decode, head.split("\n")[2:]):
        if index % 2 or index == last:
            node = hashlib.sha256(b"\1" + sibling + node).digest()
            while index and not index % 2:
                index, last = index // 2, last // 2
        else:
            node = hashlib.sha256(b"\1" + node + sibling).digest()
        index, last = index // 2, last // 2
    assert base64.b64encode(node).decode() == note.split("\n")[2]
    text, _, signature = note.rpartition("\n\n")
    public = base64.b64decode(vkey.split("+", 2)[2])[1:]
    sealed = base64.b64decode(signature.strip().rpartition(" ")[2])[4:]
    Ed25519PublicKey.from_public_bytes(public).verify(sealed, (text + "\n").encode())
