"""A cell as a reader of the CSV takes it back."""

from app.packs.tables.table import ESCAPE


def unescaped(cell: str) -> str:
    """The text that was written."""
    return cell.removeprefix(ESCAPE)
