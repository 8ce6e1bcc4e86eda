"""What the Bidang records with a phone, a handycam or a voice recorder: examined, and made fit to publish."""

import hashlib
import random
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import av
import imageio_ffmpeg
import pytest

from shared.media.kinds import FileLimits
from shared.media.recordings import examine as recordings
from shared.media.recordings.tags import facts_of
from shared.media.sandbox import judged
from shared.media.verdict import Examined, Undecodable

Film = Callable[..., Path]
PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=320x240:r=30:d=2")
SOUND = ("-f", "lavfi", "-i", "sine=d=2:r=44100")
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-shortest")
SECRETS = ("-06.2088", "106.8456", "Budi Rahasia", "iPhone 99", "2024-05-06", "RahasiaGPS", "Jalan Rahasia")
MAKERS = ("x264", "Lavc", "Lavf", "libx")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    folder = tmp_path_factory.mktemp("films")

    def made(name: str, *arguments: str) -> Path:
        path = folder / name
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-y", *arguments, str(path)]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return path

    return made


@pytest.fixture(scope="module")
def phone(film: Film) -> Path:
    """Held upright: turned by its container, with all that a phone writes about its owner."""
    plain = film("plain.mp4", *PICTURE, *SOUND, *H264, "-metadata", "artist=Budi Rahasia")
    told = {
        "com.apple.quicktime.location.ISO6709": "-06.2088+106.8456+010.000/", "com.apple.quicktime.make": "Apple",
        "com.apple.quicktime.model": "iPhone 99", "com.apple.quicktime.creationdate": "2024-05-06T14:08:09+0700",
        "com.apple.quicktime.title": "Jalan Rahasia",
    }  # fmt: skip
    tags = [part for name, value in told.items() for part in ("-metadata", f"{name}={value}")]
    return film(
        "phone.mov", "-display_rotation", "90", "-i", str(plain), "-c", "copy", "-timecode", "10:20:30:00",
        "-movflags", "use_metadata_tags", *tags, "-metadata:s:v", "handler_name=RahasiaGPS",
    )  # fmt: skip


def examined(path: Path, content_type: str, out: Path | None = None) -> Examined:
    return recordings.examine(path, out, content_type, end_after=lambda _: None)


def refused(path: Path, content_type: str, out: Path | None = None) -> str:
    with pytest.raises(Undecodable) as no:
        examined(path, content_type, out)
    return str(no.value)


def shape(path: Path) -> tuple[list[str], tuple[int, int, float]]:
    """The kinds of a copy's tracks; its width, height and pictures a second."""
    with av.open(str(path)) as container:
        kinds = [stream.type for stream in container.streams]
        video = container.streams.video[0]
        assert next(container.decode(video)).rotation == 0
        return kinds, (video.width, video.height, float(video.average_rate or 0))


async def test_a_phone_video_is_taken_upright_and_its_copies_tell_nothing_of_its_maker(
    phone: Path, tmp_path: Path
) -> None:
    found = await judged(phone, declared="video/quicktime", limits=FileLimits(), out=tmp_path)
    assert (found.verdict, found.type, found.kind) == ("accepted", "video/quicktime", "video"), found.reason
    facts = found.facts
    assert (facts.latitude, facts.longitude, facts.device) == (-6.2088, 106.8456, "Apple iPhone 99")
    assert (facts.taken_at, facts.author) == ("2024-05-06T14:08:09+07:00", "Budi Rahasia")
    assert (facts.width, facts.height, facts.duration_ms) == (240, 320, 2000)
    assert [m.label for m in found.made] == ["mp4", "poster-jpeg", "poster-webp"]
    assert all((m.width, m.height) == (240, 320) for m in found.made)
    assert shape(tmp_path / "mp4") == (["video", "audio"], (240, 320, 30.0))
    assert found.placeholder.startswith("data:image/webp;base64,")
    assert all(secret.encode() in phone.read_bytes() for secret in SECRETS[:3])
    for made in found.made:
        data = (tmp_path / made.file).read_bytes()
        assert not [word for word in SECRETS + MAKERS if word.encode() in data]
    assert data_of_mp4_plays_while_it_loads(tmp_path / "mp4")


def data_of_mp4_plays_while_it_loads(path: Path) -> bool:
    data = path.read_bytes()
    return data.index(b"moov") < data.index(b"mdat")


async def test_a_video_sent_by_an_android_phone_tells_where_it_was_taken(film: Film) -> None:
    path = film(
        "android.mp4", *PICTURE, *H264, "-metadata", "location=+06.1234+106.8000/",
        "-metadata", "creation_time=2024-05-06T07:08:09Z",
    )  # fmt: skip
    found = await judged(path, declared="video/mp4", limits=FileLimits(), out=None)
    assert (found.facts.latitude, found.facts.longitude) == (6.1234, 106.8)
    assert found.facts.taken_at == "2024-05-06T07:08:09+00:00"
    assert found.made == ()


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("-06.2088+106.8456+010.000/", (-6.2088, 106.8456)),
        ("-0612.5+10650.7/", (-6.208333, 106.845)),
        ("-061231.7+1065044.2/", (-6.208806, 106.845611)),
        ("+00.0000+000.0000/", (None, None)),
        ("-96.2088+106.8456/", (None, None)),
        ("di kantor", (None, None)),
    ],
)
def test_the_place_is_read_in_each_way_that_a_device_may_write_it(
    said: str, place: tuple[float | None, float | None]
) -> None:
    facts = facts_of({"location": said, "creation_time": "1904-01-01T00:00:00Z"})
    assert (facts.latitude, facts.longitude, facts.taken_at) == (*place, "")


def test_the_same_video_always_gives_the_same_copies(phone: Path, tmp_path: Path) -> None:
    hashes: list[list[str]] = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        found = examined(phone, "video/quicktime", tmp_path / name)
        hashes.append([hashlib.sha256((tmp_path / name / m.file).read_bytes()).hexdigest() for m in found.made])
    assert hashes[0] == hashes[1]


async def test_a_video_that_was_cut_off_while_it_was_sent_is_refused(film: Film, tmp_path: Path) -> None:
    source = ("-f", "lavfi", "-i", "testsrc2=s=320x240:r=30:d=4", "-f", "lavfi", "-i", "sine=d=4", *H264)
    for name, more in (("end.mp4", ()), ("start.mp4", ("-movflags", "+faststart")), ("cut.mkv", ()), ("cut.avi", ())):
        whole = film(name, *source, *more)
        cut = tmp_path / name
        cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
        found = await judged(cut, declared="video/mp4", limits=FileLimits(), out=tmp_path if more else None)
        assert found.verdict == "refused", name
        assert "Kirim ulang berkas asli" in found.reason
    assert "panjangnya 0 menit 4 detik" in refused(tmp_path / "start.mp4", "video/mp4")


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("voice.wav", "audio/wav"),
        ("voice.flac", "audio/flac"),
        ("voice.mp3", "audio/mpeg"),
        ("voice.m4a", "audio/mp4"),
        ("voice.mka", "audio/x-matroska"),
    ],
)
def test_a_voice_recording_that_was_cut_off_is_refused(
    film: Film, tmp_path: Path, name: str, content_type: str
) -> None:
    whole = film(name, "-f", "lavfi", "-i", "anoisesrc=d=4")
    assert (examined(whole, content_type).facts.duration_ms or 0) in range(3950, 4100)
    cut = tmp_path / name
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert "terpotong" in refused(cut, content_type)


async def test_an_mp4_that_holds_only_sound_is_a_voice_recording(film: Film, tmp_path: Path) -> None:
    path = film("voice.mp4", *SOUND, "-ac", "1", "-metadata", "artist=Budi Rahasia")
    found = await judged(path, declared="video/mp4", limits=FileLimits(), out=tmp_path)
    assert (found.verdict, found.type, found.kind) == ("accepted", "audio/mp4", "audio"), found.reason
    (made,) = found.made
    assert (made.label, made.content_type, found.facts.author) == ("m4a", "audio/mp4", "Budi Rahasia")
    with av.open(str(tmp_path / "m4a")) as container:
        assert [(s.rate, s.channels) for s in container.streams.audio] == [(48_000, 1)]
    assert not [word for word in SECRETS + MAKERS if word.encode() in (tmp_path / "m4a").read_bytes()]


def test_what_a_browser_recorded_without_a_camera_is_a_voice_recording(film: Film, tmp_path: Path) -> None:
    path = film("voice.webm", *SOUND, "-c:a", "libopus", "-f", "webm", "-live", "1")
    assert examined(path, "video/webm", tmp_path).content_type == "audio/webm"
    assert examined(path, "audio/webm", tmp_path).content_type == "audio/webm"


def test_a_list_of_other_files_is_no_video_and_nothing_it_names_is_opened(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/a.ts"
        lists = {
            "m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{address}\n#EXT-X-ENDLIST\n",
            "concat": f"ffconcat version 1.0\nfile '{address}'\nfile '/etc/passwd'\n",
        }
        for name, text in lists.items():
            path = tmp_path / f"{name}.mp4"
            path.write_text(text)
            for content_type in ("video/mp4", "video/mp2t", "video/x-matroska", "audio/mpeg", "video/mpeg"):
                assert "rusak" in refused(path, content_type)
        with pytest.raises(BlockingIOError):
            server.accept()


async def test_a_list_of_other_files_named_mp4_is_never_judged_a_video(tmp_path: Path) -> None:
    path = tmp_path / "rapat.mp4"
    path.write_text("#EXTM3U\n#EXTINF:4,\nhttp://127.0.0.1:9/a.ts\n")
    found = await judged(path, declared="video/mp4", limits=FileLimits(), out=tmp_path)
    assert found.kind == "document"
    assert {made.content_type for made in found.made} <= {"text/plain"}


def test_telemetry_subtitles_and_attachments_do_not_reach_the_copy(film: Film, tmp_path: Path) -> None:
    (tmp_path / "gps.txt").write_text("RahasiaGPS -06.2088 106.8456")
    (tmp_path / "a.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nJalan Rahasia\n")
    path = film(
        "drone.mkv", *PICTURE, *SOUND, "-i", str(tmp_path / "a.srt"), "-map", "0", "-map", "1", "-map", "2", *H264,
        "-attach", str(tmp_path / "gps.txt"), "-metadata:s:t", "mimetype=text/plain",
    )  # fmt: skip
    examined(path, "video/x-matroska", tmp_path)
    assert shape(tmp_path / "mp4")[0] == ["video", "audio"]
    data = (tmp_path / "mp4").read_bytes()
    assert not [word for word in SECRETS + MAKERS if word.encode() in data]


@pytest.mark.parametrize("seconds", ["1", "4"])
def test_a_video_without_sound_stays_without_and_a_silent_track_stays_silent(
    film: Film, tmp_path: Path, seconds: str
) -> None:
    examined(film("mute.mp4", *PICTURE, *H264), "video/mp4", tmp_path)
    assert shape(tmp_path / "mp4")[0] == ["video"]
    silent = film("silent.mp4", *PICTURE, "-f", "lavfi", "-i", "anullsrc", *H264, "-t", seconds)
    found = examined(silent, "video/mp4", tmp_path)
    assert shape(tmp_path / "mp4")[0] == ["video", "audio"]
    assert found.made[0].duration_ms in range(int(1000 * min(2, int(seconds))) - 50, 2200)


@pytest.mark.parametrize(
    ("filters", "size"),
    [
        ("scale=321:241", (320, 240, 30.0)),
        ("fps=60", (320, 240, 30.0)),
        ("fps=50", (320, 240, 25.0)),
        ("fps=12", (320, 240, 24.0)),
        ("scale=2560:1440,setsar=1", (1920, 1080, 30.0)),
        ("setsar=4/3", (426, 240, 30.0)),
    ],
)
def test_the_copy_has_the_size_and_the_rate_that_every_channel_takes(
    film: Film, tmp_path: Path, filters: str, size: tuple[int, int, float]
) -> None:
    path = film("odd.mp4", *PICTURE, *H264, "-vf", filters, "-t", "1", "-pix_fmt", "yuv444p")
    found = examined(path, "video/mp4", tmp_path)
    assert shape(tmp_path / "mp4")[1] == size
    assert (found.made[0].width, found.made[0].height) == size[:2]
    assert (found.made[1].width or 0) <= 1280


def test_a_picture_too_large_or_too_fast_is_refused_with_what_to_do(film: Film, tmp_path: Path) -> None:
    large = film("large.avi", "-f", "lavfi", "-i", "color=s=8200x16:r=5:d=1", "-c:v", "mjpeg")
    assert "Perkecil" in refused(large, "video/x-msvideo", tmp_path)
    fast = film("fast.mp4", "-f", "lavfi", "-i", "testsrc2=s=64x64:r=2000:d=3", *H264)
    assert "1000 gambar per detik" in refused(fast, "video/mp4", tmp_path)
    long = film("long.mp4", "-f", "lavfi", "-i", "color=s=16x16:r=1/60:d=3720", *H264)
    assert "1 jam" in refused(long, "video/mp4", tmp_path)
    strange = film("strange.avi", *PICTURE, "-c:v", "ffv1")
    assert "ffv1" in refused(strange, "video/x-msvideo", tmp_path)


@pytest.mark.parametrize(
    ("name", "content_type", "codec"),
    [
        ("old.avi", "video/x-msvideo", ("-c:v", "mjpeg", "-c:a", "pcm_u8")),
        ("handycam.mts", "video/mp2t", ("-c:v", "libx264", "-c:a", "ac3", "-f", "mpegts", "-mpegts_m2ts_mode", "1")),
        ("disc.mpg", "video/mpeg", ("-c:v", "mpeg2video", "-c:a", "mp2")),
        ("old.3gp", "video/3gpp", ("-c:v", "mpeg4", "-c:a", "aac")),
        ("web.webm", "video/webm", ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libvorbis")),
    ],
)
def test_what_a_camera_or_a_handycam_records_becomes_an_mp4(
    film: Film, tmp_path: Path, name: str, content_type: str, codec: tuple[str, ...]
) -> None:
    path = film(name, *PICTURE, *SOUND, "-t", "1", *codec)
    found = examined(path, content_type, tmp_path)
    assert found.content_type == content_type
    assert shape(tmp_path / "mp4")[0] == ["video", "audio"]


def test_lines_of_a_handycam_are_joined_into_whole_pictures(film: Film, tmp_path: Path) -> None:
    path = film(
        "lines.mkv", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=50:d=1", "-vf", "tinterlace=interleave_top",
        "-c:v", "libx264", "-flags", "+ildct+ilme", "-x264-params", "tff=1",
    )  # fmt: skip
    examined(path, "video/x-matroska", tmp_path)
    with av.open(str(tmp_path / "mp4")) as container:
        assert not any(frame.interlaced_frame for frame in container.decode(video=0))


def test_an_mp3_keeps_neither_its_cover_nor_its_author(film: Film, tmp_path: Path) -> None:
    cover = film("cover.png", "-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1")
    path = film(
        "song.mp3", *SOUND, "-i", str(cover), "-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v",
        "attached_pic", "-metadata", "artist=Budi Rahasia",
    )  # fmt: skip
    found = examined(path, "audio/mpeg", tmp_path)
    assert (found.content_type, found.facts.author, found.facts.width) == ("audio/mpeg", "Budi Rahasia", None)
    with av.open(str(tmp_path / "m4a")) as container:
        assert [s.type for s in container.streams] == ["audio"]
    assert not [word for word in (*SECRETS, *MAKERS, "PNG") if word.encode() in (tmp_path / "m4a").read_bytes()]


@pytest.mark.parametrize(
    ("name", "content_type", "codec"),
    [
        ("a.ogg", "audio/ogg", ("-c:a", "libvorbis")),
        ("a.opus", "audio/ogg", ("-c:a", "libopus")),
        ("a.aac", "audio/aac", ()),
        ("a.amr", "audio/amr", ("-c:a", "libopencore_amrnb", "-ar", "8000", "-ac", "1")),
        ("a.wav", "audio/wav", ("-ac", "6")),
    ],
)
def test_what_a_voice_recorder_writes_becomes_an_m4a(
    film: Film, tmp_path: Path, name: str, content_type: str, codec: tuple[str, ...]
) -> None:
    found = examined(film(name, *SOUND, *codec), content_type, tmp_path)
    assert [m.label for m in found.made] == ["m4a"]
    assert (found.made[0].duration_ms or 0) in range(1900, 2200)


def test_a_moving_picture_that_is_called_sound_is_told_so(film: Film, tmp_path: Path) -> None:
    assert examined(film("v.mp4", *PICTURE, *H264), "audio/mp4", tmp_path).content_type == "video/mp4"
    film_in_ogg = film("v.ogv", *PICTURE, "-c:v", "libtheora", "-f", "ogg")
    assert "MP4" in refused(film_in_ogg, "audio/ogg", tmp_path)
    assert "hanya berisi suara" in refused(film("v.avi", *SOUND), "video/x-msvideo", tmp_path)


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_video_is_refused_or_gives_a_whole_copy(phone: Path, tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    data = bytearray(phone.read_bytes())
    for _ in range(4 ** (seed % 6)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    path = tmp_path / "damaged.mov"
    path.write_bytes(data)
    try:
        examined(path, "video/quicktime", tmp_path)
    except Undecodable as no:
        assert str(no).endswith(".")
    else:
        assert "video" in shape(tmp_path / "mp4")[0]


async def test_bytes_without_a_meaning_are_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "noise.mp4"
    path.write_bytes(b"\x00\x00\x00\x18ftypmp42" + random.Random(7).randbytes(200_000))
    found = await judged(path, declared="video/mp4", limits=FileLimits(), out=tmp_path)
    assert (found.verdict, found.reason[:12]) == ("refused", "Rekaman ini ")


def test_without_ffmpeg_the_operator_is_named(phone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise RuntimeError("No ffmpeg exe could be found.")

    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", none)
    assert "Pengelola sistem" in refused(phone, "video/quicktime")


def test_slow_motion_is_taken_and_its_copy_has_a_usual_rate(film: Film, tmp_path: Path) -> None:
    slow = film("slow.mp4", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=240:d=2", *H264)
    examined(slow, "video/mp4", tmp_path)
    assert shape(tmp_path / "mp4")[1][2] == 30.0


def test_a_full_disk_refuses_no_video(phone: Path, tmp_path: Path) -> None:
    (tmp_path / "poster-jpeg").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        examined(phone, "video/quicktime", tmp_path)


def test_sound_in_an_unusual_format_is_to_be_saved_as_sound(film: Film) -> None:
    assert "MP3 atau M4A" in refused(film("aneh.wav", *SOUND, "-c:a", "adpcm_swf"), "audio/wav")


@pytest.mark.parametrize("name", ["suara.aiff", "suara.wma"])
async def test_sound_that_no_browser_plays_is_refused_with_what_to_do(film: Film, name: str) -> None:
    verdict = await judged(film(name, *SOUND), declared="application/octet-stream", limits=FileLimits(), out=None)
    assert (verdict.verdict, "MP3 atau M4A" in verdict.reason) == ("refused", True)
