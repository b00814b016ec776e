"""What Alembic runs to take the steps: on the connection, and in the transaction, that `database.upgrade` gives it."""

from alembic import context

from mnist_demo.classroom.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
