"""`GET /`: both versions and their documentation, for programs and for people."""

from litestar import Response

from countline import __version__
from countline.api.pages.html import items, page
from countline.wire.root import Root, VersionRoot

VERSIONS = (
    VersionRoot(
        version="v3",
        base="/v3",
        openapi="/v3/openapi.json",
        asyncapi="/v3/asyncapi.json",
        docs="/docs/v3",
        about="The whole API.",
    ),
    VersionRoot(
        version="v1",
        base="/api/v1",
        openapi="/api/v1/openapi.json",
        docs="/docs/v1",
        about="The short gateway form, for scripts and wall displays.",
    ),
)
ROOT = Root(
    name="countline", version=__version__, versions=VERSIONS, docs="/docs", errors="/errors"
)


def welcome(accept: str | None) -> Response[Root] | Response[str]:
    """JSON, or a page where the caller would rather have one."""
    if accept is None or "text/html" not in accept:
        return Response(ROOT, headers={"Vary": "Accept"})
    lines = (
        f'<a href="{v.docs}">Version {v.version[1:]}</a>, under <code>{v.base}</code>: {v.about}'
        f' <a href="{v.openapi}">openapi.json</a>{_asyncapi(v)}'
        for v in VERSIONS
    )
    body = (
        f'<p class="soft">Version {__version__}</p>'
        "<p>People counted by sensors, kept without loss, answered by one API.</p>"
        f'{items(lines)}<p><a href="/errors">Every error</a>, with why and how to mend it.</p>'
    )
    return page("countline", body)


def _asyncapi(version: VersionRoot) -> str:
    return f' <a href="{version.asyncapi}">asyncapi.json</a>' if version.asyncapi else ""
