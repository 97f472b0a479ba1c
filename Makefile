# Everything a person or the integration server runs. Nothing but Python ≥ 3.11 and make is needed.
# VENV may name another environment; every path is relative, so that the folder's own may hold spaces.

VENV ?= .venv
PY = "$(VENV)/bin/python"
MANAGE = $(PY) manage.py

.PHONY: help install demo run test check prove bench bench-check messages screenshots clean

help:
	@echo "make demo         installe, charge le cabinet d'exemple et ouvre le site (Ctrl-C arrête tout)"
	@echo "make run          ouvre le site sans données d'exemple"
	@echo "make test         installe et lance tous les tests"
	@echo "make check        format, couches, types, gabarits, migrations, réglages de production"
	@echo "make prove        les épreuves en grand : fichiers hostiles, imports et envois tués, imports ensemble"
	@echo "make bench        mesure les temps à 1 000, 10 000 et 100 000 clients"
	@echo "make bench-check  échoue si un rapport dépasse 1,25 fois celui de docs/performance.md"
	@echo "make messages     relève les textes à traduire et compile les traductions"
	@echo "make screenshots  refait docs/screenshots/"
	@echo "make clean        enlève ce que les outils ont laissé (garde .data et .venv)"

install:
	@VENV="$(VENV)" sh scripts/install.sh

demo: install
	@exec $(MANAGE) serve --demo

run: install
	@exec $(MANAGE) serve

test: install
	@exec $(PY) -m pytest -n auto --dist worksteal $(ARGS)

check: install
	@exec $(PY) scripts/check.py

prove: install
	@PROVE=1 exec $(PY) -m pytest tests/clients/imports/test_mutants.py tests/clients/imports/test_bombs.py \
		tests/clients/imports/test_properties.py tests/clients/imports/test_together.py \
		tests/clients/imports/test_kills.py tests/campaigns/test_kills_of_senders.py \
		tests/campaigns/test_outages_of_senders.py $(ARGS)

bench: install
	@exec $(PY) -m benchmarks $(ARGS)

bench-check: install
	@exec $(PY) -m benchmarks --check $(ARGS)

messages: install
	@exec $(PY) scripts/messages.py

screenshots: install
	@exec $(PY) scripts/screenshots.py $(ARGS)

clean:
	@find . -name __pycache__ -not -path './$(VENV)/*' -type d -prune -exec rm -rf {} +
	@rm -rf .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis .data/tests
