"""redact and reveal: what was sealed, handed out with parts hidden."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.edge import OUT
from app.cli.opened import opened
from app.errors import NotFoundError, UnavailableError, UsageError
from app.services.home.private_files import private_file

Out = Annotated[Path, typer.Option("--out", help="Write it to this new file.")]


def redact(
    ctx: typer.Context,
    record: Annotated[str, typer.Argument(help="A record, by its id or its number in the log.")],
    out: Out,
    hide: Annotated[
        list[str] | None,
        typer.Option(help="Hide what stands below members of this name, once for each."),
    ] = None,
    hide_text: Annotated[
        list[str] | None, typer.Option(help="Hide whatever holds this text, once for each.")
    ] = None,
    *,
    without_pages: Annotated[
        bool, typer.Option("--without-pages", help="The record, verdicts and expectations alone.")
    ] = False,
) -> None:
    """Copy a record and its pages with parts hidden; the rest still proves that it was sealed."""
    from app.services.redaction.copies import redacted_copy

    if not (hide or hide_text):
        raise UsageError("say what to hide: --hide NAME or --hide-text TEXT")
    with opened(ctx) as ports:
        data = redacted_copy(
            ports, record, fields=hide or (), texts=hide_text or (), pages=not without_pages
        )
    _write(out, data)
    OUT.print(
        f"Written to {out}. Read it before you hand it out: what is spelled otherwise is not "
        f"found. It is verified with: annexa verify --redacted {out}"
    )


def reveal(
    ctx: typer.Context,
    copy: Annotated[Path, typer.Argument(help="A redacted copy.")],
    token: Annotated[list[str], typer.Option(help="A hidden token, as record#12 or source/0#345.")],
    out: Out,
) -> None:
    """Tell single hidden parts of a redacted copy, with what proves them."""
    from app.services.redaction.copies import revealed_tokens

    places = [_place(one) for one in token]
    try:
        data = copy.read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no copy at {copy}", code="file_unknown") from error
    except OSError as error:
        raise UnavailableError(f"{copy} cannot be read: {error.strerror}") from error
    with opened(ctx) as ports:
        told = revealed_tokens(ports, data, places)
    _write(out, told)
    OUT.print(f"Written to {out}. Verified with: annexa verify --redacted {copy} --revealed {out}")


def _place(text: str) -> tuple[str, int]:
    of, _, number = text.rpartition("#")
    if not of or not number.isdecimal():
        raise UsageError(f"{text} is no token; name it as record#12 or source/0#345")
    return of, int(number)


def _write(path: Path, data: bytes) -> None:
    try:
        with private_file(path) as file:
            file.write(data)
    except FileExistsError as error:
        raise UsageError(f"{path} is there already and was not changed") from error
    except OSError as error:
        raise UnavailableError(f"{path} cannot be written: {error.strerror}") from error
