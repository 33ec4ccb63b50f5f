#!/usr/bin/env bash
# asn1crypto 1.5.1: load() then dump() of untouched DER is not byte for byte the same when the last
# octet of a SEQUENCE's length is 0x80 (lengths 128, 384, ..., one in 256 of the long ones): it is
# taken for the mark of an indefinite length, and all inside is encoded anew. A genTime of seven
# digits (ticks of 100 ns) has six afterwards, and a signature over it no longer verifies. pyHanko
# embeds time stamp tokens that way: one seal in 256 breaks that such an authority dated.
# Seen: of 400 sizes, changed at content lengths [128, 384]; .1234567Z became .123457Z
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --no-deps asn1crypto==1.5.1
"$folder/venv/bin/python" - <<'PYTHON'
from asn1crypto import core

TIME = b"20261129004100.1234567Z"


class Stamped(core.Sequence):
    _fields = [("at", core.GeneralizedTime), ("more", core.OctetString)]


def element(tag, content):
    size = len(content)
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    length = bytes([size]) if size < 0x80 else bytes([0x80 | len(octets)]) + octets
    return bytes([tag]) + length + content


changed = []
for size in range(400):
    content = element(0x18, TIME) + element(0x04, bytes(size))
    came = element(0x30, content)
    written = Stamped.load(came).dump()
    if written != came:
        changed.append(len(content))
        at = written.index(b".123")
        text = written[at : written.index(b"Z", at) + 1].decode()
print(f"of 400 sizes, changed at content lengths {changed}; .1234567Z became {text}")
assert changed == [128, 384] and text == ".123457Z"
PYTHON
