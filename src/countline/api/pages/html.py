"""The frame of every page, and the little of Markdown that docstrings use."""

import re
from collections.abc import Iterable
from html import escape
from typing import Any

import msgspec
from litestar import MediaType, Response

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --paper: #fff; --card: #f6f8fa;
  --line: #d8dee4; --link: #0a58ca; --get: #0b6b50; --post: #7a4a00; --patch: #5b3fa0;
  --delete: #a3202a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa6b2; --paper: #0f1419;
  --card: #171d24; --line: #2c353f; --link: #7ab7ff; --get: #55d0a8; --post: #e0a84e;
  --patch: #b9a2ff; --delete: #ff8f8f; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 54rem; margin: 0 auto; padding: 1.5rem 1rem 6rem; }
header { max-width: 54rem; margin: 0 auto; padding: 1rem 1rem 0; display: flex; gap: 1.25rem;
  flex-wrap: wrap; }
header strong { margin-right: auto; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 2px; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 1rem 0 .75rem; }
h2 { font-size: 1.35rem; margin: 3rem 0 .5rem; border-bottom: 1px solid var(--line);
  padding-bottom: .35rem; }
h3 { font-size: 1.05rem; margin: 2.25rem 0 .5rem; overflow-wrap: anywhere; }
h4 { font-size: .95rem; margin: 1.25rem 0 .35rem; }
p, ul { margin: .5rem 0; }
.soft { color: var(--soft); }
code, pre { font: .875em/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { background: var(--card); padding: .1em .3em; border-radius: 4px; overflow-wrap: anywhere; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem;
  margin: .5rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
pre code { background: none; padding: 0; }
pre.copy { user-select: all; -webkit-user-select: all; }
.method { font-weight: 700; margin-right: .5rem; }
.GET { color: var(--get); } .POST, .PUT { color: var(--post); }
.PATCH { color: var(--patch); } .DELETE { color: var(--delete); }
dl { margin: .5rem 0; }
dt { margin-top: .7rem; overflow-wrap: anywhere; }
dd { margin: .1rem 0 0 1rem; }
details { border: 1px solid var(--line); border-radius: 8px; padding: .4rem 1rem; margin: .6rem 0; }
summary { cursor: pointer; font-weight: 600; }
nav ul { list-style: none; padding: 0; columns: 2; column-gap: 2rem; }
nav li { break-inside: avoid; padding: .15rem 0; overflow-wrap: anywhere; }
@media (max-width: 40rem) { nav ul { columns: 1; } h1 { font-size: 1.6rem; } dd { margin-left: .5rem; } }
"""
LINKS = (("/docs/v3", "Version 3"), ("/docs/v1", "Version 1"), ("/errors", "Errors"))
SAFETY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "public, max-age=300",
}


def page(title: str, body: str) -> Response[str]:
    """A whole page as an answer."""
    links = "".join(f'<a href="{href}">{text}</a>' for href, text in LINKS)
    text = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<header><strong><a href="/">countline</a></strong>{links}</header>\n'
        f"<main>\n<h1>{escape(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )
    return Response(text, media_type=MediaType.HTML, headers=SAFETY)


def prose(text: str) -> str:
    """Paragraphs, `code`, **bold**: what our own texts use of Markdown."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "".join(f"<p>{phrase(p)}</p>\n" for p in paragraphs if p.strip())


def phrase(text: str) -> str:
    """One line of prose."""
    parts = re.split(r"`([^`]*)`", text)
    told = [_bold(escape(p, quote=False)) if i % 2 == 0 else code(p) for i, p in enumerate(parts)]
    return "".join(told)


def _bold(text: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", text)


def code(text: str) -> str:
    """Something to be typed as it stands."""
    return f"<code>{escape(text, quote=False)}</code>"


def block(text: str, *, copy: bool = False) -> str:
    """Lines to be typed as they stand; `copy`: one click selects all of them."""
    kind = ' class="copy"' if copy else ""
    return f"<pre{kind}><code>{escape(text, quote=False)}</code></pre>\n"


def json_block(value: Any) -> str:
    """A JSON value, indented."""
    return block(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def items(lines: Iterable[str]) -> str:
    """A list of lines that are HTML already."""
    return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>\n"
