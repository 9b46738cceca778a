#include "CKernels.h"

// Two rounded steps must stay two: what is promised to have the same bits at every level is never fused.
#pragma STDC FP_CONTRACT OFF

#define TESSERA_JOIN_(a, b) a##_##b
#define TESSERA_JOIN(a, b) TESSERA_JOIN_(a, b)
#define TESSERA_INLINE static inline __attribute__((always_inline))

// One copy of the loops for each instruction set: the bytes of its vectors, and how many of them hold rows at once.
#define LEVEL baseline
#define LEVEL_TARGET
#define LEVEL_BYTES 16
#if defined(__aarch64__)
#define LEVEL_VECTORS 4
#else
#define LEVEL_VECTORS 2
#endif
#include "kmeans_loops.h"

#if defined(__x86_64__)
#define LEVEL avx2
#define LEVEL_TARGET __attribute__((target("avx2,fma")))
#define LEVEL_BYTES 32
#define LEVEL_VECTORS 2
#include "kmeans_loops.h"

#define LEVEL avx512
#define LEVEL_TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))
#define LEVEL_BYTES 64
#define LEVEL_VECTORS 4
#include "kmeans_loops.h"

#define CALL(function, ...)                                          \
  switch (level) {                                                   \
    case tessera_level_avx512: return function##_avx512(__VA_ARGS__); \
    case tessera_level_avx2: return function##_avx2(__VA_ARGS__);     \
    default: return function##_baseline(__VA_ARGS__);                 \
  }
#else
#define CALL(function, ...) \
  (void)level;              \
  return function##_baseline(__VA_ARGS__);
#endif

void tessera_tiles_nearest(
  int level, const float *tiles, const float *squares, int64_t count, const struct tessera_centers *centers,
  int32_t *labels, float *gaps) {
  CALL(tiles_nearest, tiles, squares, count, centers, labels, gaps)
}

int64_t tessera_bounds_stale(
  int level, const float *bounds, const int32_t *labels, const float *reach, int64_t count, int32_t *stale) {
  CALL(bounds_stale, bounds, labels, reach, count, stale)
}

void tessera_squared_distances(
  int level, const double *rows, int64_t count, int64_t columns, const double *centers, const int32_t *labels,
  double scale, double *squares) {
  CALL(squared_distances, rows, count, columns, centers, labels, scale, squares)
}

void tessera_capped_sums(
  int level, const double *rows, int64_t count, int64_t columns, const double *values, const double *caps,
  const double *weights, double *sums) {
  CALL(capped_sums, rows, count, columns, values, caps, weights, sums)
}

void tessera_add_rows(
  int level, const double *rows, int64_t count, int64_t columns, const double *weights, const int32_t *labels,
  double *sums) {
  CALL(add_rows, rows, count, columns, weights, labels, sums)
}

void tessera_tiles_pack(
  int level, const double *rows, const int32_t *indices, int64_t count, int64_t columns, const double *origin,
  double scale, float *tiles, float *squares) {
  CALL(tiles_pack, rows, indices, count, columns, origin, scale, tiles, squares)
}

void tessera_column_ranges(
  int level, const double *rows, int64_t count, int64_t columns, const double *weights, double *sums, double *least,
  double *greatest) {
  CALL(column_ranges, rows, count, columns, weights, sums, least, greatest)
}

int tessera_all_within(int level, const double *values, int64_t count, double limit) {
  CALL(all_within, values, count, limit)
}
