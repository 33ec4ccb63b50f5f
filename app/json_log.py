"""Structured logs as JSON lines on stderr, with secrets struck out."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET_NAMES = re.compile(
    r"(^|_)(secret|password|authorization|assertion|private_key|token)$", re.IGNORECASE
)
"""Whole last words, so that `token_id` and `secret_env`, which are no secrets, stay readable."""
SECRET_TEXT = re.compile(r"(Bearer\s+)\S+|(sig=)[^&\s]+|(aev_[0-9a-f]+_)\S+", re.IGNORECASE)


def configure_logs(*, verbose: bool = False) -> None:
    """Send logs to stderr; call once, at the outermost edge."""
    level = logging.INFO if verbose else logging.WARNING
    # The SDKs log refusals with the server's own text; ours is one sentence, in the error.
    logging.getLogger("azure").setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )


def redact(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Strike out values of secret-looking names and bearer tokens inside texts."""
    del logger, method
    for key, value in event.items():
        if SECRET_NAMES.search(key) and not isinstance(value, bool | int):
            event[key] = "[redacted]"
        elif isinstance(value, str):
            event[key] = SECRET_TEXT.sub(_struck, value)
    return event


def _struck(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group) + "[redacted]"
