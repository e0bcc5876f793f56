// Tables of learned vectors in front of the networks. A row has the numbers of its vectors, of a list several, whose mean it reads; a
// vector is LANES numbers or a multiple of them, of which those beyond its size are never read.
#pragma once
#include "optimizer.h"

/// The number of column `d` of row `lane` of a panel.
INLINE int vectorAt(const char *panel, int d, int lane, int panelRows) {
  return (int)((const float *)panel)[d * panelRows + lane];
}

INLINE size_t vectorBytes(int size) { return (size_t)((size + LANES - 1) / LANES) * LINE; }

/// How many of a row's `slots` columns from `column` on have the number of a vector.
INLINE int listed(const char *panel, int column, int slots, int lane, int panelRows) {
  int count = 0;
  while (count < slots && vectorAt(panel, column + count, lane, panelRows) >= 0) count++;
  return count;
}

/// The mean of a row's vectors in the `slots` columns from `column` on.
INLINE void meanVector(const Table *table, float *out, const char *x, const char *weights, int column, int lane, int panelRows) {
  const int size = table->size, count = listed(x, column, table->slots, lane, panelRows);
  if (count == 0) for (int i = 0; i < size; i++) out[i * panelRows] = 0;
  for (int slot = 0; slot < count; slot++) {
    const size_t number = (size_t)vectorAt(x, column + slot, lane, panelRows);
    const float *vector = (const float *)(weights + table->w + number * vectorBytes(size));
    for (int i = 0; i < size; i++) out[i * panelRows] = slot == 0 ? vector[i] : out[i * panelRows] + vector[i];
  }
  if (count > 1) for (int i = 0; i < size; i++) out[i * panelRows] /= (float)count;
}

/// For the panels from `p` to P, of `panelRows` rows.
KERNEL void embed(const Embed *op, char *base, const char *x, const char *weights, int p, int P, int panelRows) {
  const Table *tables = (const Table *)(base + op->tables);
  for (x += p * (size_t)op->xStride; p < P; p++, x += op->xStride) {
    float *out = (float *)(base + op->out + p * (size_t)op->outStride);
    __builtin_memcpy(out, x, 4 * (size_t)(op->plain * panelRows));
    out += op->plain * panelRows;
    const Table *end = tables + op->count;
    int column = op->plain;
    for (const Table *table = tables; table < end; out += table->size * panelRows, column += table++->slots)
      for (int lane = 0; lane < panelRows; lane++) meanVector(table, out + lane, x, weights, column, lane, panelRows);
  }
}

/// Adds the gradients of one of a row's `count` vectors up.
INLINE void addVector(float *sum, const float *g, int size, int count, int panelRows) {
  const float share = 1 / (float)count;
  for (int i = 0; i < size; i++) sum[i] += share * g[i * panelRows];
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
      const int count = listed(x, op->column, op->slots, lane, panelRows);
      for (int slot = 0; slot < count; slot++) {
        const int number = vectorAt(x, op->column + slot, lane, panelRows);
        if (number >= op->vectors) continue;
        addVector((float *)(sums + (size_t)number * vector), g + lane, op->size, count, panelRows);
      }
    }
  }
  const Rule rule = ruleOf(o);
  for (size_t at = 0; at < bytes; at += LINE) step(rule, w + at, load(sums + at));
}

/// The sum of a vector's gradients, which is 0 if no row before has the vector.
INLINE float *sumOf(Touched *touched, char *base, int number) {
  const size_t vector = vectorBytes(touched->size);
  int32_t *place = (int32_t *)(base + touched->places) + number;
  if (*place == 0) {
    ((int32_t *)(base + touched->numbers))[touched->count] = number;
    __builtin_memset(base + touched->sums + (size_t)touched->count * vector, 0, vector);
    *place = ++touched->count;
  }
  return (float *)(base + touched->sums + (size_t)(*place - 1) * vector);
}

/// Adds the gradients up, row after row, of the vectors that the rows have: the time does not depend on how many there are.
INLINE void sumTouched(const UpdateVectors *op, Touched *touched, char *base, const char *x, int panelRows) {
  touched->count = 0;
  for (int row = 0; row < op->rows; row++) {
    const size_t p = (size_t)(row / panelRows);
    const int lane = row % panelRows, count = listed(x + p * op->xStride, op->column, op->slots, lane, panelRows);
    const float *g = (const float *)(base + op->g + p * op->gStride) + lane;
    for (int slot = 0; slot < count; slot++) {
      const int number = vectorAt(x + p * op->xStride, op->column + slot, lane, panelRows);
      if (number < op->vectors) addVector(sumOf(touched, base, number), g, touched->size, count, panelRows);
    }
  }
  int32_t *places = (int32_t *)(base + touched->places);
  const int32_t *numbers = (const int32_t *)(base + touched->numbers);
  for (int i = 0; i < touched->count; i++) places[numbers[i]] = 0;
}

/// Vectors ahead whose weights and moments are asked for: they are anywhere in memory.
#define AHEAD 4

/// Takes the step of the vectors by the sums of their gradients times `scale`. Adam's is that of PyTorch's SparseAdam, whose
/// epsilon is not corrected.
INLINE void stepTouched(const Touched *touched, const char *base, char *weights, const Optimizer *o, float scale) {
  const size_t vector = vectorBytes(touched->size);
  const int32_t *numbers = (const int32_t *)(base + touched->numbers);
  const char *sums = base + touched->sums;
  Rule rule = ruleOf(o);
  rule.epsilon = splat((float)o->stabilizer);
  rule.decay = splat((float)o->vectorDecay);
  if (o->vectorDecay > 0) rule.tiny = splat(0);
  for (int i = 0; i < touched->count; i++, sums += vector) {
    char *w = weights + touched->w + (size_t)numbers[i] * vector;
    if (i + AHEAD < touched->count) {
      const char *ahead = weights + touched->w + (size_t)numbers[i + AHEAD] * vector;
      for (size_t at = 0; at < vector; at += 64) prefetch(rule, ahead + at);
    }
    for (size_t at = 0; at < vector; at += LINE) step(rule, w + at, load(sums + at) * splat(scale));
  }
}

KERNEL void updateVectors(const UpdateVectors *op, char *base, const char *x, char *weights, int panelRows,
                          const Optimizer *o) {
  Touched *touched = (Touched *)(base + op->touched);
  sumTouched(op, touched, base, x, panelRows);
  if (o->kind != STORE) stepTouched(touched, base, weights, o, 1);
}
