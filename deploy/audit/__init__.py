"""The operator's look at the audit trails of all four services: are they whole, and what do they say of one item."""
