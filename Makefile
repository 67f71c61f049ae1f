# One word per habit. `make` alone lists them; every word makes .venv first when it is missing.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help setup check fix test case sim chaos app contract bench regen demo release lock

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY)  ## .venv from the lock files, with every extra

# Made anew whenever a lock file or pyproject.toml changes. uv does it in a second; pip can do it too.
$(READY): requirements-uv.lock requirements.lock pyproject.toml tools/setup.sh
	@PYTHON="$(PYTHON)" tools/setup.sh $(VENV)
	@touch $@

check: $(READY)  ## format, lint, types, tidy rules, floors, drift of generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(PYTEST) -q tests/test_tidy.py tests/test_tidy_catches.py
	$(BIN)/python -m tools.regen --check

fix: $(READY)  ## format, and the lint fixes that are safe
	$(BIN)/ruff check --fix-only --exit-zero .
	$(BIN)/ruff format .

test: check  ## check, then every test but the long ones
	$(PYTEST) -q -m "not long and not chaos" -o faulthandler_timeout=180 -o faulthandler_exit_on_timeout=true $(ARGS)

case: $(READY)  ## a new case folder from a captured push: make case DRIVER=xovis_v5 NAME=two_lines FILE=push.json
	$(BIN)/python tools/new_case.py "$(DRIVER)" "$(NAME)" $(FILE)

sim: $(READY)  ## the simulation, 1000 seeds or one: make sim SEED=7
	COUNTLINE_SIM_SEED="$(SEED)" COUNTLINE_SIM_SEEDS="$(or $(SEEDS),1000)" $(PYTEST) -q -m "long or not long" tests/simulation $(ARGS)

chaos: $(READY)  ## kill -9, full disk, mutated input; long
	$(PYTEST) -q -m "chaos or not chaos" tests/chaos $(ARGS)

app: $(READY)  ## whole processes, real sockets
	$(PYTEST) -q -m "not chaos" tests/app $(ARGS)

contract: $(READY)  ## one suite per seam, over every implementation
	$(PYTEST) -q -m "long or not long" tests/contract $(ARGS)

bench: $(READY)  ## figures and ratios against the peers, printed, never failing; FULL=1 for the largest
	@PYTHON="$(PYTHON)" tools/setup.sh $(VENV)-bench requirements-bench.lock
	COUNTLINE_BENCH_FULL="$(FULL)" COUNTLINE_BENCH_PEER="$(VENV)-bench/bin/python" \
	  $(BIN)/python -m tests.bench $(ARGS)

regen: $(READY)  ## write every generated file anew: OpenAPI, example TOML, reference pages
	$(BIN)/python -m tools.regen

demo: $(READY)  ## a small building on 127.0.0.1:8080; ARGS="--data DIR --port P --exit-after SECONDS"
	$(BIN)/countline demo $(ARGS)

release: $(READY)  ## changelog from its fragments, tag, wheel: make release VERSION=0.2.0
	$(BIN)/python tools/release.py "$(VERSION)"

lock: $(READY)  ## resolve the lock files anew, moving only what pyproject.toml asks for; ARGS=--upgrade moves all
	tools/lock.sh $(BIN)/uv $(ARGS)
