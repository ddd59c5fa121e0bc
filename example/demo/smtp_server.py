"""A real SMTP server on localhost that refuses some mail for now, some for good, and keeps what it accepts.

How it treats an address is told by the address's domain, so that subscribers.csv alone says what must come of it.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import threading
import time
from collections import Counter
from concurrent.futures import Future
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

#: How often an address of these domains is answered "451, try later" before its mail is taken.
REFUSED_FOR_NOW = {"busy-once.example": 1, "busy-twice.example": 2}
REFUSED_FOR_GOOD = "no-such-mailbox.example"
#: Mail for it is taken in, and then the server says nothing more.
NEVER_ANSWERED = "never-answers.example"


def domain(address: str) -> str:
    return address.rpartition("@")[2]


@dataclass(frozen=True)
class Mail:
    """One accepted e-mail, as it lies in the mailbox."""

    recipient: str
    letter: str
    name: str
    arrived_at: float
    sender_process: int


class MailServer:
    """Runs in a thread of its own from ``with`` to the end of the block; what it did can be read at any time.

    Arguments:
        willing: accept everything at once, as a server does that has been repaired.
    Attributes:
        port: where it listens, chosen by the system.
        mailbox: every e-mail that it accepted, in order of arrival.
        answers: how often it answered with each code, for recipients and for whole e-mails.
        refusals: how often each address was told 451 or 550.
        first_answer_at: time.monotonic() of the first of them.
        stuck_process: the process whose e-mail it never answers, once there is one.
    """

    def __init__(self, *, willing: bool = False) -> None:
        self.willing = willing
        self.port = 0
        self.mailbox: list[Mail] = []
        self.answers: Counter[int] = Counter()
        self.refusals: Counter[str] = Counter()
        self.stuck_process: int | None = None
        self.first_answer_at: float | None = None
        self._listening: Future[int] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="mail server", daemon=True)

    def __enter__(self) -> MailServer:
        self._thread.start()
        self.port = self._listening.result(10)
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        try:
            server = await self._loop.create_server(self._session, "127.0.0.1", 0)
        except OSError as error:
            self._listening.set_exception(error)
            return
        self._listening.set_result(server.sockets[0].getsockname()[1])
        await self._stop.wait()
        server.close()

    def _session(self) -> SMTP:
        return SMTP(self, hostname="localhost", ident="demo mail server", loop=self._loop)

    def _count(self, code: int) -> None:
        self.first_answer_at = self.first_answer_at or time.monotonic()
        self.answers[code] += 1

    # The names of the handle_ methods are aiosmtpd's.

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if not self.willing:
            if domain(address) == REFUSED_FOR_GOOD:
                return self._refuse(address, 550, "5.1.1 no such mailbox here")
            if self.refusals[address] < REFUSED_FOR_NOW.get(domain(address), 0):
                return self._refuse(address, 451, "4.7.1 busy, please try again later")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def _refuse(self, address: str, code: int, reason: str) -> str:
        self.refusals[address] += 1
        self._count(code)
        return f"{code} {reason}"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        message = email.message_from_bytes(content, policy=email.policy.default)
        sender_process = int(message["X-Sender-Process"])
        for recipient in envelope.rcpt_tos:
            if domain(recipient) == NEVER_ANSWERED and not self.willing:
                self.stuck_process = sender_process
                await asyncio.Event().wait()  # cancelled by aiosmtpd when the connection breaks
            name, _ = parseaddr(str(message["To"]))
            self.mailbox.append(Mail(recipient, message["X-Letter"], name, time.time(), sender_process))
            self._count(250)
        return "250 OK, it is in the mailbox"
