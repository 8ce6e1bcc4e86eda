"""What the review service is told from outside."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Frozen; read once, in app.py."""

    media_link_minutes: int = 15
    queue_limit: int = 200
    # Boards that one process keeps up to date at once; further ones ask now and then by themselves.
    board_listeners: int = 200
    # The kop surat of reports, around the office's name.
    office_above: str = ""
    office_address: str = ""
    # Whether an official may approve what they wrote themselves, with a reason, to be looked at by another later.
    emergency_bypass: bool = False
