// Units dropped by the run's own streams; the factors are those of src/models/dropout.ts. A product with 0 keeps a NaN: a
// diverged run shows in its loss.
#pragma once
#include "../../rows/kernels/random.h"
#include "records.h"

INLINE F factorsOf(const Dropout *op, U words) {
  return (F)((words > (U){} + op->last) & (I)splat(op->kept));
}

KERNEL void dropout(const Dropout *op, char *base, int P) {
  const uint32_t step = *(const uint32_t *)(base + op->step);
  if (step == 0) return;
  for (int m = 0; m < op->M; m++) {
    const uint32_t *key = (const uint32_t *)(base + op->keys) + 2 * m;
    for (int p = 0; p < P; p++) {
      const U rows = (U)(laneNumbers() + splatI(p * LANES));
      char *units = base + op->units + p * (size_t)op->stride + (size_t)(m * op->N) * LINE;
      for (int n = 0; n < op->N; n += 4) {
        const U block = (U){} + (uint32_t)n / 4;
        Words drawn;
        philox(1, &drawn, &block, rows, (U){} + step, key[0], key[1]);
        for (int i = 0; i < 4 && n + i < op->N; i++) {
          char *unit = units + (size_t)(n + i) * LINE;
          store(unit, load(unit) * factorsOf(op, drawn.words[i]));
        }
      }
    }
  }
}

/// The same, row after row: a lane is four units.
KERNEL void dropoutRows(const Dropout *op, char *base, int B) {
  const uint32_t step = *(const uint32_t *)(base + op->step);
  if (step == 0) return;
  for (int m = 0; m < op->M; m++) {
    const uint32_t *key = (const uint32_t *)(base + op->keys) + 2 * m;
    for (int b = 0; b < B; b++) {
      float *units = (float *)(base + op->units + b * (size_t)op->stride) + m * op->N;
      for (int n = 0; n < op->N; n += 4 * LANES) {
        const U blocks = (U)(laneNumbers() + splatI(n / 4));
        Words drawn;
        philox(1, &drawn, &blocks, (U){} + (uint32_t)b, (U){} + step, key[0], key[1]);
        for (int i = 0; i < 4; i++) {
          const F factors = factorsOf(op, drawn.words[i]);
          for (int lane = 0; lane < LANES && n + 4 * lane + i < op->N; lane++) units[n + 4 * lane + i] *= factors[lane];
        }
      }
    }
  }
}

/// A weight that is dropped becomes negative until the sum of the others is known.
INLINE F marked(const DropWeights *op, F weight, U words) { return choose((I)(words > (U){} + op->last), weight, -weight); }

INLINE F divided(F weight, F sum) {
  const F positive = choose(weight < splat(0), -weight, weight);
  return choose(sum > splat(0), pmax(weight, splat(0)) / sum, positive);
}

KERNEL void dropWeights(const DropWeights *op, char *base, int P) {
  const uint32_t step = *(const uint32_t *)(base + op->step), *key = (const uint32_t *)(base + op->key);
  if (step == 0) return;
  for (int p = 0; p < P; p++) {
    const U rows = (U)(laneNumbers() + splatI(p * LANES));
    char *gate = base + op->gate + p * (size_t)op->gateStride;
    Words drawn;
    F sum = splat(0);
    for (int e = 0; e < op->E; e++) {
      const U block = (U){} + (uint32_t)e / 4;
      if (e % 4 == 0) philox(1, &drawn, &block, rows, (U){} + step, key[0], key[1]);
      const F weight = marked(op, load(gate + e * LINE), drawn.words[e % 4]);
      store(gate + e * LINE, weight);
      sum += pmax(weight, splat(0));
    }
    for (int e = 0; e < op->E; e++) store(gate + e * LINE, divided(load(gate + e * LINE), sum));
  }
}

/// Row after row: all lanes have one weight.
KERNEL void dropWeightsRows(const DropWeights *op, char *base, int B) {
  const uint32_t step = *(const uint32_t *)(base + op->step), *key = (const uint32_t *)(base + op->key);
  if (step == 0) return;
  for (int b = 0; b < B; b++) {
    float *gate = (float *)(base + op->gate + b * (size_t)op->gateStride);
    Words drawn;
    F sum = splat(0);
    for (int e = 0; e < op->E; e++) {
      const U block = (U){} + (uint32_t)e / 4;
      if (e % 4 == 0) philox(1, &drawn, &block, (U){} + (uint32_t)b, (U){} + step, key[0], key[1]);
      const F weight = marked(op, splat(gate[e]), drawn.words[e % 4]);
      gate[e] = weight[0];
      sum += pmax(weight, splat(0));
    }
    for (int e = 0; e < op->E; e++) gate[e] = divided(splat(gate[e]), sum)[0];
  }
}

KERNEL void scale(const Scale *op, char *base, int P, int panelRows) {
  for (int p = 0; p < P; p++) {
    float *values = (float *)(base + op->values + p * (size_t)op->stride);
    for (int i = 0; i < op->N * panelRows; i++) values[i] *= op->factor;
  }
}

KERNEL void clear(const Clear *op, char *base, int P, int panelRows) {
  for (int p = 0; p < P; p++)
    __builtin_memset(base + op->values + p * (size_t)op->stride, 0, 4 * (size_t)(op->N * panelRows));
}
