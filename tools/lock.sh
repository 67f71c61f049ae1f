#!/bin/sh
# Resolve the lock files: versions and hashes for every platform, and no address.
set -eu
uv=$1
shift
cd "$(dirname "$0")/.."

resolve() { "$uv" --quiet pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.11 "$@"; }

resolve pyproject.toml --all-extras --output-file requirements.lock "$@"
echo "uv" | resolve - --output-file requirements-uv.lock "$@"
printf "xovis-sdk==1.0.0a29\naiohttp\nuvloop\n" | resolve - --constraints requirements.lock --output-file requirements-bench.lock "$@"
