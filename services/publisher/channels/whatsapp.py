"""A WhatsApp channel, where no program may post: a person does, and comes back with the link. Pure."""

from services.publisher.channels import Capabilities, MediaFit
from shared.channel_text import LIMITS

CAN = Capabilities(
    max_text=LIMITS["whatsapp"].most, max_media=1, edit=False, take_down=False, idempotency=False, lookup=False,
    proved_against="fake", way="attested", hosts=("whatsapp.com",), alt=True,
    media=MediaFit(("image/jpeg", "image/png", "image/webp", "video/mp4")), assisted_only=True, assisted=True,
)  # fmt: skip
