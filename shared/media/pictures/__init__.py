"""Photographs: what they tell about themselves, and copies of their pixels alone."""
