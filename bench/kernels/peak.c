// The most FLOP/s and bytes/s of one core with one kernel set's instructions: independent chains of multiplications and
// additions, fused or not; and a pass that reads and writes back 192 KiB, what a small model's weights and moments
// take in the second-level cache. A program prints them as "FLOPS BYTES"; in WebAssembly `peak` does the first part and
// returns its operations. peak.ts calls both.
#define _POSIX_C_SOURCE 199309L
#include "../../src/engines/rows/kernels/simd.h"

#define ROUNDS 100000
#define FLOP ((double)ROUNDS * 16 * LANES)
#define LINES (192 * 1024 / LINE)

static F multiplyAndAdd(const F *memory) {
  F a0 = splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (int i = 0; i < ROUNDS; i++) {
    F w = load(memory), x = load(memory + 1), y = load(memory + 2), z = load(memory + 3);
    __asm__ volatile("" ::: "memory"); // new operands each round: no product leaves the loop
    a0 = madd(w, w, a0);
    b0 = madd(w, x, b0);
    a1 = madd(w, y, a1);
    b1 = madd(w, z, b1);
    a2 = madd(x, x, a2);
    b2 = madd(x, y, b2);
    a3 = madd(x, z, a3);
    b3 = madd(y, y, b3);
  }
  return a0 + a1 + a2 + a3 + b0 + b1 + b2 + b3;
}

#ifdef __wasm__

__attribute__((export_name("peak"))) double peak(F *memory) {
  memory[4] = multiplyAndAdd(memory);
  return FLOP;
}

#else

#include <stdio.h>
#include <time.h>

static F memory[LINES] __attribute__((aligned(64)));

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void readAndWrite(void) {
  for (int i = 0; i < LINES; i += 8)
    UNROLL for (int j = 0; j < 8; j++) store(memory + i + j, load(memory + i + j) + 1);
  __asm__ volatile("" ::: "memory");
}

int main(void) {
  double arithmetic = 1e9, pass = 1e9;
  F kept = splat(0);
  for (int round = 0; round < 20; round++) {
    double start = now();
    kept += multiplyAndAdd(memory);
    double middle = now();
    for (int i = 0; i < 100; i++) readAndWrite();
    double end = now();
    if (middle - start < arithmetic) arithmetic = middle - start;
    if (end - middle < pass) pass = end - middle;
  }
  printf("%g %g\n", FLOP / arithmetic, 100.0 * 2 * sizeof memory / pass);
  return kept[0] == 12345; // so that nothing is left out
}

#endif
