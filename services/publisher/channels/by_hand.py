"""Channels where a person posts and comes back with the link: what fits there, and which links are theirs. Pure.

The figures of texts are in shared/channel_text.py, with their sources; those of files are from the same documentation.
"""

from collections.abc import Mapping
from types import MappingProxyType

from services.publisher.channels import Capabilities, MediaFit
from shared.channel_text import LIMITS

PICTURES = ("image/jpeg", "image/png", "image/webp")
VIDEO = ("video/mp4",)


def _can(name: str, hosts: tuple[str, ...], types: tuple[str, ...], most: int, *, least: int = 0) -> Capabilities:
    return Capabilities(
        max_text=LIMITS[name].most, max_media=most, edit=False, take_down=False, idempotency=False, lookup=False,
        proved_against="fake", way="attested", hosts=hosts, least_media=least, alt=True, media=MediaFit(types),
        assisted_only=True, assisted=True,
    )  # fmt: skip


BY_HAND: Mapping[str, Capabilities] = MappingProxyType(
    {
        "whatsapp": _can("whatsapp", ("whatsapp.com",), (*PICTURES, *VIDEO), 1),
    }
)
