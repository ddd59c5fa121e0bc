# The project's commands. `make` lists them. Only Python >= 3.11 and make are needed; the rest goes into .venv.

VENV ?= .venv
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help demo demo-admin test test-quick compat compat-readme lint venv-demo venv-test clean

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 20

demo: venv-demo ## see it work: 500 subscribers, an unwilling mail server, a killed worker (half a minute)
	@cd example && exec "$(CURDIR)/$(VENV)/bin/python" -m demo

demo-admin: venv-demo ## look at what the demo left, in Django's admin
	@cd example && exec "$(CURDIR)/$(VENV)/bin/python" -m demo admin

test: venv-test ## everything: linters, types, all tests on all databases, comparison with Celery, the demo
	@exec "$(VENV)/bin/python" -m tests.run lint tests compat example demo

test-quick: venv-test ## linters, the tests on SQLite that start no processes and no browser (half a minute)
	@exec "$(VENV)/bin/python" -m tests.run lint quick example

compat: venv-test ## compare with real Celery
	@exec "$(VENV)/bin/python" -m tests.run compat

compat-readme: venv-test ## the same, and write its figures into README.rst
	@COMPAT_WRITE=1 exec "$(VENV)/bin/python" -m tests.run compat

lint: venv-test ## ruff, import-linter, mypy, makemigrations --check
	@exec "$(VENV)/bin/python" -m tests.run lint

clean: ## remove .venv and var
	rm -rf "$(VENV)" var

venv-demo:
	@.ci/venv "$(VENV)" demo

venv-test: venv-demo
	@.ci/venv "$(VENV)" test $(REQUIREMENTS)
