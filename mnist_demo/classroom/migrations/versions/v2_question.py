"""What a class is asked to vote on, and whether the answer is revealed."""

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"


def upgrade() -> None:
    """Classes that were opened before are asked nothing."""
    op.add_column("classes", sa.Column("question", sa.String(64)))
    op.add_column("classes", sa.Column("is_revealed", sa.Boolean, nullable=False, server_default=sa.false()))
