# Two commands do everything: `make demo` and `make test`. `make help` lists the others.
PYTHON := .venv/bin/python -W ignore
CONFIG ?= configs/online_retail.yaml
TESTS ?= all
BUILDER ?= $(firstword $(foreach tool,docker podman buildah,$(shell command -v $(tool))))

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast test-e2e test-installed test-wheel test-flink test-spark test-kubeflow test-newer-stack test-older-stack lint format docs wheel images constraints clean

help: ## List the targets.
	@grep -hE '^[a-z0-9_.-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 20

setup: ## Make the environment .venv (all others that need it do so themselves).
	@bash constraints/install.sh

demo: setup ## Run the whole pipeline on real data, serve the model, ask it two questions.
	@$(PYTHON) -m tfx_pipeline.cli.main demo --config $(CONFIG)

test: setup ## Run all tests: whole pipelines and, beside them, the fast ones, then those of the installed wheel.
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target --keep-going test-e2e test-fast test-installed

test-fast: setup ## Run the tests that take seconds each.
	@$(PYTHON) -m pytest -m "not e2e and not wheel and not engine"

test-e2e: setup ## Run the tests that take minutes each, of whole pipelines.
	@$(PYTHON) -m pytest -m e2e

test-installed: setup ## Build the wheel, install it into an environment of its own, run a part of the fast tests on it.
	@$(PYTHON) -m pytest -m wheel

test-wheel: setup ## The same with all fast tests.
	@TANDEM_WHEEL_TESTS=all $(PYTHON) -m pytest tests/wheel

test-flink: setup ## Fetch Flink, run the pipeline's components on it, compare what they write with one process.
	@$(PYTHON) -m tests.support.beam_engines flink
	@$(PYTHON) -m pytest -m engine -s --show-capture=no tests/engines/flink_test.py

test-spark: setup ## The same on Spark.
	@$(PYTHON) -m tests.support.beam_engines spark
	@$(PYTHON) -m pytest -m engine -s --show-capture=no tests/engines/spark_test.py

test-kubeflow: setup ## Run the compiled pipeline task by task, its artifacts in an object store (built by Go).
	@$(PYTHON) -m pytest -m engine -s --show-capture=no tests/engines/object_store_test.py

test-newer-stack: ## Run the demo twice and all tests in an empty Debian 13; TESTS=fast: the demo and the fast tests.
	@bash constraints/test_stack.sh newer $(TESTS)

test-older-stack: ## The same with Python 3.10 on this machine.
	@bash constraints/test_stack.sh older $(TESTS)

lint: setup ## Check style and types.
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy

format: setup ## Put the code into the style.
	@.venv/bin/ruff check --fix . ; .venv/bin/ruff format .

docs: setup ## Write docs/configuration.md anew.
	@mkdir -p docs
	@$(PYTHON) -m tfx_pipeline.cli.main config --markdown > docs/configuration.md

wheel: setup ## Build the wheel into dist/.
	@$(PYTHON) -m build --wheel --outdir dist .

images: ## Build the images tandem-recommender and tandem-server with docker, podman or buildah; ARGS: its options.
	@[ -n "$(BUILDER)" ] || { echo "make images: needs docker, podman or buildah, and none is on the path" >&2; exit 1; }
	$(BUILDER) build $(ARGS) --file serving/deploy/docker/pipeline.Dockerfile --tag tandem-recommender .
	$(BUILDER) build $(ARGS) --file serving/deploy/docker/server.Dockerfile --tag tandem-server .

constraints: setup ## Compile the exact versions of both stacks anew.
	@bash constraints/compile.sh

clean: ## Remove what runs and builds left; the environment stays.
	@rm -rf runs build dist .pytest_cache .mypy_cache .ruff_cache *.egg-info
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
