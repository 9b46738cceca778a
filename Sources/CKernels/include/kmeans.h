#pragma once
// The nearest of k centres for many rows, in single precision with a bound on its rounding; and distances in double.

#include <stdint.h>

/// Rows in one tile: column after column, the value of each of the tile's rows side by side.
enum { tessera_tile_rows = 64 };

/// Centres that are compared at once; the packed centres are laid out in groups of so many, the last one smaller.
enum { tessera_center_group = 5 };

/// Rounds `count` rows of `columns` doubles to tiles of floats and says how long each is.
///
/// `rows` is row-major; row i is `rows + indices[i] * columns`, or row i itself when `indices` is null. When `origin`
/// is not null, (value - origin) * scale is what goes into the tile. The last tile is filled up with zeros. `squares`
/// gets the squared length of each row, for every place of every tile.
void tessera_tiles_pack(
  int level, const double *rows, const int32_t *indices, int64_t count, int64_t columns, const double *origin,
  double scale, float *tiles, float *squares);

/// Centres as the kernel reads them.
struct tessera_centers {
  /// k and d.
  int64_t count, columns;
  /// Group after group of centres; in each, column after column, the group's values side by side.
  const float *values;
  /// -|c|^2/2 of each centre, raised by its share of the rounding.
  const float *offsets;
  /// What the rounding of the winner's score may come to, in squared distance, but for the row's share.
  const float *slack;
  /// The row's share of the rounding: times its squared length, and an absolute part.
  float rowSlack, absoluteSlack;
};

/// The nearest centre of every row of `count` tiles, at `level`.
///
/// `gaps` gets a lower bound of the second least distance less the least: where it is above 0 the label is proven;
/// elsewhere (0, below, or not a number) the label is a guess.
void tessera_tiles_nearest(
  int level, const float *tiles, const float *squares, int64_t count, const struct tessera_centers *centers,
  int32_t *labels, float *gaps);

/// Collects the i below `count` with not (bounds[i] > reach[labels[i]]); returns how many. `stale` needs room for all.
int64_t tessera_bounds_stale(
  int level, const float *bounds, const int32_t *labels, const float *reach, int64_t count, int32_t *stale);

/// The squared distance of each of `count` rows to one centre: row i of `rows` to `centers + labels[i] * columns`, or
/// to `centers` itself when `labels` is null, in units of 1 / `scale`.
///
/// Eight running sums added in a fixed order, without fused operations: the same bits at every level.
void tessera_squared_distances(
  int level, const double *rows, int64_t count, int64_t columns, const double *centers, const int32_t *labels,
  double scale, double *squares);

/// sums[c] += the sum over `count` rows of weight x the lesser of the row's cap and its squared distance to candidate
/// c, for `candidates` (at most 8) of them: `values` holds, column after column, eight candidates side by side.
///
/// Column after column and row after row without fused operations: the same bits at every level.
void tessera_capped_sums(
  int level, const double *rows, int64_t count, int64_t columns, const double *values, const double *caps,
  const double *weights, double *sums);

/// Adds weight x row to the sum of its label (each of `columns`), row after row, without fused operations: the same
/// bits at every level.
void tessera_add_rows(
  int level, const double *rows, int64_t count, int64_t columns, const double *weights, const int32_t *labels,
  double *sums);

/// Of every column: adds weight x value of `count` rows to `sums`, and widens `least` ... `greatest` to hold the values.
///
/// Row after row without fused operations: the same bits at every level.
void tessera_column_ranges(
  int level, const double *rows, int64_t count, int64_t columns, const double *weights, double *sums, double *least,
  double *greatest);

/// Whether the magnitude of every one of `count` values is at most `limit`; false for what is not a number.
int tessera_all_within(int level, const double *values, int64_t count, double limit);
