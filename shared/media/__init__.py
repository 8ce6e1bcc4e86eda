"""Media: the object store, what a file really is, and the copies of it that may be shown.

`store` alone speaks to the object store. `judge` says whether a file on disk is taken and renders it, by one tool per
kind, a room each (`pictures`, `documents`, `office`, `recordings`, `texts`), in a process of its own with limits
(`sandbox`, `child`, `bounds`).
"""
