"""Entry point of the command line: whatever goes wrong is one sentence and an exit code."""

import sys

import typer
from rich.text import Text

from app.cli.commands import app
from app.cli.edge import ERR
from app.errors import AppError, UsageError
from app.packs.verify.checks import printable
from collectors.kit.errors import CollectorError

INTERRUPTED = 130


def run(arguments: list[str] | None = None) -> None:
    """Run the command line; expected failures are one sentence and an exit code."""
    try:
        _need_text(sys.argv[1:] if arguments is None else arguments)
        code = app(arguments, prog_name="annexa", standalone_mode=False)
    except AppError as error:
        _say(error.message, error.kind)
        sys.exit(error.exit_code)
    except CollectorError as error:
        _say(str(error), "collector")
        sys.exit(3)
    except typer.TyperException as error:
        _say_usage(error)
        sys.exit(error.exit_code)
    if code == INTERRUPTED:
        _say("interrupted; sealed evidence is safe, go on with `annexa collect --resume`", "stop")
    sys.exit(code)


def _need_text(arguments: list[str]) -> None:
    """Python passes bytes that are not UTF-8 on as halves of characters; nothing takes those."""
    for place, argument in enumerate(arguments, 1):
        if not argument.isascii() and argument.encode(errors="replace").decode() != argument:
            raise UsageError(f"argument {place} is not UTF-8 text")


def _say(sentence: str, code: str) -> None:
    # One line, whatever a library's text brought along.
    said = printable(" ".join(sentence.split()))
    ERR.print(Text.assemble(("annexa: ", "bold red"), said, (f" [{code}]", "dim")))


def _say_usage(error: typer.TyperException) -> None:
    told = error.format_message()
    if "\n" in told:  # a group without a command: its help
        ERR.print(told)
        return
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "annexa"
    _say(f"{told[:1].lower()}{told[1:].rstrip('.')}; see `{command} --help`", "usage")


if __name__ == "__main__":
    run()
