"""Rules run where they can reach nothing: no file, no network, no process, no end of time."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from app.services.nights.rules_archive import rules_archive
from app.services.reperforming.rules_process import RulesFailedError, running
from collectors.kit.perform import answer

KEY = "a private key that nobody may read"
THE_WHOLE_INTERFACE = """
import json

def load():
    pass

def answer(line):
    assert json.loads(line) == {"protocol": 1, "ask": "describe"}
    return json.dumps({"ok": [{"id": "later.kit"}]})
"""


def spoilt(when_asked: str, when_loaded: str = "") -> bytes:
    """The real rules; these lines run when they are loaded, and when they are asked."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(rules_archive())) as real, zipfile.ZipFile(made, "w") as bad:
        for name in real.namelist():
            text = real.read(name).decode()
            if name == "collectors/kit/catalogue/registry.py":
                text += f"\n\n{when_loaded}\n\n_honest = all_collectors\n\n"
                text += f"def _asked():\n    {when_asked}\n\n"
                text += "_calls = []\n\ndef all_collectors():\n    _calls.append(1)\n"
                text += "    if len(_calls) > 1:\n        _asked()\n    return _honest()\n"
            bad.writestr(name, text)
    return made.getvalue()


def said(archive: bytes) -> str:
    with (
        pytest.raises(RulesFailedError) as failed,
        running(archive, timedelta(seconds=20)) as rules,
    ):
        rules.describe()
    return str(failed.value)


def test_honest_rules_answer_and_their_child_ends_with_the_block() -> None:
    with running(rules_archive()) as rules:
        assert len(rules.describe()) > 5
        assert not rules.ended
    assert rules.ended


@pytest.mark.parametrize(
    "deed",
    [
        "open(PATH).read()",
        "__import__('os').listdir(FOLDER)",
        "__import__('socket').create_connection(('127.0.0.1', 9))",
        "__import__('socket').socket()",
        "__import__('subprocess').run(['true'])",
        "__import__('os').system('true')",
        "__import__('os').fork()",
        "open(PATH, 'w').write('x')",
        "__import__('os').unlink(PATH)",
        "__import__('ctypes').CDLL(None)",
        "__import__('resource').setrlimit(7, (64, 64))",
    ],
)
@pytest.mark.parametrize("loading", [False, True], ids=["asked", "loaded"])
def test_rules_reach_nothing_of_the_machine(deed: str, tmp_path: Path, *, loading: bool) -> None:
    key = tmp_path / "root.key.pem"
    key.write_text(KEY)
    deed = deed.replace("PATH", repr(str(key))).replace("FOLDER", repr(str(tmp_path)))

    told = said(spoilt("pass", deed) if loading else spoilt(deed))

    assert KEY not in told
    assert key.read_text() == KEY


def test_rules_see_no_environment_and_an_empty_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNEXA_SECRET", "a secret")
    deed = "raise RuntimeError(sorted(k for k in __import__('os').environ if 'LC_' not in k))"

    assert said(spoilt(deed)) == "the rules failed: RuntimeError: []"


def test_rules_without_end_are_ended() -> None:
    with (
        pytest.raises(RulesFailedError, match="no answer"),
        running(spoilt("while True: pass"), timedelta(seconds=3)) as rules,
    ):
        rules.describe()
    assert rules.ended


@pytest.mark.parametrize("archive", [b"no zip", b"", spoilt("pass", "raise LookupError('x')")])
def test_rules_that_do_not_load_are_told(archive: bytes) -> None:
    assert said(archive).startswith("the rules failed: they do not load: ")


def test_rules_that_end_their_process_are_told() -> None:
    told = said(spoilt("pass", "raise SystemExit(3)"))

    assert told.startswith("the rules gave no answer: their process ended with code 3")


def test_an_archive_is_spoken_to_by_its_own_protocol_alone() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("collectors/__init__.py", "")
        archive.writestr("collectors/kit/__init__.py", "")
        archive.writestr("collectors/kit/perform.py", THE_WHOLE_INTERFACE)

    with running(made.getvalue()) as rules:
        assert rules.describe() == [{"id": "later.kit"}]


def test_another_version_of_the_protocol_is_refused_in_a_sentence() -> None:
    assert json.loads(answer('{"protocol": 2, "ask": "describe"}')) == {
        "error": "ValueError: these rules speak protocol 1, asked was 2"
    }


def test_what_rules_print_is_no_answer() -> None:
    with running(spoilt("print('{\"ok\": []}')")) as rules:
        assert len(rules.describe()) > 5
