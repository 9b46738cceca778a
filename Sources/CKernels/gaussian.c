#include "CKernels.h"
#include <math.h>
#include <string.h>

// Rows of one tile.
#define TILE 8
// Rows whose deviations from a mean are kept at once by the sums: they stay in the first-level cache.
#define CHUNK 64

static long padded(long d) { return (d + 3) / 4 * 4; }

long tessera_gaussian_scratch(long d) { return 2 * padded(d) * CHUNK; }

// Vectors of 2 doubles: SSE2, NEON.
#define NAME(f) f##_baseline
#define LANES 2
#define GROUP 4
#define TALL 2
#define WIDE 2
#include "gaussian_kernel.h"

#if defined(__x86_64__)

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(f) f##_avx2
#define LANES 4
#define GROUP 2
#define TALL 4
#define WIDE 2
#include "gaussian_kernel.h"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), apply_to = function)
#define NAME(f) f##_avx512
#define LANES 8
#define GROUP 4
#define TALL 4
#define WIDE 4
#include "gaussian_kernel.h"
#pragma clang attribute pop

#define DISPATCH(f, ...)                                                                                               \
  (level >= tessera_level_avx512 ? f##_avx512(__VA_ARGS__)                                                             \
   : level == tessera_level_avx2 ? f##_avx2(__VA_ARGS__)                                                               \
                                 : f##_baseline(__VA_ARGS__))
#else
#define DISPATCH(f, ...) f##_baseline(__VA_ARGS__)
#endif

void tessera_gaussian_log_densities(int level, const double *tiles, long count, long d, long k, int diagonal,
                                    const double *means, const double *factors, const double *constants, double *out,
                                    long stride, double *scratch) {
  (void)level;
  DISPATCH(densities, tiles, count, d, k, diagonal, means, factors, constants, out, stride, scratch);
}

void tessera_gaussian_sums(int level, const double *tiles, long count, long d, long k, int diagonal,
                           const double *means, const double *responsibilities, long stride, double *sums,
                           double *scratch) {
  (void)level;
  DISPATCH(sums, tiles, count, d, k, diagonal, means, responsibilities, stride, sums, scratch);
}

double tessera_responsibilities(int level, double *values, long stride, long count, long k, const double *weights,
                                double least, double *totals, double *scratch) {
  (void)level;
  return DISPATCH(responsibilities, values, stride, count, k, weights, least, totals, scratch);
}
