"""Health: the one thing that answers without a token."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from app.api.http.problems import problem_schema

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """That this process answers; nothing about what it holds."""

    status: Literal["ok"] = "ok"


@router.get("/health", responses={500: problem_schema(500)})
async def health() -> Health:
    """Answers as long as the process does; waits for no thread and no database."""
    return Health()
