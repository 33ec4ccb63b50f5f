"""Signed notes, checkpoints and proofs: what is written is read back, and nothing else."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from app.evidence.tree.merkle import leaf_hash
from app.evidence.tree.note import (
    CheckpointBody,
    NoteError,
    NoteSignature,
    ecdsa_verifier_key,
    format_note,
    open_checkpoint,
    parse_checkpoint,
    parse_note,
    parse_vkey,
    verifier_key,
    verify_note,
)
from app.evidence.tree.proof import format_proof
from app.evidence.tree.tiles import TileLog
from tests.proofs import Proof, parse_proof, verify_proof

ORIGIN = "evidence.example/log"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = verifier_key(ORIGIN, PRIVATE.public_key().public_bytes_raw())
ENTRIES = [b"entry %d" % number for number in range(300)]
LOG = TileLog(TileLog({}).append([leaf_hash(entry) for entry in ENTRIES]), len(ENTRIES))

# The example of golang.org/x/mod/sumdb/note: a key, a text and its signature.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngot"
    "pRZb6KE6RyyBwJnAM=\n"
)


def signed(text: str, private: Ed25519PrivateKey = PRIVATE, name: str = ORIGIN) -> bytes:
    key = verifier_key(name, private.public_key().public_bytes_raw())
    signature = NoteSignature(name=name, key_id=key.key_id, signature=private.sign(text.encode()))
    return format_note(text, [signature])


CHECKPOINT = signed(CheckpointBody(origin=ORIGIN, size=300, root=LOG.root()).text())
PROOF = format_proof(7, LOG.inclusion(7), CHECKPOINT)


def test_a_note_of_the_go_checksum_database_verifies() -> None:
    key = parse_vkey(GO_VKEY)
    assert key.name == "PeterNeumann"
    assert str(key) == GO_VKEY
    assert verify_note(GO_NOTE.encode(), key).endswith("what your problem is.\n")


def test_a_vkey_is_read_back_as_written() -> None:
    assert parse_vkey(str(KEY)) == KEY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a+b",
        "name+00000000+Ag==",
        "evidence.example/log+00000000+" + str(KEY).split("+", 2)[2],
        str(KEY)[:-4] + "AAAA",
        str(KEY).replace(ORIGIN, "evidence.example/lag"),
        "name+00000000+AgAA",
    ],
)
def test_a_vkey_that_does_not_fit_together_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        parse_vkey(text)


@pytest.mark.parametrize("name", ["", "with space", "with+plus", "tab\tbed"])
def test_names_that_a_note_cannot_carry_are_refused(name: str) -> None:
    with pytest.raises(NoteError):
        verifier_key(name, bytes(32))


@given(
    st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs"]), min_size=1),
    st.integers(1, 16),
)
def test_a_note_is_read_back_as_written(line: str, count: int) -> None:
    signatures = [
        NoteSignature(name=f"key{number}", key_id=bytes(4), signature=bytes([number + 1]))
        for number in range(count)
    ]
    note = parse_note(format_note(f"{line}\n\nmore\n", signatures))
    assert note.text == f"{line}\n\nmore\n"
    assert note.signatures == tuple(signatures)


@given(st.integers(0, 2**53), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_is_read_back_as_written(size: int, root: bytes) -> None:
    body = CheckpointBody(origin=ORIGIN, size=size, root=root)
    assert parse_checkpoint(body.text()) == body
    assert open_checkpoint(signed(body.text()), KEY) == body


def test_extension_lines_of_a_checkpoint_are_allowed() -> None:
    text = CheckpointBody(origin=ORIGIN, size=1, root=bytes(32)).text()
    assert parse_checkpoint(text + "extension\n").size == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n1\n",
        f"origin\n01\n{base64.b64encode(bytes(32)).decode()}\n",
        f"origin\n-1\n{base64.b64encode(bytes(32)).decode()}\n",
        f"origin\n1\n{base64.b64encode(bytes(31)).decode()}\n",
        f"origin\n1\n{base64.b64encode(bytes(32)).decode()}",
        f"\n1\n{base64.b64encode(bytes(32)).decode()}\n",
    ],
)
def test_a_checkpoint_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        parse_checkpoint(text)


def test_every_flipped_bit_of_a_checkpoint_is_noticed() -> None:
    assert open_checkpoint(CHECKPOINT, KEY).size == 300
    for bit in range(len(CHECKPOINT) * 8):
        with pytest.raises(NoteError):
            open_checkpoint(flipped(CHECKPOINT, bit), KEY)


def test_every_flipped_bit_of_a_proof_is_noticed() -> None:
    proof, body = verify_proof(PROOF, ENTRIES[7], KEY)
    assert (proof.index, body.size) == (7, 300)
    for bit in range(len(PROOF.encode()) * 8):
        with pytest.raises((NoteError, UnicodeDecodeError)):
            verify_proof(flipped(PROOF.encode(), bit).decode(), ENTRIES[7], KEY)


def test_a_proof_does_not_vouch_for_another_entry() -> None:
    with pytest.raises(NoteError, match="not number 7"):
        verify_proof(PROOF, ENTRIES[8], KEY)


def test_another_key_of_the_same_name_is_not_trusted() -> None:
    forger = Ed25519PrivateKey.from_private_bytes(bytes(32))
    with pytest.raises(NoteError, match="no signature by"):
        verify_note(signed("text\n", forger), KEY)


def test_unknown_signatures_are_ignored_and_a_bad_one_of_ours_is_not() -> None:
    good = parse_note(CHECKPOINT)
    other = NoteSignature(name="witness.example", key_id=b"abcd", signature=bytes(64))
    bad = NoteSignature(name=ORIGIN, key_id=KEY.key_id, signature=bytes(64))
    assert verify_note(format_note(good.text, [other, *good.signatures]), KEY) == good.text
    with pytest.raises(NoteError, match="does not verify"):
        verify_note(format_note(good.text, [*good.signatures, bad]), KEY)


def test_a_checkpoint_of_another_log_is_refused() -> None:
    text = CheckpointBody(origin="other.example", size=1, root=bytes(32)).text()
    with pytest.raises(NoteError, match=r"of other\.example"):
        open_checkpoint(signed(text), KEY)


@pytest.mark.parametrize(
    "data", [b"", b"text\n", b"text\n\n", b"a\tb\n\n\xe2\x80\x94 k AAAAAAA=\n", b"\xff\n\n"]
)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(NoteError):
        parse_note(data)


def test_a_proof_is_read_back_as_written() -> None:
    text = format_proof(7, LOG.inclusion(7), CHECKPOINT, extra=b"anything")
    assert parse_proof(text) == Proof(
        index=7, hashes=tuple(LOG.inclusion(7)), checkpoint=CHECKPOINT, extra=b"anything"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v2\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\n\n",
        "c2sp.org/tlog-proof@v1\nindex 00\n\n",
        "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n",
    ],
)
def test_what_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        parse_proof(text)


EC_PRIVATE = ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256R1())
EC_KEY = ecdsa_verifier_key(ORIGIN, EC_PRIVATE.public_key())


def ec_signed(text: str) -> bytes:
    signature = EC_PRIVATE.sign(text.encode(), ec.ECDSA(hashes.SHA256()))
    return format_note(
        text, [NoteSignature(name=ORIGIN, key_id=EC_KEY.key_id, signature=signature)]
    )


def vkey_of(kind: int, encoded: bytes) -> str:
    key_id = hashlib.sha256(encoded).hexdigest()[:8]
    return f"{ORIGIN}+{key_id}+{base64.b64encode(bytes([kind]) + encoded).decode()}"


def test_the_id_of_an_ecdsa_key_is_the_hash_of_the_key_alone() -> None:
    encoded = EC_PRIVATE.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert str(EC_KEY) == vkey_of(2, encoded)
    assert parse_vkey(str(EC_KEY)) == EC_KEY


def test_every_flipped_bit_of_a_checkpoint_signed_with_ecdsa_is_noticed() -> None:
    checkpoint = ec_signed(CheckpointBody(origin=ORIGIN, size=300, root=LOG.root()).text())
    assert open_checkpoint(checkpoint, EC_KEY).size == 300
    for bit in range(len(checkpoint) * 8):
        with pytest.raises(NoteError):
            open_checkpoint(flipped(checkpoint, bit), EC_KEY)


def test_an_ecdsa_key_of_another_curve_or_kind_is_refused() -> None:
    wider = ec.generate_private_key(ec.SECP384R1()).public_key()
    other = rsa.generate_private_key(65537, 2048).public_key()
    for public in (wider, other):
        encoded = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        with pytest.raises(NoteError):
            parse_vkey(vkey_of(2, encoded))


def test_an_ecdsa_key_in_another_spelling_is_refused() -> None:
    compressed = EC_PRIVATE.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    head = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
    with pytest.raises(NoteError, match="canonically"):
        parse_vkey(vkey_of(2, head + compressed))


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
