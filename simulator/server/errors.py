"""Errors in the shape of each service."""

from collections.abc import Mapping
from xml.sax.saxutils import escape

from simulator.server.audiences import Service
from simulator.server.question import Answer, Question, refuse, reply


def error_answer(
    service: Service,
    question: Question,
    status: int,
    code: str,
    message: str,
    *,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One error as the service words it."""
    match service:
        case "graph":
            return graph_error(question, status, code, message, headers=headers)
        case "logs":
            return logs_error(question, status, code, message, headers=headers)
        case "entra":
            return reply(
                {"error": "temporarily_unavailable", "error_description": f"{code}: {message}"},
                status=status,
                headers=headers,
            )
        case "blob":
            return blob_error(question, status, code, message, headers=headers)
        case _:
            return refuse(status, code, message, headers=headers)


def graph_error(
    question: Question,
    status: int,
    code: str,
    message: str,
    *,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Microsoft Graph's error resource type, with its innerError."""
    client = question.headers.get("client-request-id", question.request_id)
    return reply(
        {
            "error": {
                "code": code,
                "message": message,
                "innerError": {
                    "date": question.now.strftime("%Y-%m-%dT%H:%M:%S"),
                    "request-id": question.request_id,
                    "client-request-id": client,
                },
            }
        },
        status=status,
        headers=headers,
    )


def blob_error(
    question: Question,
    status: int,
    code: str,
    message: str,
    *,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """The blob service's error: XML, with the code in a header too."""
    stamp = question.now.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
    told = escape(f"{message}\nRequestId:{question.request_id}\nTime:{stamp}")
    return Answer(
        status=status,
        body=(
            '<?xml version="1.0" encoding="utf-8"?>'
            f"<Error><Code>{escape(code)}</Code><Message>{told}</Message></Error>"
        ).encode(),
        headers={"x-ms-error-code": code, **(headers or {})},
        content_type="application/xml",
    )


def logs_error(
    question: Question,
    status: int,
    code: str,
    message: str,
    *,
    inner: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Log Analytics' error, with its innererror in lower case."""
    error: dict[str, object] = {
        "message": message,
        "code": code,
        "correlationId": question.request_id,
    }
    if inner:
        error["innererror"] = inner
    return reply({"error": error}, status=status, headers=headers)
