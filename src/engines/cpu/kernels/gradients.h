// Gradients of several terms of the objective, a block beside the weights for each: the inner products of the tasks' over the
// parameters that they share, and the optimizer's step by a weighted sum of all.
//
// A product of two float32 is exact in float64. A unit's products are added in CLASSES sums, by an input's number modulo
// CLASSES, and units one after the other: the same bits in both layouts, for any number of lanes.
#pragma once
#include "optimizer.h"

/// Vectors of float64 that hold the sums.
#define PARTS (2 * CLASSES / LANES)
/// Lines that fill them once.
#define TURN (LANES < CLASSES ? CLASSES / LANES : 1)
#define MOST_TERMS_AT_ONCE 4

/// Adds products of a unit's numbers `a` with those of TERMS terms to their sums [TERMS][CLASSES].
INLINE void addUnit(const int TERMS, const char *a, const char *b, size_t block, int lines, double *sums) {
  D s[MOST_TERMS_AT_ONCE][PARTS] = {};
  for (int line = 0; line < lines; line += TURN)
    UNROLL for (int i = 0; i < TURN; i++) {
      if (line + i >= lines) break;
      const size_t at = (size_t)(line + i) * LINE;
      const F x = load(a + at);
      const D low = lowDoubles(x), high = highDoubles(x);
      UNROLL for (int t = 0; t < TERMS; t++) {
        const F y = load(b + t * block + at);
        s[t][2 * i % PARTS] += low * lowDoubles(y);
        s[t][(2 * i + 1) % PARTS] += high * highDoubles(y);
      }
    }
  UNROLL for (int t = 0; t < TERMS; t++)
    UNROLL for (int i = 0; i < PARTS; i++) {
      char *sum = (char *)(sums + t * CLASSES) + i * LINE;
      store(sum, (F)((D)load(sum) + s[t][i]));
    }
}

#define COUNTS(W) W(1) W(2) W(3) W(4)
#define COUNT(TERMS)                                                                                                  \
  KERNEL void addUnit##TERMS(const char *a, const char *b, size_t block, int lines, double *sums) {                   \
    addUnit(TERMS, a, b, block, lines, sums);                                                                         \
  }
COUNTS(COUNT)
#undef COUNT

/// Of a unit the products of all pairs of K tasks, sums [K (K + 1) / 2][CLASSES].
INLINE void addPairs(const char *unit, size_t block, int lines, int K, double *sums) {
  for (int i = 0; i < K; i++)
    for (int j = 0; j <= i; j += MOST_TERMS_AT_ONCE) {
      const char *a = unit + (size_t)i * block, *b = unit + (size_t)j * block;
      double *sum = sums + (i * (i + 1) / 2 + j) * CLASSES;
      switch (i - j < MOST_TERMS_AT_ONCE ? i - j + 1 : MOST_TERMS_AT_ONCE) {
#define COUNT(TERMS)                                                                                                  \
  case TERMS: addUnit##TERMS(a, b, block, lines, sum); break;
        COUNTS(COUNT)
#undef COUNT
      }
    }
}

/// The same for one pair and a strip of LANES units side by side, of which those that tasks share count.
KERNEL void addStrip(const char *a, const char *b, int inputs, const int32_t *owners, double *sums) {
  D s[CLASSES][2] = {};
  for (int d = 0; d < inputs; d += CLASSES)
    UNROLL for (int c = 0; c < CLASSES; c++) {
      if (d + c >= inputs) break;
      const F x = load(a + (size_t)(d + c) * LINE), y = load(b + (size_t)(d + c) * LINE);
      s[c][0] += lowDoubles(x) * lowDoubles(y);
      s[c][1] += highDoubles(x) * highDoubles(y);
    }
  for (int lane = 0; lane < LANES; lane++) {
    if (owners[lane] != SHARED) continue;
    for (int c = 0; c < CLASSES; c++) sums[c] += ((const double *)s[c])[lane];
  }
}

INLINE int linesOf(const Span *span) { return (span->D + LANES - 1) / LANES; }

INLINE void addSpan(const Span *span, const char *gradients, size_t block, const int32_t *owners, int K, double *sums) {
  const char *at = gradients + span->at;
  if (!span->isStrips) {
    for (int n = 0; n < span->N; n++, at += span->stride)
      if (owners[n] == SHARED) addPairs(at, block, linesOf(span), K, sums);
    return;
  }
  for (int n = 0; n < span->N; n += LANES, at += span->stride) {
    double *sum = sums;
    for (int i = 0; i < K; i++)
      for (int j = 0; j <= i; j++, sum += CLASSES)
        addStrip(at + (size_t)i * block, at + (size_t)j * block, span->D, owners + n, sum);
  }
}

/// Inner products [K][K] of the first K blocks over the shared parameters. Scratch: `sums` [K (K + 1) / 2][CLASSES].
KERNEL void innerProducts(const StepCode *code, const char *base, const char *gradients, size_t block, int K, double *gram,
                          double *sums) {
  const Span *spans = (const Span *)(base + code->spans);
  __builtin_memset(sums, 0, sizeof(double) * (size_t)(K * (K + 1) / 2 * CLASSES));
  for (int s = 0; s < code->spanCount; s++)
    addSpan(spans + s, gradients, block, (const int32_t *)(base + spans[s].owners), K, sums);
  for (int i = 0; i < K; i++)
    for (int j = 0; j <= i; j++, sums += CLASSES)
      gram[i * K + j] = gram[j * K + i] =
          ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

/// What terms count for a line of weights: `factors` of the gradients that are `at` bytes from it.
typedef struct {
  int count;
  size_t *at;
  F *factors;
} Mixture;

INLINE void stepLinesBy(const int KIND, const Mixture *mixture, Rule rule, char *w, size_t lines) {
  for (char *end = w + lines * LINE; w < end; w += LINE) {
    F gradient = mixture->factors[0] * load(w + mixture->at[0]);
    for (int t = 1; t < mixture->count; t++) gradient = madd(mixture->factors[t], load(w + mixture->at[t]), gradient);
    if (KIND == ADAM) adam(rule, w, gradient);
    else step(rule, w, gradient);
  }
}

KERNEL void stepLines(const Mixture *mixture, Rule rule, char *w, size_t lines) {
  if (rule.kind == ADAM) stepLinesBy(ADAM, mixture, rule, w, lines);
  else stepLinesBy(rule.kind, mixture, rule, w, lines);
}

/// How the terms are weighed: the first K are tasks, those after them count as they are.
typedef struct {
  int K, terms;
  /// Bytes from a weight to its gradient of the first term, and from there to the next.
  size_t first, block;
  /// [K], on parameters that tasks share, and on those of one task.
  const double *shared, *own;
} Weighing;

INLINE float shareOf(const Weighing *by, int owner, int term) {
  if (term >= by->K) return 1;
  if (owner == SHARED) return (float)by->shared[term];
  return owner == term ? (float)by->own[term] : 0;
}

/// Terms that count for the weights of one owner.
INLINE void mixFor(const Weighing *by, int owner, Mixture *mixture) {
  mixture->count = 0;
  for (int t = 0; t < by->terms; t++) {
    if (t < by->K && owner != SHARED && owner != t) continue;
    mixture->at[mixture->count] = by->first + (size_t)t * by->block;
    mixture->factors[mixture->count++] = splat(shareOf(by, owner, t));
  }
}

/// All terms, for a line whose lanes are of `owners`.
INLINE void mixForLanes(const Weighing *by, const int32_t *owners, Mixture *mixture) {
  mixture->count = by->terms;
  for (int t = 0; t < by->terms; t++) {
    float factors[LANES];
    for (int lane = 0; lane < LANES; lane++) factors[lane] = shareOf(by, owners[lane], t);
    mixture->at[t] = by->first + (size_t)t * by->block;
    mixture->factors[t] = load(factors);
  }
}

/// Units of one owner, side by side, take their step at once.
INLINE void stepUnits(const Span *span, const int32_t *owners, const Weighing *by, Mixture *mixture, Rule rule, char *w) {
  for (int n = 0, next; n < span->N; n = next) {
    for (next = n + 1; next < span->N && owners[next] == owners[n];) next++;
    mixFor(by, owners[n], mixture);
    stepLines(mixture, rule, w + (size_t)n * span->stride, (size_t)((next - n) * linesOf(span)));
  }
}

INLINE void stepStrips(const Span *span, const int32_t *owners, const Weighing *by, Mixture *mixture, Rule rule, char *w) {
  for (int n = 0; n < span->N; n += LANES, w += span->stride) {
    mixForLanes(by, owners + n, mixture);
    stepLines(mixture, rule, w, (size_t)span->D);
  }
}

/// The optimizer's step of all weights.
KERNEL void takeSteps(const StepCode *code, const char *base, char *weights, const Weighing *by, const Optimizer *o) {
  size_t at[by->terms];
  F factors[by->terms];
  Mixture mixture = {0, at, factors};
  const Rule rule = ruleOf(o);
  const Span *spans = (const Span *)(base + code->spans);
  for (int s = 0; s < code->spanCount; s++) {
    const int32_t *owners = (const int32_t *)(base + spans[s].owners);
    char *w = weights + spans[s].at;
    if (spans[s].isStrips) stepStrips(spans + s, owners, by, &mixture, rule, w);
    else stepUnits(spans + s, owners, by, &mixture, rule, w);
  }
}
