"""What is proved to be gone: by itself, or with what it lay in. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from app.controls.observed import Removal
from collectors.kit.values.arm_ids import ancestors


class Removals:
    """Proofs of removal, by what they are about."""

    def __init__(self, proofs: Iterable[Removal] = ()) -> None:
        self._newest: dict[str, datetime] = {}
        for proof in proofs:
            for subject in _subjects(proof.subject):
                known = self._newest.get(subject)
                self._newest[subject] = max(known, proof.slot) if known else proof.slot

    def after(self, subject: str, night: datetime) -> bool:
        """Whether a night after this one proves that the subject is gone."""
        around = (subject.lower(), *ancestors(subject))
        return any(self._newest[one] > night for one in around if one in self._newest)

    def since(self, subject: str, night: datetime) -> bool:
        """The same, that night itself among them."""
        return self.after(subject, night - timedelta(microseconds=1))


def _subjects(item_id: str) -> tuple[str, ...]:
    """Under which names verdicts speak of a thing: of a subscription also by its bare id."""
    own = item_id.lower()
    _, found, subscription = own.partition("/subscriptions/")
    return (own, subscription) if found and "/" not in subscription else (own,)
