"""Make a release: the version, the changelog from its fragments, a commit, a tag, the wheel and source archive."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION_FILE = ROOT / "src/countline/__init__.py"
FRAGMENTS = ("added", "changed", "fixed", "removed")


def main(version: str) -> None:
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        sys.exit("usage: make release VERSION=0.2.0")
    if run("git", "status", "--porcelain"):
        sys.exit("there are changes that are not committed; a release is made of what is committed")
    if run("git", "tag", "--list", f"v{version}"):
        sys.exit(f"v{version} exists already")
    if not any(path for kind in FRAGMENTS for path in (ROOT / "changelog.d").glob(f"*.{kind}.md")):
        sys.exit("changelog.d holds no fragment: nothing to release")
    text = VERSION_FILE.read_text()
    VERSION_FILE.write_text(re.sub(r'__version__ = ".*"', f'__version__ = "{version}"', text))
    run(sys.executable, "-m", "towncrier", "build", "--yes", "--version", version)
    run("git", "add", "--update")
    run("git", "commit", "-m", f"release: {version}")
    run("git", "tag", "--annotate", f"v{version}", "-m", f"countline {version}")
    run(sys.executable, "-m", "hatchling", "build")
    print(f"tagged v{version}; the wheel and the source archive are in dist/. Nothing was pushed.")


def run(*command: str) -> str:
    """Its output; a failing command ends the release and shows why."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}")
    return done.stdout.strip()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
