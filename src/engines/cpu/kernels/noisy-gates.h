// Gates with noise on their logits, and experts that are drawn to equal importance (Shazeer et al., ICLR 2017). Columns are read as in
// modulate.h.
#pragma once
#include "../../rows/kernels/random.h"
#include "log.h"
#include "modulate.h"

/// ln(1 + e^x).
INLINE F softplus(F x) {
  return pmax(x, splat(0)) + logOfOnePlus(expOfNegative(choose(x < splat(0), x, -x)));
}

INLINE void addNoiseBy(const int isRow, const AddNoise *op, char *base, int P) {
  const uint32_t step = *(const uint32_t *)(base + op->step), *key = (const uint32_t *)(base + op->key);
  if (step == 0) return;
  for (int p = 0; p < P; p++) {
    const U rows = (U)(isRow ? splatI(p) : laneNumbers() + splatI(p * LANES));
    char *gate = base + op->gate + p * (size_t)op->gateStride;
    F normals[4];
    for (int e = 0; e < op->E; e++) {
      if (e % 4 == 0) normalBlocks(1, normals, (uint32_t)e / 4, rows, (U){} + step, key[0], key[1]);
      const F normal = normals[e % 4], noise = unitOf(isRow, gate, op->E + e);
      setUnit(isRow, gate, e, madd(normal, softplus(noise), unitOf(isRow, gate, e)));
      setUnit(isRow, gate, op->E + e, normal * sigmoid(noise));
    }
  }
}

KERNEL void addNoise(const AddNoise *op, char *base, int P) { addNoiseBy(0, op, base, P); }

KERNEL void addNoiseRows(const AddNoise *op, char *base, int B) { addNoiseBy(1, op, base, B); }

/// The sum of expert e's weights, one row after the other: the same bits in both layouts.
INLINE double importanceOf(const int isRow, const NoisyGradient *op, const char *gates, int e) {
  double sum = 0;
  for (int b = 0; b < op->rows; b++) {
    const int p = isRow ? b : b / LANES, at = isRow ? e : e * LANES + b % LANES;
    sum += ((const float *)(gates + p * (size_t)op->gateStride))[at];
  }
  return sum;
}

/// With s_e the derivative by the weight w_e, in each row, that of its logit is w_e (s_e - sum_j w_j s_j).
INLINE void noisyGradientBy(const int isRow, const NoisyGradient *op, char *base, int P) {
  float *slopes = (float *)(base + op->slopes);
  for (int e = 0; e < op->E; e++)
    slopes[e] = op->pull == 0 ? 0 : op->pull * (float)importanceOf(isRow, op, base + op->gate, e);
  for (int p = 0; p < P; p++) {
    const char *gate = base + op->gate + p * (size_t)op->gateStride;
    char *d = base + op->d + p * (size_t)op->dStride;
    const I isOfBatch = (isRow ? splatI(p) : laneNumbers() + splatI(p * LANES)) < splatI(op->rows);
    F mean = splat(0);
    for (int e = 0; e < op->E; e++) mean = madd(unitOf(isRow, gate, e), splat(slopes[e]), mean);
    for (int e = 0; e < op->E; e++) {
      const F pull = unitOf(isRow, gate, e) * (splat(slopes[e]) - mean);
      const F gradient = unitOf(isRow, d, e) + (F)((I)pull & isOfBatch);
      setUnit(isRow, d, e, gradient);
      if (op->isNoisy) setUnit(isRow, d, op->E + e, gradient * unitOf(isRow, gate, op->E + e));
    }
  }
}

KERNEL void noisyGradient(const NoisyGradient *op, char *base, int P) { noisyGradientBy(0, op, base, P); }

KERNEL void noisyGradientRows(const NoisyGradient *op, char *base, int B) { noisyGradientBy(1, op, base, B); }
