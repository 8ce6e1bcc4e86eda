"""A container's health: asks the service beside it whether it works; exits 1 and says why where it does not.

`python -Im deploy.health [ADDRESS [PATH]]`, every ten seconds in every container: so the standard
library only, and little of it.
"""

import sys
from http.client import HTTPConnection, HTTPException

SECONDS = 4


def problem(address: str = "127.0.0.1:8000", path: str = "/health/ready") -> str | None:
    """What the service says, or what came of asking it; None where it works."""
    connection = HTTPConnection(address, timeout=SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        said = answer.read().decode(errors="replace")
    except (OSError, HTTPException) as e:
        return f"{address}{path}: {type(e).__name__}: {e}"
    finally:
        connection.close()
    return None if answer.status == 200 else f"{answer.status} {said}"


if __name__ == "__main__":
    sys.exit(problem(*sys.argv[1:]))
