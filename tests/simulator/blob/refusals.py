"""How tests say what a request must be refused with."""

from collections.abc import Callable
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError


def refused(attempt: Callable[[], Any]) -> tuple[int | None, str]:
    """Status and code of the refusal."""
    with pytest.raises(HttpResponseError) as refusal:
        attempt()
    answer = refusal.value.response
    return refusal.value.status_code, "" if answer is None else answer.headers["x-ms-error-code"]
