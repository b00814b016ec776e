"""Classes, their pupils, drawings and votes."""

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "classes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("code", sa.String(6), nullable=False, unique=True),
        sa.Column("opened", sa.Double, nullable=False),
        sa.Column("closed", sa.Double),
    )
    op.create_table(
        "pupils",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("class_id", sa.Integer, sa.ForeignKey("classes.id", ondelete="CASCADE"), nullable=False),
        sa.Column("key", sa.String(32), nullable=False, unique=True),
        sa.Column("colour", sa.String(16), nullable=False),
        sa.Column("animal", sa.String(16), nullable=False),
        sa.UniqueConstraint("class_id", "colour", "animal"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "drawings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("pupil_id", sa.Integer, sa.ForeignKey("pupils.id", ondelete="CASCADE"), index=True),
        sa.Column("writer", sa.String(64), nullable=False),
        sa.Column("identifier", sa.String(64), nullable=False),
        sa.Column("label", sa.Integer, nullable=False),
        sa.Column("strokes", sa.Text),
        sa.Column("image", sa.LargeBinary, nullable=False),
        sa.Column("time", sa.Double, nullable=False),
        sa.Column("hidden", sa.Boolean, nullable=False),
        sa.UniqueConstraint("writer", "identifier"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "votes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("pupil_id", sa.Integer, sa.ForeignKey("pupils.id", ondelete="CASCADE"), nullable=False),
        sa.Column("question", sa.String(64), nullable=False),
        sa.Column("digit", sa.Integer, nullable=False),
        sa.UniqueConstraint("pupil_id", "question"),
    )
