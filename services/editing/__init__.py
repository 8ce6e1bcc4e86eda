"""Stage 2, penyuntingan: the Admin receives Reports, compiles them into Stories and edits these.

Owns: the desk's copy of each Report (claim, state), Stories, their immutable Versions, the editing clocks.
Consumes: `reports` (what lies on the desk), `decisions` (the leader's answers), `publications` (what is public).
Emits on `stories`: `story.submitted`, `story.abandoned`, `report.sent-back`.
"""
