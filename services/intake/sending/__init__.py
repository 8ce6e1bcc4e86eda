"""A Report on its way: the form of one page, drafts of it, and what the Admin records for another."""
