"""Stage 3, penyaringan: the leader's typed answer on one exact Version, and the only judge of approvals.

Owns: reviews, decisions, revocations, notices. Consumes: stories, reports, publications.
Emits on `decisions`: story.approved, story.returned, story.declined, story.withheld, approval.revoked.
"""
