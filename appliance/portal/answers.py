"""What the portal says: redirects, what means internet, and two small pages."""

from dataclasses import dataclass
from html import escape
from typing import Final

from appliance import sentences
from appliance.portal.probes import Online

RETRY_S: Final = 5
"""How often the page looks whether the box is back."""

_PAGE: Final = """<!doctype html>
<html lang="{lang}" dir="{dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{refresh}<title>DisasterNet</title>
</head>
<body>
<h1>{title}</h1>
<p>{text}</p>
{link}</body>
</html>
"""
_SAFE: Final = [
    (b"cache-control", b"no-store"),
    (b"connection", b"close"),
    (b"content-security-policy", b"default-src 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]
"""Closing: nftables moves a connection only when it begins."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes
    media_type: str
    more: tuple[tuple[bytes, bytes], ...] = ()

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return its headers; 204 has no type and no length (RFC 9110)."""
        length = str(len(self.body)).encode()
        own = [(b"content-type", self.media_type.encode()), (b"content-length", length)]
        return [*([] if self.status == 204 else own), *self.more, *_SAFE]  # noqa: PLR2004


def online(said: Online) -> Answer:
    """Return what means internet."""
    return Answer(said.status, said.body, said.media_type, said.headers)


def led_to(url: str) -> Answer:
    """Return a redirect with a body: Android takes a short answer for a failure.

    AOSP NetworkMonitor.java: 200 with at most four bytes is no portal; 302 always is.
    """
    page = f'<!doctype html><title>DisasterNet</title><p><a href="{escape(url)}">DisasterNet</a>'
    return Answer(302, page.encode(), "text/html; charset=utf-8", ((b"location", url.encode()),))


def not_here(url: str) -> Answer:
    """Return that there is no internet, to a program that wanted to send something (RFC 6585)."""
    text = f"{sentences.PORTAL_NO_INTERNET['en']} {url}\n"
    return Answer(511, text.encode(), "text/plain; charset=utf-8")


def down(languages: str) -> Answer:
    """Return the page shown while the box's message service does not answer."""
    lang = language_of(languages)
    page = _page(
        lang,
        sentences.PORTAL_DOWN_TITLE[lang],
        sentences.PORTAL_DOWN[lang],
        refresh=f'<meta http-equiv="refresh" content="{RETRY_S}">\n',
    )
    return Answer(503, page, "text/html; charset=utf-8", ((b"retry-after", str(RETRY_S).encode()),))


def stayed(url: str, languages: str) -> Answer:
    """Return the page after "keep this Wi-Fi"; the phone's window may close on its own now."""
    lang = language_of(languages)
    link = f'<p><a href="{escape(url)}">{escape(url)}</a></p>\n'
    text = sentences.PORTAL_STAYED[lang]
    return Answer(
        200,
        _page(lang, sentences.PORTAL_STAYED_TITLE[lang], text, link=link),
        "text/html; charset=utf-8",
    )


def language_of(accepted: str) -> str:
    """Return the first language of an Accept-Language header that there are words in; else en."""
    for part in accepted[:200].split(","):
        lang = part.partition(";")[0].strip().lower().partition("-")[0]
        if lang in sentences.PORTAL_DOWN:
            return lang
    return "en"


def _page(lang: str, title: str, text: str, *, refresh: str = "", link: str = "") -> bytes:
    return _PAGE.format(
        lang=lang,
        dir="rtl" if lang in sentences.RIGHT_TO_LEFT else "ltr",
        title=escape(title),
        text=escape(text),
        refresh=refresh,
        link=link,
    ).encode()
