# Every target sets itself up on a fresh machine with Python 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help install demo test tests check format lab faults view clean

help: ## List the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(STAMP) ## Make .venv with everything that development needs

$(STAMP): pyproject.toml constraints.txt
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python $(PYTHON) $(VENV) && \
	  uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[dev]'; \
	else \
	  $(PYTHON) -m venv $(VENV) && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'; \
	fi
	@touch $(STAMP)

demo: $(STAMP) ## Sixteen SIMULATED models on three value pairs: table, logs, page
	$(BIN)/inspect-values demo

test: $(STAMP) ## Everything: lint, types, tests
	@$(MAKE) --no-print-directory -j 2 check tests

# three at once: many tests wait for a process of their own
tests: $(STAMP) ## Tests only
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

check: $(STAMP) ## Lint and types only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python

format: $(STAMP) ## Format the code
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lab: $(STAMP) ## The long laboratories (hours): coverage, power, audits, soak, kills; rewrites their pages in docs/
	@for page in coverage:laboratory strength_coverage:laboratory-strengths \
	  effects:laboratory-effects audits:laboratory-audits soak:soak kills:kills; do \
	  echo "docs/$${page#*:}.md"; \
	  $(BIN)/python benchmarks/$${page%%:*}.py > docs/$${page#*:}.md.new || exit 1; \
	  mv docs/$${page#*:}.md.new docs/$${page#*:}.md; \
	done

faults: $(STAMP) ## Every fault at every lab, seen in a run; rewrites docs/faults.md
	$(BIN)/python benchmarks/faults.py > docs/faults.md.new && mv docs/faults.md.new docs/faults.md

view: $(STAMP) ## Open the demonstration's logs in Inspect's viewer
	$(BIN)/inspect view --log-dir logs/demo

clean: ## Remove the environment and caches (logs stay)
	rm -rf $(VENV) .pytest_cache .ruff_cache out
