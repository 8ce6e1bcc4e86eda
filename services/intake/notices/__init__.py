"""Notices: what waits on whom, who is told of it and how. Owns `waiting*`, `notice*` and `dispatch*`."""
