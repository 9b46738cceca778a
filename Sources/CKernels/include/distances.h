#pragma once
#include <stdint.h>
// Distances between rows, added up by group, on rows packed in tiles of eight as gaussian.h has them. Lanes are rows,
// steps are rounded one by one and never fused: the same bits at every level, and of plain code in the same order.

/// Adds to sums[g * tiles * 8 + i], for each row i of `tiles` tiles (`columns` x 8 each, the last read whole) and each
/// row j of `rows` (count x columns, row-major), the distance |x_i - x_j| times weights[j]; g is each of the `labelings`
/// groups groups[j * labelings ...] of j. Sums grow in the order of j. `sums` is aligned to 64 bytes.
///
/// Distances come from differences, so equal rows are at 0 and near ones lose no digits.
void tessera_group_distances(
  int level, const double *packed, int64_t tiles, const double *rows, const double *weights, const int32_t *groups,
  int64_t count, int64_t columns, int64_t labelings, double *sums);
