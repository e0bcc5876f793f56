#!/usr/bin/env bash
# Makes .venv beside this file and installs the peers of the benchmark in it: PyTorch and JAX, both for the CPU.
# Can be run again. Downloads about 0.7 GB, takes 2.0 GB of disk. Needs python3 (3.11 or later, with venv), a C and C++ compiler (torch.compile's too) and nm.
#
# PyPI's torch for Linux is linked against CUDA's libraries, 2.1 GB of packages that a CPU never calls. Only three small
# ones (16 MB), whose code runs at import, are installed. The others are replaced by one library that only has their symbols,
# for the dynamic linker to find; a call of one of them would stop the process. Nothing that computes on the CPU differs.
set -euo pipefail
cd "$(dirname "$0")"

[ -x .venv/bin/python ] || python3 -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements.txt

# Symbols as `name` or `name@version`, the version being its library's.
stub_absent_libraries() {
  local users="libtorch_cuda.so libtorch_nvshmem.so libtorch_python.so libc10_cuda.so libtorch_cpu.so" absent library
  absent=$(ldd $users | awk '/not found/ { print $1 }' | sort -u)
  [ -n "$absent" ] || return 0
  nm -D --undefined-only $users | awk '$1 == "U" { print $2 }' |
    grep -E '^(cu(blas|dnn|fft|sparse|solver)|nccl|nvrtc|nvshmem)' | sort -u >absent.txt
  awk -F@ '{ print ".globl " $1 "\n.type " $1 ", %function\n" $1 ":" } END { print ".long 0" }' absent.txt >absent.s
  awk -F@ 'NF > 1 { of[$2] = of[$2] $1 ";" } END { for (v in of) print v " {" of[v] "};" }' absent.txt >absent.map
  cc -shared -nostdlib -Wl,--version-script=absent.map -o libabsent.so absent.s
  for library in $absent; do ln -sf libabsent.so "$library"; done
}

libraries=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/torch/lib
if [ -e "$libraries/libtorch_cuda.so" ]; then (cd "$libraries" && stub_absent_libraries); fi

.venv/bin/python - <<'PYTHON'
import jax
import torch

assert torch.compile(torch.sin)(torch.zeros(2)).sum() == 0 and jax.numpy.zeros(2).sum() == 0
print(f"PyTorch {torch.__version__} and JAX {jax.__version__} are ready in bench/peers/.venv")
PYTHON
