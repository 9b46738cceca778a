# Tessera's chores. `make` alone lists them.

PREFIX ?= /usr/local
DESTDIR ?=
PYTHON ?= python3
SWIFT ?= swift
# Where the benchmarks' data goes, and how much of it: the tables of numbers have BENCH_SCALE times their rows.
BENCH_DIR ?= Benchmarks/data
BENCH_CUSTOMERS ?= 1000000
BENCH_LINES ?= 20000000
BENCH_SEGMENT_CUSTOMERS ?= 5000000
BENCH_PREDICTION_ROWS ?= 1000000
BENCH_SCALE ?= 1
# How many tables with planted segments, and how many without any, the tree of segments is held against.
BENCH_SEEDS ?= 20
BENCH_STRUCTURELESS ?= 100
# How often each program runs, and on how many threads, where not as often and as many as the benchmark says itself.
BENCH_ROUNDS ?=
BENCH_THREADS ?=

# Tests import no target as @testable. Saying so lets them share one release build with the program; without the flag
# `swift test` would compile every module a second time. It builds the program itself, with the tests beside it: modules
# wait for one another, and tests compile on the processors that this leaves idle.
RELEASE := -c release
TESTS := $(RELEASE) --disable-testable-imports --disable-xctest

BINARY := .build/release/tessera
LIBRARIES := LinearAlgebra Randomness Digests Warehouse ModelFiles Features Clustering Propensity CustomerValue Personas Reports Pipeline
SCRIPTS := Scripts/setup Scripts/demo Scripts/postgres Scripts/browser Benchmarks/peers/setup .ci/run

.DEFAULT_GOAL := help

.PHONY: help
help: ## list what make can do
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## install what is missing: the C libraries, and DuckDB's
	@Scripts/setup

.PHONY: postgresql
postgresql: ## install a PostgreSQL and its driver for the tests, which skip some without them
	@Scripts/postgres setup

.PHONY: notebook
notebook: .venv/notebook/.done ## install what runs notebooks-data/segments.ipynb, whose test is skipped without

.venv/notebook/.done: notebooks-data/requirements-notebook.txt
	$(PYTHON) -m venv .venv/notebook
	.venv/notebook/bin/pip install --disable-pip-version-check -q -r $<
	@touch $@

.PHONY: browser
browser: ## install Chromium and axe-core for the tests of reports, which skip some without them
	@Scripts/browser setup

.PHONY: build
build: setup ## build the program, .build/release/tessera
	$(SWIFT) build $(RELEASE)

.PHONY: demo
demo: build ## run the main job on the real sample of notebooks-data, in demo/
	@TESSERA=$(BINARY) Scripts/demo demo

.PHONY: test
test: setup ## run the tests
	$(SWIFT) test $(TESTS)

BENCH_OPTIONS = $(BENCH_ROUNDS:%=--rounds %) $(BENCH_THREADS:%=--threads %)

.PHONY: bench
bench: bench-features bench-clustering bench-predictions ## run all comparisons with peers; see Benchmarks/README.md

.PHONY: bench-features
bench-features: build $(BENCH_DIR)/orders.parquet ## compare `tessera features` with the bare SQL
	.venv/peers/bin/python Benchmarks/run_features.py $(BINARY) $(BENCH_DIR)/orders.parquet $(BENCH_OPTIONS)

# The benchmarks' package builds apart: what it needs of Tessera is little, and its settings are not the program's.
.PHONY: bench-clustering
bench-clustering: setup ## compare clustering with scikit-learn, faiss and mclust
	@Benchmarks/peers/setup
	$(SWIFT) build $(RELEASE) --package-path Benchmarks --scratch-path .build-bench --product tessera-bench
	.venv/peers/bin/python Benchmarks/run_clustering.py .build-bench/release/tessera-bench \
	  --folder $(BENCH_DIR) --scale $(BENCH_SCALE) $(BENCH_OPTIONS)

.PHONY: bench-predictions
bench-predictions: setup ## compare logistic regression, matching and customer value with their peers
	@Benchmarks/peers/setup
	$(SWIFT) build $(RELEASE) --package-path Benchmarks --scratch-path .build-bench --product tessera-bench
	.venv/peers/bin/python Benchmarks/run_predictions.py .build-bench/release/tessera-bench \
	  --folder $(BENCH_DIR) --rows $(BENCH_PREDICTION_ROWS) $(BENCH_OPTIONS)

# These two tell how right the segments are, by no peer, so they are not among the comparisons.
.PHONY: bench-segments
bench-segments: build ## hold the tree of segments against planted ones
	@Benchmarks/peers/setup
	.venv/peers/bin/python Benchmarks/run_segments.py $(BINARY) --folder $(BENCH_DIR) \
	  --seeds $(BENCH_SEEDS) --structureless $(BENCH_STRUCTURELESS)

.PHONY: bench-segments-scale
bench-segments-scale: build ## train on 5 million customers, on all and on a sample
	@Benchmarks/peers/setup
	.venv/peers/bin/python Benchmarks/run_segments_scale.py $(BINARY) --folder $(BENCH_DIR) \
	  --customers $(BENCH_SEGMENT_CUSTOMERS) $(BENCH_THREADS:%=--threads %)

$(BENCH_DIR)/orders.parquet: Benchmarks/generate_orders.py
	@Benchmarks/peers/setup
	.venv/peers/bin/python $< --customers $(BENCH_CUSTOMERS) --lines $(BENCH_LINES) --seed 7 --out $@

.PHONY: format
format: ## lay out the Swift sources the house way
	$(SWIFT) format -i -r Package.swift Sources Tests Benchmarks

.PHONY: lint
lint: ## check the layout of the sources, and the shell scripts where shellcheck is there
	$(SWIFT) format lint -s -r Package.swift Sources Tests Benchmarks
	@if command -v shellcheck >/dev/null; then shellcheck -x $(SCRIPTS); \
	else echo "lint: shellcheck is not installed; the shell scripts were not checked." >&2; fi

# The documentation plugin is a dependency only while TESSERA_DOCS is set, and builds apart, so that nobody else fetches it.
.PHONY: docs
docs: setup ## write the libraries' reference as a static site, docs/
	@rm -rf docs && mkdir docs
	TESSERA_DOCS=1 $(SWIFT) package --scratch-path .build-docs --allow-writing-to-directory docs \
	  generate-documentation $(LIBRARIES:%=--target %) --enable-experimental-combined-documentation \
	  --transform-for-static-hosting --output-path docs
	@echo "Serve it with: $(PYTHON) -m http.server -d docs, and open /documentation"

$(BINARY):
	@$(MAKE) build

# Made before anything is copied, so that an install by root writes nothing into the checkout.
.build/completions/%: $(BINARY)
	@mkdir -p $(@D)
	@$(BINARY) --generate-completion-script $* > $@.part && mv $@.part $@

.PHONY: install
install: .build/completions/bash .build/completions/zsh .build/completions/fish ## copy the program and its shell completions under PREFIX (/usr/local)
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/bash-completion/completions" \
	  "$(DESTDIR)$(PREFIX)/share/zsh/site-functions" "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d"
	install -m 755 $(BINARY) "$(DESTDIR)$(PREFIX)/bin/tessera"
	install -m 644 .build/completions/bash "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/tessera"
	install -m 644 .build/completions/zsh "$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_tessera"
	install -m 644 .build/completions/fish "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/tessera.fish"

.PHONY: uninstall
uninstall: ## remove what install copied
	rm -f "$(DESTDIR)$(PREFIX)/bin/tessera" \
	  "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/tessera" \
	  "$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_tessera" \
	  "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/tessera.fish"

.PHONY: samples
samples: ## make notebooks-data again from the packages it comes from
	$(PYTHON) -m venv .venv/samples
	.venv/samples/bin/pip install --disable-pip-version-check -q -r notebooks-data/requirements.txt
	.venv/samples/bin/python notebooks-data/make_samples.py

.PHONY: model
model: demo ## make models/ again from the demo's project
	@mkdir -p models
	install -m 644 demo/models/completejourney.tessera demo/models/completejourney.md models/

.PHONY: clean
clean: ## remove what these targets made, but for the downloads outside the checkout
	rm -rf .build .build-docs .build-bench .venv demo docs $(BENCH_DIR)
