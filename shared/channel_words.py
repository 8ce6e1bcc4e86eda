"""Which channels there are beside the site, and how they are named on screens. Pure."""

from shared.channel_text import LIMITS

NAMES = {
    "site": "situs web", "wordpress": "WordPress", "instagram": "Instagram", "facebook": "Facebook", "x": "X",
    "youtube": "YouTube", "tiktok": "TikTok", "telegram": "Telegram", "whatsapp": "WhatsApp",
    "webhook": "sistem lain (webhook)", "mail": "milis surel",
}  # fmt: skip

# They need an account before anything can go there, and take no text of their own.
WITHOUT_TEXT = ("wordpress", "webhook", "mail")
CHOOSABLE = (*LIMITS, *WITHOUT_TEXT)


def name_of(channel: str) -> str:
    return NAMES.get(channel, channel)
