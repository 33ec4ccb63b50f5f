# Two stages: the first installs exactly what uv.lock names, the second runs it as a plain user.
# The base is named by digest, so that two builds are of one base. Newer security updates come with a
# newer digest: --build-arg PYTHON=python:3.12-slim-bookworm@sha256:…
ARG PYTHON=python:3.12-slim-bookworm@sha256:782412e85d0f0984994c290652577d4018aff08145c85b262bb63dc0c7522254

FROM ${PYTHON} AS build
ENV UV_PYTHON_DOWNLOADS=never \
    UV_LINK_MODE=copy \
    UV_COMPILE_BYTECODE=1 \
    UV_PROJECT_ENVIRONMENT=/opt/annexa
WORKDIR /src
COPY scripts/uv-requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r uv-requirements.txt
# Dependencies first: they change less often than the code, and so stay cached.
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --locked --no-dev --no-install-project
COPY app app
COPY collectors collectors
COPY migrations migrations
COPY evidence_templates evidence_templates
RUN uv sync --locked --no-dev --no-editable

FROM ${PYTHON}
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
# Over HTTPS where it serves with a certificate; whose it is matters to those who come from outside.
HEALTHCHECK --interval=30s --timeout=10s --start-period=40s \
    CMD ["python", "-c", "import ssl, urllib.request as u\nfor s in ('https', 'http'):\n    try:\n        u.urlopen(s + '://127.0.0.1:8080/health', timeout=4, context=ssl._create_unverified_context())\n        break\n    except OSError as e:\n        last = e\nelse:\n    raise last"]
ENTRYPOINT ["annexa"]
# Plain HTTP beyond this container has to be asked for: add --tls-cert and --tls-key, or --behind-proxy.
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
