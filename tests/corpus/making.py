"""Makes the files of the corpus with real tools; what they tell about themselves holds the word RAHASIA."""

import io
import shutil
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import imageio_ffmpeg
import pikepdf
import pillow_heif
from PIL import Image, ImageCms

from deploy.prepare import HOUSE

SAMPLES = HOUSE / "deploy" / "embedded" / "samples"
AUTHOR, DEVICE, COMMENT = "PENULIS-RAHASIA", "KAMERA-RAHASIA", "CATATAN-RAHASIA"
# Where it was taken, in every way in which a file may write it.
LATITUDE, LONGITUDE = "-6.238271", "106.975573"
SECRETS = (b"RAHASIA", b"238271", b"975573", b"6,14.2", b"Exif", b"GPS", b"http://ns.adobe.com", b"Photoshop")
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def exiftool(data: bytes, suffix: str, folder: Path, *more: str) -> bytes:
    """A file with author, device, comment and place written into it as a camera or an editor would."""
    file = folder / f"x{suffix}"
    file.write_bytes(data)
    told = [
        f"-Artist={AUTHOR}", f"-Make={DEVICE}", f"-Model={DEVICE}", f"-UserComment={COMMENT}",
        f"-XMP:Creator={AUTHOR}", f"-GPSLatitude={LATITUDE}", f"-GPSLongitude={LONGITUDE}", "-GPSLatitudeRef=S",
        "-GPSLongitudeRef=E", f"-XMP:GPSLatitude={LATITUDE}", f"-XMP:GPSLongitude={LONGITUDE}",
        "-DateTimeOriginal=2026:11:20 10:15:00",
    ]  # fmt: skip
    _run("exiftool", "-q", "-overwrite_original", *told, *more, str(file))
    return file.read_bytes()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _jpeg(mode: str = "RGB", size: tuple[int, int] = (640, 480), **more: object) -> bytes:
    out = io.BytesIO()
    with Image.open(SAMPLES / "rumah.jpg") as source:
        source.convert("RGB").resize(size).convert(mode).save(out, "JPEG", **more)
    return out.getvalue()


def photograph(folder: Path) -> bytes:
    extra = [f"-IPTC:By-line={AUTHOR}", f"-Comment={COMMENT}", f"-XMP:CreatorTool={DEVICE}"]
    return exiftool(_jpeg(), ".jpg", folder, *extra)


def rotated(folder: Path) -> bytes:
    return exiftool(_jpeg(), ".jpg", folder, "-Orientation#=6")


def heic(folder: Path) -> bytes:
    out = io.BytesIO()
    with Image.open(io.BytesIO(photograph(folder))) as source:
        pillow_heif.from_pillow(source).save(out, quality=80, exif=source.info["exif"], xmp=source.info.get("xmp"))
    return out.getvalue()


def cmyk(folder: Path) -> bytes:
    return exiftool(_jpeg("CMYK"), ".jpg", folder)


def png(folder: Path) -> bytes:
    out = io.BytesIO()
    with Image.open(SAMPLES / "rumah.jpg") as source:
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        source.resize((300, 200)).save(out, "PNG", icc_profile=profile)
    return out.getvalue()


def bomb(_: Path) -> bytes:
    """400 million pixels in half a hundred kilobytes."""
    side = 20_000
    packer = zlib.compressobj(9)
    row = b"\0" + b"\xff" * (side // 8)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def cut_photograph(folder: Path) -> bytes:
    data = photograph(folder)
    return data[: len(data) // 2]


def polyglot(_: Path) -> bytes:
    """A picture that a browser would also run as a page."""
    data, page = _jpeg(), b"<html><body><script>alert(1)</script></body></html>"
    return data[:2] + b"\xff\xfe" + struct.pack(">H", len(page) + 2) + page + data[2:]


def _ffmpeg(folder: Path, name: str, *options: str, seconds: int = 3) -> bytes:
    out = folder / name
    made = ["-f", "lavfi", "-i", f"testsrc=duration={seconds}:size=320x240:rate=25", "-f", "lavfi", "-i",
            f"sine=frequency=440:duration={seconds}"]  # fmt: skip
    _run(imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", *made, *options, str(out))
    return out.read_bytes()


def video(folder: Path) -> bytes:
    where = f"{LATITUDE.replace('-', '-0')}+{LONGITUDE}/"  # ISO 6709: degrees in two digits
    tags = {
        "artist": AUTHOR, "comment": COMMENT, "location": where, "com.apple.quicktime.make": DEVICE,
        "com.apple.quicktime.location.ISO6709": where,
    }  # fmt: skip
    told = [word for name, value in tags.items() for word in ("-metadata", f"{name}={value}")]
    return _ffmpeg(folder, "v.mp4", "-pix_fmt", "yuv420p", "-movflags", "use_metadata_tags", *told)


def cut_video(folder: Path) -> bytes:
    """Its index, at the end, is gone."""
    data = _ffmpeg(folder, "c.mp4", "-pix_fmt", "yuv420p")
    return data[: len(data) * 6 // 10]


def cut_streaming_video(folder: Path) -> bytes:
    """Its index is there and promises more than follows."""
    data = _ffmpeg(folder, "s.mp4", "-pix_fmt", "yuv420p", "-movflags", "+faststart", seconds=8)
    return data[: len(data) * 6 // 10]


def song(folder: Path) -> bytes:
    return _ffmpeg(folder, "a.mp3", "-vn", "-metadata", f"artist={AUTHOR}", "-metadata", f"comment={COMMENT}")


def pdf(folder: Path) -> bytes:
    """With an author, an attachment, and a photograph that knows where it was taken."""
    out = io.BytesIO()
    with pikepdf.open(SAMPLES / "notulen.pdf") as document:
        document.docinfo["/Author"], document.docinfo["/Creator"] = AUTHOR, DEVICE
        with document.open_metadata() as meta:
            meta["dc:creator"] = [AUTHOR]
        document.attachments["rahasia.txt"] = pikepdf.AttachedFileSpec(document, COMMENT.encode())
        picture = pikepdf.Stream(document, photograph(folder))
        _place(document, picture)
        document.save(out)
    return out.getvalue()


def _place(document: pikepdf.Pdf, picture: pikepdf.Stream) -> None:
    for name, value in (
        ("/Type", pikepdf.Name.XObject), ("/Subtype", pikepdf.Name.Image), ("/Width", 640), ("/Height", 480),
        ("/ColorSpace", pikepdf.Name.DeviceRGB), ("/BitsPerComponent", 8), ("/Filter", pikepdf.Name.DCTDecode),
    ):  # fmt: skip
        picture[name] = value
    page = document.pages[0]
    name = page.add_resource(picture, pikepdf.Name.XObject)
    page.contents_add(f"q 60 0 0 45 20 20 cm {name} Do Q".encode())


def locked_pdf(_: Path) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(SAMPLES / "notulen.pdf") as document:
        document.save(out, encryption=pikepdf.Encryption(user="kunci", owner="pemilik"))
    return out.getvalue()


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACROS = '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
MACRO_WORD = "application/vnd.ms-word.document.macroEnabled.main+xml"


def _word(main: str, *more: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    types = (
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/>'
        f"{MACROS if main == MACRO_WORD else ''}</Types>"
    )
    rels = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
        ' Target="word/document.xml"/></Relationships>'
    )
    words = (
        '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
        "<w:p><w:r><w:t>Serah terima kunci.</w:t></w:r></w:p></w:body></w:document>"
    )
    core = (
        '<?xml version="1.0"?><cp:coreProperties xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:cp='
        '"http://schemas.openxmlformats.org/package/2006/metadata/core-properties">'
        f"<dc:creator>{AUTHOR}</dc:creator></cp:coreProperties>"
    )
    parts = (
        ("[Content_Types].xml", types),
        ("_rels/.rels", rels),
        ("word/document.xml", words),
        ("docProps/core.xml", core),
    )
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        for name, text in (*parts, *more):
            box.writestr(name, text)
    return out.getvalue()


def docx(_: Path) -> bytes:
    return _word(WORD)


def macro_docx(_: Path) -> bytes:
    return _word(MACRO_WORD, ("word/vbaProject.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000)))


def archive(folder: Path) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as box:
        box.writestr("foto.jpg", photograph(folder))
    return out.getvalue()


def captions(_: Path) -> bytes:
    return b"WEBVTT\n\n00:00.500 --> 00:02.000\nIbu Sumiati menerima kunci.\n"


def table(_: Path) -> bytes:
    return b"nama,rw\nSumiati,05\n"


def svg(_: Path) -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def page(_: Path) -> bytes:
    return b"<!DOCTYPE html><html><script>alert(1)</script></html>"


def program(_: Path) -> bytes:
    return Path(shutil.which("true") or "/bin/true").read_bytes()


def nothing(_: Path) -> bytes:
    return b""


def eicar(_: Path) -> bytes:
    return EICAR


MAKERS: dict[str, Callable[[Path], bytes]] = {
    maker.__name__: maker
    for maker in (
        photograph, rotated, heic, cmyk, png, bomb, cut_photograph, polyglot, video, cut_video, cut_streaming_video,
        song, pdf, locked_pdf, docx, macro_docx, archive, captions, table, svg, page, program, nothing, eicar,
    )
}  # fmt: skip


@cache
def made(name: str, folder: Path) -> bytes:
    """A file of the corpus, made once in a folder."""
    own = folder / name
    own.mkdir(exist_ok=True)
    return MAKERS[name](own)
