"""Compliance: the closed clocks of a period as figures, for people and for other dashboards, and why some were late."""
