#!/usr/bin/env bash
# Makes .venv beside this file and installs the peers of the benchmark in it: PyTorch and JAX, both for the CPU.
# Can be run again. Downloads about 0.7 GB, takes 2.0 GB of disk. Needs python3 (3.11 or later, with venv), a C and C++ compiler
# (torch.compile's too) and nm.
set -euo pipefail
cd "$(dirname "$0")"

../../scripts/install-torch.sh .venv requirements.txt

.venv/bin/python - <<'PYTHON'
import jax
import torch

assert torch.compile(torch.sin)(torch.zeros(2)).sum() == 0 and jax.numpy.zeros(2).sum() == 0
print(f"PyTorch {torch.__version__} and JAX {jax.__version__} are ready in bench/peers/.venv")
PYTHON
