"""What a newer order file means for a parcel that the book has. Pure."""

from __future__ import annotations

from samebag.store.book.records import ParcelRow


def revise(old: ParcelRow, new: ParcelRow, reprinted: bool) -> ParcelRow:
    """The parcel's next row. Its labels count as printed anew when the file says so or its place on
    the roll moved."""
    moved = new.print_order is not None and new.print_order != old.print_order
    return ParcelRow(
        id=old.id,
        name=old.name,
        content=new.content,
        digest=new.digest,
        printed=new.digest if reprinted or moved else old.printed,
        cancelled=new.cancelled,
        print_order=new.print_order,
        source=new.source,
        shipped=new.shipped,
        facts=new.facts,
        vanished=new.vanished,
    )
