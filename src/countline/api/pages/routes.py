"""Where the pages and documents are served; none of them needs a key."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from countline.api import asyncapi
from countline.api.openapi import Version, document_bytes
from countline.api.pages import errors
from countline.api.pages.reference import reference_page
from countline.api.pages.welcome import welcome

BASES: dict[Version, str] = {"v3": "/v3", "v1": "/api/v1"}


def page_routes() -> list[HTTPRouteHandler]:
    """Handlers of all pages and documents."""

    async def root(request: Request[Any, Any, Any]) -> Response[Any]:
        return welcome(request.headers.get("accept"))

    async def docs() -> Redirect:
        return Redirect("/docs/v3")

    async def error_list() -> Response[str]:
        return errors.error_list()

    async def error_page(code: FromPath[str]) -> Response[str]:
        return errors.error_page(code)

    return [
        get("/")(root),
        get("/docs")(docs),
        get("/errors")(error_list),
        get("/errors/{code:str}")(error_page),
        *(_document(version) for version in BASES),
        *(_reference(version) for version in BASES),
        _served("/v3/asyncapi.json", asyncapi.document_bytes),
    ]


def _document(version: Version) -> HTTPRouteHandler:
    return _served(f"{BASES[version]}/openapi.json", partial(document_bytes, version))


def _served(path: str, made: Callable[[], bytes]) -> HTTPRouteHandler:
    async def document() -> Response[bytes]:
        # Made once, in 50 ms: in a thread, so that pushes need not wait for it.
        text = await asyncio.to_thread(made)
        headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=300"}
        return Response(text, media_type="application/json", headers=headers)

    return get(path)(document)


def _reference(version: Version) -> HTTPRouteHandler:
    async def reference() -> Response[str]:
        return await asyncio.to_thread(reference_page, version)

    return get(f"/docs/{version}")(reference)
