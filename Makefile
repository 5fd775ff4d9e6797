# What people type; the work is done in scripts/.
.PHONY: run test lint bench docs web tools

WEB := $(shell find web/src locales -type f 2>/dev/null)

## Builds what changed and serves on http://127.0.0.1:8080; the first time with example data.
run: web
	@scripts/run.sh

## Everything that must hold before a change goes in.
test: tools
	@scripts/test.sh

## The part of it that only reads.
lint: web/node_modules/.installed
	@scripts/lint.sh

## Measures the server under load.
bench: web
	@scripts/bench.sh

## The pages of the Rust interfaces, and the generated pages of docs/.
docs:
	@scripts/docs.sh

web: web/dist/manifest.json

web/dist/manifest.json: web/node_modules/.installed web/vite.config.ts web/tsconfig.json $(WEB)
	@echo "Building the browser part"
	@cd web && npm run --silent build -- --logLevel warn
	@touch $@

web/node_modules/.installed: web/package.json web/package-lock.json | tools
	@echo "Installing the browser part's packages"
	@cd web && npm ci --no-audit --no-fund --loglevel error
	@touch $@

tools:
	@scripts/tools.sh
