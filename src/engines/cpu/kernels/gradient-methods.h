// The methods that combine the tasks' gradients, by their inner products alone.
#pragma once
#include "methods.h"

// Runs a few times a step, on few numbers: small code rather than fast code.
#ifdef __clang__
#pragma clang attribute push(__attribute__((minsize)), apply_to = function)
#endif

/// The first words of row 0 of the step's stream.
static void drawWords(const Method *method, uint32_t *words, int count) {
  for (int n = 0; n < count; n += 4 * LANES) {
    const U blocks = (U)(laneNumbers() + splatI(n / 4));
    Words drawn;
    philox(1, &drawn, &blocks, (U){}, (U){} + method->step, method->key0, method->key1);
    for (int i = 0; i < 4 * LANES && n + i < count; i++) words[n + i] = drawn.words[i % 4][i / 4];
  }
}

/// The other tasks of task i by their words [K].
static void sortOthers(const uint32_t *words, int i, int K, int *others) {
  int count = 0;
  for (int task = 0; task < K; task++) {
    if (task == i) continue;
    int at = count++;
    for (; at > 0 && words[others[at - 1]] > words[task]; at--) others[at] = others[at - 1];
    others[at] = task;
  }
}

/// PCGrad, Yu et al. 2020, Algorithm 1: a task's gradient loses its part along each that it conflicts with, in a random order.
static void pcgrad(Situation *s) {
  const int K = s->K;
  double *w = takeNumbers(s, K);
  uint32_t *words = (uint32_t *)takeNumbers(s, K * K);
  int *others = (int *)takeNumbers(s, K);
  if (K > 2) drawWords(s->method, words, K * K);
  for (int k = 0; k < K; k++) s->shared[k] = 0;
  for (int i = 0; i < K; i++) {
    for (int k = 0; k < K; k++) w[k] = k == i;
    sortOthers(words + i * K, i, K, others);
    for (int n = 0; n < K - 1; n++) {
      const int j = others[n];
      const double along = dot(w, s->gram + j * K, K); // with the original gradient
      if (along < 0) w[j] -= along / squaredLength(s, j);
    }
    for (int k = 0; k < K; k++) s->shared[k] += w[k];
  }
}

/// What a gradient no further from another than this gets half of.
#define ROUNDING 1e-7

/// MGDA, Sener and Koltun 2018, eq. 3: the shortest weighted mean.
static void mgda(Situation *s) {
  const int K = s->K;
  const double *M = scaledGram(s, 1); // a gradient of 0 would be the shortest mean
  if (K == 2) {
    const double squared = larger(M[0] + M[3] - 2 * M[1], 0);
    shareOut((M[3] - M[1] + ROUNDING / 2) / (squared + ROUNDING), s->shared);
  } else {
    const Curve curve = {M, 0, 0};
    simplexMinimum(s, &curve, s->shared);
  }
  // orthogonal gradients change the others' weights by one factor alone
  const double sum = larger(dot(s->shared, s->present, K), LEAST_SQUARE);
  for (int k = 0; k < K; k++) s->shared[k] *= s->present[k] / sum;
}

/// What a task without a gradient adds to the minimum: more than any other, so that its weight is 0.
#define HIGH 4
/// Slopes beyond this, in units of kappa |g_1 - g_2|, have no minimum but at an end.
#define STEEPEST (1 - 1e-6)

/// Of two tasks: where slope t + sqrt(c + 2 (b - c) t + d² t²) is least, t the first's share, d = |g_1 - g_2|.
static void leastOfTwo(const Curve *curve, double *w) {
  const double a = curve->M[0], b = curve->M[1], c = curve->M[3];
  const double squared = larger(a + c - 2 * b, LEAST_SQUARE);
  const double slope = (curve->p[0] - curve->p[1]) / (curve->kappa * __builtin_sqrt(squared));
  const double sine = within(-slope, -STEEPEST, STEEPEST);
  const double apart = __builtin_sqrt(larger(c * squared - (b - c) * (b - c), 0));
  shareOut((apart * (sine / __builtin_sqrt(1 - sine * sine)) + (c - b)) / squared, w);
}

/// CAGrad, Liu et al. 2021, Algorithm 1: the mean g_0 and c |g_0| along g_w, w minimizes g_w · g_0 + c |g_0| |g_w|.
static void cagrad(Situation *s) {
  const int K = s->K;
  const double *M = scaledGram(s, 1), count = larger(total(s->present, K), 1);
  double *mean = takeNumbers(s, K), *p = takeNumbers(s, K), *w = takeNumbers(s, K), *Mw = takeNumbers(s, K);
  for (int k = 0; k < K; k++) mean[k] = s->present[k] / count;
  const double kappa = s->method->c * lengthOf(M, mean, p, K);
  for (int k = 0; k < K; k++) p[k] += HIGH * (1 - s->present[k]);
  const Curve curve = {M, p, kappa};
  if (K == 2) leastOfTwo(&curve, w);
  else simplexMinimum(s, &curve, w);
  const double along = kappa / lengthOf(M, w, Mw, K);
  for (int k = 0; k < K; k++) s->shared[k] = mean[k] + along * w[k];
}

/// Newton's steps for K > 2.
#define BARGAIN_STEPS 14
/// 1 + cos of two gradients is taken to be no less: opposite ones have no solution.
#define LEAST_SUM 1e-6

/// b > 0 with C b = 1/b: the minimum of b' C b / 2 - sum log b, self-concordant, so that Newton's steps of 1 / (1 + decrement)
/// stay where b > 0.
static void bargain(Situation *s, const double *C, double *b) {
  const int K = s->K, width = K + 1;
  double *rows = takeNumbers(s, K * width), *slopes = takeNumbers(s, K);
  for (int k = 0; k < K; k++) b[k] = 1;
  if (K <= 2) {
    for (int k = 0; k < K; k++) b[k] = 1 / __builtin_sqrt(larger(total(C + k * K, K), LEAST_SUM));
    return;
  }
  for (int step = 0; step < BARGAIN_STEPS; step++) {
    apply(C, b, slopes, K);
    for (int i = 0; i < K; i++) {
      for (int j = 0; j < K; j++) rows[i * width + j] = C[i * K + j];
      rows[i * width + i] += 1 / (b[i] * b[i]);
      rows[i * width + K] = slopes[i] -= 1 / b[i];
    }
    solve(rows, K, 1);
    double decrement = 0;
    for (int k = 0; k < K; k++) decrement += slopes[k] * rows[k * width + K];
    const double part = 1 / (1 + __builtin_sqrt(larger(decrement, 0)));
    for (int k = 0; k < K; k++) b[k] -= part * rows[k * width + K];
  }
}

/// Nash-MTL, Navon et al. 2022, eq. 3: a > 0 with G a = 1/a. With a_k = b_k / |g_k|, C b = 1/b, C the cosines.
static void nash(Situation *s) {
  const int K = s->K;
  double *lengths = takeNumbers(s, K), *C = takeNumbers(s, K * K);
  for (int k = 0; k < K; k++) lengths[k] = __builtin_sqrt(squaredLength(s, k));
  for (int i = 0; i < K; i++)
    for (int j = 0; j < K; j++) C[i * K + j] = i == j ? 1 : s->gram[i * K + j] / (lengths[i] * lengths[j]);
  bargain(s, C, s->shared);
  for (int k = 0; k < K; k++) s->shared[k] /= lengths[k];
}

/// Newton's steps, and the part of the way to a weight of 0 that one may go.
#define FAIR_STEPS 20
#define FAIR_FARTHEST 0.95

/// FairGrad, Ban and Ji 2024: w > 0 with G w = w^(-1/alpha), the minimum of w' G w / 2 - sum w^(1 - 1/alpha) / (1 - 1/alpha).
/// w is in the units that it would have if the gradients were orthogonal: there b = 1.
static void fairgrad(Situation *s) {
  const int K = s->K, width = K + 1;
  const double power = 1 / s->method->alpha, inverse = -1 / (1 + power);
  double *M = scaledGram(s, 1), *b = takeNumbers(s, K), *slopes = takeNumbers(s, K), *rows = takeNumbers(s, K * width);
  double *units = takeNumbers(s, K), largest = 0;
  for (int k = 0; k < K; k++) {
    M[k * width] = larger(M[k * width], LEAST_SQUARE) * (1 + RIDGE);
    units[k] = powerOf(M[k * width], inverse);
    largest = larger(largest, squaredLength(s, k));
    b[k] = 1;
  }
  for (int i = 0; i < K; i++)
    for (int j = 0; j < K; j++) M[i * K + j] *= units[i] * units[j];
  for (int step = 0; step < FAIR_STEPS; step++) {
    apply(M, b, slopes, K);
    for (int i = 0; i < K; i++) {
      const double own = M[i * width] * powerOf(b[i], -power);
      for (int j = 0; j < K; j++) rows[i * width + j] = M[i * K + j];
      rows[i * width + i] += power * own / b[i];
      rows[i * width + K] = slopes[i] - own;
    }
    solve(rows, K, 1);
    double shrinks = FAIR_FARTHEST; // 1: a weight would become 0
    for (int k = 0; k < K; k++) shrinks = larger(shrinks, rows[k * width + K] / b[k]);
    for (int k = 0; k < K; k++) b[k] -= FAIR_FARTHEST / shrinks * rows[k * width + K];
  }
  const double unit = powerOf(largest, inverse);
  for (int k = 0; k < K; k++) s->shared[k] = unit * units[k] * b[k];
}

/// C b = 1, C the cosines: sum_k b_k g_k / |g_k| has the same angle with every gradient. Lengths and b are [K].
static void equalAngles(Situation *s, double *lengths, double *b) {
  const int K = s->K, width = K + 1;
  double *rows = takeNumbers(s, K * width);
  for (int k = 0; k < K; k++) lengths[k] = __builtin_sqrt(squaredLength(s, k));
  for (int i = 0; i < K; i++) {
    for (int j = 0; j < K; j++) rows[i * width + j] = s->gram[i * K + j] / (lengths[i] * lengths[j]);
    rows[i * width + i] = 1 + RIDGE;
    rows[i * width + K] = 1;
  }
  if (K > 2) solve(rows, K, 1);
  for (int k = 0; k < K; k++) b[k] = rows[k * width + K];
}

/// IMTL-G, Liu et al. 2021: those angles, by weights of sum 1.
static void imtlG(Situation *s) {
  double *lengths = takeNumbers(s, s->K), *w = takeNumbers(s, s->K), sum = 0;
  equalAngles(s, lengths, w);
  for (int k = 0; k < s->K; k++) {
    w[k] /= lengths[k];
    sum += s->present[k] * w[k];
  }
  for (int k = 0; k < s->K; k++) s->shared[k] = w[k] / (sum == 0 ? 1 : sum);
}

/// ConFIG, Liu et al. 2025: those angles, and the sum of the gradients' components along it as its length.
static void config(Situation *s) {
  double *lengths = takeNumbers(s, s->K), *b = takeNumbers(s, s->K);
  equalAngles(s, lengths, b);
  const double scale = dot(lengths, s->present, s->K) / larger(dot(b, s->present, s->K), LEAST_SQUARE);
  for (int k = 0; k < s->K; k++) s->shared[k] = scale * b[k] / lengths[k];
}

/// Added to second derivatives, in units of their trace: TorchJD's.
#define UPGRAD_RIDGE 1e-4
/// What a weight, or the derivative by it, may be below 0.
#define UPGRAD_SLACK 1e-13
/// Rounds in which all weights change sides that are on the wrong one, and after which the last of them does: that ends for
/// every positive definite matrix (Murty 1974), mostly after a few.
#define UPGRAD_BLOCKS 10
#define UPGRAD_ROUNDS 300

/// x >= 0 with M (e_i + x) >= 0, and 0 where x is above 0: the shortest e_i + x.
static void shortestAbove(const Situation *s, const double *M, int i, double *x, double *isFree, double *rows) {
  const int K = s->K, width = K + 1;
  for (int k = 0; k < K; k++) isFree[k] = 0;
  for (int round = 0; round < UPGRAD_ROUNDS; round++) {
    for (int a = 0; a < K; a++) {
      for (int b = 0; b < K; b++) rows[a * width + b] = isFree[a] * isFree[b] != 0 ? M[a * K + b] : a == b;
      rows[a * width + K] = -isFree[a] * M[a * K + i];
    }
    solve(rows, K, 1);
    for (int k = 0; k < K; k++) x[k] = rows[k * width + K];
    int wrong = -1;
    for (int k = K - 1; k >= 0; k--) {
      const double value = isFree[k] != 0 ? x[k] : dot(M + k * K, x, K) + M[k * K + i];
      if (!(value < -UPGRAD_SLACK) || (wrong >= 0 && round >= UPGRAD_BLOCKS)) continue;
      isFree[k] = 1 - isFree[k];
      wrong = k;
    }
    if (wrong < 0) break;
  }
}

/// UPGrad, Quinton and Rey 2024: the sum of the gradients, each projected onto the vectors that no gradient conflicts with.
static void upgrad(Situation *s) {
  const int K = s->K;
  double *M = takeNumbers(s, K * K), *x = takeNumbers(s, K), *isFree = takeNumbers(s, K), trace = 0;
  double *rows = takeNumbers(s, K * (K + 1));
  for (int k = 0; k < K; k++) trace += squaredLength(s, k);
  for (int i = 0; i < K * K; i++) M[i] = s->gram[i] / trace + (i % (K + 1) == 0 ? UPGRAD_RIDGE : 0);
  for (int k = 0; k < K; k++) s->shared[k] = 1;
  for (int i = 0; i < K; i++) {
    shortestAbove(s, M, i, x, isFree, rows);
    for (int k = 0; k < K; k++) s->shared[k] += larger(x[k], 0);
  }
}

/// Sweeps over all pairs for K > 2.
#define SWEEPS 8

/// One of Jacobi's rotations, of axes p and q: element (p, q) of A becomes 0.
static void rotate(double *A, double *V, int p, int q, int K) {
  const double twice = 2 * A[p * K + q], apart = A[q * K + q] - A[p * K + p];
  const double size = (apart > 0 ? apart : -apart) + __builtin_sqrt(apart * apart + twice * twice);
  const double tangent = (apart > 0 ? twice : -twice) / larger(size, LEAST_SQUARE);
  const double cosine = 1 / __builtin_sqrt(tangent * tangent + 1), sine = tangent * cosine;
  for (int k = 0; k < K; k++) {
    const double ap = A[k * K + p], aq = A[k * K + q], vp = V[k * K + p], vq = V[k * K + q];
    A[k * K + p] = cosine * ap - sine * aq;
    A[k * K + q] = sine * ap + cosine * aq;
    V[k * K + p] = cosine * vp - sine * vq;
    V[k * K + q] = sine * vp + cosine * vq;
  }
  for (int k = 0; k < K; k++) {
    const double ap = A[p * K + k], aq = A[q * K + k];
    A[p * K + k] = cosine * ap - sine * aq;
    A[q * K + k] = sine * ap + cosine * aq;
  }
}

/// float32's relative precision: the gradients have no more.
#define PRECISION 1.1920928955078125e-7

/// Aligned-MTL, Senushkin et al. 2023, Algorithm 1: sqrt(least) G V S^-1 V' (1, .., 1), without components that are rounding.
static void alignedMtl(Situation *s) {
  const int K = s->K;
  double *A = scaledGram(s, 0), *V = takeNumbers(s, K * K), largest = 0, least = __builtin_inf();
  for (int i = 0; i < K * K; i++) V[i] = i % (K + 1) == 0;
  for (int sweep = 0; sweep < (K > 2 ? SWEEPS : 1); sweep++)
    for (int q = 0; q < K; q++)
      for (int p = 0; p < q; p++) rotate(A, V, p, q, K);
  for (int i = 0; i < K; i++) largest = larger(largest, A[i * K + i]);
  const double limit = larger(largest * K * PRECISION, LEAST_SQUARE);
  for (int i = 0; i < K; i++)
    if (A[i * K + i] > limit) least = smaller(least, A[i * K + i]);
  for (int k = 0; k < K; k++) s->shared[k] = 0;
  for (int i = 0; i < K; i++) {
    if (!(A[i * K + i] > limit)) continue;
    double part = 0; // of (1, .., 1) along the component
    for (int k = 0; k < K; k++) part += V[k * K + i];
    part *= __builtin_sqrt(least / A[i * K + i]);
    for (int k = 0; k < K; k++) s->shared[k] += V[k * K + i] * part;
  }
}

/// DB-MTL, Lin et al. 2023: the means of the gradients of log L_k (kept-gradients.h), each as long as the longest.
static void dbMtl(Situation *s) {
  const int K = s->K;
  double largest = 0;
  for (int k = 0; k < K; k++) largest = larger(largest, __builtin_sqrt(squaredLength(s, k)));
  for (int k = 0; k < K; k++) s->shared[k] = largest / (__builtin_sqrt(squaredLength(s, k)) + LOSS_EPSILON);
  logWeights(s);
}

/// Weights of the tasks' gradients by their inner products; what the method learns goes a step.
static void combine(Situation *s) {
  for (int k = 0; k < s->K; k++) s->own[k] = 1;
  switch (s->method->kind) {
    case GRADNORM: gradnorm(s); break;
    case PCGRAD: pcgrad(s); break;
    case MGDA: mgda(s); break;
    case CAGRAD: cagrad(s); break;
    case NASH_MTL: nash(s); break;
    case ALIGNED_MTL: alignedMtl(s); break;
    case FAIRGRAD: fairgrad(s); break;
    case IMTL_G: imtlG(s); break;
    case CONFIG: config(s); break;
    case UPGRAD: upgrad(s); break;
    case EXCESS: excess(s); break;
    case DB_MTL: dbMtl(s); break;
    default: __builtin_trap();
  }
  keepMomentum(s, s->shared);
  if (s->method->kind != GRADNORM && s->method->kind != EXCESS) return;
  for (int k = 0; k < s->K; k++) s->own[k] = s->shared[k];
}

#ifdef __clang__
#pragma clang attribute pop
#endif
