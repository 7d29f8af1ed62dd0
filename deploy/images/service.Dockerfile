# The two services, from source: one build, and an image for each that holds the binary, the health check and the
# certificates of the public authorities (for a Postgres or Redis reached by TLS), and nothing else.
ARG GO_IMAGE=golang:1.26.8-trixie
FROM ${GO_IMAGE} AS build
WORKDIR /src

# Modules first: they change seldom, and so stay cached.
COPY go.work go.work.sum ./
COPY migrations/go.* migrations/
COPY services/core/go.* services/core/
COPY services/messages/go.* services/messages/
COPY services/stream/go.* services/stream/
COPY deploy/go.* deploy/
RUN go mod download
COPY tools tools

COPY . .
RUN GOWORK=off go -C tools run ./bundle ../services/messages/web
ARG VERSION
RUN CGO_ENABLED=0 go build -trimpath -tags grpcnotrace -ldflags="-s -w -X parley/core/serve.version=$VERSION" -o /out/ \
    ./services/messages/cmd/messages ./services/stream/cmd/stream ./deploy/images/probe

FROM scratch AS messages
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/probe /out/messages /usr/local/bin/
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/messages"]

FROM scratch AS stream
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/probe /out/stream /usr/local/bin/
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/stream"]
