// Rows and their labels, for panels (`panelRows` LANES) and row after row (1). `stride` is from a panel or row to the
// next.
#pragma once
#include "random.h"
#include "records.h"

/// `count` normals, P panels or rows of D columns. Row i is row first + i of `step`; if a step has `perStep` rows (not
/// 0), i counts on through the steps.
static void normals(char *out, size_t stride, int D, int P, uint32_t first, uint32_t step, uint32_t perStep,
                    uint32_t key0, uint32_t key1, int panelRows) {
  const int count = P * panelRows;
  for (int i = 0; i < count; i += LANES) {
    uint32_t row[LANES], of[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      const uint32_t n = (uint32_t)(i + lane);
      row[lane] = first + (perStep ? n % perStep : n);
      of[lane] = step + (perStep ? n / perStep : 0);
    }
    U rows, steps;
    __builtin_memcpy(&rows, row, sizeof rows);
    __builtin_memcpy(&steps, of, sizeof steps);
    if (panelRows == LANES) {
      char *at = out + (size_t)(i / LANES) * stride;
      for (int d = 0; d < D; d += 4, at += 4 * LINE) {
        F columns[4];
        normalBlock(columns, (uint32_t)d / 4, rows, steps, key0, key1);
        UNROLL for (int c = 0; c < 4; c++) store(at + c * LINE, columns[c]);
      }
      continue;
    }
    const int most = count - i < LANES ? count - i : LANES;
    for (int d = 0; d < D; d += LANES) {
      F square[LANES];
      for (int c = 0; c < LANES; c += 4)
        if (d + c < D) normalBlock(square + c, (uint32_t)(d + c) / 4, rows, steps, key0, key1);
        else UNROLL for (int j = 0; j < 4; j++) square[c + j] = splat(0);
      transpose(square);
      const int left = (D + 3) / 4 * 4 - d;
      for (int lane = 0; lane < most; lane++) {
        char *at = out + (size_t)(i + lane) * stride + 4 * (size_t)d;
        if (left >= LANES) store(at, square[lane]);
        else storeFirst(at, square[lane], left);
      }
    }
  }
}

/// sin in float64; constants and order of operations are those of src/data/sine.ts.
INLINE D sine(D a) {
  D halfTurns = floors(a * 0.3183098861837907 + 0.5);
  D r = a - halfTurns * 3.1415926218032837 - halfTurns * 3.178650954705639e-8;
  D v = r * r;
  D p = splatD(-7.408092396864652e-13);
  p = p * v + 1.605097516582262e-10;
  p = p * v + -2.505197300667896e-8;
  p = p * v + 2.755731805682654e-6;
  p = p * v + -0.0001984126983647592;
  p = p * v + 0.008333333333325948;
  p = p * v + -0.1666666666666665;
  p = p * v;
  D value = r + r * p, half = halfTurns * 0.5;
  Q odd = (Q)(half != floors(half));
  return (D)((Q)value ^ (odd & 0x8000000000000000));
}

/// Equation 4 and the z-score, in the order of operations of src/data/task-set.ts.
INLINE D labelOf(const Generator *g, const char *base, D projection, D noise) {
  const double *sines = (const double *)(base + g->sines);
  D y = projection;
  for (int i = 0; i < g->m; i++) y += sine(sines[2 * i] * projection + sines[2 * i + 1]);
  return (y + g->noiseStd * noise - g->mean) * g->inverseStd;
}

/// LANES columns from d on of `count` rows at `x`, the last of them again in the lanes beyond.
INLINE void columnsOfRows(F square[LANES], const char *x, size_t stride, int count, int d) {
  for (int lane = 0; lane < LANES; lane++)
    square[lane] = load(x + (size_t)(lane < count ? lane : count - 1) * stride + 4 * (size_t)d);
  transpose(square);
}

/// Labels of LANES rows in panel `x` or, row after row, of `count` of them.
INLINE void labelLine(const Generator *g, const char *base, const double *w, const char *x, size_t stride, F noise,
                      int count, int panelRows, F *label) {
  D low = splatD(0), high = splatD(0);
  for (int d = 0; d < g->D; d += LANES) {
    F square[LANES] = {};
    if (panelRows == 1) columnsOfRows(square, x, stride, count, d);
    for (int c = 0; c < LANES && d + c < g->D; c++) {
      F column = panelRows == 1 ? square[c] : load(x + (size_t)(d + c) * LINE);
      low += w[d + c] * lowDoubles(column);
      high += w[d + c] * highDoubles(column);
    }
  }
  *label = floats(labelOf(g, base, low, lowDoubles(noise)), labelOf(g, base, high, highDoubles(noise)));
}

/// Labels [P][K][panelRows] of P panels or rows `x`, with noise [P][K rounded up to 4][panelRows].
static void labels(char *base, const Generator *g, const char *x, size_t stride, const char *noise, char *out, int P,
                   int panelRows) {
  const double *vectors = (const double *)(base + g->vectors);
  const size_t K = (size_t)g->K, noiseColumns = (K + 3) / 4 * 4;
  const int count = P * panelRows;
  for (int i = 0; i < count; i += LANES) {
    const int most = count - i < LANES ? count - i : LANES;
    const char *rows = x + (size_t)(i / panelRows) * stride;
    for (size_t k = 0; k < K; k++) {
      F z, label;
      if (panelRows == LANES) z = load(noise + ((size_t)(i / LANES) * noiseColumns + k) * LINE);
      else {
        float lanes[LANES] = {0};
        for (int lane = 0; lane < most; lane++) lanes[lane] = ((const float *)noise)[(size_t)(i + lane) * noiseColumns + k];
        z = load(lanes);
      }
      labelLine(g, base, vectors + k * (size_t)g->D, rows, stride, z, most, panelRows, &label);
      if (panelRows == LANES) store(out + ((size_t)(i / LANES) * K + k) * LINE, label);
      else
        for (int lane = 0; lane < most; lane++)
          ((float *)out)[(size_t)(i + lane) * K + k] = ((const float *)&label)[lane];
    }
  }
}

/// Panels [P][columns][LANES] to rows [LANES P][columns], a fixed set in the order of its rows.
static void panelsToRows(const char *panels, size_t stride, char *rows, size_t rowBytes, int P) {
  for (int p = 0; p < P; p++, panels += stride, rows += LANES * rowBytes) {
    for (size_t at = 0; at < rowBytes; at += LINE) {
      F square[LANES];
      UNROLL for (int i = 0; i < LANES; i++) square[i] = load(panels + (at / 4 + (size_t)i) * LINE);
      transpose(square);
      const int left = (int)((rowBytes - at) / 4);
      UNROLL for (int i = 0; i < LANES; i++)
        if (left >= LANES) store(rows + (size_t)i * rowBytes + at, square[i]);
        else storeFirst(rows + (size_t)i * rowBytes + at, square[i], left);
    }
  }
}

/// Rows numbered `ids` of a fixed set to P panels or rows.
static void gatherRows(const char *rows, size_t rowBytes, const uint32_t *ids, char *out, size_t stride, int P,
                       int panelRows) {
  if (panelRows == 1) {
    for (int p = 0; p < P; p++) __builtin_memcpy(out + (size_t)p * stride, rows + ids[p] * rowBytes, rowBytes);
    return;
  }
  for (int p = 0; p < P; p++, ids += LANES, out += stride) {
    for (size_t at = 0; at < rowBytes; at += LINE) {
      F square[LANES];
      UNROLL for (int i = 0; i < LANES; i++) square[i] = load(rows + ids[i] * rowBytes + at);
      transpose(square);
      const size_t columns = (rowBytes - at) / 4;
      UNROLL for (int i = 0; i < LANES; i++)
        if ((size_t)i < columns) store(out + (at / 4 + (size_t)i) * LINE, square[i]);
    }
  }
}

/// Labels of the rows `ids`: from a set's panels [..][K][panelRows] to P panels or rows.
static void gatherLabels(const char *set, const uint32_t *ids, char *out, int K, int P, int panelRows) {
  const size_t panel = 4 * (size_t)(K * panelRows), line = 4 * (size_t)panelRows;
  for (int i = 0; i < P * panelRows; i++) {
    const char *from = set + ids[i] / (uint32_t)panelRows * panel + 4 * (size_t)(ids[i] % (uint32_t)panelRows);
    char *to = out + (size_t)(i / panelRows) * panel + 4 * (size_t)(i % panelRows);
    for (size_t k = 0; k < (size_t)K; k++) *(float *)(to + k * line) = *(const float *)(from + k * line);
  }
}
