# For those who run the bridge in a container: docker build --tag speedtest-bridge:0.1.0 .
# examples/docker/ and examples/kubernetes/ run it. To change: nothing, unless jobs use programs as engines, which an
# image of your own adds to this one.
FROM node:22.20.0-alpine3.22 AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json ./
COPY src src
RUN npm run build && npm prune --omit=dev

FROM node:22.20.0-alpine3.22
WORKDIR /app
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY package.json LICENSE THIRD-PARTY.md ./
COPY examples/grafana examples/grafana
# The root may be read-only; /tmp then has to be a tmpfs, which large exports use.
RUN mkdir /data && chown 1000:1000 /data
VOLUME /data
WORKDIR /data
# As a number, so that Kubernetes sees that it is not root.
USER 1000:1000
ENV HOME=/data SPEEDTEST_BRIDGE_CONFIG=/etc/speedtest-bridge/speedtest-bridge.yaml
EXPOSE 9817
# Quick, so as not to disturb a test. Where the configuration asks for a login or TLS, or listens elsewhere, replace it.
HEALTHCHECK --interval=1m --timeout=5s --start-period=10s CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9817/-/healthy"]
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["run"]
