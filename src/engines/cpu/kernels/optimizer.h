#pragma once
#include "records.h"
#include "../../rows/kernels/simd.h"

#define BETA1 0.9
#define BETA2 0.999
#define EPSILON 1e-8

/// Added to every gradient: far below what moves a weight or changes the bits of a gradient that counts. Without it
/// the moments of a dead unit sink among the subnormal numbers, where each operation costs a hundred times as much.
#define TINY 1e-16f

/// Updates the fields that depend on the step's number.
static void beginStep(Optimizer *o) {
  o->power1 *= BETA1;
  o->power2 *= BETA2;
  double root = __builtin_sqrt(1 - o->power2);
  o->rate = (float)(o->kind == ADAM ? (o->lr * root) / (1 - o->power1) : o->lr);
  o->epsilon = (float)(EPSILON * root);
}

/// What an update takes of an optimizer, in registers.
typedef struct {
  int kind;
  size_t moments;
  F rate, epsilon;
} Rule;

INLINE Rule ruleOf(const Optimizer *o) {
  return (Rule){o->kind, (size_t)o->moments, splat(o->rate), splat(o->epsilon)};
}

/// A line of weights takes one step by its gradient; m̂ / (sqrt(v̂) + epsilon) with both corrections in the rate.
INLINE void adam(Rule rule, char *w, F gradient) {
  F g = gradient + CONSTANT(TINY);
  char *at1 = w + rule.moments, *at2 = at1 + rule.moments;
  F m = madd(CONSTANT((float)BETA1), load(at1), CONSTANT((float)(1 - BETA1)) * g);
  F v = madd(CONSTANT((float)(1 - BETA2)) * g, g, CONSTANT((float)BETA2) * load(at2));
  store(at1, m);
  store(at2, v);
  store(w, load(w) - rule.rate * m / (squareRoots(v) + rule.epsilon));
}

/// Asks for a line of weights and their moments, which come from the second-level cache.
INLINE void prefetch(Rule rule, const char *w) {
  __builtin_prefetch(w, 1);
  __builtin_prefetch(w + rule.moments, 1);
  __builtin_prefetch(w + 2 * rule.moments, 1);
}

INLINE void sgd(Rule rule, char *w, F gradient) { store(w, madd(-rule.rate, gradient, load(w))); }

INLINE void step(Rule rule, char *w, F gradient) {
  switch (rule.kind) {
    case SGD: sgd(rule, w, gradient); break;
    case ADAM: adam(rule, w, gradient); break;
    default: store(w + rule.moments, gradient);
  }
}
