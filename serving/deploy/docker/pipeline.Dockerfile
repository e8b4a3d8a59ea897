# The image of the pipeline's containers on Kubeflow, and of `tandem` wherever there is Docker and nothing else. In the clone:
#
#   docker build --file serving/deploy/docker/pipeline.Dockerfile --tag tandem-recommender .
#   docker build --build-arg ACCELERATOR=gpu ...      # with NVIDIA's libraries; the driver is the machine's
#
# amd64 alone: TFX's libraries have no wheels for other machines. BASE may be named by its digest, NAME@sha256:...; it is a
# Linux with glibc 2.39 or newer and Python 3.11 to 3.13.
ARG BASE=python:3.13-slim-trixie

FROM ${BASE} AS builder
ARG ACCELERATOR=cpu
ARG UV_RELEASE=0.13.9
# The authorities of the system, and mirrors that the arguments may name; no image keeps them.
ENV UV_SYSTEM_CERTS=1
ARG PIP_INDEX_URL
ARG UV_DEFAULT_INDEX
RUN python3 -m venv /opt/uv \
 && /opt/uv/bin/pip install --no-cache-dir --quiet uv==${UV_RELEASE} \
 && python3 -m venv --without-pip /opt/tandem
WORKDIR /source
# The libraries, which change seldom, are a layer before the code, which changes often.
COPY constraints/python3.11.txt constraints/overrides.txt constraints/
COPY setup.py pyproject.toml ./
RUN case ${ACCELERATOR} in \
      cpu) extra= ;; \
      gpu) extra='tensorflow[and-cuda]' ;; \
      *) echo "ACCELERATOR is '${ACCELERATOR}'; it may be 'cpu' or 'gpu'." >&2; exit 1 ;; \
    esac \
 && /opt/uv/bin/uv pip install --quiet --no-cache --compile-bytecode --python /opt/tandem/bin/python \
      --constraint constraints/python3.11.txt --build-constraint constraints/python3.11.txt \
      --override constraints/overrides.txt --requirement setup.py ${extra}
COPY . .
RUN /opt/uv/bin/uv build --quiet --no-cache --wheel --build-constraint constraints/python3.11.txt --out-dir /wheel . \
 && /opt/uv/bin/uv pip install --quiet --no-cache --compile-bytecode --no-deps --python /opt/tandem/bin/python /wheel/*.whl

FROM ${BASE}
LABEL org.opencontainers.image.title="Tandem's pipeline" \
      org.opencontainers.image.licenses="Apache-2.0"
# By number, so that Kubernetes can tell that it is not root. It owns nothing but its home.
RUN groupadd --gid 10001 tandem && useradd --uid 10001 --gid 10001 --create-home --shell /usr/sbin/nologin tandem
COPY --from=builder /opt/tandem /opt/tandem
ENV PATH=/opt/tandem/bin:${PATH} \
    HOME=/home/tandem \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /home/tandem
USER 10001:10001
