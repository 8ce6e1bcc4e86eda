"""Every channel that the system knows, by its name, with what it can do."""

from collections.abc import Mapping
from types import MappingProxyType

from services.publisher.channels import (
    Capabilities,
    facebook,
    instagram,
    mail_list,
    site,
    telegram,
    tiktok,
    webhook,
    whatsapp,
    wordpress,
    x,
    youtube,
)
from services.publisher.domain import SITE
from services.publisher.store_accounts import AccountMode

KNOWN: Mapping[str, Capabilities] = MappingProxyType(
    {
        "site": site.CAN,
        "wordpress": wordpress.CAN,
        "webhook": webhook.CAN,
        "mail": mail_list.CAN,
        "whatsapp": whatsapp.CAN,
        "facebook": facebook.CAN,
        "instagram": instagram.CAN,
        "telegram": telegram.CAN,
        "tiktok": tiktok.CAN,
        "x": x.CAN,
        "youtube": youtube.CAN,
    }
)
NOTHING = Capabilities(
    max_text=None, max_media=None, edit=False, take_down=False, idempotency=False, lookup=False, proved_against="fake"
)


def mode_of(channel: str) -> AccountMode:
    """How a channel is reached of which the office has said nothing."""
    if channel == SITE:
        return "connected"
    return "assisted" if KNOWN[channel].assisted else "off"
