// Normals from counters: Philox 4x32-10, then Box and Muller's transform. The bits are those of src/random/philox.ts and
// normal.ts.
#pragma once
#include "words.h"

#define PHILOX_ROUNDS 10

/// Four words of LANES counters.
typedef struct {
  U words[4];
} Words;

/// The four words of the counters (blocks[i], row, step, 0), COUNT chains of rounds side by side.
INLINE void philox(const int COUNT, Words out[COUNT], const U blocks[COUNT], U rows, U steps, uint32_t key0,
                   uint32_t key1) {
  Wide c[2][4];
  UNROLL for (int i = 0; i < COUNT; i++) {
    c[i][0] = wide(blocks[i]);
    c[i][1] = wide(rows);
    c[i][2] = wide(steps);
    c[i][3] = wide((U){});
  }
  const Factor factor0 = FACTOR(0xd2511f53), factor1 = FACTOR(0xcd9e8d57);
  const Factor weyl0 = FACTOR(0x9e3779b9), weyl1 = FACTOR(0xbb67ae85);
  Factor k0 = factorOf(key0), k1 = factorOf(key1);
  for (int round = 0; round < PHILOX_ROUNDS; round++, k0 += weyl0, k1 += weyl1) {
    UNROLL for (int i = 0; i < COUNT; i++) {
      Wide low0, low1, high0 = product(&low0, c[i][0], factor0), high1 = product(&low1, c[i][2], factor1);
      c[i][0] = mixed(high1, c[i][1], k0);
      c[i][2] = mixed(high0, c[i][3], k1);
      c[i][1] = low1;
      c[i][3] = low0;
    }
  }
  UNROLL for (int i = 0; i < COUNT; i++) UNROLL for (int j = 0; j < 4; j++) out[i].words[j] = words(c[i][j]);
}

/// 23 bits of a word as a number in (0, 1).
INLINE F uniform23(U word) {
  return (__builtin_convertvector((I)(word >> 9), F) + CONSTANT(0.5f)) * CONSTANT(1.1920928955078125e-7f);
}

/// sin(pi/2 t), t in [0, 1].
INLINE F quarterSine(F t) {
  F v = t * t;
  F p = CONSTANT(0.00015148513f);
  p = p * v + CONSTANT(-0.0046737664f);
  p = p * v + CONSTANT(0.07968968f);
  p = p * v + CONSTANT(-0.6459637f);
  p = p * v + CONSTANT(1.5707963f);
  return t * p;
}

/// ln u, u in (0, 1).
INLINE F logarithm(F u) {
  I exponent = ((I)u - (I)CONSTANT(0.70710678f)) >> 23;
  F m = (F)((I)u - (exponent << 23)) - CONSTANT(1);
  F e = __builtin_convertvector(exponent, F);
  F p = CONSTANT(-0.07865443f);
  p = p * m + CONSTANT(0.12879188f);
  p = p * m + CONSTANT(-0.13125293f);
  p = p * m + CONSTANT(0.14181422f);
  p = p * m + CONSTANT(-0.1662497f);
  p = p * m + CONSTANT(0.20002282f);
  p = p * m + CONSTANT(-0.25000796f);
  p = p * m + CONSTANT(0.33333316f);
  F square = m * m;
  F tail = square * m * p + e * CONSTANT(-0.00021219444f);
  return tail - CONSTANT(0.5f) * square + m + e * CONSTANT(0.693359375f);
}

/// Two normals from two words.
INLINE void boxMuller(U word0, U word1, F normals[2]) {
  const U sign = (U)CONSTANT(-0.0f);
  F radius = squareRoots(CONSTANT(-2) * logarithm(uniform23(word0)));
  F t = uniform23(word1 << 2);
  normals[0] = (F)((U)(radius * quarterSine(CONSTANT(1) - t)) ^ (word1 & sign));
  normals[1] = (F)((U)(radius * quarterSine(t)) ^ (word1 << 1 & sign));
}

/// COUNT blocks of four columns of LANES rows, from `block` on.
INLINE void normalBlocks(const int COUNT, F columns[4 * COUNT], uint32_t block, U rows, U steps, uint32_t key0,
                         uint32_t key1) {
  Words drawn[2];
  U blocks[2];
  UNROLL for (int i = 0; i < COUNT; i++) blocks[i] = (U){} + (block + (uint32_t)i);
  philox(COUNT, drawn, blocks, rows, steps, key0, key1);
  UNROLL for (int i = 0; i < COUNT; i++) {
    boxMuller(drawn[i].words[0], drawn[i].words[1], columns + 4 * i);
    boxMuller(drawn[i].words[2], drawn[i].words[3], columns + 4 * i + 2);
  }
}
