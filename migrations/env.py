"""Alembic's entry: runs in the transaction of the connection that app.db.engine.schema gives."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
