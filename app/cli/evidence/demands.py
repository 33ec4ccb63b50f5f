"""Options by which an auditor demands more of a bundle or a pack than that it verifies."""

from pathlib import Path
from typing import Annotated

import typer

from app.services.proof.whole_store import Demands

SealSubject = Annotated[
    list[str] | None,
    typer.Option(help="Who must have sealed, such as 'O=Example Hospital'; again: one of them."),
]
SealCert = Annotated[
    list[str] | None,
    typer.Option(help="Certificate that must have sealed: its file, or its SHA-256."),
]
Witness = Annotated[
    list[str] | None,
    typer.Option(help="Key of a witness that must have cosigned the log: its vkey, or a file."),
]
Since = Annotated[
    list[Path] | None,
    typer.Option(help="Checkpoint given out before, which the log has to continue."),
]
PeriodAsked = Annotated[
    str | None,
    typer.Option(metavar="FIRST..LAST", help="Days that must be whole [those of the pack]."),
]
Root = Annotated[Path | None, typer.Option(help="Root certificate [of this home].")]
LogVkey = Annotated[Path | None, typer.Option(help="Log key file [of this home].")]
TimeRoot = Annotated[
    list[Path] | None,
    typer.Option(help="Root of a time authority, once for each [those of this home]."),
]
At = Annotated[
    str | None, typer.Option(help="Judge certificates at this time, once they have expired.")
]
OF_A_BUNDLE = "--seal-subject, --seal-cert, --witness, --since, --period and --crl"

Revocations = Annotated[
    Path | None, typer.Option("--crl", help="Revocation list (PEM), newer than the one inside.")
]


def demanded(
    subjects: list[str] | None,
    certificates: list[str] | None,
    witnesses: list[str] | None,
    since: list[Path] | None,
    period: str | None,
    revocations: Path | None = None,
) -> Demands:
    """What these options say."""
    return Demands(
        seal_subjects=tuple(subjects or ()),
        seal_certificates=tuple(certificates or ()),
        witnesses=tuple(witnesses or ()),
        since=tuple(since or ()),
        period=period,
        revocations=revocations,
    )
