// Tables of learned vectors in front of the networks. A row has the numbers of its vectors; a vector is LANES numbers or a
// multiple of them, of which those beyond its size are never read.
#pragma once
#include "optimizer.h"

/// The number of column `d` of row `lane` of a panel.
INLINE int vectorAt(const char *panel, int d, int lane, int panelRows) {
  return (int)((const float *)panel)[d * panelRows + lane];
}

INLINE size_t vectorBytes(int size) { return (size_t)((size + LANES - 1) / LANES) * LINE; }

/// For P panels of `panelRows` rows.
KERNEL void embed(const Embed *op, char *base, const char *x, const char *weights, int P, int panelRows) {
  const Table *tables = (const Table *)(base + op->tables);
  for (int p = 0; p < P; p++, x += op->xStride) {
    float *out = (float *)(base + op->out + p * (size_t)op->outStride);
    __builtin_memcpy(out, x, 4 * (size_t)(op->plain * panelRows));
    out += op->plain * panelRows;
    for (int t = 0; t < op->count; out += tables[t++].size * panelRows)
      for (int lane = 0; lane < panelRows; lane++) {
        const size_t number = (size_t)vectorAt(x, op->plain + t, lane, panelRows);
        const float *vector = (const float *)(weights + tables[t].w + number * vectorBytes(tables[t].size));
        for (int i = 0; i < tables[t].size; i++) out[i * panelRows + lane] = vector[i];
      }
  }
}

/// Adds the gradients up, row after row, and takes the step of all vectors: adam moves those too that no row has. Rows
/// beyond a batch have gradients of 0.
KERNEL void updateTable(const UpdateTable *op, char *base, const char *x, char *weights, int P, int panelRows,
                        const Optimizer *o) {
  const size_t vector = vectorBytes(op->size), bytes = (size_t)op->vectors * vector;
  char *sums = base + op->sums, *w = weights + op->w;
  __builtin_memset(sums, 0, bytes);
  for (int p = 0; p < P; p++, x += op->xStride) {
    const float *g = (const float *)(base + op->g + p * (size_t)op->gStride);
    for (int lane = 0; lane < panelRows; lane++) {
      const int number = vectorAt(x, op->column, lane, panelRows);
      if (number >= op->vectors) continue;
      float *sum = (float *)(sums + (size_t)number * vector);
      for (int i = 0; i < op->size; i++) sum[i] += g[i * panelRows + lane];
    }
  }
  const Rule rule = ruleOf(o);
  for (size_t at = 0; at < bytes; at += LINE) step(rule, w + at, load(sums + at));
}
