"""An index is built beside the one in use: readers see the old one or the new one, never a half."""

import os
import subprocess
import sys
import textwrap
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session

from app.db.engine import rebuild
from app.db.engine.append_only import assert_guarded
from app.db.engine.database import Database, open_database
from app.db.engine.rebuild import built_beside, swap_in
from app.db.engine.schema import assert_current
from app.db.engine.tables import event
from app.db.rows.log import add_event
from app.db.rows.tokens import ApiToken, add_token, token_of_secret
from app.errors import RefusedError, UnavailableError
from app.evidence.record import Event
from tests.db.logged import all_events

AT = datetime(2026, 3, 14, tzinfo=UTC)
ROWS = 40
TOKEN = ApiToken(
    id="t1", name="reader", scopes=("read",), created_at=AT, expires_at=None, revoked_at=None
)


def fill(database: Database, rows: int = ROWS) -> None:
    """In many transactions, as a rebuild does; the token comes last."""
    for seq in range(rows):
        with database.begin() as session:
            add_event(session, seq, Event(kind="access", at=AT, actor="test", detail={"n": seq}))
    with database.begin() as session:
        add_token(session, TOKEN, "digest")


def seen(database: Database) -> tuple[int, bool]:
    """How many events, and whether the token is valid, in one view."""
    with database.read() as session:
        count = session.scalar(select(func.count()).select_from(event))
        return count or 0, token_of_secret(session, "digest") is not None


def nothing(_: Session) -> rebuild.Bring:
    return lambda _: None


def test_a_reader_who_asks_all_the_time_never_sees_half_an_index(
    database: Database, url: str
) -> None:
    fill(database)
    stop, views = threading.Event(), Counter[tuple[int, bool]]()

    def read() -> None:
        reader = open_database(url)
        while not stop.is_set():
            views[seen(reader)] += 1
        views[seen(reader)] += 1
        reader.close()

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        with built_beside(database) as beside:
            fill(beside, ROWS + 1)
            swap_in(database, beside, nothing)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert set(views) <= {(ROWS, True), (ROWS + 1, True)}
    assert views[ROWS + 1, True] >= len(threads)
    assert seen(database) == (ROWS + 1, True)
    assert_current(database.engine)
    assert_guarded(database.engine)


def test_a_view_that_was_opened_before_stays_the_old_one(database: Database, url: str) -> None:
    fill(database)
    reader = open_database(url)
    with built_beside(database) as beside:
        fill(beside, ROWS + 1)
        with reader.read() as session:
            before = len(all_events(session))
            swapping = threading.Thread(target=swap_in, args=(database, beside, nothing))
            swapping.start()
            assert len(all_events(session)) == before == ROWS
            assert token_of_secret(session, "digest") is not None
        swapping.join()
    assert seen(reader) == (ROWS + 1, True)
    reader.close()


def test_what_was_written_meanwhile_is_brought_along(database: Database) -> None:
    fill(database, 3)

    def keep(old: Session) -> rebuild.Bring:
        late = [(seq, one) for seq, one in all_events(old).items() if seq >= 3]

        def bring(new: Session) -> None:
            for seq, one in late:
                add_event(new, seq, one)

        return bring

    with built_beside(database) as beside:
        fill(beside, 3)
        with database.begin() as session:
            add_event(session, 3, Event(kind="access", at=AT, actor="late", detail={}))
        swap_in(database, beside, keep)
    assert seen(database) == (4, True)


def test_a_swap_that_fails_leaves_the_old_index(database: Database) -> None:
    fill(database)

    def keep(_: Session) -> rebuild.Bring:
        def bring(_: Session) -> None:
            raise ValueError

        return bring

    with pytest.raises(ValueError), built_beside(database) as beside:  # noqa: PT011, PT012 - raised above
        fill(beside, 2)
        swap_in(database, beside, keep)
    assert seen(database) == (ROWS, True)
    assert_guarded(database.engine)


KILLED = """
    import os, signal
    from app.db.engine.database import open_database
    from app.db.engine.rebuild import built_beside, swap_in
    from tests.db.engine.test_rebuild import fill, nothing

    database = open_database(os.environ["URL"])

    def dying(session):
        nothing(session)
        return lambda session: os.kill(os.getpid(), signal.SIGKILL)

    with built_beside(database) as beside:
        fill(beside, 2)
        if os.environ["WHEN"] == "building":
            os.kill(os.getpid(), signal.SIGKILL)
        swap_in(database, beside, dying)
"""


@pytest.mark.parametrize("when", ["building", "swapping"])
def test_a_kill_leaves_the_old_index_whole_and_the_next_rebuild_goes_on(
    when: str, database: Database, url: str
) -> None:
    fill(database)
    environment = {**os.environ, "URL": url, "WHEN": when, "PYTHONPATH": "."}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED)],
        check=False,
        env=environment,
        cwd=Path(__file__).parents[3],
        capture_output=True,
    )
    assert done.returncode == -9, done.stderr.decode()
    assert seen(database) == (ROWS, True)
    with built_beside(database) as beside:
        fill(beside, 5)
        swap_in(database, beside, nothing)
    assert seen(database) == (5, True)
    assert left_over(database) == []


def left_over(database: Database) -> list[str]:
    if database.engine.dialect.name == "postgresql":
        return [name for name in inspect(database.engine).get_schema_names() if "rebuild" in name]
    file = Path(str(database.engine.url.database))
    return [each.name for each in file.parent.iterdir() if "rebuild" in each.name]


def test_an_index_of_another_shape_is_replaced(database: Database, url: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE event"))
        connection.execute(text("CREATE TABLE odd (a integer)"))
    database.close()
    taken = open_database(url, rebuild=True)
    with built_beside(taken) as beside:
        fill(beside)
        swap_in(taken, beside, nothing)
    taken.close()
    again = open_database(url)
    assert seen(again) == (ROWS, True)
    assert "odd" not in inspect(again.engine).get_table_names()
    again.close()


def test_an_account_that_may_not_make_a_schema_is_told_what_to_grant(
    postgresql_server: str, request: pytest.FixtureRequest
) -> None:
    name = f"bare{os.getpid()}"
    admin = open_database(postgresql_server + "postgres", rebuild=True)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.close()
    owner = open_database(postgresql_server + name)
    request.addfinalizer(owner.close)
    with owner.engine.begin() as connection:
        connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {name}"))
        connection.execute(text(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}"))
    bare = open_database(postgresql_server.replace("postgres@", f"{name}@") + name, rebuild=True)
    request.addfinalizer(bare.close)
    with pytest.raises(RefusedError, match="GRANT CREATE ON DATABASE"), built_beside(bare):
        pass


def test_one_who_never_lets_go_keeps_the_old_index(
    postgresql_server: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "_PATIENCE", 0.0)
    name = "held" + str(os.getpid())
    admin = open_database(postgresql_server + "postgres", rebuild=True)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.close()
    live, reader = (open_database(postgresql_server + name) for _ in range(2))
    request.addfinalizer(live.close)
    request.addfinalizer(reader.close)
    fill(live)
    with reader.read() as session:
        assert len(all_events(session)) == ROWS
        with (
            built_beside(live) as beside,
            pytest.raises(UnavailableError, match="in use by another process all the time"),
        ):
            swap_in(live, beside, nothing)
        assert len(all_events(session)) == ROWS
    assert seen(live) == (ROWS, True)
