"""Attacks on a local store, as whoever owns the disk can do them."""

from collections.abc import Callable

from app.errors import StoreConflictError
from app.store.canary import Attempt, NewKey, Outcome, Trial
from app.store.local.errors import disk_errors
from app.store.local.folder import LocalStore

_SEALED, _OTHER = b"canary: sealed\n", b"canary: overwritten\n"
_NONE_HERE = "a folder has none"


class LocalCanary:
    """Tries to overwrite and delete files of the store by their path."""

    def __init__(self, store: LocalStore) -> None:
        self._store = store

    def attack(self, new_key: NewKey) -> Trial:
        """Raises UnavailableError when the canary cannot be written."""
        key = new_key()
        self._store.put_once(key, _SEALED)
        protection = self._store.protection(key)
        path = self._store.root / key

        def overwrite() -> None:
            path.chmod(0o600)
            path.write_bytes(_OTHER)

        attempts = (
            self._through_the_store(key),
            _tried("overwrite", overwrite, lambda: path.read_bytes() == _OTHER),
            _tried("delete", path.unlink, lambda: not path.exists()),
            *(
                Attempt(name=name, outcome=Outcome.ABSENT, detail=_NONE_HERE)
                for name in ("shorten the policy", "remove the policy", "remove a legal hold")
            ),
        )
        with disk_errors(self._store.root, "written"):
            path.unlink(missing_ok=True)
        return Trial(canaries=(key,), protection=protection, attempts=attempts)

    def _through_the_store(self, key: str) -> Attempt:
        name = "overwrite unless it exists"
        try:
            self._store.put_once(key, _OTHER)
        except StoreConflictError as error:
            return Attempt(name=name, outcome=Outcome.CONDITION, code=error.kind)
        return Attempt(name=name, outcome=Outcome.PERMITTED)


def _tried(name: str, act: Callable[[], object], done: Callable[[], bool]) -> Attempt:
    try:
        act()
    except PermissionError as error:
        return Attempt(name=name, outcome=Outcome.RIGHTS, code=error.strerror or "")
    except OSError as error:
        return Attempt(name=name, outcome=Outcome.OTHERWISE, code=error.strerror or "")
    return Attempt(name=name, outcome=Outcome.PERMITTED if done() else Outcome.KEPT)
