"""Who receives checkpoints in tests: an HTTPS address and a mail server, both with real TLS."""

import asyncio
import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import trustme
from aiohttp import web

from tests.patience import PATIENCE


@dataclass
class Webhook:
    """What an HTTPS address was sent."""

    url: str = ""
    status: int = 200
    received: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.received.append(json.loads(await request.read()))
        self.tokens.append(request.headers.get("Authorization", ""))
        headers = {"Location": self.url + "elsewhere"} if self.status == 302 else {}
        return web.Response(status=self.status, headers=headers)


@dataclass
class MailServer:
    """A mail server that speaks STARTTLS and wants a password."""

    port: int = 0
    offers_tls: bool = True
    password: str = "correct horse"
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    tls: ssl.SSLContext | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        say = lambda line: writer.write(line.encode() + b"\r\n")  # noqa: E731 - one line
        say("220 mail.test ESMTP")
        secure = allowed = False
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            match line.upper().split(" ", 1)[0]:
                case "EHLO":
                    offers = [] if secure or not self.offers_tls else ["STARTTLS"]
                    offers += ["AUTH PLAIN"] if secure else []
                    for offer in ["mail.test", *offers]:
                        say(f"250-{offer}")
                    say("250 SIZE 1000000")
                case "STARTTLS":
                    say("220 go ahead")
                    await writer.drain()
                    await writer.start_tls(self.tls)
                    secure = True
                case "AUTH":
                    given = base64.b64decode(line.split(" ")[2]).split(b"\0")[2].decode()
                    allowed = secure and given == self.password
                    say("235 welcome" if allowed else "535 wrong password")
                case "MAIL":
                    say("250 ok" if allowed else "530 log in first")
                case "RCPT":
                    self.recipients.append(line.partition("<")[2].rstrip(">"))
                    say("250 ok")
                case "DATA":
                    say("354 go on")
                    self.messages.append(await _message(reader))
                    say("250 taken")
                case "QUIT":
                    say("221 bye")
                    break
                case _:
                    say("250 ok")
        writer.close()


async def _message(reader: asyncio.StreamReader) -> EmailMessage:
    lines = []
    while (line := await reader.readline()) != b".\r\n":
        lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
    made = message_from_bytes(b"".join(lines), policy=policy.default)
    assert isinstance(made, EmailMessage)
    return made


@contextmanager
def receiving(folder: Path) -> Iterator[tuple[Webhook, MailServer, Path]]:
    """Both servers on free ports, and the PEM file of the authority that vouches for them."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    webhook, mail = Webhook(), MailServer(tls=context)
    loop = asyncio.new_event_loop()
    ready, stop = threading.Event(), asyncio.Event()

    async def run() -> None:
        app = web.Application()
        app.router.add_post("/{tail:.*}", webhook.answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        webhook.url = f"https://127.0.0.1:{runner.addresses[0][1]}/"
        server = await asyncio.start_server(mail.serve, "127.0.0.1", 0)
        mail.port = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    assert ready.wait(PATIENCE)
    try:
        yield webhook, mail, ca_file
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE)
        loop.close()
