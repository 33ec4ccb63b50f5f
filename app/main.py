"""Entry points: the command line, and the ASGI application for uvicorn."""

import sys

from rich.text import Text

from app.cli.commands import app
from app.cli.edge import ERR
from app.errors import AppError
from collectors.kit.errors import CollectorError


def run(arguments: list[str] | None = None) -> None:
    """Run the command line; expected failures are one sentence and an exit code."""
    try:
        app(arguments, standalone_mode=True)
    except AppError as error:
        _say(error.message, error.kind)
        sys.exit(error.exit_code)
    except CollectorError as error:
        _say(str(error), "collector")
        sys.exit(3)
    except KeyboardInterrupt:
        _say("interrupted; sealed evidence is safe, go on with `annexa collect --resume`", "stop")
        sys.exit(130)


def _say(sentence: str, code: str) -> None:
    ERR.print(Text.assemble(("annexa: ", "bold red"), sentence, (f" [{code}]", "dim")))


if __name__ == "__main__":
    run()
