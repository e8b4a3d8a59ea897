# The image of `tandem serve`, which takes the place of TF Serving's: the same ports, options and variables. In the clone:
#
#   docker build --file serving/deploy/docker/server.Dockerfile --tag tandem-server .
#   docker run --rm -e MODEL_NAME=online_retail -p 127.0.0.1:8501:8501 \
#     -v "$PWD/runs/online_retail/pushed/online_retail:/models/online_retail:ro" tandem-server
#
# It has what a server imports and no more: server_requirements.txt beside it. For amd64 and arm64.
ARG BASE=python:3.13-slim-trixie

FROM ${BASE} AS builder
ARG UV_RELEASE=0.13.9
# The authorities of the system, and mirrors that the arguments may name; no image keeps them.
ENV UV_SYSTEM_CERTS=1
ARG PIP_INDEX_URL
ARG UV_DEFAULT_INDEX
RUN python3 -m venv /opt/uv \
 && /opt/uv/bin/pip install --no-cache-dir --quiet uv==${UV_RELEASE} \
 && python3 -m venv --without-pip /opt/tandem
WORKDIR /source
COPY constraints/python3.11.txt constraints/
COPY serving/deploy/docker/server_requirements.txt ./
RUN /opt/uv/bin/uv pip install --quiet --no-cache --compile-bytecode --only-binary :all: \
      --python /opt/tandem/bin/python --constraint constraints/python3.11.txt --requirement server_requirements.txt
COPY . .
RUN /opt/uv/bin/uv build --quiet --no-cache --wheel --build-constraint constraints/python3.11.txt --out-dir /wheel . \
 && /opt/uv/bin/uv pip install --quiet --no-cache --compile-bytecode --no-deps --python /opt/tandem/bin/python /wheel/*.whl

FROM ${BASE}
LABEL org.opencontainers.image.title="Tandem's model server" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 tandem && useradd --uid 10001 --gid 10001 --create-home --shell /usr/sbin/nologin tandem
COPY --from=builder /opt/tandem /opt/tandem
ENV PATH=/opt/tandem/bin:${PATH} \
    HOME=/home/tandem \
    MODEL_NAME=model \
    MODEL_BASE_PATH=/models \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /home/tandem
EXPOSE 8500 8501
USER 10001:10001
# Healthy when a version answers. Kubernetes does not read this; its probes stand in the manifests.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s CMD ["python", "-c", "\
import os, urllib.request; \
urllib.request.urlopen('http://127.0.0.1:8501/v1/models/' + os.environ['MODEL_NAME'] + '/metadata', timeout=4)"]
# Further options of the server may follow the image's name. It listens on all addresses of its container.
ENTRYPOINT ["sh", "-c", "exec tandem serve --host=0.0.0.0 --model_name=\"$MODEL_NAME\" --model_base_path=\"$MODEL_BASE_PATH/$MODEL_NAME\" \"$@\"", "tandem"]
