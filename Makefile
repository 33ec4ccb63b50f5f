# Two commands matter: `make demo` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test drill check format serve bench docs clean
BIN := .venv/bin
OUT ?= demo-out
# one more than there are cores: tests wait for processes of their own
WORKERS ?= $(shell echo $$(( $$(nproc) + 1 )))

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /  make \1\t/' | expand -t 16

demo: ## collect, seal, pack and verify five nights of a simulated tenant into demo-out/
	@scripts/bootstrap demo
	$(BIN)/annexa demo --out $(OUT)

test: check ## run `check`, then every test
	$(BIN)/pytest -n $(WORKERS) --dist loadfile

DRILLS := tests/corpus tests/drills tests/tampering/test_kill.py tests/end_to_end/test_tampered_bundle.py

drill: ## alter bundles, kill, turn clocks and restore backups, the whole of it; prints its figures
	@scripts/bootstrap test
	$(BIN)/pytest -q -s --drill $(DRILLS) | tee drill.txt
	@echo; echo "Figures of this drill:"; grep -E '^(  .*: [0-9]+ of|corpus:|stores:|bytes:|killed|drill)' drill.txt

check: ## lint, types, layers and documentation, in under two minutes
	@scripts/bootstrap test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	$(BIN)/pytest -q tests/docs

format: ## rewrite the code as `check` wants it
	@scripts/bootstrap test
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

serve: ## serve the API on the evidence that `make demo` left
	@scripts/bootstrap demo
	$(BIN)/annexa --home $(OUT) serve

bench: ## measure one night of 1,000 resources at 80 ms latency; prints JSON
	@scripts/bootstrap test
	$(BIN)/python benchmarks/snapshot.py --resources 1000 --latency-ms 80

docs: ## write docs/checks.md, every question with its remedy, from the code
	@scripts/bootstrap demo
	$(BIN)/annexa collectors --markdown > docs/checks.md

clean: ## remove what the commands made, keeping .venv and .tools
	rm -rf demo-out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	find . -name __pycache__ -not -path './.venv/*' -not -path './.tools/*' -prune -exec rm -rf {} +
