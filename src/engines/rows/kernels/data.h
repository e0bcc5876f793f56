// Rows and their labels, for panels (`panelRows` LANES) and row after row (1). `stride` is from a panel or row to the
// next.
#pragma once
#include "generator.h"
#include "random.h"
#include "transpose.h"

/// Blocks of four columns that are drawn side by side.
#ifdef __wasm__
#define SIDE_BY_SIDE 2
#else
#define SIDE_BY_SIDE 1
#endif

/// Which rows come next: row `first` + `number` of `step`; with `perStep` not 0 a step has so many.
typedef struct {
  uint32_t first, number, step, perStep;
} Counter;

/// The next LANES rows and their steps.
INLINE void count(Counter *counter, U *rows, U *steps) {
  uint32_t row[LANES], step[LANES];
  for (int lane = 0; lane < LANES; lane++) {
    row[lane] = counter->first + counter->number;
    step[lane] = counter->step;
    if (++counter->number != counter->perStep) continue;
    counter->number = 0;
    counter->step++;
  }
  __builtin_memcpy(rows, row, sizeof row);
  __builtin_memcpy(steps, step, sizeof step);
}

/// A panel of D columns.
INLINE void normalPanel(char *out, int D, U rows, U steps, uint32_t key0, uint32_t key1) {
  F columns[4 * SIDE_BY_SIDE];
  int d = 0;
  for (; d + 4 * (SIDE_BY_SIDE - 1) < D; d += 4 * SIDE_BY_SIDE) {
    normalBlocks(SIDE_BY_SIDE, columns, (uint32_t)d / 4, rows, steps, key0, key1);
    UNROLL for (int c = 0; c < 4 * SIDE_BY_SIDE; c++) store(out + (d + c) * LINE, columns[c]);
  }
  for (; d < D; d += 4) {
    normalBlocks(1, columns, (uint32_t)d / 4, rows, steps, key0, key1);
    UNROLL for (int c = 0; c < 4; c++) store(out + (d + c) * LINE, columns[c]);
  }
}

/// Stores a square row after row: the first `rows` of its rows and `columns` of its columns, LANES at most.
INLINE void storeSquare(char *out, size_t stride, const F square[LANES], int rows, int columns) {
  if (rows >= LANES && columns >= LANES) UNROLL for (int i = 0; i < LANES; i++) store(out + i * stride, square[i]);
  else
    UNROLL for (int i = 0; i < LANES; i++)
      if (i < rows) storeColumns(out + i * stride, square[i], columns);
}

/// Columns that are drawn together for rows one after the other: whole squares.
#define DRAWN (LANES < 4 * SIDE_BY_SIDE ? 4 * SIDE_BY_SIDE : LANES)

/// The first `most` of LANES rows of D columns, one after the other.
INLINE void normalRows(char *out, size_t stride, int D, int most, U rows, U steps, uint32_t key0, uint32_t key1) {
  for (int d = 0; d < D; d += DRAWN, out += 4 * DRAWN) {
    F columns[DRAWN] = {};
    UNROLL for (int c = 0; c < DRAWN; c += 4 * SIDE_BY_SIDE)
      if (d + c < D) normalBlocks(SIDE_BY_SIDE, columns + c, (uint32_t)(d + c) / 4, rows, steps, key0, key1);
    UNROLL for (int c = 0; c < DRAWN; c += LANES) {
      transpose(columns + c);
      storeSquare(out + 4 * c, stride, columns + c, most, (D + 3) / 4 * 4 - d - c);
    }
  }
}

/// Normals of P panels or rows of D columns. Row i is row first + i of `step`; if a step has `perStep` rows (not 0), i
/// counts on through the steps.
static void normals(char *out, size_t stride, int D, int P, uint32_t first, uint32_t step, uint32_t perStep,
                    uint32_t key0, uint32_t key1, int panelRows) {
  Counter counter = {first, 0, step, perStep};
  const int all = P * panelRows;
  for (int i = 0; i < all; i += LANES) {
    U rows, steps;
    count(&counter, &rows, &steps);
    char *at = out + (size_t)(i / panelRows) * stride;
    if (panelRows == LANES) normalPanel(at, D, rows, steps, key0, key1);
    else normalRows(at, stride, D, all - i, rows, steps, key0, key1);
  }
}

/// sin in float64; constants and order of operations are those of src/data/task-set.ts.
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
INLINE D labelOf(const Generator *g, const LabelForm *form, const char *base, D projection, D noise) {
  const double *sines = (const double *)(base + g->sines);
  D y = projection;
  for (int i = 0; i < g->m; i++) y += sine(sines[2 * i] * projection + sines[2 * i + 1]);
  D label = (y + form->noiseStd * noise - form->mean) * form->inverseStd;
  return form->binary ? (D)((Q)(label > 0) & (Q)splatD(1)) : label;
}

/// LANES columns from d on of `count` rows at `x`, the last of them again in the lanes beyond.
INLINE void columnsOfRows(F square[LANES], const char *x, size_t stride, int count, int d) {
  for (int lane = 0; lane < LANES; lane++)
    square[lane] = load(x + (size_t)(lane < count ? lane : count - 1) * stride + 4 * (size_t)d);
  transpose(square);
}

/// Labels of TASKS tasks from k on, of vectors `w` [TASKS, D], for LANES rows in panel `x` or, row after row, for `most` of them.
INLINE void labelLines(const int TASKS, const Generator *g, const char *base, int k, const char *x, size_t stride,
                       const F *noise, int most, int panelRows, F *out) {
  const double *w = (const double *)(base + g->vectors) + k * g->D;
  const LabelForm *forms = (const LabelForm *)(base + g->forms) + k;
  D low[2] = {}, high[2] = {};
  for (int d = 0; d < g->D; d += LANES) {
    F square[LANES];
    if (panelRows == 1) columnsOfRows(square, x, stride, most, d);
    for (int c = 0; c < LANES && d + c < g->D; c++) {
      F column = panelRows == 1 ? square[c] : load(x + (size_t)(d + c) * LINE);
      UNROLL for (int t = 0; t < TASKS; t++) {
        low[t] += w[t * g->D + d + c] * lowDoubles(column);
        high[t] += w[t * g->D + d + c] * highDoubles(column);
      }
    }
  }
  UNROLL for (int t = 0; t < TASKS; t++)
    out[t] = floats(labelOf(g, forms + t, base, low[t], lowDoubles(noise[t])),
                    labelOf(g, forms + t, base, high[t], highDoubles(noise[t])));
}

/// Column `c` of the normals of the rows from `first` on, in panels or, row after row, of `most` rows.
INLINE F noiseColumn(const char *noise, size_t columns, size_t first, size_t c, int most, int panelRows) {
  if (panelRows == LANES) return load(noise + (first * columns + c * LANES) * 4);
  float lanes[LANES] = {0};
  const float *row = (const float *)noise + first * columns + c;
  for (int lane = 0; lane < most; lane++, row += columns) lanes[lane] = *row;
  return load(lanes);
}

/// Labels of TASKS tasks from k on for the rows from `i` on, `most` of LANES.
INLINE void labelTasks(const int TASKS, const Generator *g, const char *base, const char *x, size_t stride,
                       const char *noise, char *out, int k, int i, int most, int panelRows) {
  const size_t K = (size_t)g->K, columns = ((size_t)g->noiseColumns + 3) / 4 * 4, first = (size_t)i;
  F z[2], y[2];
  UNROLL for (int t = 0; t < TASKS; t++) z[t] = noiseColumn(noise, columns, first, (size_t)(k + t), most, panelRows);
  labelLines(TASKS, g, base, k, x + first / (size_t)panelRows * stride, stride, z, most, panelRows, y);
  if (g->noiseColumns > g->K) UNROLL for (int t = 0; t < TASKS; t++) {
    const LabelForm *form = (const LabelForm *)(base + g->forms) + k + t;
    const F drawn = noiseColumn(noise, columns, first, K + (size_t)(k + t), most, panelRows);
    const U missing = (U)(drawn > form->most);
    y[t] = (F)(((U)y[t] & ~missing) | (missing & 0x7fc00000u));
  }
  UNROLL for (int t = 0; t < TASKS; t++) {
    if (panelRows == LANES) store(out + (first * K + (size_t)(k + t) * LANES) * 4, y[t]);
    else
      for (int lane = 0; lane < most; lane++)
        ((float *)out)[(first + (size_t)lane) * K + (size_t)(k + t)] = ((const float *)&y[t])[lane];
  }
}

/// Labels [P][K][panelRows] of P panels or rows `x`, with normals [P][noiseColumns rounded up to 4][panelRows].
static void labels(char *base, const Generator *g, const char *x, size_t stride, const char *noise, char *out, int P,
                   int panelRows) {
  const int count = P * panelRows;
  for (int i = 0; i < count; i += LANES) {
    const int most = count - i < LANES ? count - i : LANES;
    int k = 0;
    for (; k + 2 <= g->K; k += 2) labelTasks(2, g, base, x, stride, noise, out, k, i, most, panelRows);
    for (; k < g->K; k++) labelTasks(1, g, base, x, stride, noise, out, k, i, most, panelRows);
  }
}

/// Panels [P][columns][LANES] to rows [LANES P][columns], a fixed set in the order of its rows.
static void panelsToRows(const char *panels, size_t stride, char *rows, size_t rowBytes, int P) {
  for (int p = 0; p < P; p++, panels += stride, rows += LANES * rowBytes) {
    for (size_t at = 0; at < rowBytes; at += LINE) {
      F square[LANES];
      UNROLL for (int i = 0; i < LANES; i++) square[i] = load(panels + (at / 4 + (size_t)i) * LINE);
      transpose(square);
      storeSquare(rows + at, rowBytes, square, LANES, (int)((rowBytes - at) / 4));
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
    const char *from[LANES];
    UNROLL for (int i = 0; i < LANES; i++) from[i] = rows + ids[i] * rowBytes;
    for (size_t at = 0; at < rowBytes; at += LINE) {
      F square[LANES];
      UNROLL for (int i = 0; i < LANES; i++) square[i] = load(from[i] + at);
      transpose(square);
      char *column = out + at / 4 * LINE;
      if (rowBytes - at >= LINE) UNROLL for (int i = 0; i < LANES; i++) store(column + i * LINE, square[i]);
      else
        UNROLL for (int i = 0; i < LANES; i++)
          if (4 * (size_t)i < rowBytes - at) store(column + i * LINE, square[i]);
    }
  }
}

INLINE void gatherLabelsOf(const int panelRows, const char *set, const uint32_t *ids, char *out, int K, int P) {
  const size_t panel = 4 * (size_t)(K * panelRows), line = 4 * (size_t)panelRows;
  for (int p = 0; p < P; p++, out += panel, ids += panelRows) {
    for (int row = 0; row < panelRows; row++) {
      const char *from = set + ids[row] / (uint32_t)panelRows * panel + 4 * (size_t)(ids[row] % (uint32_t)panelRows);
      for (size_t at = 0; at < panel; at += line) *(float *)(out + 4 * row + at) = *(const float *)(from + at);
    }
  }
}

/// Labels of the rows `ids`: from a set's panels [..][K][panelRows] to P panels or rows.
static void gatherLabels(const char *set, const uint32_t *ids, char *out, int K, int P, int panelRows) {
  if (panelRows == LANES) gatherLabelsOf(LANES, set, ids, out, K, P);
  else gatherLabelsOf(1, set, ids, out, K, P);
}
