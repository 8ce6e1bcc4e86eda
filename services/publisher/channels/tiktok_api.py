"""TikTok's Content Posting API: the call, and its errors.

https://developers.tiktok.com/doc/content-posting-api-reference-direct-post and -get-video-status
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from services.publisher.channels import Rejected
from services.publisher.channels.replies import (
    Absent,
    Body,
    body_of,
    disconnected,
    forbidden,
    limited,
    part,
    refused,
    retry_after,
)
from shared.channel_words import name_of
from shared.refusal import Transient

NAME = "tiktok"
SOON, TOMORROW = timedelta(minutes=1), timedelta(hours=24)
TOKEN = ("access_token_invalid", "access_token_has_been_revoked")
SCOPE = ("scope_not_authorized", "scope_permission_missed", "token_not_authorized_for_specified_publish_id")
OF_THE_DAY = ("spam_risk_too_many_posts", "reached_active_user_cap", "spam_risk_too_many_pending_share")
UNAUDITED = "unaudited_client_can_only_post_to_private_accounts"
WORDS: Mapping[str, str] = {
    UNAUDITED: "Aplikasi kantor belum lolos audit TikTok, sehingga hanya dapat menayangkan secara privat. "
    "Hubungi pengelola sistem, atau tayangkan sendiri.",
    "spam_risk_user_banned_from_posting": "TikTok melarang akun ini menayangkan kiriman. Periksa pesan di akunnya.",
    "privacy_level_option_mismatch": "Akun TikTok ini tidak dapat menayangkan untuk umum. Periksa pengaturan akunnya.",
}


@dataclass(frozen=True, slots=True)
class TikTokApi:
    http: httpx.AsyncClient
    url: str
    now: Callable[[], datetime]
    token: str = field(repr=False)

    async def post(self, path: str, body: Mapping[str, Any], **params: str) -> Body:
        """The `data` of a good answer."""
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.url}/v2/{path}/"
        answer = await self.http.post(url, json=dict(body), headers=headers, params=params)
        told = body_of(answer)
        code = str(part(told.get("error")).get("code"))
        if code == "ok" and answer.status_code == 200:
            return part(told.get("data") or {})
        raise self.meaning(answer, code)

    def meaning(self, answer: httpx.Response, code: str) -> Exception:
        if code in OF_THE_DAY:
            return limited(NAME, self.now() + TOMORROW)
        if answer.status_code == 429 or code == "rate_limit_exceeded":
            return limited(NAME, retry_after(answer, self.now(), SOON))
        if answer.status_code >= 500 or code == "internal_error":
            return Transient(f"status {answer.status_code}")
        if code in SCOPE:
            return forbidden(NAME)
        if code in TOKEN or answer.status_code == 401:
            return disconnected(NAME)
        if code in WORDS:
            return Rejected(WORDS[code])
        if code == "invalid_publish_id":
            return Absent(f"{name_of(NAME)} tidak mengenal kiriman ini lagi.")
        return refused(NAME, code) if answer.status_code in (400, 403, 404) else Transient(f"error {code}")
