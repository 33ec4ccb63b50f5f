"""What `annexa serve` takes on, and how long it waits for slow clients."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field


class ServiceSettings(BaseModel):
    """How much `annexa serve` takes on at once, and how long it waits for slow clients."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    workers: int = Field(default=2, ge=1, le=32)
    """Questions that cost much (verification, assessments) answered at once."""
    waiting_questions: int = Field(default=32, ge=0, le=10_000)
    """Different questions of that kind that may wait; more is answered 503."""
    waiting_orders: int = Field(default=64, ge=1, le=10_000)
    """Runs and packs that may wait for their turn; more is answered 503."""
    request_head: timedelta = Field(default=timedelta(seconds=10), gt=timedelta())
    """In which the head of a request has to arrive."""
    request_body: timedelta = Field(default=timedelta(seconds=15), gt=timedelta())
    """In which its body has to arrive."""
    stalled: timedelta = Field(default=timedelta(seconds=30), gt=timedelta())
    """In which a client has to take some of the answer that it asked for."""
    connections: int = Field(default=512, ge=1, le=100_000)
    """Open at once; more are answered 503."""
    wrong_tokens: int = Field(default=20, ge=1, le=100_000)
    """A minute from one address until they are answered 429; ten times as many from all."""
