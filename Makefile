# Photon. The two commands of the README are `make demo` and `make test`.
SHELL := /bin/sh
export CGO_ENABLED := 0
export GOFLAGS := -trimpath -buildvcs=false

BIN      := bin/photon
VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS  := -s -w -X photon/internal/cli.version=$(VERSION)
SOURCES  := $(shell find . -name '*.go' -not -path './.git/*') go.mod go.sum
MAX_SIZE := 47185920 # 45 MiB

.PHONY: build demo test unit docker-test race lint check-binary bench clean docker awscli curl

build: $(BIN)

$(BIN): $(SOURCES)
	go build -ldflags '$(LDFLAGS)' -o $@ .

docker:
	@scripts/docker.sh

curl:
	@scripts/package.sh curl curl

# The judge of the engine's answers.
awscli:
	@scripts/package.sh aws awscli

demo: docker curl build
	@scripts/demo.sh

# Everything: the fast rings first, then real containers.
test: docker awscli build check-binary unit docker-test

unit:
	go test ./...

docker-test: build
	go test -tags docker -count=1 -timeout 30m -p 1 ./internal/engine/docker/... ./internal/engine/ecr/... ./internal/e2e/...

race:
	@scripts/package.sh gcc gcc
	CGO_ENABLED=1 go test -race ./internal/engine/... ./internal/cloud/... ./internal/deploy/... ./internal/ui/...
	CGO_ENABLED=1 go test -race -run 'Copies|Several|Fifty|Joins|Superseded|Interrupted' ./internal/cli

lint:
	@scripts/lint.sh

# The binary stays small only while nothing in it finds methods by reflection.
check-binary: build
	@scripts/check-binary.sh $(BIN) $(MAX_SIZE)

bench: docker build
	@scripts/bench.sh

clean:
	rm -rf bin examples/hello/hello
