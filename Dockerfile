# The command mmoe in a container, from a clone:
#
#   docker build -t mmoe . && docker run --rm -v "$PWD/results:/data/results" mmoe sweep --corr 0.5 --runs 8
#   docker build -t mmoe-cuda --target cuda . && docker run --rm --gpus all mmoe-cuda doctor --engine cuda
#
# Packages are those of package-lock.json, TensorFlow's those of assets/cuda. scripts/README.md says more.

# Compiles, packs, and installs what was packed, without what only developers need.
FROM node:22-bookworm AS build
WORKDIR /source
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm pack --silent && mkdir /opt/mmoe && tar -xzf mmoe-*.tgz -C /opt/mmoe --strip-components 1
WORKDIR /opt/mmoe
RUN cp /source/package-lock.json /source/.npmrc . \
  && npm ci --omit=dev --omit=peer --ignore-scripts --no-audit --no-fund

# TensorFlow with CUDA, and its binding for this Node; the compiler stays behind.
FROM build AS binding
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends python3-venv && rm -rf /var/lib/apt/lists/*
RUN node bin/mmoe.js cuda setup --prefix /opt/mmoe-cuda

# What both images have: Node, the program, and a user who is not root.
FROM node:22-bookworm-slim AS program
COPY --from=build /opt/mmoe /opt/mmoe
RUN ln -s /opt/mmoe/bin/mmoe.js /usr/local/bin/mmoe && install -d -o 1000 /data
USER 1000
WORKDIR /data
ENTRYPOINT ["mmoe"]
CMD ["--help"]

# Trains on NVIDIA cards, whose driver the host brings.
FROM program AS cuda
COPY --from=binding /opt/mmoe-cuda /opt/mmoe-cuda
ENV MMOE_CUDA_HOME=/opt/mmoe-cuda NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility

# The image that is built without --target: it trains on the CPU.
FROM program AS cpu
