"""Sealed rules, each started in a process of its own when it is first needed."""

from contextlib import ExitStack
from typing import Any

from app.evidence.canonical import sha256
from app.services.proof.sealed_evidence import SealedEvidence
from app.services.reperforming.rules_process import Rules, running


class RulesShelf:
    """Rules by digest, each started when first needed."""

    def __init__(self, evidence: SealedEvidence, instead: bytes | None) -> None:
        self.used: set[str] = set()
        self._evidence = evidence
        self._instead = instead
        self._started: dict[str, tuple[Rules, ExitStack]] = {}

    def close(self) -> None:
        """End every child."""
        for started in self._started.values():
            started[1].close()
        self._started.clear()

    def rules(self, digest: str) -> Rules:
        """The rules of this digest; the others, when those were asked for."""
        digest = sha256(self._instead) if self._instead else digest
        self.used.add(digest)
        known = self._started.get(digest)
        if known is not None and not known[0].ended:
            return known[0]
        if known is not None:
            known[1].close()
        archive = self._instead or self._evidence.rules(digest)
        stack = ExitStack()
        started = stack.enter_context(running(archive))
        self._started[digest] = (started, stack)
        return started

    def describe(self, digest: str) -> list[dict[str, Any]]:
        """Collectors and checks of these rules."""
        return self.rules(digest).describe()
