"""A page for each error code: what happened, why, and how to mend it."""

from html import escape

from litestar import Response

from countline.api.codes import CODES
from countline.api.examples import problem_example
from countline.api.pages.html import code, items, json_block, page, phrase
from countline.errors import NotFound


def error_list() -> Response[str]:
    """All codes, by status."""
    ordered = sorted(CODES, key=lambda c: CODES[c].status)
    body = (
        "<p>Every error is <code>application/problem+json</code>. Its <code>code</code> never changes;"
        " its <code>type</code> is one of these pages.</p>"
    )
    lines = (
        f'{CODES[c].status} <a href="/errors/{c}">{code(c)}</a> {escape(CODES[c].title)}'
        for c in ordered
    )
    return page("Errors", body + items(lines))


def error_page(name: str) -> Response[str]:
    """One code. Raises `NotFound` for one that does not exist."""
    kind = CODES.get(name)
    if kind is None:
        raise NotFound(f"There is no error code {name!r}.", code="path_not_found")
    body = (
        f'<p class="soft">{code(name)} with HTTP status {kind.status}</p>\n'
        f"<h2>What happened</h2>\n<p>{phrase(kind.why)}</p>\n"
        f"<h2>How to mend it</h2>\n<p>{phrase(kind.mend)}</p>\n"
        f"<h2>What the answer looks like</h2>\n{json_block(problem_example(name))}"
    )
    return page(kind.title, body)
