// The inputs of a table's rows, as ../../cpu/table-plan.ts and src/data/row-encoder.ts say what becomes of its cells.
#pragma once
#include "generator.h"

enum { FLOAT32_CELL, FLOAT64_CELL, TEXT_CELL };

/// What becomes of a column's cells. ../records.ts has its fields.
typedef struct {
  /// The place of the cell in its row, in words.
  int32_t at, kind;
  /// The column's first input, and the input that is 1 where there is no number, or -1.
  int32_t first, gap;
  /// How many inputs are numbers of vectors; 0 if a text is the place of an input that is 1.
  int32_t slots;
  /// Of texts, int32 for each place from NO_TEXT on: the numbers of the vectors, or the input, or -1 for none.
  Address texts;
  double mean, std, fill;
} CellCode;

#define NO_TEXT (-2)

/// In place of all inputs, a row may have those alone that are not 0: their values, then their places as int32, `most` of each; 0 for all.
typedef struct {
  size_t most, next;
} Entries;

static inline void putInput(float *row, int input, float value, Entries *entries) {
  if (entries->most == 0) row[input] = value;
  else if (value != 0) {
    float *entry = row + entries->next++;
    entry[0] = value;
    __builtin_memcpy(entry + entries->most, &input, sizeof input);
  }
}

static inline void encodeText(const CellCode *code, const char *base, int32_t text, float *row, Entries *entries) {
  const int32_t *texts = (const int32_t *)(base + code->texts), place = text - NO_TEXT;
  if (code->slots == 0 && texts[place] >= 0) putInput(row, texts[place], 1, entries);
  for (int slot = 0; slot < code->slots; slot++)
    putInput(row, code->first + slot, (float)texts[(size_t)place * code->slots + slot], entries);
}

static inline void encodeNumber(const CellCode *code, double number, float *row, Entries *entries) {
  const int isNothing = number != number;
  putInput(row, code->first, (float)(isNothing ? code->fill : (number - code->mean) / code->std), entries);
  if (isNothing && code->gap >= 0) putInput(row, code->gap, 1, entries);
}

/// Rows of cells, `cellBytes` apart, by C codes to rows of inputs, or of the `most` that are not 0, `stride` bytes apart.
static void encodeRows(char *base, const CellCode *codes, int C, const char *cells, size_t cellBytes, char *out,
                       size_t stride, int rows, int most) {
  for (int n = 0; n < rows; n++, cells += cellBytes, out += stride) {
    Entries entries = {(size_t)most, 0};
    __builtin_memset(out, 0, stride);
    for (const CellCode *code = codes; code < codes + C; code++) {
      const char *cell = cells + 4 * (size_t)code->at;
      if (code->kind == TEXT_CELL) encodeText(code, base, *(const int32_t *)cell, (float *)out, &entries);
      else
        encodeNumber(code, code->kind == FLOAT32_CELL ? *(const float *)cell : *(const double *)cell, (float *)out,
                     &entries);
    }
  }
}
