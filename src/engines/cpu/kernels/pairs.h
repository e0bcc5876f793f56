// Factorization machines (Rendle, ICDM 2010): what inputs add to an output by twos. Each input has a vector of factors, which its value
// multiplies; of a table of vectors a row has one as it is. The inner products of all pairs of these are half of what the square of
// their sum exceeds the sum of their squares by. Row after row, so that all kernel sets add in one order.
#pragma once
#include "optimizer.h"

/// A row of a panel: its plain inputs that are not 0 are visited by `forInputs`.
#define forInputs(op, x, lane, panelRows)                                                                                 \
  for (int i = 0, count = (op)->entries ? (op)->entries : (op)->plain, d; i < count; i++)                                 \
    if (d = (op)->entries ? ((const int32_t *)(x))[(count + i) * (panelRows) + (lane)] : i, (x)[i * (panelRows) + (lane)] != 0)

/// For P panels of `panelRows` rows.
KERNEL void pairs(const Pairs *op, char *base, const char *rows, const char *weights, int P, int panelRows) {
  const int N = op->O * op->factors;
  const float *kernel = (const float *)(weights + op->w);
  float *squares = (float *)(base + op->scratch);
  for (int p = 0; p < P; p++, rows += op->xStride)
    for (int lane = 0; lane < panelRows; lane++) {
      const float *x = (const float *)rows, *vector = x + op->plain * panelRows + lane;
      const float *z = (const float *)(base + op->z + p * (size_t)op->zStride) + lane;
      float *sums = (float *)(base + op->sums + p * (size_t)op->sumsStride) + lane;
      float *out = (float *)(base + op->out + p * (size_t)op->outStride) + lane;
      for (int n = 0; n < N; n++) sums[n * panelRows] = squares[n] = 0;
      forInputs(op, x, lane, panelRows)
        for (int n = 0; n < N; n++) {
          const float term = x[i * panelRows + lane] * kernel[d * N + n];
          sums[n * panelRows] += term;
          squares[n] += term * term;
        }
      for (int t = 0; t < op->tables; t++, vector += N * panelRows)
        for (int n = 0; n < N; n++) {
          sums[n * panelRows] += vector[n * panelRows];
          squares[n] += vector[n * panelRows] * vector[n * panelRows];
        }
      for (int o = 0; o < op->O; o++) {
        float twice = 0;
        for (int n = o * op->factors; n < (o + 1) * op->factors; n++)
          twice += sums[n * panelRows] * sums[n * panelRows] - squares[n];
        out[o * panelRows] = z[o * panelRows] + 0.5f * twice;
      }
    }
}

/// Rows beyond a batch have gradients of 0.
KERNEL void pairsGradient(const PairsGradient *op, char *base, const char *rows, char *weights, int P, int panelRows,
                          const Optimizer *o) {
  const Pairs *of = &op->of;
  const int N = of->O * of->factors;
  const size_t bytes = ((size_t)(of->plain * N) * 4 + LINE - 1) / LINE * LINE;
  const float *kernel = (const float *)(weights + of->w);
  float *gradients = (float *)(base + op->gradients);
  __builtin_memset(gradients, 0, bytes);
  for (int p = 0; p < P; p++, rows += of->xStride)
    for (int lane = 0; lane < panelRows; lane++) {
      const float *x = (const float *)rows, *vector = x + of->plain * panelRows + lane;
      const float *sums = (const float *)(base + of->sums + p * (size_t)of->sumsStride) + lane;
      const float *g = (const float *)(base + op->g + p * (size_t)of->outStride) + lane;
      float *dz = (float *)(base + op->dz + p * (size_t)of->zStride) + lane;
      float *dx = (float *)(base + op->dx + p * (size_t)of->xStride) + of->plain * panelRows + lane;
      for (int k = 0; k < of->O; k++) dz[k * panelRows] = g[k * panelRows];
      forInputs(of, x, lane, panelRows) {
        const float value = x[i * panelRows + lane];
        for (int n = 0; n < N; n++)
          gradients[d * N + n] += g[n / of->factors * panelRows] * value * (sums[n * panelRows] - value * kernel[d * N + n]);
      }
      for (int t = 0; t < of->tables; t++, vector += N * panelRows, dx += N * panelRows)
        for (int n = 0; n < N; n++)
          dx[n * panelRows] = g[n / of->factors * panelRows] * (sums[n * panelRows] - vector[n * panelRows]);
    }
  const Rule rule = ruleOf(o);
  for (size_t at = 0; at < bytes; at += LINE) step(rule, weights + of->w + at, load((char *)gradients + at));
}
