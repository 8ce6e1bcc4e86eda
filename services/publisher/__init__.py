"""The fourth stage: an approved Version becomes readable by the public.

Owns Publications, their Deliveries, and the objects of the public bucket; serves the public site.
Consumes `decisions` (approved, revoked) and `reports` (a file that was erased); of all four topics the clocks.
Emits on `publications`: a delivery live or failed; a Story published, corrected, taken down.
"""
