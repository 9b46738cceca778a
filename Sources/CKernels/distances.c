#include "CKernels.h"

// Two rounded steps must stay two: what is promised to have the same bits at every level is never fused.
#pragma STDC FP_CONTRACT OFF

typedef double doubles8 __attribute__((ext_vector_type(8)));
typedef double loose_doubles8 __attribute__((ext_vector_type(8), aligned(8)));

#define INLINE static inline __attribute__((always_inline))

// `width` tiles, a constant once inlined, against all rows: their squares stay in registers.
INLINE void some_tiles(
  int width, const double *packed, int64_t stride, const double *rows, const double *weights, const int32_t *groups,
  int64_t count, int64_t columns, int64_t labelings, double *sums) {
  for (int64_t j = 0; j < count; j++) {
    const double *row = rows + j * columns;
    doubles8 distances[4];
#pragma clang loop unroll(full)
    for (int t = 0; t < width; t++) distances[t] = (doubles8)(0.0);
    for (int64_t c = 0; c < columns; c++)
#pragma clang loop unroll(full)
      for (int t = 0; t < width; t++) {
        doubles8 difference = *(const loose_doubles8 *)(packed + (t * columns + c) * 8) - (doubles8)(row[c]);
        distances[t] += difference * difference;
      }
#pragma clang loop unroll(full)
    for (int t = 0; t < width; t++) distances[t] = __builtin_elementwise_sqrt(distances[t]) * weights[j];
    for (int64_t l = 0; l < labelings; l++) {
      double *sum = sums + groups[j * labelings + l] * stride;
#pragma clang loop unroll(full)
      for (int t = 0; t < width; t++) *(doubles8 *)(sum + t * 8) += distances[t];
    }
  }
}

// Each pair is met twice, once from either row: meeting it once would take sums across lanes, which cost what it saves.
// The compiler lays vectors of eight into whatever registers the function that this is inlined into may use.
INLINE void all_tiles(
  int width, const double *packed, int64_t tiles, const double *rows, const double *weights, const int32_t *groups,
  int64_t count, int64_t columns, int64_t labelings, double *sums) {
  int64_t tile = 0;
  for (; tile + width <= tiles; tile += width)
    some_tiles(
      width, packed + tile * columns * 8, tiles * 8, rows, weights, groups, count, columns, labelings,
      sums + tile * 8);
  for (; tile < tiles; tile++)
    some_tiles(
      1, packed + tile * columns * 8, tiles * 8, rows, weights, groups, count, columns, labelings, sums + tile * 8);
}

#define VERSION(level, width, ...)                                                                                \
  __VA_ARGS__ static void group_distances_##level(                                                                \
    const double *packed, int64_t tiles, const double *rows, const double *weights, const int32_t *groups,        \
    int64_t count, int64_t columns, int64_t labelings, double *sums) {                                            \
    all_tiles(width, packed, tiles, rows, weights, groups, count, columns, labelings, sums);                      \
  }

VERSION(baseline, 1)
#if defined(__x86_64__)
VERSION(avx2, 2, __attribute__((target("avx2,fma"))))
VERSION(avx512, 4, __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))))
#endif

void tessera_group_distances(
  int level, const double *packed, int64_t tiles, const double *rows, const double *weights, const int32_t *groups,
  int64_t count, int64_t columns, int64_t labelings, double *sums) {
#if defined(__x86_64__)
  if (level >= tessera_level_avx512)
    return group_distances_avx512(packed, tiles, rows, weights, groups, count, columns, labelings, sums);
  if (level == tessera_level_avx2)
    return group_distances_avx2(packed, tiles, rows, weights, groups, count, columns, labelings, sums);
#endif
  (void)level;
  group_distances_baseline(packed, tiles, rows, weights, groups, count, columns, labelings, sums);
}
