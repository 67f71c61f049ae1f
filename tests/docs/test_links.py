"""Every link of the documentation leads somewhere: to a file of the project, and to a heading in it."""

import re
from functools import cache
from pathlib import Path

from tests.test_tidy import ROOT, project_files

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]*`", re.DOTALL | re.MULTILINE)


def prose(text: str) -> str:
    return CODE.sub("", text)


def anchors(text: str) -> set[str]:
    """The names under which a page's headings can be linked to."""
    headings = re.findall(
        r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M), re.MULTILINE
    )
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings
    }


@cache
def pages() -> tuple[str, ...]:
    return tuple(path for path in project_files() if path.endswith(".md"))


def complaints(page: str, text: str, root: Path) -> list[str]:
    found = []
    for target in LINK.findall(prose(text)):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        file = (root / page).parent / path if path else root / page
        if not file.exists():
            found.append(f"{page}: link to {target}, which does not exist")
        elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text()):
            found.append(f"{page}: link to {target}, but {path or page} has no such heading")
    return found


def test_every_link_leads_somewhere() -> None:
    found = [c for page in pages() for c in complaints(page, (ROOT / page).read_text(), ROOT)]
    assert not found, "\n" + "\n".join(found)


def test_every_page_under_docs_can_be_reached_from_its_front_page() -> None:
    reached, waiting = set(), ["docs/README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached and page in pages():
            reached.add(page)
            links = LINK.findall(prose((ROOT / page).read_text()))
            paths = ((ROOT / page).parent / link.partition("#")[0] for link in links)
            files = (path.resolve() for path in paths if path.is_file())
            waiting += [str(f.relative_to(ROOT)) for f in files if f.is_relative_to(ROOT)]
    lost = [page for page in pages() if page.startswith("docs/") and page not in reached]
    assert not lost, f"no page links to: {', '.join(lost)}"


def test_broken_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text("# Title of b\n\n## A part, here\n")
    good = "[b](b.md) [part](b.md#a-part-here) [out](https://example.org) `[no](link.md)`"
    assert complaints("a.md", good, tmp_path) == []
    (gone,) = complaints("a.md", "[c](c.md)", tmp_path)
    assert "c.md, which does not exist" in gone
    (lost,) = complaints("a.md", "[b](b.md#elsewhere)", tmp_path)
    assert "no such heading" in lost
