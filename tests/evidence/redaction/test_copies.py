"""What is chosen to be hidden, and that a copy holds nothing of it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import RefusedError
from app.evidence.canonical import canonical
from app.evidence.redaction.commitment import document_parts
from app.evidence.redaction.copies import Document, chosen, copy_of, text_of
from app.evidence.redaction.salts import Salts
from app.evidence.redaction.token_places import token_places
from app.packs.verify.redacted import need_committed
from app.trust.time.openssl import Refused

SALTS = Salts(key=bytes(32))
PAGE = {
    "value": [
        {"id": "/sub/x/st0042/blob", "name": "ST0042", "tags": {"owner": "Ann", "st0042": True}},
        {"id": "/sub/x/other", "name": "other", "tags": {}, "url": "https://h/%73t0042?a"},
    ],
    "n": 42,
    "flag": True,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def page(value: Any = PAGE) -> Document:
    return Document(of="source/0", data=json.dumps(value, ensure_ascii=False).encode())


def hidden_words(document: Document, *texts: str, fields: tuple[str, ...] = ()) -> set[str]:
    tokens = document.parts.tokens
    return {tokens[n].decode() for _, n in chosen([document], fields, texts)}


WITH_NAME = {'"/sub/x/st0042/blob"', '"ST0042"', '"st0042"', '"https://h/%73t0042?a"'}


@pytest.mark.parametrize(
    ("texts", "fields", "found"),
    [
        (("st0042",), (), WITH_NAME),
        (("ann",), (), {'"Ann"'}),
        ((), ("owner",), {'"Ann"'}),
        ((), ("tags",), {'"owner"', '"Ann"', "true"} | WITH_NAME),
        ((), ("name",), {'"other"', '"/sub/x/other"'} | WITH_NAME),
        ((), ("n",), {"42"}),
        ((), ("flag",), {"true"}),
        (("true",), (), set()),
        ((), ("nothing",), set()),
    ],
)
def test_a_name_hides_wherever_it_stands_and_a_short_value_only_where_it_was_asked_for(
    texts: tuple[str, ...], fields: tuple[str, ...], found: set[str]
) -> None:
    assert hidden_words(page(), *texts, fields=fields) == found


def test_of_a_record_its_digests_are_hidden_and_its_commitments_are_shown() -> None:
    record = {
        "schema": "urn:annexa:record:v1",
        "seq": 1234,
        "nonce": "aa",
        "prev_sha256": "bb",
        "salt_key": "cc",
        "normalised": {"sha256": "dd", "items": {}},
        "source": [{"raw_sha256": "ee", "committed": "1234", "url": "u1234"}],
        "verdicts": {"sha256": "ff", "committed": "1234"},
        "expectations": {"sha256": "gg", "committed": "1234"},
    }
    document = Document(of="record", data=canonical(record))
    shown = json.loads(copy_of(document, chosen([document], (), ["1234"]), SALTS)["text"])

    assert shown["seq"] == 1234
    assert shown["source"][0]["committed"] == shown["verdicts"]["committed"] == "1234"
    text = json.dumps(shown)
    assert not [one for one in ("aa", "bb", "dd", "ee", "ff", "gg", "u1234") if f'"{one}"' in text]


@given(value=JSON, text=st.text(min_size=1, max_size=4), number=st.integers(0, 30))
def test_a_copy_verifies_holds_no_hidden_token_and_each_change_of_it_is_found(
    value: Any, text: str, number: int
) -> None:
    document = page(value)
    hidden = chosen([document], (), [text])
    copy = copy_of(document, hidden, SALTS)
    made = SALTS.committed(document.data)

    need_committed(copy, made, [])
    tokens = document_parts(copy["text"].encode()).tokens
    left = [one for at, one in enumerate(tokens) if ("source/0", at) not in hidden]
    assert not [
        one for one in left if text.casefold() in text_of(one).casefold() and one[:1] == b'"'
    ]
    for told in ([*copy["tokens"], "0" * 32], copy["tokens"][:-1] or ["0" * 32]):
        with pytest.raises(Refused):
            need_committed({**copy, "tokens": told}, made, [])
    if copy["tokens"]:
        at = number % len(copy["tokens"])
        other = [*copy["tokens"]]
        other[at] = "0" * len(other[at])
        with pytest.raises(Refused):
            need_committed({**copy, "tokens": other}, made, [])
    with pytest.raises(Refused):
        need_committed({**copy, "text": copy["text"] + " "}, made, [])


def test_what_is_no_text_can_be_hidden_whole_and_not_shown() -> None:
    document = Document(of="source/0", data=b"\xff\xfe")
    with pytest.raises(RefusedError, match="--without-pages"):
        copy_of(document, set(), SALTS)
    copy = copy_of(document, {("source/0", 0)}, SALTS)
    need_committed(copy, SALTS.committed(document.data), [])


@pytest.mark.parametrize("data", [b"}{", b"]]]", b'{"a":1}}"b"', b':,"x"', b"[" * 200_000 + b"1"])
def test_what_only_looks_like_json_has_places_too(data: bytes) -> None:
    parts = document_parts(data)
    assert len(list(token_places(parts, [b"a"]))) == len(parts.tokens)


def test_places_of_deep_nesting_cost_no_more_than_those_of_shallow() -> None:
    # A path that grew with the depth would need gigabytes here: that it ends is the test.
    data = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    assert all(len(one.path) <= 3 for one in token_places(document_parts(data), [b"a"]))
