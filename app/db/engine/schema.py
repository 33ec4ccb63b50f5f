"""The schema: brought up to date at start-up, refused when it is newer than this program."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, MetaData, inspect, text

import app
from app.db.engine.append_only import assert_guarded
from app.db.engine.dialects import BEGIN, reachable, read_only, shown
from app.errors import RefusedError

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

HEAD = "2026_11_28_1500"
"""The newest migration. An index that is there already is opened without loading Alembic."""

_ONE_AT_A_TIME = 4_713_900_271
"""Key of the PostgreSQL advisory lock under which one replica migrates and the others wait."""


def migrate(engine: Engine) -> None:
    """Bring an empty or older database to this program's schema, in one transaction.

    One that may only be read has to be current. Whether it is guarded is asked by itself.
    Raises RefusedError for a newer or foreign schema, UnavailableError if it cannot be reached.
    """
    if read_only(engine):
        need_current(engine)
        return
    with reachable(engine):
        with engine.connect() as connection:
            current = _found(connection) == {HEAD}
        if not current:
            with engine.execution_options(**{BEGIN: "IMMEDIATE"}).begin() as connection:
                migrate_within(connection)


def assert_ours(engine: Engine) -> None:
    """Raise RefusedError for a newer or foreign schema; anything else may be made anew."""
    with reachable(engine), engine.connect() as connection:
        _refuse_unknown(connection)


def migrate_within(connection: Connection) -> None:
    """The same inside a transaction of the caller's."""
    from alembic import command

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
    _refuse_unknown(connection)
    command.upgrade(_config(connection), "head")


def assert_current(engine: Engine) -> None:
    """Raise RefusedError unless the schema is exactly this program's and guarded."""
    need_current(engine)
    need_guarded(engine)


def need_guarded(engine: Engine) -> None:
    """Raise RefusedError unless every trigger against changes stands, UnavailableError."""
    with reachable(engine):
        assert_guarded(engine)


def need_current(engine: Engine) -> None:
    """Raise RefusedError unless the schema is exactly this program's."""
    with reachable(engine), engine.connect() as connection:
        _refuse_unknown(connection)
        if _found(connection) != {HEAD}:
            raise RefusedError(
                f"The index {shown(engine)} has an older schema than this annexa: start "
                "`annexa serve` or any command that writes, which brings it up to date.",
                code="schema_older",
            )


def drop_everything(connection: Connection) -> None:
    """Drop every table of the database's schema, and with them their triggers and rows."""
    there = MetaData()
    there.reflect(connection)
    there.drop_all(connection)


def _refuse_unknown(connection: Connection) -> None:
    found = _found(connection)
    if found == {HEAD}:
        return
    known = {script.revision for script in _scripts(connection).walk_revisions()}
    if found - known:
        raise RefusedError(
            f"The index {shown(connection.engine)} was made by a newer annexa (schema "
            f"{', '.join(sorted(found - known))}): update annexa, or name an empty database and "
            "run `annexa reindex`.",
            code="schema_newer",
        )
    if not found and set(inspect(connection).get_table_names()) - {"alembic_version"}:
        raise RefusedError(
            f"The database {shown(connection.engine)} holds tables that are not annexa's: name an "
            "empty database of its own.",
            code="schema_foreign",
        )


def _found(connection: Connection) -> set[str]:
    if not inspect(connection).has_table("alembic_version"):
        return set()
    return set(connection.scalars(text("SELECT version_num FROM alembic_version")))


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    # beside the package `app` in a checkout and in an installed wheel
    config.set_main_option("script_location", str(Path(app.__file__).parents[1] / "migrations"))
    config.attributes["connection"] = connection
    return config


def _scripts(connection: Connection) -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config(connection))
