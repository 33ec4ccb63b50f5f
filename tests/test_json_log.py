"""Secrets never reach a log line."""

import json
import subprocess
import sys

import pytest

from app.json_log import redact


@pytest.mark.parametrize(
    "event",
    [
        {"client_secret": "hunter2"},
        {"Authorization": "Bearer hunter2"},
        {"said": "sent Authorization: Bearer hunter2 to Azure"},
        {"url": "https://a.blob.core.windows.net/c/b?sv=1&sig=hunter2&se=2"},
        {"text": "token aev_0123ab_hunter2 was used"},
        {"access_token": "hunter2"},
    ],
)
def test_a_secret_is_struck_out(event: dict[str, str]) -> None:
    assert "hunter2" not in json.dumps(dict(redact(None, "info", dict(event))))


def test_names_of_secrets_stay_readable() -> None:
    event = {"secret_env": "AZURE_SECRET", "token_id": "0123ab", "reason": "no token"}

    assert redact(None, "info", dict(event)) == event


def test_a_traceback_is_part_of_the_line() -> None:
    program = (
        "from app.json_log import configure_logs; import structlog; configure_logs()\n"
        "try: 1 / 0\n"
        "except ZeroDivisionError: structlog.get_logger().exception('failed')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    line = json.loads(done.stderr)

    assert done.stdout == ""
    assert "ZeroDivisionError" in line["exception"]
