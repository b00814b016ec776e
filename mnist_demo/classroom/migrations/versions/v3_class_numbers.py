"""No class gets the id of a deleted one, and whether its wall is covered is kept."""

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """SQLite has to make the table anew; PostgreSQL's ids are never given twice as they are."""
    op.add_column("classes", sa.Column("is_wall_covered", sa.Boolean, nullable=False, server_default=sa.false()))
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("classes", recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass
