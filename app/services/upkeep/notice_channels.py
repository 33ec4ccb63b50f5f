"""How a checkpoint reaches somebody outside: an HTTPS webhook, or a mail server with STARTTLS."""

import json
import os
import smtplib
import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Any

from app.settings import EmailSettings, WebhookSettings

TIMEOUT = 15.0
"""Seconds until a host counts as silent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """What is sent: a checkpoint, and what dates it."""

    size: int
    note: bytes
    envelope: Mapping[str, Any]
    """Facts about it for programs."""
    tokens: Mapping[str, bytes]
    """RFC 3161 responses by file name."""


class NotSentError(Exception):
    """Nobody took the notice. The message says why, and holds no secret."""


def send(settings: WebhookSettings | EmailSettings, notice: Notice) -> None:
    """Send it once. Raises NotSentError; whether it arrived is then unknown."""
    try:
        if isinstance(settings, WebhookSettings):
            _post(settings, notice)
        else:
            _mail(settings, notice)
    except (OSError, HTTPException, ValueError) as error:  # urllib's and smtplib's are among them
        raise NotSentError(f"{type(error).__name__}: {error}") from error


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the bearer token to another host."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        """None: the redirect itself is the answer, and an error."""
        del req, fp, code, msg, headers, newurl


def _post(settings: WebhookSettings, notice: Notice) -> None:
    headers = {"Content-Type": "application/json"}
    if settings.token_env:
        headers["Authorization"] = f"Bearer {_secret(settings.token_env)}"
    body = json.dumps(dict(notice.envelope), ensure_ascii=False).encode()
    request = urllib.request.Request(  # noqa: S310 - settings accept https only
        settings.url, data=body, headers=headers, method="POST"
    )
    tls = urllib.request.HTTPSHandler(context=_context(settings.ca_file))
    opener = urllib.request.build_opener(tls, _NoRedirects)
    with opener.open(request, timeout=TIMEOUT) as reply:
        reply.read(1 << 16)


def _mail(settings: EmailSettings, notice: Notice) -> None:
    message = _message(settings, notice)
    with smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT) as server:
        server.starttls(context=_context(settings.ca_file))  # refused rather than sent in the clear
        if settings.username and settings.password_env:
            server.login(settings.username, _secret(settings.password_env))
        refused = server.send_message(message)
    if refused:
        raise NotSentError(f"refused for {', '.join(sorted(refused))}")


def _message(settings: EmailSettings, notice: Notice) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = settings.sender, ", ".join(settings.recipients)
    message["Subject"] = f"Checkpoint {notice.size} of {notice.envelope['origin']}"
    message.set_content(
        "This is the signed checkpoint of an evidence log. Keep it: with it you can have proven "
        "at any later time\nthat nothing that was in the log today was altered, removed or "
        "inserted since:\n\n    annexa log verify --since checkpoint.txt\n\n"
        f"{notice.note.decode()}{_losses(notice)}"
    )
    files = {f"checkpoint-{notice.size}.txt": notice.note, **notice.tokens}
    for name, data in files.items():  # as plain bytes: a changed line end would break the signature
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message


def _losses(notice: Notice) -> str:
    """What the night could no longer see: whoever reads of the night is told of that too."""
    lost = notice.envelope.get("lost_sight", [])
    if not lost:
        return ""
    told = "\n".join(f"- {sentence}" for sentence in lost)
    return f"\nWhat the last night could no longer see:\n\n{told}\n"


def _context(ca_file: Path | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)


def _secret(variable: str) -> str:
    value = os.environ.get(variable)
    if not value:
        raise NotSentError(f"the environment variable {variable} is not set")
    return value
