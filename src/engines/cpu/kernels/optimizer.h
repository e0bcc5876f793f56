#pragma once
#include "records.h"
#include "../../rows/kernels/simd.h"

/// Added to every gradient that a moment is made of: far below what moves a weight or changes the bits of a gradient that counts.
/// Without it the moments of a dead unit sink among the subnormal numbers, where each operation costs a hundred times as much. Not
/// where gradients have a weight's decay: they do not sink, and adam would carry a bias of 0 away by what is left of TINY.
#define TINY 1e-16f

/// Updates the fields that depend on the step's number.
static void beginStep(Optimizer *o) {
  o->power1 *= o->beta1;
  o->power2 *= o->beta2;
  double root = __builtin_sqrt(1 - o->power2);
  o->rate = (float)(o->kind == ADAM ? (o->lr * root) / (1 - o->power1) : o->lr);
  o->epsilon = (float)(o->stabilizer * root);
  o->kept = (float)(1 - o->lr * o->decoupled);
}

/// What an update takes of an optimizer, in registers.
typedef struct {
  int kind;
  size_t moments;
  F rate, epsilon;
  /// Times a weight is added to its gradient; a weight is multiplied by `kept` before its step.
  F decay, kept;
  /// Of adam's moments: betas and what is left of 1. The momentum of sgd is beta1.
  F beta1, rest1, beta2, rest2, tiny;
} Rule;

INLINE Rule ruleOf(const Optimizer *o) {
  return (Rule){
      .kind = o->kind,
      .moments = (size_t)o->moments,
      .rate = splat(o->rate),
      .epsilon = splat(o->epsilon),
      .decay = splat((float)o->decay),
      .kept = splat((float)o->kept),
      .beta1 = splat((float)o->beta1),
      .rest1 = splat((float)(1 - o->beta1)),
      .beta2 = splat((float)o->beta2),
      .rest2 = splat((float)(1 - o->beta2)),
      .tiny = splat(o->decay > 0 ? 0 : TINY),
  };
}

/// A line of weights takes one step by its gradient; m̂ / (sqrt(v̂) + epsilon) with both corrections in the rate.
INLINE void adam(Rule rule, char *w, F gradient) {
  char *at1 = w + rule.moments, *at2 = at1 + rule.moments;
  F weight = load(w), g = madd(rule.decay, weight, gradient) + rule.tiny;
  F m = madd(rule.beta1, load(at1), rule.rest1 * g);
  F v = madd(rule.rest2 * g, g, rule.beta2 * load(at2));
  store(at1, m);
  store(at2, v);
  store(w, weight * rule.kept - rule.rate * m / (squareRoots(v) + rule.epsilon));
}

/// Asks for a line of weights and their moments, which come from the second-level cache.
INLINE void prefetch(Rule rule, const char *w) {
  __builtin_prefetch(w, 1);
  __builtin_prefetch(w + rule.moments, 1);
  __builtin_prefetch(w + 2 * rule.moments, 1);
}

INLINE void sgd(Rule rule, char *w, F gradient) {
  F weight = load(w);
  store(w, madd(-rule.rate, madd(rule.decay, weight, gradient), weight));
}

/// Sgd by a sum of gradients, of which each step leaves the share beta1; Nesterov's looks a step ahead. As PyTorch's. In WebAssembly
/// a function apart, since the playground has room for few copies.
INNERMOST void addMomentum(int kind, char *w, char *at, F gradient, F decay, F tiny, F beta1, F rate) {
  F weight = load(w), g = madd(decay, weight, gradient) + tiny;
  F moment = madd(beta1, load(at), g);
  store(at, moment);
  store(w, madd(-rate, kind == NESTEROV ? madd(beta1, moment, g) : moment, weight));
}

INLINE void withMomentum(Rule rule, char *w, F gradient) {
  addMomentum(rule.kind, w, w + rule.moments, gradient, rule.decay, rule.tiny, rule.beta1, rule.rate);
}

INLINE void step(Rule rule, char *w, F gradient) {
  switch (rule.kind) {
    case SGD: sgd(rule, w, gradient); break;
    case ADAM: adam(rule, w, gradient); break;
    case MOMENTUM:
    case NESTEROV: withMomentum(rule, w, gradient); break;
    default: store(w + rule.moments, gradient);
  }
}

/// The step of `count` lines by their gradients, for optimizers whose steps no loop takes at once.
KERNEL void stepEach(Rule rule, char *w, const F *gradients, int count) {
  for (int i = 0; i < count; i++) step(rule, w + i * LINE, gradients[i]);
}

/// Sums that products are added up in, by the place of their factors modulo CLASSES: one order for all kernel sets.
#define CLASSES 8

// A record that lacks a field does not compile.
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wmissing-field-initializers"

/// Sgd with this rate adds gradients to what is there: kind, moments, rate, epsilon, lr, powers, betas, stabilizer, decays, kept.
static const Optimizer ADDING = {SGD, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

#pragma GCC diagnostic pop
