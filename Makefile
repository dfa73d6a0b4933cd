# The commands of the project. `make help` lists them.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements.lock
# How many run the tests: while one waits for Odoo, which answers in a process of its own, the other goes on.
WORKERS := 2
# A page for each module below these; the first has the public names.
REFERENCE := odoo_widgets odoo_widgets.flow odoo_widgets.net odoo_widgets.cli

.DEFAULT_GOAL := help
.PHONY: help demo test check browser bench failures docs picture package test-package test-binder lock clean

help: ## Show this list.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 23

demo: $(VENV)/demo.installed ## Start a real Odoo, run the quickstart against it, and open it in JupyterLab.
	@exec $(BIN)/python notebooks/demo.py

test: $(VENV)/test.installed check browser ## Run every check and every test, the real Odoo and the notebooks included.
	@exec $(BIN)/python -m pytest --numprocesses=$(WORKERS) --no-loadscope-reorder

check: $(VENV)/test.installed ## Check style and types.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

browser: ## Make sure that there is a Chromium for the tests of the form.
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "… install Chromium from the system's packages"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; \
	  else \
	    echo "The tests of the form need Chromium. On Debian: sudo apt-get install chromium. On Ubuntu: sudo snap install chromium." >&2; \
	  fi; }

bench: $(VENV)/test.installed $(VENV)/bench.installed $(VENV)/peers/installed ## Measure speed, beside Odoo itself and other clients; the tables go to tests/benchmarks/results.
	$(BIN)/python -m tests.benchmarks.conversion --write
	$(BIN)/python -m tests.benchmarks.client --write
	$(BIN)/python -m tests.benchmarks.writing --write

failures: $(VENV)/test.installed ## Kill, cut and race sends to a real Odoo; the table goes to tests/benchmarks/results.
	$(BIN)/python -m tests.benchmarks.failures --write

docs: $(VENV)/docs.installed ## Write the reference to docs/, from what the code says of itself.
	$(BIN)/python -m tests.apart.reference $(REFERENCE)

picture: $(VENV)/picture.installed browser ## Take the picture of the form in the README anew, of the form itself.
	$(BIN)/python -m tests.browser.picture

package: $(VENV)/package.installed ## Build wheel and sdist into dist/.
	$(BIN)/python -m build --installer uv

test-package: $(VENV)/test.installed $(VENV)/package.installed ## Try the wheel alone on each Python, lowest versions included.
	$(BIN)/python -m pytest -q -s tests/apart/package.py

test-binder: $(VENV)/test.installed $(VENV)/binder.installed ## As root on Debian: carry out binder/Dockerfile without a container engine, and visit it.
	@command -v debootstrap >/dev/null || apt-get install -y -qq --no-install-recommends debootstrap >/dev/null
	$(BIN)/python -m pytest -q -s tests/apart/image.py

lock: $(VENV)/test.installed $(VENV)/package.installed $(VENV)/binder.installed $(VENV)/docs.installed ## Write down the versions installed now; make $(VENV) with the oldest Python first.
	$(BIN)/python -m pip freeze --exclude-editable --exclude odoo-widgets > $(LOCK)

clean: ## Throw the virtual environment away.
	rm -rf $(VENV)

# The first Python on the path that is new enough, in an environment of this project's own. Made whole or made again.
$(VENV)/made:
	@rm -rf $(VENV)
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "… make $(VENV) with $$("$$python" --version)"; \
	    "$$python" -m venv $(VENV) && touch $@ && exit 0; \
	    echo "This Python cannot make virtual environments. On Debian or Ubuntu: apt-get install python3-venv" >&2; \
	    rm -rf $(VENV); exit 1; \
	  fi; \
	done; echo "Python 3.11 or newer is needed, and none is on the path. Name one: make PYTHON=/path/to/python" >&2; exit 1

# The clients that ours is measured beside, where they cannot change what ours runs on.
$(VENV)/peers/installed: tests/benchmarks/peers.txt | $(VENV)/made
	$(BIN)/python -m venv $(VENV)/peers
	$(VENV)/peers/bin/python -m pip install --disable-pip-version-check --requirement $<
	@touch $@

# Installed again whenever the project's own needs change.
$(VENV)/%.installed: pyproject.toml $(LOCK) | $(VENV)/made
	@echo "… install the package with what '$*' needs"
	$(BIN)/python -m pip install --disable-pip-version-check --constraint $(LOCK) --editable '.[$*]'
	@touch $@
