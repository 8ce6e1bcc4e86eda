"""What a WordPress answers, read: its rows, its refusals in words for people, and how long it wants to rest."""

import re
from datetime import datetime
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from services.publisher.channels import Limited, Rejected, Rest
from services.publisher.channels.pausing import pause_of

T = TypeVar("T", bound=BaseModel)

LIMIT = "wordpress"
NOT_LOGGED_IN = (
    "WordPress tidak menerima sandi aplikasi kanal ini. Buat sandi aplikasi baru di WordPress (Pengguna, Profil) dan"
    " sambungkan lagi kanalnya; bila tetap ditolak, minta pengelola server meneruskan header Authorization. Lalu kirim"
    " ulang."
)
NO_RIGHT = (
    "Akun WordPress kanal ini tidak berhak melakukannya. Beri akun itu peran Penulis (Author) atau Editor di WordPress,"
    " lalu kirim ulang."
)
PAUSED = "WordPress meminta jeda sebelum dihubungi lagi."


class Raw(BaseModel):
    raw: str = ""


class PostRow(BaseModel):
    """A post as its editors see it."""

    id: int
    slug: str
    status: str
    link: str
    content: Raw
    permalink_template: str = ""

    @property
    def address(self) -> str:
        """Where it is when it is public: a draft's `link` is another."""
        return self.permalink_template.replace("%postname%", self.slug) or self.link


class MediaRow(BaseModel):
    """A file of the library; `sizes` have addresses of their own."""

    id: int
    slug: str
    source_url: str
    alt_text: str = ""
    caption: Raw = Raw()
    description: Raw = Raw()
    post: int | None = None
    media_details: dict[str, Any] = {}

    def is_whole(self, size: int) -> bool:
        """As far as WordPress tells: of a picture that it made smaller it tells the smaller one's size."""
        told = self.media_details.get("filesize")
        return not isinstance(told, int) or "original_image" in self.media_details or told == size

    @property
    def urls(self) -> list[str]:
        """Each address under which strangers find a size of it."""
        sizes = self.media_details.get("sizes")
        found = [s.get("source_url") for s in sizes.values() if isinstance(s, dict)] if isinstance(sizes, dict) else []
        whole = self.media_details.get("original_image")
        if isinstance(whole, str) and whole:
            found.append(self.source_url.rsplit("/", 1)[0] + "/" + whole)
        return list(dict.fromkeys([self.source_url, *(u for u in found if isinstance(u, str))]))


class TermRow(BaseModel):
    id: int


class Unclear(Exception):
    """An answer that says neither yes nor no."""


class Refused(Rejected):
    """WordPress says no; `code` is its own name for why, `told` its own sentence, `data` what it tells machines."""

    def __init__(self, sentence: str, *, status: int, code: str, told: str = "", data: Any = None) -> None:
        super().__init__(sentence)
        self.told = told
        self.status = status
        self.code = code
        self.data = data


def read(answer: httpx.Response, *, now: datetime, once: bool = False) -> Any:
    """The JSON of an answer that says yes. `once`: what cannot be a plain refusal of this call stays unclear."""
    status = answer.status_code
    if status == 429 or (status == 503 and "retry-after" in answer.headers and not once):
        raise Limited(PAUSED, Rest(LIMIT, now + pause_of(answer.headers.get("retry-after", ""), now)))
    if 300 <= status < 400:
        raise _moved(answer)
    told = _json(answer)
    if 200 <= status < 300:
        if told is None:
            raise Unclear(f"{status} without JSON")
        return told
    error: dict[str, Any] = told if isinstance(told, dict) else {}
    if (status < 500 and status != 408) or str(error.get("code", "")).startswith("rest_upload_"):
        raise _refusal(status, error)
    raise Unclear(str(status))


def rows(kind: type[T], told: Any) -> list[T]:
    """Each row of a list."""
    if not isinstance(told, list):
        raise Unclear("not a list")
    return [row(kind, one) for one in told]


def row(kind: type[T], told: Any) -> T:
    try:
        return kind.model_validate(told)
    except ValidationError as e:
        raise Unclear("an answer of another form") from e


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _moved(answer: httpx.Response) -> Refused:
    to = answer.headers.get("location", "").split("?")[0]
    sentence = f"Alamat WordPress kanal ini sudah pindah ke {to}. Perbarui alamat kanalnya, lalu kirim ulang."
    return Refused(sentence, status=answer.status_code, code="moved")


def _refusal(status: int, error: dict[str, Any]) -> Refused:
    code, data = str(error.get("code", "")), error.get("data")
    words = " ".join(re.sub(r"<[^>]*>", "", str(error.get("message") or status)).split())[:200]
    # A wrong password shows here first as a status that only those who are logged in may ask for.
    if status == 401 or (status == 400 and "rest_forbidden_status" in str(data)):
        sentence = NOT_LOGGED_IN
    elif status == 403:
        sentence = NO_RIGHT
    else:
        sentence = f"WordPress menolak: {words}"
    return Refused(sentence, status=status, code=code, told=words, data=data)
