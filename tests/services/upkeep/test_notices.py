"""Checkpoints reach auditors by webhook and mail; whoever is away is asked again."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from app.db.rows.log import events
from app.evidence.events.fact import Fact
from app.evidence.events.log_events import CheckpointNotSent, CheckpointSent
from app.evidence.record import Event, utc
from app.evidence.tree.note import open_checkpoint
from app.services.home.installation import Ports
from app.services.index.catch_up import catch_up
from app.services.nights.schedule.tick import tick
from app.services.reading.log_audit import verify_since
from app.services.upkeep.notices import send_notices
from app.trust.time.timestamp import verify_timestamp
from tests.services.authorities import SetClock
from tests.services.homes import home_with
from tests.services.receivers import MailServer, Webhook, receiving

CLOCK = SetClock()
TOKEN_ENV, PASSWORD_ENV = "ANNEXA_TEST_HOOK_TOKEN", "ANNEXA_TEST_MAIL_PASSWORD"


@pytest.fixture
def servers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Webhook, MailServer, Path]]:
    monkeypatch.setenv(TOKEN_ENV, "hook-secret")
    monkeypatch.setenv(PASSWORD_ENV, "correct horse")
    with receiving(tmp_path) as found:
        yield found


@contextmanager
def home(
    folder: Path, servers: tuple[Webhook, MailServer, Path], ca_file: Path | None = None
) -> Iterator[Ports]:
    webhook, mail, ca = servers
    trusted = json.dumps(str(ca_file or ca))
    settings = f"""
[[notices]]
kind = "webhook"
name = "auditor portal"
url = "{webhook.url}"
token_env = "{TOKEN_ENV}"
ca_file = {trusted}

[[notices]]
kind = "email"
name = "auditor"
host = "127.0.0.1"
port = {mail.port}
sender = "annexa@hospital.example"
recipients = ["anna@auditors.example", "ben@auditors.example"]
username = "annexa"
password_env = "{PASSWORD_ENV}"
ca_file = {trusted}
"""
    with home_with(folder / "home", CLOCK, settings=settings) as ports:
        yield ports


def night(ports: Ports) -> int:
    """The end of a night, sealed."""
    detail = {
        "run_id": "r",
        "connection_id": "c",
        "slot": utc(CLOCK.at),
        "trigger": "scheduled",
        "by": "test",
        "reason": "a night of a test",
    }
    log = ports.open_log()
    log.append(Event(kind="run_failed", at=CLOCK.at, actor="annexa", detail=detail).sealed)
    checkpoint = log.seal(ports.now, ports.authorities)
    catch_up(ports, log)
    return checkpoint.size


def logged(ports: Ports, kind: type[Fact]) -> list[dict[str, object]]:
    with ports.database.read() as session:
        return [found.fact.detail() for found in events(session, kind)]


def test_the_checkpoint_of_a_night_reaches_both_and_can_be_held_against_the_log(
    tmp_path: Path, servers: tuple[Webhook, MailServer, Path]
) -> None:
    webhook, mail, _ = servers
    with home(tmp_path, servers) as ports:
        assert send_notices(ports) == [], "no night has ended yet"
        size = night(ports)
        assert tick(ports, "test").failed == ()
        (posted,) = webhook.received
        assert webhook.tokens == ["Bearer hook-secret"]
        assert (posted["size"], posted["assurance"]) == (size, "development")
        note = posted["note"].encode()
        assert open_checkpoint(note, ports.trust.log.key).size == size
        token = base64.b64decode(posted["tokens"][f"checkpoint-{size}.tsr"])
        assert verify_timestamp(token, note, [ports.trust.root]) == CLOCK.at
        (message,) = mail.messages
        assert mail.recipients == ["anna@auditors.example", "ben@auditors.example"]
        assert message["Subject"] == f"Checkpoint {size} of {ports.trust.origin}"
        parts = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
        assert parts[f"checkpoint-{size}.txt"] == note
        assert parts[f"checkpoint-{size}.tsr"] == token
        assert verify_since(ports, note).faults == ()
        assert logged(ports, CheckpointSent) == [
            {"notice": "auditor portal", "checkpoint_size": size},
            {"notice": "auditor", "checkpoint_size": size},
        ]
        assert tick(ports, "test").failed == ()
        assert len(webhook.received) == len(mail.messages) == 1, "once a night"
        night(ports)
        assert [outcome.reason for outcome in send_notices(ports)] == ["", ""]


def test_whoever_was_away_is_told_in_the_log_once_and_asked_again(
    tmp_path: Path, servers: tuple[Webhook, MailServer, Path]
) -> None:
    webhook, mail, _ = servers
    mail.password = "changed meanwhile"
    webhook.status = 503
    with home(tmp_path, servers) as ports:
        size = night(ports)
        for _ in range(3):
            assert {outcome.notice for outcome in send_notices(ports)} == {
                "auditor portal",
                "auditor",
            }
        failures = logged(ports, CheckpointNotSent)
        assert [(one["notice"], one["checkpoint_size"]) for one in failures] == [
            ("auditor portal", size),
            ("auditor", size),
        ]
        assert "503" in str(failures[0]["reason"])
        assert "wrong password" in str(failures[1]["reason"])
        assert "correct horse" not in json.dumps(failures), "no secret in the log"
        webhook.status = 200
        send_notices(ports)
        mail.password = "correct horse"
        send_notices(ports)
        assert [one["notice"] for one in logged(ports, CheckpointSent)] == [
            "auditor portal",
            "auditor",
        ]
        assert send_notices(ports) == []


@pytest.mark.parametrize(
    ("fault", "reasons"),
    [
        ("no STARTTLS", ["", "STARTTLS"]),
        ("a redirect", ["302", ""]),
        ("no variables", [f"{TOKEN_ENV} is not set", f"{PASSWORD_ENV} is not set"]),
        ("an unknown authority", ["CERTIFICATE_VERIFY_FAILED", "CERTIFICATE_VERIFY_FAILED"]),
    ],
)
def test_nothing_is_sent_in_the_clear_to_strangers_or_elsewhere(
    fault: str,
    reasons: list[str],
    tmp_path: Path,
    servers: tuple[Webhook, MailServer, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    webhook, mail, _ = servers
    ca_file = None
    match fault:
        case "no STARTTLS":
            mail.offers_tls = False
        case "a redirect":
            webhook.status = 302
        case "no variables":
            monkeypatch.delenv(TOKEN_ENV)
            monkeypatch.delenv(PASSWORD_ENV)
        case _:
            ca_file = tmp_path / "other.pem"
            trustme.CA().cert_pem.write_to_path(str(ca_file))
    with home(tmp_path, servers, ca_file) as ports:
        night(ports)
        outcomes = send_notices(ports)
    for outcome, reason in zip(outcomes, reasons, strict=True):
        assert reason in outcome.reason
        assert bool(outcome.reason) == bool(reason)
    assert len(webhook.received) <= 1, "a redirect is not followed"


def test_a_server_that_is_not_there_fails_neither_night_nor_tick(
    tmp_path: Path, servers: tuple[Webhook, MailServer, Path]
) -> None:
    webhook, mail, _ = servers
    webhook.url, mail.port = "https://127.0.0.1:1/", 1
    with home(tmp_path, servers) as ports:
        night(ports)
        assert tick(ports, "test").failed == ()
        assert len(logged(ports, CheckpointNotSent)) == 2
