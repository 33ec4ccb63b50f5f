"""The schema: made from nothing, refused when newer, the same as the tables the code uses."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from app.db.engine.database import Database, open_database
from app.db.engine.dialects import open_engine
from app.db.engine.schema import HEAD, assert_current, migrate
from app.db.engine.tables import metadata
from app.errors import RefusedError, UnavailableError, UsageError


def test_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []


def test_the_newest_migration_is_the_one_the_program_names(database: Database) -> None:
    with database.read() as session:
        assert session.scalars(text("SELECT version_num FROM alembic_version")).all() == [HEAD]


def test_migrating_twice_changes_nothing(database: Database) -> None:
    migrate(database.engine)
    assert_current(database.engine)


def test_replicas_that_start_together_migrate_once(url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: open_database(url), range(4)))
    for database in opened:
        assert_current(database.engine)
        database.close()


def test_a_newer_schema_is_refused_with_the_next_step(database: Database) -> None:
    with database.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '2031_01_01_0000'"))
    for start in (migrate, assert_current):
        with pytest.raises(
            RefusedError, match=r"newer annexa .*2031_01_01_0000.*update"
        ) as refusal:
            start(database.engine)
        assert refusal.value.kind == "schema_newer"


def test_an_older_schema_is_brought_up_to_date(url: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    with pytest.raises(RefusedError, match="older schema"):
        assert_current(engine)
    migrate(engine)
    assert_current(engine)
    engine.dispose()


def test_a_database_of_something_else_is_left_alone(url: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE patients (name TEXT)"))
    with pytest.raises(RefusedError, match="not annexa's"):
        migrate(engine)
    assert inspect(engine).get_table_names() == ["patients"]
    engine.dispose()


@pytest.mark.parametrize("url", ["nonsense", "mysql://a/b", "sqlite3:///x", ""])
def test_another_kind_of_url_is_a_usage_error(url: str) -> None:
    with pytest.raises(UsageError, match="not a URL of SQLite or PostgreSQL"):
        open_engine(url)


def test_a_database_that_cannot_be_reached_is_said_in_one_sentence_without_password() -> None:
    for url in ("sqlite:////nowhere/at/all/index.sqlite", "postgresql://u:hush@127.0.0.1:1/x"):
        with pytest.raises(UnavailableError, match="cannot be used") as refusal:
            open_database(url)
        assert "hush" not in refusal.value.message
        assert "\n" not in refusal.value.message
