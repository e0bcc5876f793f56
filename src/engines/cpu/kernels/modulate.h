// Layer norms, and units times sigmoids. Columns are read alike in both layouts: in panels a lane is a row, row after row all lanes are
// the same.
#pragma once
#include "exp.h"
#include "records.h"

/// Added to a variance, as in PyTorch's layer norms.
#define LEAST_VARIANCE 1e-5f

INLINE F unitOf(const int isRow, const char *at, int n) {
  return isRow ? splat(((const float *)at)[n]) : load(at + (size_t)n * LINE);
}

INLINE void setUnit(const int isRow, char *at, int n, F value) {
  if (isRow) ((float *)at)[n] = value[0];
  else store(at + (size_t)n * LINE, value);
}

INLINE F squareRoot(F x) {
  F root;
  for (int lane = 0; lane < LANES; lane++) root[lane] = __builtin_sqrtf(x[lane]);
  return root;
}

/// The units without mean and scale are in the first N columns of `hats`, the scale is in the next.
INLINE void normalizeBy(const int isRow, const Normalize *op, char *base, const char *weights, int P) {
  const float *gain = (const float *)(weights + op->gain), *shift = (const float *)(weights + op->shift);
  const F count = splat((float)op->N);
  for (int p = 0; p < P; p++) {
    const char *x = base + op->x + p * (size_t)op->xStride;
    char *hats = base + op->hats + p * (size_t)op->hatsStride, *out = base + op->out + p * (size_t)op->outStride;
    F sum = splat(0), squares = splat(0);
    for (int n = 0; n < op->N; n++) sum += unitOf(isRow, x, n);
    const F mean = sum / count;
    for (int n = 0; n < op->N; n++) {
      const F apart = unitOf(isRow, x, n) - mean;
      squares = madd(apart, apart, squares);
    }
    const F scale = 1 / squareRoot(squares / count + splat(LEAST_VARIANCE));
    for (int n = 0; n < op->N; n++) {
      const F hat = (unitOf(isRow, x, n) - mean) * scale;
      setUnit(isRow, hats, n, hat);
      setUnit(isRow, out, n, madd(hat, splat(gain[n]), splat(shift[n])));
    }
    setUnit(isRow, hats, op->N, scale);
  }
}

/// With g the gradient of what came out, that of the hats is g gain, and dx = scale (dhat - mean(dhat) - hat mean(dhat hat)).
INLINE void normalizeGradientBy(const int isRow, const NormalizeGradient *op, char *base, const char *weights, int P) {
  const float *gain = (const float *)(weights + op->gain);
  const F count = splat((float)op->N);
  for (int p = 0; p < P; p++) {
    const char *hats = base + op->hats + p * (size_t)op->hatsStride, *g = base + op->g + p * (size_t)op->gStride;
    char *dGain = base + op->dGain + p * (size_t)op->dGainStride, *dx = base + op->dx + p * (size_t)op->dxStride;
    F sum = splat(0), along = splat(0);
    for (int n = 0; n < op->N; n++) {
      const F slope = unitOf(isRow, g, n), hat = unitOf(isRow, hats, n), dHat = slope * splat(gain[n]);
      setUnit(isRow, dGain, n, slope * hat);
      sum += dHat;
      along = madd(dHat, hat, along);
    }
    const F scale = unitOf(isRow, hats, op->N), mean = sum / count, meanAlong = along / count;
    for (int n = 0; n < op->N; n++) {
      const F hat = unitOf(isRow, hats, n), dHat = unitOf(isRow, g, n) * splat(gain[n]);
      setUnit(isRow, dx, n, (dHat - mean - hat * meanAlong) * scale);
    }
  }
}

KERNEL void normalize(const Normalize *op, char *base, const char *weights, int P) {
  normalizeBy(0, op, base, weights, P);
}

KERNEL void normalizeRows(const Normalize *op, char *base, const char *weights, int B) {
  normalizeBy(1, op, base, weights, B);
}

KERNEL void normalizeGradient(const NormalizeGradient *op, char *base, const char *weights, int P) {
  normalizeGradientBy(0, op, base, weights, P);
}

KERNEL void normalizeGradientRows(const NormalizeGradient *op, char *base, const char *weights, int B) {
  normalizeGradientBy(1, op, base, weights, B);
}

INLINE F sigmoid(F x) {
  const I isNegative = x < splat(0);
  const F power = expOfNegative(choose(isNegative, x, -x));
  return choose(isNegative, power, splat(1)) / (1 + power);
}

/// For P panels of `width` rows, whose columns are side by side.
KERNEL void modulate(const Modulate *op, char *base, int P, int width) {
  for (int p = 0; p < P; p++) {
    const char *units = base + op->units + p * (size_t)op->unitsStride, *by = base + op->by + p * (size_t)op->byStride;
    char *out = base + op->out + p * (size_t)op->outStride;
    for (int i = 0; i < op->N * width; i += LANES) {
      const F value = load(units + 4 * i) * sigmoid(load(by + 4 * i)) * splat(op->factor);
      storeColumns(out + 4 * i, value, op->N * width - i);
    }
  }
}

KERNEL void modulateGradient(const ModulateGradient *op, char *base, int P, int width) {
  for (int p = 0; p < P; p++) {
    const char *units = base + op->units + p * (size_t)op->unitsStride, *by = base + op->by + p * (size_t)op->byStride;
    const char *g = base + op->g + p * (size_t)op->gStride;
    char *dUnits = base + op->dUnits + p * (size_t)op->dUnitsStride, *dBy = base + op->dBy + p * (size_t)op->dByStride;
    for (int i = 0; i < op->N * width; i += LANES) {
      const F unit = load(units + 4 * i), s = sigmoid(load(by + 4 * i));
      F dUnit = load(g + 4 * i) * s * splat(op->factor);
      const F slope = dUnit * unit * (1 - s);
      if (op->isRelu) dUnit = (F)((I)dUnit & (unit > 0));
      const int left = op->N * width - i;
      if (dUnits == dBy) dUnit += slope;
      else storeColumns(dBy + 4 * i, slope, left);
      storeColumns(dUnits + 4 * i, dUnit, left);
    }
  }
}
