"""How channels are named on screens. Pure."""

NAMES = {
    "site": "situs web", "wordpress": "WordPress", "instagram": "Instagram", "facebook": "Facebook", "x": "X",
    "youtube": "YouTube", "tiktok": "TikTok", "telegram": "Telegram", "whatsapp": "WhatsApp",
}  # fmt: skip


def name_of(channel: str) -> str:
    return NAMES.get(channel, channel)
