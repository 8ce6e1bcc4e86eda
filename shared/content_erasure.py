"""What erasure (UU PDP) leaves of a Version's files: their places, without what they show and tell. Pure.

The hash of the Version stays what it was: it says what was written, not what is left of it.
"""

from collections.abc import Set as AbstractSet
from uuid import UUID

from shared.content import Content, StoryMedia

NAME = "berkas yang dihapus"


def emptied(content: Content, erased: AbstractSet[UUID]) -> Content:
    """The content with these files emptied; itself where it shows none of them."""
    if not any(m.id in erased and not is_erased(m) for m in content.media):
        return content
    return content.model_copy(update={"media": tuple(_empty(m) if m.id in erased else m for m in content.media)})


def is_erased(media: StoryMedia) -> bool:
    return media == _empty(media)


def _empty(media: StoryMedia) -> StoryMedia:
    return StoryMedia(id=media.id, report=media.report, name=NAME, kind=media.kind, renditions=())
