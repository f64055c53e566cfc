# Each command is a thin line over `uv run`. uv is taken from the PATH, or installed in .tools/ with python3.
#
#   make demo [PORT=8000] [FRESH=1]   the portal with fictitious data, http://127.0.0.1:8000/
#   make test                         the tests (browser ones included when a Chromium is found)
#   make prove                        the long proofs (PostgreSQL 15, Redis, kills, races)
#   make lint                         style, types, layers, migrations, production settings
#   make bench [SCALE=0.1]            time, queries and bytes of each page
#   make screenshots                  every page of the story into docs/screenshots/

PORT ?= 8000
SCALE ?= 0.1

.PHONY: help demo test prove lint bench screenshots setup-demo setup

help:
	@sed -n 's/^#   //p' Makefile

# Without bytecode each start takes seconds more; another environment's settings would confuse uv.
unexport PYTHONDONTWRITEBYTECODE VIRTUAL_ENV PYTHONHOME PYTHONPATH
export UV_COMPILE_BYTECODE = 1
export UV_PROJECT_ENVIRONMENT = $(CURDIR)/.venv

# Where people keep their tools, when the shell that runs make does not say so.
export PATH := $(PATH):$(HOME)/.local/bin:$(HOME)/.cargo/bin:$(HOME)/.pyenv/shims:/usr/local/bin:/opt/homebrew/bin
UV := $(shell command -v uv 2>/dev/null || echo "$(CURDIR)/.tools/bin/uv")
# A quoted path: the project may live in a folder with a space.
RUN = "$(UV)" run --no-sync

.tools/bin/uv:
	@echo "Installation de uv dans .tools/ (une seule fois)…"
	@command -v python3 >/dev/null || { echo "Il manque Python : installez python3 (3.9 ou plus récent), puis relancez." >&2; exit 1; }
	@python3 -m venv .tools || { rm -rf .tools; \
		echo "Il manque le module venv de Python. Sous Debian ou Ubuntu : sudo apt install python3-venv" >&2; exit 1; }
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv || { rm -rf .tools; \
		echo "uv n'a pas pu être téléchargé : vérifiez l'accès au réseau, ou installez uv vous-même." >&2; exit 1; }

# The interpreter first, so that its absence is said in plain words; --inexact: `make demo` removes no test tool.
define sync
	@"$(UV)" python find --quiet >/dev/null 2>&1 || "$(UV)" python install --quiet >/dev/null 2>&1 || { \
		echo "Il faut Python 3.13, et il n'a été ni trouvé ni téléchargé." >&2; \
		echo "Installez-le (par exemple : uv python install 3.13, pyenv install 3.13, ou le paquet python3.13 de votre système), puis relancez la commande." >&2; \
		exit 1; }
	@"$(UV)" sync --frozen --inexact --quiet $(1) || { \
		echo "Les dépendances n'ont pas pu être installées : vérifiez l'accès au réseau (voir le message ci-dessus)." >&2; exit 1; }
endef

ifeq ($(UV),$(CURDIR)/.tools/bin/uv)
setup-demo setup: .tools/bin/uv
endif

setup-demo:
	@[ -d .venv ] || echo "Installation des dépendances (une seule fois, moins d'une minute)…"
	$(call sync,--no-dev)

setup:
	$(call sync,)

demo: export PORTAL_STARTED_AT := $(shell date +%s)
demo: setup-demo
	@PORTAL_FOLLOW_PID=$$PPID exec $(RUN) python manage.py demo --port $(PORT) $(if $(filter-out 0,$(FRESH)),--fresh)

test: setup
	$(RUN) lint-imports --no-logo
	$(RUN) pytest -n 2 --dist worksteal

prove: setup
	$(RUN) pytest -n 2 --dist load --maxschedchunk 1 -m "prove and not alone"
	$(RUN) pytest -m "prove and alone"

lint: setup
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) lint-imports --no-logo
	$(RUN) mypy
	PORTAL_LOGIN=owner DJANGO_SETTINGS_MODULE=portal.settings_test $(RUN) python manage.py makemigrations --check --dry-run
	$(RUN) python scripts/check_deploy.py

bench: setup
	$(RUN) python manage.py bench --scale $(SCALE) --json bench-$(SCALE).json

screenshots: setup
	$(RUN) python -m scripts.screenshots
