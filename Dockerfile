# A static binary on an empty image; Postgres is a service of its own.
FROM node:22 AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci
COPY internal/gazetteer/data/states.tsv /src/internal/gazetteer/data/
COPY web ./
RUN npm run build

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=web /src/web/static/app web/static/app
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /demarche ./cmd/demarche

FROM scratch
COPY --from=build /demarche /demarche
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY LICENSE NOTICE /
USER 65532:65532
EXPOSE 8080
ENV DEMARCHE_LISTEN=0.0.0.0:8080 DEMARCHE_LOG_FORMAT=json
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["/demarche", "health"]
ENTRYPOINT ["/demarche"]
CMD ["serve"]
