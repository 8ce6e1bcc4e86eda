"""Plain text, tables and captions."""
