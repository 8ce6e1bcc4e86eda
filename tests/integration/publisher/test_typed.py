"""Nothing that a person typed is lost, and what they typed is shown as words, whatever it is."""

import html
from uuid import UUID

import httpx

from shared import accounts
from shared.accounts import sessions
from tests.integration.publisher.office import Office

HTML = {"Accept": "text/html"}
ODD = "<script>alert(1)</script> \u202e\u05d0\u05d1\u05d2 🏠 " + "Ω" * 900


class Browser:
    """Keeps cookies as a browser does, those for a path on that path."""

    def __init__(self, desk: Office) -> None:
        transport = httpx.ASGITransport(desk.app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://kantor.test")

    async def log_in(self, desk: Office, who: str) -> str:
        token = await sessions.begin(desk.owner, who)
        person = await accounts.person_of(desk.owner, token)
        assert person is not None
        self.client.cookies.set("alurwarta", token, domain="kantor.test")
        return person.csrf

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path, headers=HTML)

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return await self.client.post(path, headers=HTML, data=fields)


async def browser(desk: Office) -> tuple[Browser, str]:
    await desk.session("tono")
    one = Browser(desk)
    return one, await one.log_in(desk, "tono")


async def public(desk: Office) -> UUID:
    event = await desk.approve()
    await desk.publish(event)
    return event.story


async def test_a_session_that_ends_amid_the_reason_of_a_take_down_loses_nothing(desk: Office) -> None:
    story = await public(desk)
    one, csrf = await browser(desk)
    path = f"/terbit/{story}/turunkan"
    await desk.owner.execute("DELETE FROM accounts.sessions")
    sent = await one.post(path, csrf=csrf, reason=ODD)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/masuk?ke={path}")
    assert "alert" not in sent.headers["location"]
    csrf = await one.log_in(desk, "tono")
    form = await one.get(path)
    assert html.escape(ODD, quote=False) in form.text
    assert "<script>alert" not in form.text
    sure = await one.post(path, csrf=csrf, reason=ODD)
    assert "Ya, turunkan sekarang" in sure.text
    done = await one.post(path, csrf=csrf, reason=ODD, yakin="ya")
    assert done.headers["location"].endswith("?pesan=turun")
    assert "terbit_tulisan0" not in one.client.cookies


async def test_a_form_of_an_earlier_session_is_shown_again_filled_and_nothing_was_done(desk: Office) -> None:
    story = await public(desk)
    one, old = await browser(desk)
    csrf = await one.log_in(desk, "tono")
    path = f"/terbit/{story}/turunkan"
    again = await one.post(path, csrf=old, reason="Foto keliru.", yakin="ya")
    assert (again.status_code, again.headers["location"]) == (303, f"{path}?pesan=lagi")
    form = await one.get(again.headers["location"])
    assert "Foto keliru." in form.text
    assert "belum dijalankan" in form.text
    assert f'value="{csrf}"' in form.text
    assert (await desk.states(story))[1][0] == "published"


async def test_kept_words_are_not_shown_to_another_person(desk: Office) -> None:
    story = await public(desk)
    await desk.session("bambang")
    one, csrf = await browser(desk)
    path = f"/terbit/{story}/turunkan"
    await desk.owner.execute("DELETE FROM accounts.sessions")
    await one.post(path, csrf=csrf, reason="Rahasia Tono: keluarga korban meminta.")
    csrf = await one.log_in(desk, "bambang")
    said = await one.get(path)
    assert "diketik dengan akun lain" in said.text
    assert "Rahasia Tono" not in said.text
    form = await one.get(path)
    assert f'value="{csrf}"' in form.text
    assert "Rahasia Tono" not in form.text


async def test_words_that_another_site_sent_are_not_kept(desk: Office) -> None:
    story = await public(desk)
    one, _ = await browser(desk)
    path = f"/terbit/{story}/turunkan"
    for status in (403, 303):
        headers = HTML | {"Origin": "https://jahat.id"}
        answer = await one.client.post(path, headers=headers, data={"reason": "Jahat"})
        assert answer.status_code == status
        assert "terbit_tulisan0" not in one.client.cookies
        await desk.owner.execute("DELETE FROM accounts.sessions")


async def test_a_step_without_words_leads_back_to_the_story_after_the_log_in(desk: Office) -> None:
    event = await desk.approve()
    one, csrf = await browser(desk)
    await desk.owner.execute("DELETE FROM accounts.sessions")
    sent = await one.post(f"/terbit/{event.story}/terbitkan", csrf=csrf, version="1")
    assert sent.headers["location"] == f"/masuk?ke=/terbit/{event.story}"
    assert (await desk.states(event.story))[1][0] == "ready"


async def test_kept_words_belong_to_one_form_alone_and_rubbish_is_no_error(desk: Office) -> None:
    story = await public(desk)
    other = await public(desk)
    one, csrf = await browser(desk)
    await desk.owner.execute("DELETE FROM accounts.sessions")
    await one.post(f"/terbit/{story}/turunkan", csrf=csrf, reason="Foto keliru.")
    await one.log_in(desk, "tono")
    assert "Foto keliru." not in (await one.get(f"/terbit/{other}/turunkan")).text
    for rubbish in ("x", "eJw=", "AAAA", "eJyrVgIAAREA7A=="):
        one.client.cookies.set("terbit_tulisan0", rubbish, domain="kantor.test", path="/terbit")
        assert (await one.get(f"/terbit/{story}/turunkan")).status_code == 200


async def test_a_reason_that_is_too_long_is_shown_again_whole(desk: Office) -> None:
    story = await public(desk)
    typed = "A" * 10_000
    refused = await desk.post("tono", f"/terbit/{story}/turunkan", reason=typed)
    assert refused.status_code == 422
    assert typed in refused.text
    assert "paling banyak 1000 huruf" in refused.text
    nul = await desk.post("tono", f"/terbit/{story}/turunkan", reason="a\x00bcd", yakin="ya")
    assert nul.status_code == 422


async def test_odd_titles_are_shown_as_words_on_every_screen_of_the_desk(desk: Office) -> None:
    title = ("<script>alert(1)</script> \u202e\u05d0\u05d1\u05d2 🏠 " + "Panjang" * 40)[:300]
    event = await desk.approve(title)
    await desk.publish(event)
    at = f"/terbit/{event.story}"
    for path in ("/terbit", "/terbit/selesai", at, f"{at}/keadaan", f"{at}/turunkan", f"{at}/jadwal"):
        page = await desk.page("tono", path)
        assert "<script>alert" not in page, path
    searched = await desk.call(
        "tono", "GET", "/terbit", params={"q": "<script>'):*&!|\x00 \u05d0\u05d1\u05d2 \\"}, headers=HTML
    )
    assert searched.status_code == 200
    assert "<script>'" not in searched.text
