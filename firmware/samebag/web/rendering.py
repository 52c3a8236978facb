"""Turns what the pages know into HTML: templates, words, shapes."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from samebag.core.words import LIST
from samebag.web.texts import LANGUAGES, Catalog, load_words, other

FOLDER = Path(__file__).parent
COOKIE, COOKIE_S = "language", 365 * 24 * 3600


class Rendering:
    """``language`` is what a page has until its reader switches it; ``list_name`` what the cargo
    list is called."""

    def __init__(self, language: str, list_name: str = LIST.zh) -> None:
        self._language, self._words = language, load_words(list_name)
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["from_hex"] = bytes.fromhex

    def language_of(self, request: Request) -> str:
        asked = request.query_params.get("lang") or request.cookies.get(COOKIE, "")
        return asked if asked in LANGUAGES else self._language

    def html(self, template: str, language: str, **values: Any) -> str:
        said = Speech(self._words, language)
        return self._templates.get_template(template).render(
            t=said,
            lang=language,
            other=other(language),
            other_t=Speech(self._words, other(language)),
            **values,
        )

    def page(
        self, request: Request, template: str, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """A whole page; a switch of language in its address is remembered."""
        language = self.language_of(request)
        switch = "?" + urlencode({**request.query_params, "lang": other(language)})
        html = self.html(template, language, path=request.url.path, switch=switch, **values)
        response = HTMLResponse(html, status, {"Cache-Control": "no-store"})
        if "lang" in request.query_params:
            response.set_cookie(COOKIE, language, COOKIE_S, samesite="strict", httponly=True)
        return response


class Speech:
    """Looks words up: ``t("face.match")``."""

    def __init__(self, words: Catalog, language: str) -> None:
        self._words, self._language = words, language

    def __call__(self, key: str) -> str:
        return self._words[key][self._language]

    def maybe(self, key: str) -> str:
        """For what comes from outside: the key's own end where there is no word."""
        return self(key) if key in self._words else key.partition(".")[2]

    def of(self, said: Any) -> str:
        """Of two languages, this one."""
        return str(getattr(said, self._language))
