"""One bundle of the corpus: what was done to it, and what every reader must say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.services.proof.whole_store import NO_DEMANDS, Demands
from tests.corpus.owner import Files, Owner


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the auditor asks besides the home's own anchors."""

    demands: Demands = NO_DEMANDS
    time_roots: tuple[Path, ...] = ()
    at: str | None = None
    root: Path | None = None
    vkeys: str | None = None
    """Text of log.vkey; None: the log's present key."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A bundle, and the stable code that is told first of it."""

    kind: str
    name: str
    bundle: bytes
    code: str | None
    """None: every reader accepts it."""
    asked: Asked = field(default_factory=Asked)


@dataclass(frozen=True)
class Kind:
    """Makes cases of one kind: `kind(name, code, files or bundle)`."""

    name: str
    owner: Owner

    def __call__(
        self, name: str, code: str | None, made: Files | bytes, asked: Asked | None = None
    ) -> Case:
        """Files are sealed by the owner; bytes are the bundle as it is."""
        bundle = made if isinstance(made, bytes) else self.owner.keys.packed(made)
        return Case(kind=self.name, name=name, bundle=bundle, code=code, asked=asked or Asked())


Maker = Callable[[Owner, Path], Iterator[Case]]
"""Cases of a kind; in the folder they may lay what an auditor was given."""
