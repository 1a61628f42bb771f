# Two stages that run the Makefile's own targets, so that what is tested outside an image is what is in it.
#
#   docker build -t signoff .
#   docker run -p 8000:8000 -v signoff:/var/lib/signoff signoff
#
# The first start prints the keys to the container's log. It also runs with a read-only root: add
# `--read-only --tmpfs /tmp`.

ARG PYTHON_IMAGE=python:3.13-slim-bookworm

# --- build: compiles the encoder, fits the starter heads, makes the serving environment ---
FROM ${PYTHON_IMAGE} AS build
# As in `make TORCH=...`: a torch of your own choice, so that no GPU build is fetched just to compile.
ARG TORCH=
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Makefile pyproject.toml requirements.lock requirements-models.lock README.md LICENSE CHANGELOG.md ./
RUN make .venv/.models TORCH="${TORCH}"
RUN make /opt/signoff/.locked SERVING=/opt/signoff
COPY service service
COPY rules rules
COPY index index
RUN make serving SERVING=/opt/signoff
RUN make seed SEED=/opt/seed

# --- run: what serving needs, an unprivileged user, one volume ---
FROM ${PYTHON_IMAGE}
RUN useradd --system --uid 10001 --home-dir /var/lib/signoff --shell /usr/sbin/nologin signoff \
 && install --directory --owner=signoff --group=signoff --mode=0700 /var/lib/signoff
COPY --from=build /opt/signoff /opt/signoff
COPY --from=build /opt/seed/encoder /opt/seed/encoder
COPY --from=build /opt/seed/models /opt/seed/models
ENV PATH=/opt/signoff/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SIGNOFF_HOME=/var/lib/signoff \
    SIGNOFF_HOST=0.0.0.0 \
    SIGNOFF_PORT=8000
USER 10001
WORKDIR /var/lib/signoff
VOLUME /var/lib/signoff
EXPOSE 8000
# The long start period covers a first start: migrations and the starter snapshot.
HEALTHCHECK --interval=10s --timeout=3s --start-period=120s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['SIGNOFF_PORT']}/healthz\", timeout=2)"]
STOPSIGNAL SIGTERM
CMD ["sh", "-c", "signoff init --seed /opt/seed && exec signoff serve"]
