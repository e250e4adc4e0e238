"""Pictures for letters: read by what they hold, written anew, small, and never trusted."""

from __future__ import annotations

import zlib
from io import BytesIO
from struct import pack

import pytest
from PIL import Image, PngImagePlugin

from desktop.errors import InputError
from desktop.mail.picture_reading import PICTURE_BYTES, read_picture

PLACE = "Canary Clinic, 41 Secret Road"


def drawn(kind: str, width: int = 40, height: int = 30, mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (width, height), "teal") if mode != "P" else Image.new("P", (width, height), 3)


def saved(kind: str, picture: Image.Image, **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "made"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/png")]
)
def test_each_kind_is_read_and_keeps_its_size(kind: str, made: str) -> None:
    read = read_picture(saved(kind, drawn(kind)))
    assert (read.kind, read.width, read.height) == (made, 40, 30)
    with Image.open(BytesIO(read.data)) as again:
        assert again.size == (40, 30)
        assert again.format == made.partition("/")[2].upper()


def test_a_telephones_photo_with_a_second_one_behind_it_stays_a_photo() -> None:
    data = saved("MPO", drawn("JPEG"), save_all=True, append_images=[drawn("JPEG")])
    assert read_picture(data).kind == "image/jpeg"


def test_what_a_camera_wrote_beside_the_picture_is_gone() -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = PLACE, 6  # description; turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    data = saved("JPEG", drawn("JPEG"), exif=exif, comment=PLACE.encode())
    assert PLACE.encode() in data

    read = read_picture(data)

    assert PLACE.encode() not in read.data
    assert (read.width, read.height) == (30, 40), "it stands upright"
    with Image.open(BytesIO(read.data)) as again:
        assert not again.getexif()
        assert "comment" not in again.info


def test_texts_in_a_png_are_gone() -> None:
    said = PngImagePlugin.PngInfo()
    said.add_text("Author", PLACE)
    data = saved("PNG", drawn("PNG"), pnginfo=said)
    assert PLACE.encode() in data
    assert PLACE.encode() not in read_picture(data).data


def test_what_hangs_behind_a_picture_is_gone() -> None:
    assert b"<script>" not in read_picture(saved("PNG", drawn("PNG")) + b"<script>alert(1)</script>").data


def test_a_transparent_logo_stays_transparent() -> None:
    picture = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    with Image.open(BytesIO(read_picture(saved("PNG", picture)).data)) as again:
        assert again.getpixel((5, 5)) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a",
        saved("PNG", drawn("PNG"))[:60],
        saved("BMP", drawn("BMP")),
        saved("TIFF", drawn("TIFF")),
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
    ],
    ids=["nothing", "svg", "gif head", "cut off", "bmp", "tiff", "zeros"],
)
def test_what_is_no_picture_for_letters_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="picture-unreadable"):
        read_picture(data)


def test_a_picture_of_ten_megabytes_is_refused_before_anything_reads_it() -> None:
    with pytest.raises(InputError) as refused:
        read_picture(saved("PNG", drawn("PNG")) + b"\0" * (10 * 1024 * 1024))
    assert (refused.value.code, refused.value.params) == ("picture-too-large", {"limit": 2})


def test_a_small_file_that_claims_to_be_huge_is_refused() -> None:
    """65,535 by 65,535 in some hundred bytes: unpacked it would be 12 GB."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))

    head = pack(">IIBBBBB", 65_535, 65_535, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    with pytest.raises(InputError) as refused:
        read_picture(bomb + chunk(b"IEND", b""))
    assert refused.value.code in ("picture-too-wide", "picture-unreadable")


def test_a_picture_wider_than_letters_show_is_refused() -> None:
    with pytest.raises(InputError) as refused:
        read_picture(saved("PNG", drawn("PNG", width=2_001)))
    assert (refused.value.code, refused.value.params) == ("picture-too-wide", {"limit": 2_000})


def test_a_picture_that_grows_beyond_the_limit_when_written_anew_is_refused() -> None:
    noise = Image.effect_noise((2_000, 2_000), 100).convert("RGB")
    data = saved("JPEG", noise, quality=40)
    assert len(data) < PICTURE_BYTES
    with pytest.raises(InputError, match="picture-too-large"):
        read_picture(data)
