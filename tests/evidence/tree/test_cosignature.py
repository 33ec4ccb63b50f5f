"""Cosignatures and requests of witnesses, from the text of the C2SP specifications."""

import base64
import hashlib
import struct
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from app.evidence.tree.cosignature import (
    cosign,
    parse_signature_lines,
    parse_witness_vkey,
    signature_lines,
    verify_cosignature,
    with_signatures,
    witness_key,
)
from app.evidence.tree.note import (
    NoteError,
    NoteSignature,
    format_note,
    open_checkpoint,
    parse_note,
    parse_vkey,
)
from app.evidence.tree.witness_request import WitnessRequest, format_request, parse_request
from app.packs.verify.log.witness import witness_keys
from app.trust.time.openssl import Refused

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = witness_key("witness.example/w1", PRIVATE.public_key().public_bytes_raw())
TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
AT = 1679315147

SPECIFIED = """old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u2014 example.com/behind-the-sofa {log}
""".replace(
    "{log}",
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=",
).encode()
"""The example of c2sp.org/tlog-witness."""
ANSWERED = (
    "\u2014 witness.example/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJs"
    "X3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
).encode()
"""A cosignature with the form and time of the example of c2sp.org/tlog-cosignature."""


def test_the_key_id_is_of_name_type_and_key() -> None:
    public = PRIVATE.public_key().public_bytes_raw()
    expected = hashlib.sha256(b"witness.example/w1\n\x04" + public).digest()[:4]
    encoded = base64.b64encode(b"\x04" + public).decode()

    assert KEY.key_id == expected
    assert str(KEY) == f"witness.example/w1+{expected.hex()}+{encoded}"
    assert parse_witness_vkey(f"{KEY}\n") == KEY


PUBLIC = Path(__file__).parents[2] / "golden" / "cosigned"
"""A checkpoint of a public log of certificates, as four public witnesses cosigned it; the key of
that log, and keys of public witnesses as their operators publish them."""
PUBLISHED = (PUBLIC / "witnesses.vkey").read_text("utf-8").splitlines()
REAL = (PUBLIC / "checkpoint").read_bytes()


def test_what_public_witnesses_cosigned_of_a_public_log_verifies() -> None:
    assert (
        open_checkpoint(REAL, parse_vkey((PUBLIC / "log.vkey").read_text("utf-8"))).size
        == 1432088532
    )
    note = parse_note(REAL)
    keys = {key.name: key for key in map(parse_witness_vkey, PUBLISHED)}
    told = [verify_cosignature(note.text, one, keys[one.name]) for one in note.signatures[1:]]

    assert [one.at for one in told] == [1779573024] * 4
    for one in note.signatures[1:]:
        with pytest.raises(NoteError):
            verify_cosignature(note.text.replace("532", "533"), one, keys[one.name])


def test_the_verifier_of_bundles_says_the_same_of_them_by_openssl() -> None:
    note = parse_note(REAL)
    keys = {key.name: key for key in witness_keys([str(PUBLIC / "witnesses.vkey")])}
    for one in note.signatures[1:]:
        assert keys[one.name].verify(one.signature, note.text) == 1779573024
        with pytest.raises(Refused):
            keys[one.name].verify(one.signature, note.text + "x")


@pytest.mark.parametrize("vkey", PUBLISHED)
def test_keys_that_others_made_have_the_ids_that_we_derive(vkey: str) -> None:
    assert str(parse_witness_vkey(vkey)) == vkey


@pytest.mark.parametrize(
    "vkey",
    [
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",  # type 0x01
        f"{KEY}"[:-1],
        f"{KEY}".replace("w1", "w2"),
        "witness.example",
        "",
    ],
)
def test_what_is_no_key_of_a_witness_is_refused(vkey: str) -> None:
    with pytest.raises(NoteError):
        parse_witness_vkey(vkey)


def test_openssl_verifies_what_a_witness_signs(tmp_path: Path) -> None:
    """The message as the specification has it, written here by hand."""
    signature = cosign(TEXT, KEY, PRIVATE, AT)
    at, raw = struct.unpack(">Q64s", signature.signature)
    public = PRIVATE.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for name, data in (
        ("key", public),
        ("signature", raw),
        ("message", f"cosignature/v1\ntime {at}\n{TEXT}".encode()),
    ):
        (tmp_path / name).write_bytes(data)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key"]
    done = subprocess.run(
        [*command, "-rawin", "-in", "message", "-sigfile", "signature"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )

    assert at == AT
    assert "Signature Verified Successfully" in done.stdout
    assert verify_cosignature(TEXT, signature, KEY).at == AT


def test_the_time_of_the_specifications_example_is_read() -> None:
    (signature,) = parse_signature_lines(ANSWERED)
    assert int.from_bytes(signature.signature[:8], "big") == AT
    assert len(signature.signature) == 8 + 64
    assert signature_lines([signature]) == ANSWERED
    with pytest.raises(NoteError):
        verify_cosignature(TEXT, signature, KEY)


@given(st.integers(min_value=0, max_value=71), st.integers(min_value=0, max_value=7))
def test_any_flipped_bit_breaks_a_cosignature(place: int, bit: int) -> None:
    signature = cosign(TEXT, KEY, PRIVATE, AT)
    data = bytearray(signature.signature)
    data[place] ^= 1 << bit
    broken = NoteSignature(name=KEY.name, key_id=KEY.key_id, signature=bytes(data))

    with pytest.raises(NoteError):
        verify_cosignature(TEXT, broken, KEY)


def test_a_note_takes_further_lines_one_of_each_key() -> None:
    own = NoteSignature(name="log", key_id=b"abcd", signature=bytes(64))
    one, two = cosign(TEXT, KEY, PRIVATE, AT), cosign(TEXT, KEY, PRIVATE, AT + 1)

    made = with_signatures(format_note(TEXT, [own]), [one, two, own])

    assert parse_note(made).signatures == (own, one)


def test_the_specifications_request_is_read_and_written_to_the_byte() -> None:
    request = parse_request(SPECIFIED)
    assert (request.old_size, len(request.proof)) == (20852014, 4)
    assert parse_note(request.note).text == TEXT
    assert format_request(request.old_size, request.proof, request.note) == SPECIFIED


@given(
    st.integers(min_value=0, max_value=1 << 62),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
)
def test_a_request_is_read_as_it_was_written(size: int, proof: list[bytes]) -> None:
    note = format_note(TEXT, [NoteSignature(name="log", key_id=b"abcd", signature=bytes(64))])
    expected = WitnessRequest(old_size=size, proof=tuple(proof), note=note)
    assert parse_request(format_request(size, proof, note)) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"old 1",
        b"new 1\n\nx",
        b"old 01\n\nx",
        b"old -1\n\nx",
        b"old 1 \n\nx",
        b"old " + b"9" * 5000 + b"\n\nx",
        b"old 1\nAAAA\n\nx",
        b"old 1\n" + b"PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n" * 64 + b"\nx",
        "old 1\n\u2014\n\nx".encode(),
        b"old 0\n\n" + b"x" * (1 << 16),
    ],
)
def test_what_is_no_request_is_refused(data: bytes) -> None:
    with pytest.raises(NoteError):
        parse_request(data)
