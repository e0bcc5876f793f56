// Normals from counters: Philox 4x32-10, then Box and Muller's transform. The bits are those of src/random/philox.ts and
// normal.ts.
#pragma once
#include "simd.h"

#define PHILOX_ROUNDS 10

/// Four words of LANES counters.
typedef struct {
  U words[4];
} Words;

/// A word of LANES counters as wide numbers, of which the low halves count.
typedef struct {
  Q low, high;
} Wide;

INLINE Wide wide(U v) {
  uint32_t words[LANES];
  __builtin_memcpy(words, &v, sizeof v);
  typedef uint32_t HalfU __attribute__((vector_size(LINE / 2)));
  HalfU h[2];
  __builtin_memcpy(h, words, sizeof h);
  return (Wide){__builtin_convertvector(h[0], Q), __builtin_convertvector(h[1], Q)};
}

INLINE Q highProduct(Q *product, Q a, uint32_t multiplier) {
  *product = widened(a, splatQ(multiplier));
  return *product >> 32;
}

/// The four words of the counters (block, row, step, 0).
INLINE Words philox(U blocks, U rows, U steps, uint32_t key0, uint32_t key1) {
  Wide c0 = wide(blocks), c1 = wide(rows), c2 = wide(steps);
  Q low[4] = {c0.low, c1.low, c2.low, splatQ(0)}, high[4] = {c0.high, c1.high, c2.high, splatQ(0)};
  for (int round = 0; round < PHILOX_ROUNDS; round++) {
    Q p0, p1, r0, r1;
    Q h0 = highProduct(&p0, low[0], 0xd2511f53), h1 = highProduct(&p1, low[2], 0xcd9e8d57);
    Q i0 = highProduct(&r0, high[0], 0xd2511f53), i1 = highProduct(&r1, high[2], 0xcd9e8d57);
    low[0] = h1 ^ low[1] ^ splatQ(key0);
    low[2] = h0 ^ low[3] ^ splatQ(key1);
    low[1] = p1;
    low[3] = p0;
    high[0] = i1 ^ high[1] ^ splatQ(key0);
    high[2] = i0 ^ high[3] ^ splatQ(key1);
    high[1] = r1;
    high[3] = r0;
    key0 += 0x9e3779b9;
    key1 += 0xbb67ae85;
  }
  Words out;
  UNROLL for (int i = 0; i < 4; i++) out.words[i] = lowWords(low[i], high[i]);
  return out;
}

/// 23 bits of a word as a number in (0, 1).
INLINE F uniform23(U word) {
  return (__builtin_convertvector((I)(word >> 9), F) + 0.5f) * 1.1920928955078125e-7f;
}

/// sin(pi/2 t), t in [0, 1].
INLINE F quarterSine(F t) {
  F v = t * t;
  F p = splat(0.00015148513f);
  p = p * v + -0.0046737664f;
  p = p * v + 0.07968968f;
  p = p * v + -0.6459637f;
  p = p * v + 1.5707963f;
  return t * p;
}

/// ln u, u in (0, 1).
INLINE F logarithm(F u) {
  I exponent = ((I)u - 0x3f3504f3) >> 23;
  F m = (F)((I)u - (exponent << 23)) - 1;
  F e = __builtin_convertvector(exponent, F);
  F p = splat(-0.07865443f);
  p = p * m + 0.12879188f;
  p = p * m + -0.13125293f;
  p = p * m + 0.14181422f;
  p = p * m + -0.1662497f;
  p = p * m + 0.20002282f;
  p = p * m + -0.25000796f;
  p = p * m + 0.33333316f;
  F square = m * m;
  F tail = square * m * p + e * -0.00021219444f;
  return tail - 0.5f * square + m + e * 0.693359375f;
}

/// Two normals from two words.
INLINE void boxMuller(U word0, U word1, F normals[2]) {
  const U sign = (U){} + 0x80000000u;
  F radius = squareRoots(-2 * logarithm(uniform23(word0)));
  F t = uniform23(word1 << 2);
  normals[0] = (F)((U)(radius * quarterSine(1 - t)) ^ (word1 & sign));
  normals[1] = (F)((U)(radius * quarterSine(t)) ^ (word1 << 1 & sign));
}

/// Columns 4 block to 4 block + 3 of LANES rows.
INLINE void normalBlock(F columns[4], uint32_t block, U rows, U steps, uint32_t key0, uint32_t key1) {
  Words w = philox((U){} + block, rows, steps, key0, key1);
  boxMuller(w.words[0], w.words[1], columns);
  boxMuller(w.words[2], w.words[3], columns + 2);
}
