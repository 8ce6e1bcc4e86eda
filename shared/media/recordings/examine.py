"""Recordings: every packet read, decoded whole, and made into copies that any browser and channel plays. By ffmpeg."""

from collections.abc import Callable
from pathlib import Path

from shared.media import bounds
from shared.media.recordings import copies as recording_copies
from shared.media.recordings import limits
from shared.media.recordings.ffmpeg import ffmpeg
from shared.media.recordings.probing import Recording, probe
from shared.media.recordings.tags import facts_of
from shared.media.verdict import Examined, Facts, Undecodable

# Enough to decode and render on two slow cores, and to be refused in words before the process is ended.
FIRST_SECONDS, SECONDS_EACH, WORDS_SECONDS = 120, 8, 10


def examine(
    path: Path, out: Path | None, content_type: str, *, end_after: Callable[[int], None] = bounds.end_after
) -> Examined:
    """Decode a recording fully; with `out` make its copies. `end_after` sets when this process is ended."""
    if content_type not in limits.DEMUXERS:
        raise Undecodable(limits.BROKEN)
    recording = probe(path, limits.DEMUXERS[content_type])
    true = _true_type(content_type, recording)
    seconds = FIRST_SECONDS + round(SECONDS_EACH * recording.seconds)
    end_after(seconds)
    program = ffmpeg(seconds=seconds - WORDS_SECONDS)
    facts = _facts(recording)
    if out is None:
        recording_copies.decode(program, path, recording)
        return Examined(content_type=true, facts=facts)
    if recording.picture is None:
        return Examined(content_type=true, facts=facts, made=recording_copies.sound(program, path, recording, out))
    made, placeholder = recording_copies.video(program, path, recording, recording.picture, out)
    return Examined(content_type=true, facts=facts, made=made, placeholder=placeholder)


def _true_type(content_type: str, recording: Recording) -> str:
    """What the container holds tells whether it is video or sound."""
    if recording.picture is None:
        if content_type in limits.SOUND_ONLY:
            return limits.SOUND_ONLY[content_type]
        if content_type.startswith("video/"):
            raise Undecodable(limits.NO_PICTURE)
    elif content_type.startswith("audio/"):
        if content_type not in limits.MOVING:
            raise Undecodable(limits.NOT_SOUND)
        return limits.MOVING[content_type]
    return content_type


def _facts(recording: Recording) -> Facts:
    size = {"width": recording.picture.width, "height": recording.picture.height} if recording.picture else {}
    return facts_of(recording.tags).model_copy(update={"duration_ms": round(recording.seconds * 1000), **size})
