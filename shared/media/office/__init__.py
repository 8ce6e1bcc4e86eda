"""Office documents: what they truly are, refused where they hold programs, and their text for those who edit."""
