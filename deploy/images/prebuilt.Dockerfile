# The same two images from binaries that build.sh made with the local Go, for where no registry can be reached.
FROM scratch AS messages
COPY bin/image/ca-certificates.crt /etc/ssl/certs/
COPY bin/image/probe bin/image/messages /usr/local/bin/
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/messages"]

FROM scratch AS stream
COPY bin/image/ca-certificates.crt /etc/ssl/certs/
COPY bin/image/probe bin/image/stream /usr/local/bin/
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/stream"]
