#!/bin/sh
# Make a virtual environment from hashed lock files: `setup.sh FOLDER [LOCK]`.
# Without LOCK it gets requirements.lock and countline itself, editable; with LOCK only what that holds.
set -eu

venv=$1
lock=${2:-requirements.lock}
python=${PYTHON:-python3}
cd "$(dirname "$0")/.."

if [ -n "${2:-}" ] && [ -e "$venv/.ready" ] && [ "$venv/.ready" -nt "$lock" ]; then
  exit 0
fi

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "countline needs Python 3.11 or later as '$python'; name another with PYTHON=..." >&2
  exit 1
fi
if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
  "$python" -m venv --clear "$venv" || {
    echo "no virtual environment could be made; on Debian and Ubuntu: apt-get install python3-venv" >&2
    exit 1
  }
fi

pip() { "$venv/bin/python" -m pip --disable-pip-version-check --quiet "$@"; }

with_uv() {
  [ -x "$venv/bin/uv" ] || pip install --require-hashes -r requirements-uv.lock || return 1
  run="$venv/bin/uv --quiet pip install --python $venv/bin/python"
  $run --no-deps --require-hashes -r "$lock" || return 1
  [ -n "${2:-}" ] || $run --no-deps --no-build-isolation --editable .
}

with_pip() {
  pip install --no-deps --require-hashes -r "$lock"
  [ -n "${2:-}" ] || pip install --no-deps --no-build-isolation --editable .
}

with_uv "$@" || { echo "uv could not; doing the same with pip" >&2; with_pip "$@"; }
[ -z "${2:-}" ] || touch "$venv/.ready"
