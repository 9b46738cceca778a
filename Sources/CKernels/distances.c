#include "CKernels.h"

// Two rounded steps must stay two: what is promised to have the same bits at every level is never fused.
#pragma STDC FP_CONTRACT OFF

typedef double doubles8 __attribute__((ext_vector_type(8)));
typedef double loose_doubles8 __attribute__((ext_vector_type(8), aligned(8)));

#define INLINE static inline __attribute__((always_inline))

// Eight by eight: row r, column c goes to row c, column r.
INLINE void transpose(doubles8 *rows) {
  doubles8 a[8], b[8];
#pragma clang loop unroll(full)
  for (int r = 0; r < 8; r += 2) {
    a[r] = __builtin_shufflevector(rows[r], rows[r + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    a[r + 1] = __builtin_shufflevector(rows[r], rows[r + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
#pragma clang loop unroll(full)
  for (int half = 0; half < 8; half += 4)
#pragma clang loop unroll(full)
  for (int r = half; r < half + 2; r++) {
    b[r] = __builtin_shufflevector(a[r], a[r + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    b[r + 2] = __builtin_shufflevector(a[r], a[r + 2], 2, 3, 10, 11, 6, 7, 14, 15);
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < 4; r++) {
    rows[r] = __builtin_shufflevector(b[r], b[r + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    rows[r + 4] = __builtin_shufflevector(b[r], b[r + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

// What eight rows, whose distances to the eight of `sums` are given, add to the sums of these.
INLINE void add(
  const doubles8 *distances, const double *weights, const int32_t *groups, int64_t labelings, double *sums) {
#pragma clang loop unroll(full)
  for (int r = 0; r < 8; r++) {
    doubles8 weighted = distances[r] * weights[r];
    for (int64_t l = 0; l < labelings; l++) *(doubles8 *)(sums + groups[r * labelings + l] * 8) += weighted;
  }
}

// The distances of eight rows of `a`, the lanes, to each of eight of `b`, `step` of these at once: their squares stay in
// registers.
INLINE void distances(int step, const double *a, const double *b, int64_t columns, doubles8 *result) {
#pragma clang loop unroll(full)
  for (int first = 0; first < 8; first += step) {
    doubles8 squares[8];
#pragma clang loop unroll(full)
    for (int r = 0; r < step; r++) squares[r] = (doubles8)(0.0);
    for (int64_t c = 0; c < columns; c++) {
      doubles8 x = *(const loose_doubles8 *)(a + c * 8);
#pragma clang loop unroll(full)
      for (int r = 0; r < step; r++) {
        doubles8 difference = x - (doubles8)(b[c * 8 + first + r]);
        squares[r] += difference * difference;
      }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < step; r++) result[first + r] = __builtin_elementwise_sqrt(squares[r]);
  }
}

// The compiler lays vectors of eight into whatever registers the function that this is inlined into may use.
INLINE void all(
  int step, const struct tessera_grouped_tiles *a, const struct tessera_grouped_tiles *b, int64_t columns,
  int64_t labelings, int64_t width) {
  int same = a->packed == b->packed;
  for (int64_t i = 0; i < a->tiles; i++)
    for (int64_t j = same ? i : 0; j < b->tiles; j++) {
      doubles8 met[8];
      distances(step, a->packed + i * columns * 8, b->packed + j * columns * 8, columns, met);
      add(met, b->weights + j * 8, b->groups + j * 8 * labelings, labelings, a->sums + i * width * 8);
      if (same && i == j) continue;
      transpose(met);
      add(met, a->weights + i * 8, a->groups + i * 8 * labelings, labelings, b->sums + j * width * 8);
    }
}

#define VERSION(level, step, ...)                                                                            \
  __VA_ARGS__ static void group_distances_##level(                                                           \
    const struct tessera_grouped_tiles *a, const struct tessera_grouped_tiles *b, int64_t columns,           \
    int64_t labelings, int64_t width) {                                                                      \
    if (labelings == 1)                                                                                      \
      all(step, a, b, columns, 1, width);                                                                    \
    else                                                                                                     \
      all(step, a, b, columns, labelings, width);                                                            \
  }

VERSION(baseline, 2)
#if defined(__x86_64__)
VERSION(avx2, 4, __attribute__((target("avx2,fma"))))
VERSION(avx512, 8, __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))))
#endif

void tessera_group_distances(
  int level, const struct tessera_grouped_tiles *a, const struct tessera_grouped_tiles *b, int64_t columns,
  int64_t labelings, int64_t width) {
#if defined(__x86_64__)
  if (level >= tessera_level_avx512) return group_distances_avx512(a, b, columns, labelings, width);
  if (level == tessera_level_avx2) return group_distances_avx2(a, b, columns, labelings, width);
#endif
  (void)level;
  group_distances_baseline(a, b, columns, labelings, width);
}
