"""Disposisi: a Version laid before the other leader with a note. The clock runs on; whoever decides first decides."""
