// DSelect-k's gates (Hazimeh et al., NeurIPS 2021): k selectors, each with a binary code of the expert that it selects.
#pragma once
#include "../../rows/kernels/random.h"
#include "panels.h"

/// Of 2^16 experts.
#define MOST_BITS 16
/// Added to numbers whose logarithm is taken, as in the authors' code.
#define LEAST_SHARE 1e-6f

/// -2 t^3 / gamma^3 + 3 t / (2 gamma) + 1/2, which is 0 and 1 at -gamma / 2 and gamma / 2.
INLINE F smoothStep(F t, float gamma) {
  const float half = gamma / 2;
  F value = t * splat(3 / (2 * gamma)) + splat(0.5f) - t * t * t * splat(2 / (gamma * gamma * gamma));
  return choose(t >= splat(half), splat(1), choose(t <= splat(-half), splat(0), value));
}

/// 3 / (2 gamma) - 6 t^2 / gamma^3.
INLINE F stepSlope(F t, float gamma) {
  const float half = gamma / 2;
  return (splat(half) - t) * (splat(half) + t) * splat(6 / (gamma * gamma * gamma));
}

/// How much of expert e a selector selects, without bit `without` (-1 for all): the product of s_b where bit b of e is 1,
/// 1 - s_b where it is 0.
INLINE F selected(const F *steps, int bits, int e, int without) {
  F product = splat(1);
  for (int b = 0; b < bits; b++)
    if (b != without) product *= e >> b & 1 ? steps[b] : 1 - steps[b];
  return product;
}

/// One panel of a gate's outputs.
KERNEL void selectPanel(const SelectExperts *op, char *gate, char *weights) {
  const int k = op->k, bits = op->bits;
  const F half = splat(op->gamma / 2);
  char *codes = gate + (size_t)k * LINE;
  softmaxPanel(0, gate, codes);
  for (int i = 0; i < k * bits; i++) {
    F t = load(codes + i * LINE);
    store(codes + i * LINE, choose(t > half, half, choose(t < -half, -half, t)));
  }
  for (int e = 0; e < 1 << bits; e++) store(weights + (size_t)e * LINE, splat(0));
  for (int i = 0; i < k; i++) {
    F steps[MOST_BITS];
    for (int b = 0; b < bits; b++) steps[b] = smoothStep(load(codes + (i * bits + b) * LINE), op->gamma);
    for (int e = 0; e < 1 << bits; e++) {
      char *weight = weights + (size_t)e * LINE;
      store(weight, madd(load(gate + i * LINE), selected(steps, bits, e, -1), load(weight)));
    }
  }
}

/// Where `d` is the gradient of the weights, and `entropy` 0 in rows beyond the batch. With r_e what selector i selects of
/// expert e, its share's gradient is sum_e d_e r_e, and r_e's that of share d_e - entropy (ln r_e + 1).
KERNEL void selectGradientPanel(const SelectGradient *op, const char *gate, const char *d, char *out, F entropy) {
  const int k = op->k, bits = op->bits;
  const char *codes = gate + (size_t)k * LINE;
  F sum = splat(0);
  for (int i = 0; i < k; i++) {
    F steps[MOST_BITS], slopes[MOST_BITS] = {}, share = load(gate + i * LINE), dShare = splat(0);
    for (int b = 0; b < bits; b++) steps[b] = smoothStep(load(codes + (i * bits + b) * LINE), op->gamma);
    for (int e = 0; e < 1 << bits; e++) {
      F r = selected(steps, bits, e, -1), above = r + splat(LEAST_SHARE), dWeight = load(d + (size_t)e * LINE);
      dShare = madd(dWeight, r, dShare);
      F dr = share * dWeight - entropy * (logarithm(above) + r / above);
      for (int b = 0; b < bits; b++) {
        F others = dr * selected(steps, bits, e, b);
        slopes[b] = e >> b & 1 ? slopes[b] + others : slopes[b] - others;
      }
    }
    store(out + i * LINE, dShare);
    sum = madd(share, dShare, sum);
    for (int b = 0; b < bits; b++) {
      const size_t at = (size_t)(i * bits + b) * LINE;
      store(out + (size_t)k * LINE + at, slopes[b] * stepSlope(load(codes + at), op->gamma));
    }
  }
  for (int i = 0; i < k; i++) store(out + i * LINE, load(gate + i * LINE) * (load(out + i * LINE) - sum));
}

KERNEL void selectExperts(const SelectExperts *op, char *base, int P) {
  for (int p = 0; p < P; p++)
    selectPanel(op, base + op->gate + p * (size_t)op->gateStride, base + op->weights + p * (size_t)op->weightsStride);
}

/// `entropy` in the rows of a batch, 0 in those beyond it, of LANES rows from `row` on.
INLINE F entropyOf(const SelectGradient *op, int row) {
  return (F)((I)splat(op->entropy) & (laneNumbers() + splatI(row) < splatI(op->rows)));
}

KERNEL void selectGradient(const SelectGradient *op, char *base, int P) {
  for (int p = 0; p < P; p++)
    selectGradientPanel(op, base + op->gate + p * (size_t)op->gateStride, base + op->d + p * (size_t)op->dStride,
                        base + op->out + p * (size_t)op->outStride, entropyOf(op, p * LANES));
}

/// Columns of up to LANES rows, one after the other, to a panel.
INLINE void toPanel(char *panel, const char *rows, size_t stride, int N, int count) {
  for (int r = 0; r < count; r++)
    for (int n = 0; n < N; n++) ((float *)panel)[n * LANES + r] = ((const float *)(rows + r * stride))[n];
}

/// And back.
INLINE void fromPanel(const char *panel, char *rows, size_t stride, int N, int count) {
  for (int r = 0; r < count; r++)
    for (int n = 0; n < N; n++) ((float *)(rows + r * stride))[n] = ((const float *)panel)[n * LANES + r];
}

KERNEL void selectExpertsRows(const SelectExperts *op, char *base, int B) {
  const int outputs = op->k * (1 + op->bits);
  char *panel = base + op->scratch, *weights = panel + (size_t)outputs * LINE;
  for (int b = 0; b < B; b += LANES) {
    const int count = B - b < LANES ? B - b : LANES;
    char *gate = base + op->gate + b * (size_t)op->gateStride;
    toPanel(panel, gate, op->gateStride, outputs, count);
    selectPanel(op, panel, weights);
    fromPanel(panel, gate, op->gateStride, outputs, count);
    fromPanel(weights, base + op->weights + b * (size_t)op->weightsStride, op->weightsStride, 1 << op->bits, count);
  }
}

KERNEL void selectGradientRows(const SelectGradient *op, char *base, int B) {
  const int outputs = op->k * (1 + op->bits), E = 1 << op->bits;
  char *panel = base + op->scratch, *d = panel + (size_t)outputs * LINE, *out = d + (size_t)E * LINE;
  for (int b = 0; b < B; b += LANES) {
    const int count = B - b < LANES ? B - b : LANES;
    toPanel(panel, base + op->gate + b * (size_t)op->gateStride, op->gateStride, outputs, count);
    toPanel(d, base + op->d + b * (size_t)op->dStride, op->dStride, E, count);
    selectGradientPanel(op, panel, d, out, entropyOf(op, b));
    fromPanel(out, base + op->out + b * (size_t)op->outStride, op->outStride, outputs, count);
  }
}
