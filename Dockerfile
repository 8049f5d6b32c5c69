# syntax=docker/dockerfile:1
# Every RUN uses relative paths only, so that scripts/dockerfile-steps.ts can follow these steps without an engine.

FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# No install script is needed: the image brings its own Node.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json vite.config.ts ./
COPY scripts/build.ts scripts/build-page.ts scripts/
COPY src src
RUN node scripts/build.ts && npm prune --omit=dev --ignore-scripts && mkdir empty

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY package.json LICENSE ./
COPY bin bin
COPY config config
# The only place that is ever written: the root file system may be read-only.
COPY --from=build --chown=1000:1000 /build/empty /data
VOLUME /data
USER 1000:1000
EXPOSE 9700
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9700/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# The program is process 1 and handles SIGTERM itself: no init is needed.
ENTRYPOINT ["node", "--max-semi-space-size=8", "/app/bin/tocsin.cjs"]
CMD ["run", "--config", "/config", "--data", "/data", "--listen", "0.0.0.0:9700"]
