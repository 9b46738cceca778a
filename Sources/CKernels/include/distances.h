#pragma once
#include <stdint.h>
// Distances between rows, added up by group, on rows packed in tiles of eight as gaussian.h has them. Lanes are rows,
// steps are rounded one by one and never fused: the same bits at every level, and of plain code in the same order.

/// Tiles of rows (`columns` x 8 each), with the weight of each row (0 where the last tile has none), its groups
/// (`labelings` of them, row by row, each below `width`) and its sums: for each tile `width` x 8, aligned to 64 bytes.
struct tessera_grouped_tiles {
  const double *packed;
  const double *weights;
  const int32_t *groups;
  double *sums;
  int64_t tiles;
};

/// For every row i of `a` and j of `b`, adds |x_i - x_j| times j's weight to i's sums of j's groups, and times i's
/// weight to j's sums of i's groups; the rows of `a` in order to those of `b`, and the other way round. When `a` and `b`
/// are the same tiles, each pair is met once all the same.
///
/// Distances come from differences, so equal rows are at 0 and near ones lose no digits.
void tessera_group_distances(
  int level, const struct tessera_grouped_tiles *a, const struct tessera_grouped_tiles *b, int64_t columns,
  int64_t labelings, int64_t width);
