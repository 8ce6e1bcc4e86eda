"""The monthly report on paper: its letter, its PDF to be signed, and the signed file kept beside it."""
