"""Stage 1: Bidang/Sekretariat make and report data/information.

Owns: sources, requests, Reports, media, uploads; the log-in screens (accounts and sessions are `shared/accounts.py`).
Consumes: `intake-requests.<source>`; of `stories`, `decisions` and `publications` what became of its Reports.
Emits: on `reports` report.received, report.media-checked, report.supplemented, report.withdrawn; the outcomes of each
other system's requests on `intake-outcomes.<source>`.
"""
