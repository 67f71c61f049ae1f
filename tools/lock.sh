#!/bin/sh
# Resolve the lock files: versions and hashes for every platform, and no address.
set -eu
uv=$1
shift
cd "$(dirname "$0")/.."

resolve() { "$uv" --quiet pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.11 "$@"; }

# What JuPedSim draws with and never imports: 1.3 GB of Qt and VTK.
without=$(mktemp)
trap 'rm -f "$without"' EXIT
printf 'pyside6; sys_platform == "never"\nvtk; sys_platform == "never"\n' >"$without"

resolve pyproject.toml --all-extras --override "$without" --output-file requirements.lock "$@"
echo "uv" | resolve - --output-file requirements-uv.lock "$@"
printf "xovis-sdk==1.0.0a29\naiohttp\nuvloop\n" | resolve - --constraints requirements.lock --output-file requirements-bench.lock "$@"
