# Every target below with a ## is shown by `make help`.
SHELL := /bin/bash
GO ?= go
BIN := bin/wanctl
# The race detector needs a C compiler; without one the tests run without it.
RACE := $(shell command -v $$($(GO) env CC) >/dev/null 2>&1 && echo -race)
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
TOOL := $(GO) tool -modfile=tools/go.mod

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show what can be made.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

.PHONY: build
build: ## Build bin/wanctl, a static binary.
	CGO_ENABLED=0 $(GO) build -trimpath -o $(BIN) ./cmd/wanctl

# What a release is linked with: no symbol table and no debug information.
RELEASE := CGO_ENABLED=0 $(GO) build -trimpath -ldflags='-s -w'
PREFIX ?= /usr/local
INSTALL_BINARY ?= $(BIN)

.PHONY: release
release: ## Build stripped static binaries for amd64, arm64, armv7 and mipsle in dist/.
	GOARCH=amd64 $(RELEASE) -o dist/wanctl-linux-amd64 ./cmd/wanctl
	GOARCH=arm64 $(RELEASE) -o dist/wanctl-linux-arm64 ./cmd/wanctl
	GOARCH=arm GOARM=7 $(RELEASE) -o dist/wanctl-linux-armv7 ./cmd/wanctl
	GOARCH=mipsle GOMIPS=softfloat $(RELEASE) -o dist/wanctl-linux-mipsle ./cmd/wanctl

.PHONY: dist-docs
dist-docs: build ## Make man pages and shell completions from the commands, in dist/.
	rm -rf dist/man dist/completions && mkdir -p dist/completions
	$(GO) test -count=1 -run '^TestEveryCommandHasAManPage$$' ./cmd/wanctl -man $(CURDIR)/dist/man
	for s in bash zsh fish; do $(BIN) completion $$s >dist/completions/wanctl.$$s || exit 1; done

# Puts files where DESTDIR and PREFIX say and changes nothing else. Modes are
# given: the caller's umask decides none.
UNITS = $(DESTDIR)/usr/lib/systemd/system
SHARE = $(DESTDIR)$(PREFIX)/share
.PHONY: install-files
install-files:
	install -D -m 0755 $(INSTALL_BINARY) $(DESTDIR)$(PREFIX)/bin/wanctl
	install -d -m 0755 $(UNITS) $(SHARE)/man/man1
	sed 's|/usr/bin/|$(PREFIX)/bin/|' manifests/systemd/wanctl.service | install -m 0644 /dev/stdin $(UNITS)/wanctl.service
	for p in dist/man/*.1; do gzip -9nc $$p | install -m 0644 /dev/stdin $(SHARE)/man/man1/$$(basename $$p).gz || exit 1; done
	install -D -m 0644 dist/completions/wanctl.bash $(SHARE)/bash-completion/completions/wanctl
	install -D -m 0644 dist/completions/wanctl.zsh $(SHARE)/zsh/vendor-completions/_wanctl
	install -D -m 0644 dist/completions/wanctl.fish $(SHARE)/fish/vendor_completions.d/wanctl.fish

.PHONY: install
install: dist-docs install-files ## Install binary, unit, man pages and completions (DESTDIR, PREFIX=/usr/local).
	@echo "make the user once: adduser --system --group --no-create-home wanctl; then: systemctl enable --now wanctl"

.PHONY: uninstall
uninstall: ## Remove what install put there; user, manifests and state stay.
	rm -f $(DESTDIR)$(PREFIX)/bin/wanctl $(UNITS)/wanctl.service $(SHARE)/man/man1/wanctl.1.gz $(SHARE)/man/man1/wanctl-*.1.gz
	rm -f $(SHARE)/bash-completion/completions/wanctl $(SHARE)/zsh/vendor-completions/_wanctl $(SHARE)/fish/vendor_completions.d/wanctl.fish

.PHONY: install-test
install-test: ## Install to folders and look at what lands there (systemd-analyze).
	packaging/install/test

DEB_ARCH ?= $(shell $(GO) env GOARCH)

.PHONY: deb
deb: dist-docs ## Make a Debian package of this machine's architecture in dist/.
	$(RELEASE) -o dist/wanctl ./cmd/wanctl
	packaging/deb/build dist/wanctl $(DEB_ARCH) $(VERSION) dist

.PHONY: deb-test
deb-test: dist-docs ## Install, start, upgrade, remove and purge the package in a Debian of its own (root, debootstrap).
	$(RELEASE) -o dist/wanctl ./cmd/wanctl
	packaging/deb/test dist/wanctl $(DEB_ARCH)

.PHONY: systemd-test
systemd-test: dist-docs ## Let a real systemd run the package's unit, in a Debian in QEMU (root, mmdebstrap, qemu-system-x86).
	GOARCH=amd64 $(RELEASE) -o dist/wanctl-linux-amd64 ./cmd/wanctl
	packaging/systemd/test dist/wanctl-linux-amd64

.PHONY: container-test
container-test: ## Run the agent in the root of its container image; build the image where there is buildah (root).
	GOARCH=amd64 $(RELEASE) -o dist/wanctl-linux-amd64 ./cmd/wanctl
	packaging/container/test dist/wanctl-linux-amd64

.PHONY: demo
demo: build ## Run two simulated WANs under moving capacity, with a live table. Edit examples/demo.yaml meanwhile.
	@echo "state in .demo; in another terminal: $(BIN) get status --state-dir .demo"
	$(BIN) run -f examples/demo.yaml --state-dir .demo --watch

.PHONY: test
test: ## Run every test that needs no root, with the race detector where there is a C compiler.
	$(GO) test $(RACE) ./...
	$(GO) test -run '^TestNoSetIsLostOrCrossed$$' ./controller/router/routeros

.PHONY: sets
sets: ## Make a million sets at a RouterOS double whose connections break, and miss none.
	WANCTL_SETS=1000000 $(GO) test -count=1 -v -run '^TestNoSetIsLostOrCrossed$$' ./controller/router/routeros

.PHONY: e2e
e2e: build ## Run the end-to-end test with real packets in network namespaces of its own (root).
	$(GO) test -count=1 -tags e2e -v -timeout 15m ./test/e2e/...

.PHONY: manifests-test
manifests-test: build ## Ask Prometheus' engine all that dashboard and alert rules ask, of a running agent; check its API's description, and what is for Kubernetes.
	cd test/observe && $(GO) test -count=1 ./queries ./api ./kubernetes

.PHONY: web-test
web-test: build ## Use the page of a running agent in headless Chromium (Debian's chromium); SCREENSHOTS=DIR keeps pictures.
	cd test/observe && $(GO) test -count=1 -tags web -timeout 10m ./web

.PHONY: lab
lab: build ## Judge wanctl on real CAKE in QEMU guests: every scenario, three times, about an hour.
	$(GO) run ./test/lab -wanctl $(BIN)

.PHONY: lab-short
lab-short: build ## Judge the most telling part of that once, in minutes; fail where a figure misses its mark.
	$(GO) run ./test/lab -wanctl $(BIN) -short -check

.PHONY: fuzz
fuzz: ## Fuzz every parser for FUZZTIME (30s) each.
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p 2>/dev/null | grep ^Fuzz); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $${FUZZTIME:-30s} $$p || exit 1; \
	  done; done

.PHONY: bench
bench: ## Print the figures of docs/performance.md.
	$(GO) test -run '^$$' -bench . -benchmem ./controller/... ./reconciler/...

.PHONY: generate
generate: ## Make deep copies, schema and reference from the types.
	$(GO) generate ./...

.PHONY: check-generated
check-generated: generate ## Fail if generated files are not current.
	@git diff --exit-code --stat -- api docs manifests || { echo "generated files are not current: run make generate and commit"; exit 1; }
	@test -z "$$(git status --porcelain -- api docs manifests)" || { git status --short -- api docs manifests; echo "generated files are not committed"; exit 1; }

.PHONY: lint
lint: ## Check formatting, vet and staticcheck, and that no merge was left half done.
	@! git grep -nE '^(<<<<<<<|>>>>>>>) '
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) vet -tags e2e ./test/...
	cd test/observe && $(GO) vet -tags web ./...
	$(TOOL) staticcheck ./...

.PHONY: clean
clean: ## Remove what make made.
	rm -rf bin .demo dist
