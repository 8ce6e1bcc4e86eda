"""PDF: what is refused with a sentence, what is told privately, and what of it may be published."""

import errno
import io
import random
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import pyvips
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image, ImageCms

from shared.media.documents.examine import examine
from shared.media.documents.jpeg2000 import without_telling_boxes
from shared.media.documents.jpeg_segments import without_telling_segments
from shared.media.kinds import FileLimits
from shared.media.sandbox import judged
from shared.media.verdict import Examined, Undecodable

TYPE = "application/pdf"
SECRETS = (
    *(b"Budi Rahasia", b"Siti XMP", b"Pemeriksa Catatan", b"lampiran.xlsx", b"isi lampiran", b"Juru Foto"),
    *(b"Kamera Kantor", b"komentar dalam foto", b"Penanda Tangan", b"isian.jpg", b"C:/Users/budi", b"D:2026"),
    *(b"sebelum disunting", b"Pembuat Tersembunyi", b"nama.kolom"),
)


def photo() -> bytes:
    """A JPEG as a phone writes it: where, by whom, with a comment and a trailer."""
    exif = Image.Exif()
    exif[0x013B], exif[0x0110] = "Juru Foto", "Kamera Kantor"
    exif.get_ifd(0x8825).update({1: "S", 2: (6.0, 14.0, 12.5), 3: "E", 4: (106.0, 59.0, 30.25)})
    noise = bytes(random.Random(7).randrange(256) for _ in range(64 * 48 * 3))
    file = io.BytesIO()
    Image.frombytes("RGB", (64, 48), noise).save(file, "JPEG", exif=exif, comment=b"komentar dalam foto", quality=90)
    return file.getvalue() + b"trailer: Juru Foto"


def page_of(pdf: pikepdf.Pdf, words: str) -> pikepdf.Page:
    page = pdf.add_blank_page(page_size=(595, 842))
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
    page.obj.Contents = pdf.make_stream(f"BT /F1 24 Tf 72 700 Td ({words}) Tj ET".encode())
    return page


def picture_in(pdf: pikepdf.Pdf, page: pikepdf.Page, data: bytes, *, packed: bool = False) -> None:
    picture = pdf.make_stream(b"")
    chain = Array([Name.FlateDecode, Name.DCTDecode]) if packed else Name.DCTDecode
    picture.write(zlib.compress(data) if packed else data, filter=chain)
    picture.Type, picture.Subtype, picture.Width, picture.Height = Name.XObject, Name.Image, 64, 48
    picture.ColorSpace, picture.BitsPerComponent = Name.DeviceRGB, 8
    picture.Metadata = pdf.make_stream(b"<x>isian.jpg</x>")
    page.obj.Resources.XObject = Dictionary(Im1=picture)
    page.contents_add(b"q 320 0 0 240 72 400 cm /Im1 Do Q")


def saved(tmp_path: Path, fill: Callable[[pikepdf.Pdf], None], **how: object) -> Path:
    with pikepdf.new() as pdf:
        fill(pdf)
        path = tmp_path / "asli.pdf"
        with warnings.catch_warnings(action="ignore"):
            pdf.save(path, **how)  # pyright: ignore[reportArgumentType]
    return path


def one_page(pdf: pikepdf.Pdf) -> None:
    page_of(pdf, "Perbaikan rumah di Jatiasih")


def copies_of(path: Path, tmp_path: Path) -> tuple[Examined, dict[str, Path]]:
    out = tmp_path / "salinan"
    out.mkdir(exist_ok=True)
    found = examine(path, out, TYPE)
    return found, {made.label: out / made.file for made in found.made}


def every_byte(path: Path) -> bytes:
    """The bytes as they are, and those of each stream and string when unpacked."""
    with pikepdf.open(path) as pdf:
        packed = io.BytesIO()
        pdf.save(
            packed,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
        )
        parts = [path.read_bytes(), packed.getvalue()]
        for each in pdf.objects:
            parts.append(repr(each).encode())
            if isinstance(each, Stream):
                parts.append(each.read_raw_bytes())
                if each.get("/Filter") == Name.FlateDecode:
                    parts.append(each.read_bytes())
    return b"\n".join(parts)  # fmt: skip


def telling(pdf: pikepdf.Pdf) -> None:
    """Everything that a PDF can say about who made it, in one file."""
    page = page_of(pdf, "Perbaikan rumah di Jatiasih")
    picture_in(pdf, page, photo())
    second = page_of(pdf, "Halaman kedua")
    picture_in(pdf, second, photo(), packed=True)
    with pdf.open_metadata(update_docinfo=False) as told:
        told["dc:creator"] = ["Siti XMP"]
    pdf.docinfo["/Author"] = "Budi Rahasia"
    pdf.docinfo["/CreationDate"] = "D:20260105093000+07'00'"
    pdf.attachments["lampiran.xlsx"] = b"isi lampiran"
    page.obj.PieceInfo = Dictionary(
        Word=Dictionary(LastModified=String("D:20260105"), Private=String("sebelum disunting"))
    )
    page.obj.Thumb = pdf.make_stream(b"sebelum disunting")
    page.obj["/PTEX.InfoDict"] = Dictionary(Author=String("Pembuat Tersembunyi"))
    note: dict[str, Any] = {"T": String("Pemeriksa Catatan"), "Contents": String("sebelum disunting")}
    marks = [
        Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=[10, 10, 30, 30], **note),
        Dictionary(
            Type=Name.Annot, Subtype=Name.Link, Rect=[10, 40, 90, 60], **note, A=web("https://bekasikota.go.id/")
        ),
        Dictionary(
            Type=Name.Annot, Subtype=Name.Link, Rect=[10, 80, 90, 90], A=web("file:///C:/Users/budi/surat.docx")
        ),
    ]
    marks = [pdf.make_indirect(mark) for mark in marks]
    page.obj.Annots = Array([*marks, signature(pdf)])
    role = Dictionary(Type=Name.StructElem, S=Name.P, K=Dictionary(Type=Name.OBJR, Obj=marks[0]))
    pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=pdf.make_indirect(role)))
    pdf.Root.PageMode = Name.UseAttachments
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Bab Satu", 0))


def web(address: str) -> Dictionary:
    return Dictionary(S=Name.URI, URI=String(address))


def signature(pdf: pikepdf.Pdf) -> pikepdf.Object:
    look = pdf.make_stream(b"0 0 1 rg 0 0 100 40 re f")
    look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 100, 40])
    signed = Dictionary(
        Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Name=String("Penanda Tangan"), M=String("D:20260105")
    )
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T=String("nama.kolom"), F=132,
                       Rect=[400, 100, 500, 140], V=pdf.make_indirect(signed), AP=Dictionary(N=look))  # fmt: skip
    whole = pdf.make_indirect(field)
    pdf.Root.AcroForm = Dictionary(Fields=Array([whole]), SigFlags=3)
    return whole


def test_a_pdf_of_the_office_is_taken_and_its_maker_is_told_privately(tmp_path: Path) -> None:
    found = examine(saved(tmp_path, telling), None, TYPE)
    assert (found.facts.author, found.facts.taken_at, found.facts.pages) == (
        "Budi Rahasia",
        "2026-01-05T09:30:00+07:00",
        2,
    )
    assert found.made == ()
    assert list(tmp_path.iterdir()) == [tmp_path / "asli.pdf"]


def test_no_copy_for_the_public_tells_who_made_it_who_noted_and_where_it_was_taken(tmp_path: Path) -> None:
    original = saved(tmp_path, telling)
    told = every_byte(original)
    assert [secret for secret in SECRETS if secret not in told] == []
    _, copies = copies_of(original, tmp_path)
    assert set(copies) == {"pdf", "preview-jpeg", "preview-webp", "text"}
    everything = every_byte(copies["pdf"]) + b"".join(path.read_bytes() for path in copies.values())
    assert [secret for secret in SECRETS if secret in everything] == []
    utf16 = [secret.decode().encode("utf-16-be") for secret in SECRETS]
    assert [secret for secret in utf16 if secret in everything] == []
    assert b"Exif" not in everything


def test_the_public_copy_keeps_pages_links_bookmarks_and_what_was_signed_to_the_eye(tmp_path: Path) -> None:
    found, copies = copies_of(saved(tmp_path, telling), tmp_path)
    with pikepdf.open(copies["pdf"]) as pdf:
        assert len(pdf.pages) == 2
        assert pdf.is_linearized
        assert [str(link.A.URI) for link in pdf.pages[0].obj.Annots if "/A" in link] == ["https://bekasikota.go.id/"]
        assert {"/AcroForm", "/Names", "/PageMode", "/Metadata"}.isdisjoint(pdf.Root.keys())
        with pdf.open_outline() as outline:
            assert [item.title for item in outline.root] == ["Bab Satu"]
        assert "/Info" not in pdf.trailer
    assert copies["text"].read_text() == "Perbaikan rumah di Jatiasih\fHalaman kedua"
    assert found.placeholder.startswith("data:image/webp;base64,")
    shown = pyvips.Image.new_from_file(str(copies["preview-jpeg"]))
    made = {each.label: each for each in found.made}
    assert (shown.width, shown.height) == (made["preview-jpeg"].width, made["preview-jpeg"].height)
    assert shown.width == 1200
    red, _, blue = shown(int(450 * 1200 / 595), int((842 - 120) * 1200 / 595))[:3]
    assert (blue > 200, red < 60) == (True, True)


def test_the_same_pdf_gives_the_same_public_copy_byte_for_byte(tmp_path: Path) -> None:
    original = saved(tmp_path, telling)
    first = copies_of(original, tmp_path)[1]["pdf"].read_bytes()
    assert copies_of(original, tmp_path)[1]["pdf"].read_bytes() == first


def test_the_pixels_of_a_photo_inside_stay_as_they_are(tmp_path: Path) -> None:
    _, copies = copies_of(saved(tmp_path, telling), tmp_path)
    with pikepdf.open(copies["pdf"]) as pdf:
        inside = [
            each.read_raw_bytes()
            for each in pdf.objects
            if isinstance(each, Stream) and each.get("/Subtype") == Name.Image
        ]
    before = Image.open(io.BytesIO(photo())).tobytes()
    assert [Image.open(io.BytesIO(data)).tobytes() == before for data in inside] == [True, True]  # fmt: skip


def test_an_earlier_state_of_an_edited_pdf_is_not_published(tmp_path: Path) -> None:
    def fill(pdf: pikepdf.Pdf) -> None:
        one_page(pdf)
        pdf.make_indirect(Dictionary(Catatan=String("Budi Rahasia")))

    _, copies = copies_of(saved(tmp_path, fill), tmp_path)
    assert b"Budi Rahasia" not in every_byte(copies["pdf"])


def test_a_note_that_only_the_structure_of_the_text_still_knows_is_not_published(tmp_path: Path) -> None:
    def fill(pdf: pikepdf.Pdf) -> None:
        telling(pdf)
        del pdf.pages[0].obj.Annots

    _, copies = copies_of(saved(tmp_path, fill), tmp_path)
    assert b"Pemeriksa Catatan" not in every_byte(copies["pdf"])


def test_what_was_put_behind_the_end_of_a_packed_stream_is_not_published(tmp_path: Path) -> None:
    def fill(pdf: pikepdf.Pdf) -> None:
        one_page(pdf)
        drawn = zlib.compress(pdf.pages[0].obj.Contents.read_bytes())
        pdf.pages[0].obj.Contents.write(drawn + b"Budi Rahasia", filter=Name.FlateDecode)

    path = saved(tmp_path, fill)
    assert b"Budi Rahasia" in path.read_bytes()
    _, copies = copies_of(path, tmp_path)
    assert b"Budi Rahasia" not in copies["pdf"].read_bytes()
    assert copies["text"].read_text() == "Perbaikan rumah di Jatiasih"


HIDDEN = b"Budi Rahasia"


def whispering(pdf: pikepdf.Pdf) -> None:
    """Its maker's name where no page shows it: in comments, marks, layers and the structure of the text."""
    name = HIDDEN.decode()
    page = page_of(pdf, "Perbaikan 50% rumah")
    form = pdf.make_stream(b"% Budi Rahasia\n0 0 9 9 re f")
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 9, 9])
    page.obj.Resources.XObject = Dictionary(Fm1=form)
    page.obj.Resources.Properties = Dictionary(MC0=pdf.make_indirect(Dictionary(MCID=1, Oleh=String(name))))
    page.contents_add(
        b"% Budi Rahasia\n/Span <</MCID 0 /Lang (id) /Author (Budi Rahasia) /X <</Y (Budi Rahasia)>> >> BDC EMC "
        b"/Span /MC0 BDC EMC /Span <</E (Budi Rahasia)>> DP /Fm1 Do"
    )
    part = Dictionary(Type=Name.StructElem, S=Name.Figure, T=name, ID=name, Alt="Foto rumah")
    pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=pdf.make_indirect(part)))
    usage = Dictionary(
        User=Dictionary(Name=name), CreatorInfo=Dictionary(Creator=name), Print=Dictionary(PrintState=Name.OFF)
    )
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="Jalan", Usage=usage))
    shown = Dictionary(Name=name, Creator=name, ON=Array([layer]))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=shown, Configs=Array([Dictionary(Name=name)]))


def test_no_comment_mark_or_layer_tells_who_made_it(tmp_path: Path) -> None:
    original = saved(tmp_path, whispering)
    assert HIDDEN in every_byte(original)
    _, copies = copies_of(original, tmp_path)
    everything = every_byte(copies["pdf"])
    assert HIDDEN not in everything
    assert all(kept in everything for kept in (b"/MCID", b"(id)", b"Foto rumah", b"Jalan", b"/PrintState"))
    assert copies["text"].read_text() == "Perbaikan 50% rumah"


def test_a_drawing_that_cannot_be_understood_is_refused_where_a_name_may_hide_in_it(tmp_path: Path) -> None:
    def fill(pdf: pikepdf.Pdf) -> None:
        page_of(pdf, "Halo").contents_add(b"/Span <</Author (Budi Rahasia)")

    path = saved(tmp_path, fill)
    with pytest.raises(Undecodable, match="cetak ulang ke PDF"):
        examine(path, None, TYPE)


def test_a_pdf_that_bursts_when_it_is_unpacked_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    def fill(pdf: pikepdf.Pdf) -> None:
        packing = zlib.compressobj(9)
        data = b"".join(packing.compress(b"q Q " * 2_500_000) for _ in range(12)) + packing.flush()
        one_page(pdf)
        pdf.pages[0].obj.Contents.write(data, filter=Name.FlateDecode)

    path = saved(tmp_path, fill)
    with pytest.raises(Undecodable, match=r"membengkak.*cetak ulang ke PDF"):
        examine(path, None, TYPE)


def test_padding_behind_the_end_of_a_pdf_does_not_make_it_cut_off(tmp_path: Path) -> None:
    path = saved(tmp_path, one_page)
    path.write_bytes(path.read_bytes() + b"\0" * 50_000 + b"\r\n " * 500)
    assert examine(path, None, TYPE).facts.pages == 1


@pytest.mark.parametrize("name", ["public.pdf", "preview.jpg", "text.txt"])
def test_a_full_disk_refuses_no_pdf(tmp_path: Path, name: str) -> None:
    out = tmp_path / "salinan"
    out.mkdir()
    (out / name).symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left") as full:
        examine(saved(tmp_path, one_page), out, TYPE)
    assert full.value.errno == errno.ENOSPC


def test_a_photo_drawn_inside_the_page_itself_is_cleaned_too(tmp_path: Path) -> None:
    def fill(pdf: pikepdf.Pdf) -> None:
        page = page_of(pdf, "Foto kecil")
        head = b"q 64 0 0 48 72 300 cm BI /W 64 /H 48 /CS /RGB /BPC 8 /F /DCT ID "
        page.contents_add(head + photo().removesuffix(b"trailer: Juru Foto") + b"\nEI Q")

    _, copies = copies_of(saved(tmp_path, fill), tmp_path)
    everything = every_byte(copies["pdf"])
    assert b"Juru Foto" not in everything
    assert b"/Image" in everything


def test_a_pdf_with_a_password_is_refused_and_says_what_to_do(tmp_path: Path) -> None:
    path = saved(tmp_path, one_page, encryption=pikepdf.Encryption(owner="pemilik", user="rahasia"))
    with pytest.raises(Undecodable, match="tanpa kata sandi"):
        examine(path, None, TYPE)


def test_a_pdf_that_only_its_owner_may_change_is_taken_and_published_unlocked(tmp_path: Path) -> None:
    path = saved(tmp_path, one_page, encryption=pikepdf.Encryption(owner="pemilik", user=""))
    _, copies = copies_of(path, tmp_path)
    with pikepdf.open(copies["pdf"]) as pdf:
        assert not pdf.is_encrypted


def script(pdf: pikepdf.Pdf) -> None:
    one_page(pdf)
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def hidden_script(pdf: pikepdf.Pdf) -> None:
    one_page(pdf)
    pdf.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.GoTo, Next=Array([Dictionary(S=Name.JavaScript)])))


def launch(pdf: pikepdf.Pdf) -> None:
    one_page(pdf)
    action = Dictionary(S=Name.Launch, F=String("cmd.exe"))
    mark = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action)
    pdf.pages[0].obj.Annots = Array([mark])


def sending(pdf: pikepdf.Pdf) -> None:
    one_page(pdf)
    pdf.pages[0].obj.Annots = Array([Dictionary(Subtype=Name.Widget, A=Dictionary(S=Name.SubmitForm))])


def live_form(pdf: pikepdf.Pdf) -> None:
    one_page(pdf)
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(b"<xdp/>"))


def no_page(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Lang = String("id")


def too_long(pdf: pikepdf.Pdf) -> None:
    for _ in range(501):
        pdf.add_blank_page()


def torn_page(pdf: pikepdf.Pdf) -> None:
    one_page(pdf)
    broken = pdf.make_stream(b"")
    broken.write(b"\x78\x9cbukan data yang benar" * 20, filter=Name.FlateDecode)
    pdf.pages[0].obj.Contents = broken


@pytest.mark.parametrize(
    ("fill", "sentence"),
    [
        (script, "memuat program.*cetak ulang ke PDF"),
        (hidden_script, "memuat program"),
        (launch, "memuat program"),
        (sending, "memuat program"),
        (live_form, "formulir XFA.*cetak ulang ke PDF"),
        (no_page, "tidak berisi halaman"),
        (too_long, "melebihi 500 halaman"),
        (torn_page, "Halaman 1"),
    ],
)
def test_a_pdf_that_runs_programs_or_cannot_be_read_by_all_is_refused(
    tmp_path: Path, fill: Callable[[pikepdf.Pdf], None], sentence: str
) -> None:
    path = saved(tmp_path, fill, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    with pytest.raises(Undecodable, match=sentence):
        examine(path, None, TYPE)


@pytest.mark.parametrize("linearised", [False, True])
def test_a_pdf_whose_end_was_lost_on_the_way_is_refused(tmp_path: Path, linearised: bool) -> None:
    path = saved(tmp_path, telling, linearize=linearised)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(Undecodable, match="terpotong"):
        examine(path, None, TYPE)


def test_what_is_no_pdf_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "asli.pdf"
    path.write_bytes(b"%PDF-1.7\nbukan isi pdf\n%%EOF\n")
    with pytest.raises(Undecodable, match="rusak"):
        examine(path, None, TYPE)


def test_a_filled_form_is_published_as_it_reads_and_can_no_longer_be_filled(tmp_path: Path) -> None:
    def fill(pdf: pikepdf.Pdf) -> None:
        page = page_of(pdf, "Formulir")
        field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("nama.kolom"), F=4,
                           Rect=[72, 500, 300, 530], V=String("Jatirasa"), DA=String("/F1 12 Tf 0 g"))  # fmt: skip
        whole = pdf.make_indirect(field)
        page.obj.Annots = Array([whole])
        pdf.Root.AcroForm = Dictionary(Fields=Array([whole]), NeedAppearances=True, DR=page.obj.Resources)

    _, copies = copies_of(saved(tmp_path, fill), tmp_path)
    assert "Jatirasa" in copies["text"].read_text()
    assert b"nama.kolom" not in every_byte(copies["pdf"])


def test_a_pdf_of_pictures_only_has_no_text_copy(tmp_path: Path) -> None:
    def scanned(pdf: pikepdf.Pdf) -> None:
        page = pdf.add_blank_page(page_size=(595, 842))
        page.obj.Resources = Dictionary()
        picture_in(pdf, page, photo())

    _, copies = copies_of(saved(tmp_path, scanned), tmp_path)
    assert set(copies) == {"pdf", "preview-jpeg", "preview-webp"}


def test_a_jpeg_loses_what_it_tells_and_no_pixel() -> None:
    before = photo()
    after = without_telling_segments(before)
    assert Image.open(io.BytesIO(after)).tobytes() == Image.open(io.BytesIO(before)).tobytes()
    assert after[:4] == b"\xff\xd8\xff\xe0"
    assert after.endswith(b"\xff\xd9")
    for secret in (b"Exif", b"Juru Foto", b"komentar"):
        assert secret not in after


def test_a_jpeg_keeps_its_colour_profile_and_its_several_scans() -> None:
    file = io.BytesIO()
    picture = Image.frombytes("RGB", (40, 30), bytes(range(256)) * 14 + bytes(16))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture.save(file, "JPEG", progressive=True, icc_profile=profile, exif=b"Exif\0\0MM\0*")
    after = Image.open(io.BytesIO(without_telling_segments(file.getvalue())))
    assert after.info["icc_profile"] == profile
    assert after.tobytes() == Image.open(io.BytesIO(file.getvalue())).tobytes()


def test_a_jpeg_2000_loses_the_boxes_that_tell() -> None:
    file = io.BytesIO()
    Image.new("RGB", (32, 32), "red").save(file, "JPEG2000")
    plain = file.getvalue()
    box = b"Juru Foto, 6 LS"
    told = plain + (len(box) + 8).to_bytes(4) + b"xml " + box
    at = told.index(b"\xff\x52")
    told = told[:at] + b"\xff\x64\x00\x0d\x00\x01Juru Foto" + told[at:]
    length = told.index(b"jp2c") - 4
    told = told[:length] + (int.from_bytes(told[length : length + 4]) + 15).to_bytes(4) + told[length + 4 :]
    after = without_telling_boxes(told)
    assert b"Juru Foto" in told
    assert b"Juru Foto" not in after
    assert Image.open(io.BytesIO(after)).tobytes() == Image.open(io.BytesIO(plain)).tobytes()


def test_a_jpeg_loses_what_hides_in_the_segments_that_it_needs() -> None:
    def segment(marker: int, inside: bytes) -> bytes:
        return bytes((0xFF, marker)) + (len(inside) + 2).to_bytes(2) + inside

    hidden = [
        segment(0xE0, b"JFXX\0\x10Juru Foto"),
        segment(0xEE, b"Adobe\0\x64\0\0\0\0\1Juru Foto"),
        segment(0xE2, b"ICC_PROFILE\0\1\1Juru Foto"),
        segment(0xF0, b"Juru Foto"),
    ]
    before = photo()
    after = without_telling_segments(before[:2] + b"".join(hidden) + before[2:])
    assert b"Juru Foto" not in after
    assert b"Adobe" in after
    assert Image.open(io.BytesIO(after)).tobytes() == Image.open(io.BytesIO(before)).tobytes()


def test_a_damaged_jpeg_is_cleaned_or_refused_and_never_kept_as_it_was() -> None:
    whole, chance = photo(), random.Random(3)
    for _ in range(500):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            without_telling_segments(bytes(data[: chance.randint(2, len(data))]))
        except ValueError:
            continue


def test_any_damage_gives_an_answer_and_nothing_else(tmp_path: Path) -> None:
    whole, chance = saved(tmp_path, telling).read_bytes(), random.Random(11)
    path, out = tmp_path / "rusak.pdf", tmp_path / "salinan"
    out.mkdir()
    answers: set[str] = set()
    for _ in range(80):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 30)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(bytes(data))
        try:
            examine(path, out, TYPE)
        except Undecodable as no:
            assert str(no).endswith(".")
            answers.add("refused")
        else:
            answers.add("taken")
            pypdfium2.PdfDocument(out / "public.pdf").close()
    assert answers == {"refused", "taken"}


async def test_the_judge_takes_a_pdf_in_a_process_of_its_own(tmp_path: Path) -> None:
    out = tmp_path / "salinan"
    out.mkdir()
    verdict = await judged(saved(tmp_path, telling), declared=TYPE, limits=FileLimits(), out=out)
    assert (verdict.verdict, verdict.type, verdict.facts.pages) == ("accepted", TYPE, 2)
    assert {made.label for made in verdict.made} == {"pdf", "preview-jpeg", "preview-webp", "text"}
