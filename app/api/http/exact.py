"""Bytes as they were sealed: an ETag that is their SHA-256, conditions, ranges and digests.

RFC 9110 sections 13 (conditions) and 14 (ranges); RFC 9530 for Repr-Digest.
"""

import base64
import re
from collections.abc import Iterator
from typing import BinaryIO, Literal
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from app.api.http.problems import ProblemError
from app.services.packing.files import PackFile
from app.services.reading.evidence import Sealed

CHUNK = 256 * 1024
ONE_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE)
NONE_MATCH = re.compile(r'(?:W/)?("[^"]*")')


def exact(
    request: Request, sealed: Sealed, media_type: str, attached: str | None = None
) -> Response:
    """Sealed bytes, or 304 for who has them."""
    headers = _headers(sealed.sha256, attached)
    if _has(request, sealed.sha256):
        return Response(status_code=304, headers=headers)
    return Response(sealed.data, media_type=media_type, headers=headers)


def download(request: Request, file: PackFile, media_type: str) -> Response:
    """An open file whole or in part: 200, 206, 304, or ProblemError (416). Closes it.

    Multiple ranges, other units and what is malformed give the whole file (RFC 9110, 14.2).
    """
    headers = _headers(file.sha256, file.name) | {"Accept-Ranges": "bytes"}
    if _has(request, file.sha256):
        file.file.close()
        return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        file.file.close()
        headers["Content-Length"] = str(file.size)
        return Response(headers=headers, media_type=media_type)
    part = _part(request, file)
    first, last = part or (0, file.size - 1)
    headers["Content-Length"] = str(last - first + 1)
    if part is not None:
        headers["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    return StreamingResponse(
        _bytes(file.file, first, last),
        status_code=200 if part is None else 206,
        headers=headers,
        media_type=media_type,
    )


def _part(request: Request, file: PackFile) -> tuple[int, int] | None:
    """First and last byte asked for, None for the whole file. Raises ProblemError (416)."""
    if not _range_applies(request, file.sha256):
        return None
    wanted = _range(request.headers.get("range", ""), file.size)
    if wanted != "unsatisfiable":
        return wanted
    file.file.close()
    raise ProblemError(
        416,
        f"the file has {file.size} bytes; ask for a part of it",
        code="range_unsatisfiable",
        headers={"Content-Range": f"bytes */{file.size}"},
    )


def _headers(digest: str, attached: str | None) -> dict[str, str]:
    encoded = base64.b64encode(bytes.fromhex(digest)).decode()
    headers = {"ETag": f'"{digest}"', "Repr-Digest": f"sha-256=:{encoded}:"}
    if attached is not None:
        headers["Content-Disposition"] = f'attachment; filename="{quote(attached)}"'
    return headers


def _has(request: Request, digest: str) -> bool:
    said = request.headers.get("if-none-match", "")
    return said.strip() == "*" or f'"{digest}"' in NONE_MATCH.findall(said)


def _range_applies(request: Request, digest: str) -> bool:
    """If-Range must name exactly these bytes; a date or another tag gives the whole file."""
    condition = request.headers.get("if-range")
    return condition is None or condition.strip() == f'"{digest}"'


def _range(header: str, size: int) -> tuple[int, int] | Literal["unsatisfiable"] | None:
    """First and last byte of the one range asked for; None when the header is to be ignored."""
    found = ONE_RANGE.fullmatch(header.strip())
    if found is None or found[0].lower() == "bytes=-":
        return None
    start, end = found.groups()
    if not start:
        first, last = max(size - int(end), 0), size - 1
        return (first, last) if int(end) else "unsatisfiable"
    first, last = int(start), min(int(end), size - 1) if end else size - 1
    if end and int(end) < first:
        return None
    return (first, last) if first < size else "unsatisfiable"


def _bytes(file: BinaryIO, first: int, last: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        left = last - first + 1
        while left and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
