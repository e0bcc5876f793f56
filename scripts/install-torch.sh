#!/usr/bin/env bash
# install-torch.sh VENV REQUIREMENTS: makes a virtual environment with pinned packages, PyTorch for the CPU among them.
# Can be run again. Needs python3 (3.11 or later, with venv), a C compiler and nm.
#
# PyPI's torch for Linux on x64 (540 MB) is linked against CUDA's libraries, 2.1 GB of packages that a CPU never calls. Only
# three small ones (16 MB), whose code runs at import, are installed. The others are replaced by one library that only has
# their symbols, for the dynamic linker to find; a call of one of them would stop the process. Nothing that computes on the
# CPU differs. So packages are installed without their dependencies: the requirements name them all.
set -euo pipefail
venv=$1
requirements=$2

[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
# uv unpacks in seconds what takes pip two minutes of a processor.
[ -x "$venv/bin/uv" ] || "$venv/bin/python" -m pip install --quiet --disable-pip-version-check uv
"$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --no-deps -r "$requirements"

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

libraries=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/torch/lib
if [ -e "$libraries/libtorch_cuda.so" ]; then (cd "$libraries" && stub_absent_libraries); fi
