# Parley. `make` lists the targets; `make up` and `make test` are the two that a newcomer needs.

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

MODULES := migrations services/core services/testkit services/messages services/stream deploy

# Outside the workspace, which would give the services the versions of what this needs: kustomize, Helm, Kubernetes' API.
KUBERNETES := deploy/kubernetes/check

# What a cluster to test on is built of: modules of their own, too, for each names its versions of Kubernetes' libraries.
CLUSTER := deploy/kubernetes/cluster

# `make up`: where the gateway listens, and how many replicas stand behind it.
PORT     ?= 8080
MESSAGES ?= 1
STREAMS  ?= 2

# The commit that is built, "" outside of a checkout.
VERSION = $(shell git describe --always --abbrev=12 --exclude='*' --dirty=+dirty 2>/dev/null)

TALLY    := bin/tally.counts
LINT     := bin/golangci-lint
PACKAGES := deploy/install/install.sh
CHECKERS := .local/js/node_modules/.package-lock.json
JS       := $(CURDIR)/.local/js/node_modules/.bin

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z][a-z0-9-]*:.*## / { printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## Run

.PHONY: up
up: $(if $(OBSERVE),up-observed,up-here) ## Run Parley here until Ctrl-C, installing what is missing: PORT=8080 MESSAGES=1 STREAMS=2; OBSERVE=1 in containers, with Prometheus

.PHONY: up-here
up-here:
	@$(PACKAGES) run
	@$(MAKE) build
	@exec bin/stack -port '$(PORT)' -messages '$(MESSAGES)' -streams '$(STREAMS)'

OBSERVED := deploy/compose/compose.sh --env-file deploy/images/debian.env -f docker-compose.yml -f deploy/observe/compose.yml

.PHONY: up-observed
up-observed:
	@$(PACKAGES) compose
	@deploy/images/build.sh observe
	@echo "Parley: http://127.0.0.1:$(PORT)  Prometheus: http://127.0.0.1:$${PROMETHEUS_PORT:-9090}"
	@PORT='$(PORT)' exec $(OBSERVED) up --scale messages='$(MESSAGES)' --scale stream='$(STREAMS)'

# The exporter of traces brings parts of gRPC along, which nobody calls. Without the tag these keep the linker from leaving
# out whatever is unused: 22 MB of stream.
TAGS := grpcnotrace

.PHONY: build
build: bundle ## Build the binaries into bin/
	@mkdir -p bin
	@go build -tags $(TAGS) -ldflags='-X parley/core/serve.version=$(VERSION)' -o bin/ ./services/messages/cmd/messages ./services/stream/cmd/stream ./deploy/cmd/stack

.PHONY: bundle
bundle: ## Make one script and one style sheet of the page's, for the binaries to embed
	@GOWORK=off go -C tools run ./bundle $(CURDIR)/services/messages/web

.PHONY: release
release: bundle ## Pack what one box needs into bin/parley-VERSION.tar.gz, for a Debian server: see docs/operating.md
	@mkdir -p bin/release
	@CGO_ENABLED=0 GOOS=linux go build -trimpath -buildvcs=false -ldflags='-s -w -X parley/core/serve.version=$(VERSION)' \
	    -o bin/release/ ./services/messages/cmd/messages ./services/stream/cmd/stream
	@deploy/systemd/release.sh '$(VERSION)' bin/release bin

.PHONY: images
images: bundle ## Build container images from Debian packages, where no registry can be reached
	@deploy/images/build.sh

.PHONY: manifests
manifests: ## Make the Helm chart anew, and what else of deploy/kubernetes is made
	@GOWORK=off go -C $(KUBERNETES) run . $(CURDIR)

.PHONY: admin
admin: ## Run a command of the administrator against the running `make up`: ARGS='invite -uses 5'
	@set -a; . .local/env; exec bin/messages admin $(ARGS)

.PHONY: owner
owner: ## Run a command of the messages service as the owner of the running `make up`'s database: ARGS='backup -to FILE'
	@set -a; . .local/env.owner; exec bin/messages $(ARGS)

.PHONY: demo
demo: ## Fill the running `make up` with people who talk, to try it out: ARGS='-messages 4000 -password …'
	@set -a; . .local/env; exec bin/messages demo $(ARGS)

## Test. Each step runs its tests afresh, adds its counts to a tally, and stops at a time limit.

.PHONY: test
test: ## Run everything: lint, unit, integration, the page's own tests, end to end, real browsers
	@$(PACKAGES) test
	@rm -f $(TALLY)
	@$(MAKE) --keep-going lint unit page e2e faults && failed=0 || failed=1; \
	    echo; go run ./deploy/cmd/tally -total $(TALLY) && exit $$failed

.PHONY: lint
lint: $(LINT) lint-page ## Check style, likely faults, and the direction of dependencies
	@for module in $(MODULES); do \
	    echo "lint  $$module"; \
	    (cd $$module && $(CURDIR)/$(LINT) run --allow-parallel-runners --timeout 10m ./... && GOWORK=off go mod tidy -diff) || failed=1; \
	done; \
	echo "lint  $(KUBERNETES)"; cd $(KUBERNETES); export GOWORK=off; \
	    $(CURDIR)/$(LINT) run --allow-parallel-runners --timeout 10m ./... && go mod tidy -diff || failed=1; \
	exit $${failed:-0}

.PHONY: lint-page
lint-page: $(CHECKERS) ## Check the types and the style of the page's JavaScript
	@echo "lint  services/messages/web"
	@cd services/messages/web && $(JS)/tsc && $(JS)/tsc -p tsconfig.model.json && $(JS)/biome lint --error-on-warnings

.PHONY: unit
unit: bin/tally ## Run the Go tests of every module, with the race detector, on a real Postgres and Redis; and those of the manifests
	@for module in $(MODULES); do \
	    (cd $$module && go test -json -race -count=1 -timeout 10m $$(go list ./... | grep -vE '/deploy/e2e(/box|/chaos|/failover|/kubernetes|/standby|/tour|/upgrade)?$$')) \
	        | bin/tally -add $(TALLY) || failed=1; \
	done; \
	GOWORK=off go -C $(KUBERNETES) test -json -count=1 -timeout 10m ./... | bin/tally -add $(TALLY) || failed=1; \
	exit $${failed:-0}

.PHONY: page
page: bin/tally ## Run the tests of the page's JavaScript
	@tap=$$(mktemp); trap 'rm -f "$$tap"' EXIT; failed=0; \
	    timeout 120 node --test --test-reporter=spec --test-reporter-destination=stdout \
	        --test-reporter=tap --test-reporter-destination="$$tap" services/messages/web/test/*.test.mjs || failed=1; \
	    bin/tally -add $(TALLY) -tap "$$tap" && exit $$failed

# The cases that go through all that is asked of Postgres: once more, with PgBouncer before it and a replica beside it.
FAR := ^Test(ChangesOfMessagesThatAreRefused|ChangesTakeOnePositionEach|HistoryComesInPages|RetryIsNotASecondMessage|RoomsBeginAndEndOnTheOpenStream|EverythingResumes|ReadPositionsAgree|StreamResumes.*|UnservableCursorIsReset|StreamsEndWithTheirSession|AroundADeletedMessage|PinsCome.*|MentionsOfAllRooms|PostgresAway.*)$$

.PHONY: e2e
e2e: bin/tally bundle $(CHECKERS) ## Run the end-to-end tests, with faults and real browsers, on a stack of their own
	@cd deploy && E2E_DRIVER=native go test -json -race -count=1 -timeout 12m -p 1 ./e2e ./e2e/tour \
	    | $(CURDIR)/bin/tally -add $(CURDIR)/$(TALLY)
	@cd deploy && E2E_DRIVER=native E2E_POSTGRES=far go test -json -race -count=1 -timeout 10m -run '$(FAR)' ./e2e \
	    | $(CURDIR)/bin/tally -add $(CURDIR)/$(TALLY)

.PHONY: e2e-compose
e2e-compose: bin/tally $(CHECKERS) ## Run the end-to-end tests against docker compose
	@cd deploy && E2E_DRIVER=compose go test -json -race -count=1 -timeout 15m ./e2e \
	    | $(CURDIR)/bin/tally -add $(CURDIR)/$(TALLY)

.PHONY: cluster
cluster: bundle ## Start a Kubernetes cluster of two nodes here, to test on; it is built from source the first time
	@$(CLUSTER)/cluster.sh up

.PHONY: cluster-stop
cluster-stop: ## End all of that cluster
	@$(CLUSTER)/cluster.sh stop

.PHONY: e2e-kubernetes
e2e-kubernetes: bin/tally cluster $(CHECKERS) ## Run the end-to-end tests on that cluster, and then chaos-kubernetes
	@cd deploy && E2E_DRIVER=kubernetes go test -json -race -count=1 -timeout 60m ./e2e | $(CURDIR)/bin/tally -add $(CURDIR)/$(TALLY)
	@$(MAKE) chaos-kubernetes

.PHONY: e2e-tls
e2e-tls: bundle ## Serve HTTPS from docker compose by one file of settings, with a certificate of an authority for tests
	@$(PACKAGES) compose
	@deploy/e2e/tls/try.sh

.PHONY: e2e-systemd
e2e-systemd: bundle ## Install on a fresh Debian with systemd in a container, reboot, back up, restore, upgrade under load: SUITE=bookworm
	@$(PACKAGES) compose
	@deploy/systemd/box/try.sh

PICTURES ?= $(CURDIR)/.local/pictures

.PHONY: pictures
pictures: bundle ## Take pictures of all pages, on a desktop and a phone, light and dark: PICTURES=folder
	@mkdir -p $(PICTURES) && cd deploy && TOUR=$(PICTURES) go test -count=1 ./e2e/tour

.PHONY: dials
dials: build ## Take the pictures of Prometheus in docs/operating.md anew, in five minutes
	@$(PACKAGES) test
	@go run ./deploy/cmd/dials -to deploy/docs

FAULTS_COMPOSE := TestFaults/(network_cut|stream_stopped|redis_killed|postgres_killed|writers_killed)

.PHONY: faults
faults: bin/tally ## Break each thing once, and many at random, and judge what people saw: 3 minutes
	@cd deploy && E2E_DRIVER=native go test -json -race -count=1 -timeout 15m ./e2e/chaos \
	    | $(CURDIR)/bin/tally -add $(CURDIR)/$(TALLY)

.PHONY: faults-compose
faults-compose: bin/tally ## Some of the same against docker compose, and its network cut
	@cd deploy && E2E_DRIVER=compose go test -json -race -count=1 -timeout 15m -run '$(FAULTS_COMPOSE)' ./e2e/chaos \
	    | $(CURDIR)/bin/tally -add $(CURDIR)/$(TALLY)

DURATION ?= 30m
SEED     ?= 0

.PHONY: chaos
chaos: ## Break things at random for long: DURATION=30m SEED=n (0 for any; it is printed)
	@cd deploy && E2E_DRIVER=native go test -race -count=1 -timeout 0 -v -run TestStorm ./e2e/chaos \
	    -chaos.duration=$(DURATION) -chaos.seed=$(SEED)

.PHONY: chaos-redis
chaos-redis: bundle ## Kill and freeze the masters of a Redis Cluster, and of one behind Sentinels, under load
	@cd deploy && E2E_DRIVER=native go test -race -count=1 -timeout 15m -v ./e2e/failover

# Without the race detector: the crowd would take all of a small machine. `make faults` has the crowd with it.
.PHONY: chaos-kubernetes
chaos-kubernetes: cluster ## On that cluster: pods come and go, a node is drained, all is upgraded, the autoscaler adds a pod; under 2,000 listeners: 10 minutes
	@for service in messages stream; do docker tag parley/$$service parley/$$service:next; done
	@$(CLUSTER)/cluster.sh images parley/messages:next parley/stream:next
	@cd deploy && go test -count=1 -timeout 30m -v ./e2e/kubernetes

.PHONY: chaos-upgrade
chaos-upgrade: bundle ## Go from earlier commits to this tree and back under load: PARLEY_PREVIOUS='v1 HEAD~1'
	@cd deploy && E2E_DRIVER=native go test -race -count=1 -timeout 30m -v ./e2e/upgrade

.PHONY: chaos-postgres
chaos-postgres: bundle ## Take the replica of Postgres away, and then Postgres itself, under load: 3 minutes
	@cd deploy && E2E_DRIVER=native go test -race -count=1 -timeout 30m -v ./e2e/standby

## Measure

.PHONY: bench
bench: ## Measure Parley beside a floor and pgbench, some 32 minutes on a quiet machine: ROWS=idle,fanout QUICK=1
	@$(PACKAGES) run
	@$(MAKE) build
	@go build -o bin/ ./deploy/cmd/bench
	@bin/bench -rows '$(ROWS)' $(if $(QUICK),-quick) $(if $(ROWS)$(QUICK),,-results deploy/bench/RESULTS.md) $(BENCHFLAGS)

.PHONY: scale
scale: ## Measure what single acts cost, predict larger loads on 1, 2, 4 and 8 replicas, measure those too; then say what millions need: 5 minutes
	@$(PACKAGES) run
	@$(MAKE) build
	@go build -o bin/ ./deploy/cmd/bench ./deploy/cmd/scale
	@bin/bench -rows scale -costs deploy/scale/measured.json $(if $(QUICK),-quick) $(BENCHFLAGS)
	@bin/scale

.PHONY: microbench
microbench: ## Measure single parts (frame, ring, log, hub, committer), with benchstat: BASE=commit to compare with
	@$(PACKAGES) run
	@deploy/bench/micro $(BASE)

## Keep house

.PHONY: fmt
fmt: $(LINT) ## Format the Go code
	@for module in $(MODULES); do (cd $$module && $(CURDIR)/$(LINT) fmt ./...); done
	@cd $(KUBERNETES) && GOWORK=off $(CURDIR)/$(LINT) fmt ./...

# Not part of `make test`: its database of vulnerabilities, https://vuln.go.dev, may be out of reach.
.PHONY: vuln
vuln: ## Look for known vulnerabilities in what Parley is built from, where vuln.go.dev can be reached
	@for module in $(MODULES); do \
	    echo "vuln  $$module"; \
	    (cd $$module && go run golang.org/x/vuln/cmd/govulncheck@latest -test ./...) || failed=1; \
	done; exit $${failed:-0}

.PHONY: tidy
tidy: ## Tidy every module's go.mod
	@for module in $(MODULES) $(KUBERNETES) $(CLUSTER) $(CLUSTER)/addons tools; do (cd $$module && GOWORK=off go mod tidy); done

.PHONY: clean
clean: ## Remove what was built; keep the data of `make up`
	@rm -rf bin .local/js .local/releases services/messages/web/dist/{css,js,sources}

$(LINT): tools/go.mod tools/go.sum
	@echo "Building golangci-lint"
	@GOWORK=off go -C tools build -o $(CURDIR)/$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

$(CHECKERS): tools/js/package.json tools/js/package-lock.json
	@mkdir -p .local/js && cp tools/js/package.json tools/js/package-lock.json .local/js/
	@npm ci --prefix .local/js --no-audit --no-fund --silent && touch $@

bin/tally: $(wildcard deploy/cmd/tally/*.go)
	@go build -o $@ ./deploy/cmd/tally
