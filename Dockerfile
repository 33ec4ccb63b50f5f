# Two stages: the first installs exactly what uv.lock names, the second runs it as a plain user.
# Pin the base by digest in your own registry; the tag below follows Debian's security updates.

FROM python:3.12-slim-bookworm AS build
ENV UV_PYTHON_DOWNLOADS=never \
    UV_LINK_MODE=copy \
    UV_COMPILE_BYTECODE=1 \
    UV_PROJECT_ENVIRONMENT=/opt/annexa
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /src
# Dependencies first: they change less often than the code, and so stay cached.
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --locked --no-dev --no-install-project
COPY app app
COPY collectors collectors
COPY simulator simulator
COPY migrations migrations
COPY evidence_templates evidence_templates
RUN uv sync --locked --no-dev --no-editable

FROM python:3.12-slim-bookworm
# What WeasyPrint loads to set the pack's type, and openssl to verify a bundle as an auditor would.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0=1.50.* \
        libpangoft2-1.0-0=1.50.* \
        libharfbuzz-subset0=6.0.* \
        libfontconfig1=2.14.* \
        openssl=3.0.* \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/annexa annexa
COPY --from=build /opt/annexa /opt/annexa
ENV PATH=/opt/annexa/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ANNEXA_HOME=/var/lib/annexa/home
USER 10001:10001
WORKDIR /var/lib/annexa
VOLUME ["/var/lib/annexa"]
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=40s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/health', timeout=4)"]
ENTRYPOINT ["annexa"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
