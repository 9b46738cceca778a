// Included by kmeans.c once for each instruction set, with LEVEL, LEVEL_TARGET, LEVEL_BYTES and LEVEL_VECTORS defined.
// Vector extensions of the compiler stand for whatever registers the level has; they need no intrinsics.

#define NAME(stem) TESSERA_JOIN(stem, LEVEL)
#define LANES (LEVEL_BYTES / 4)

typedef float NAME(floats) __attribute__((ext_vector_type(LANES)));
typedef int32_t NAME(ints) __attribute__((ext_vector_type(LANES)));
// As loaded from places that are not aligned to the vector.
typedef float NAME(loose_floats) __attribute__((ext_vector_type(LANES), aligned(4)));
typedef int32_t NAME(loose_ints) __attribute__((ext_vector_type(LANES), aligned(4)));
typedef double NAME(doubles8) __attribute__((ext_vector_type(8)));
typedef double NAME(loose_doubles8) __attribute__((ext_vector_type(8), aligned(8)));
#define floats NAME(floats)
#define ints NAME(ints)
#define doubles8 NAME(doubles8)

// The best and second-best score so far of the rows in hand, and whose the best is.
struct NAME(winners) {
  floats best[LEVEL_VECTORS], second[LEVEL_VECTORS];
  ints label[LEVEL_VECTORS];
};

// Compares `width` centres, a constant once inlined, with LEVEL_VECTORS vectors of rows: the scores stay in registers.
LEVEL_TARGET TESSERA_INLINE void NAME(compare)(
  int width, const float *rows, const float *values, const float *offsets, int32_t first, int64_t columns,
  struct NAME(winners) *winners) {
#pragma STDC FP_CONTRACT ON
  floats scores[tessera_center_group][LEVEL_VECTORS];
#pragma clang loop unroll(full)
  for (int j = 0; j < width; j++)
#pragma clang loop unroll(full)
    for (int v = 0; v < LEVEL_VECTORS; v++) scores[j][v] = (floats)(offsets[j]);
  for (int64_t c = 0; c < columns; c++) {
    floats x[LEVEL_VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < LEVEL_VECTORS; v++)
      x[v] = *(const NAME(loose_floats) *)(rows + c * tessera_tile_rows + v * LANES);
#pragma clang loop unroll(full)
    for (int j = 0; j < width; j++) {
      floats center = (floats)(values[c * width + j]);
#pragma clang loop unroll(full)
      for (int v = 0; v < LEVEL_VECTORS; v++) scores[j][v] += x[v] * center;
    }
  }
#pragma clang loop unroll(full)
  for (int j = 0; j < width; j++)
#pragma clang loop unroll(full)
    for (int v = 0; v < LEVEL_VECTORS; v++) {
      floats score = scores[j][v], best = winners->best[v];
      ints is_better = score > best;
      floats lesser = score < best ? score : best;
      winners->second[v] = lesser > winners->second[v] ? lesser : winners->second[v];
      winners->best[v] = is_better ? score : best;
      winners->label[v] = is_better ? (ints)(first + j) : winners->label[v];
    }
}

LEVEL_TARGET static void NAME(tiles_nearest)(
  const float *tiles, const float *squares, int64_t count, const struct tessera_centers *centers, int32_t *labels,
  float *gaps) {
  int64_t k = centers->count, columns = centers->columns;
  for (int64_t place = 0; place < count * tessera_tile_rows; place += LANES * LEVEL_VECTORS) {
    const float *rows =
      tiles + place / tessera_tile_rows * tessera_tile_rows * columns + place % tessera_tile_rows;
    struct NAME(winners) winners;
#pragma clang loop unroll(full)
    for (int v = 0; v < LEVEL_VECTORS; v++) {
      winners.best[v] = winners.second[v] = (floats)(-__builtin_inff());
      winners.label[v] = (ints)(0);
    }
    int64_t j = 0;
    for (; j + tessera_center_group <= k; j += tessera_center_group)
      NAME(compare)(
        tessera_center_group, rows, centers->values + j * columns, centers->offsets + j, (int32_t)j, columns,
        &winners);
    const float *values = centers->values + j * columns, *offsets = centers->offsets + j;
    switch (k - j) {
      case 4: NAME(compare)(4, rows, values, offsets, (int32_t)j, columns, &winners); break;
      case 3: NAME(compare)(3, rows, values, offsets, (int32_t)j, columns, &winners); break;
      case 2: NAME(compare)(2, rows, values, offsets, (int32_t)j, columns, &winners); break;
      case 1: NAME(compare)(1, rows, values, offsets, (int32_t)j, columns, &winners); break;
      default: break;
    }
#pragma clang loop unroll(full)
    for (int v = 0; v < LEVEL_VECTORS; v++) {
      int64_t at = place + v * LANES;
      floats square = *(const NAME(loose_floats) *)(squares + at);
      floats slack = square * centers->rowSlack + centers->absoluteSlack;
      floats own;
      for (int lane = 0; lane < LANES; lane++) own[lane] = centers->slack[winners.label[v][lane]];
      floats least = square - 2 * winners.best[v] + own + slack;
      floats next = square - 2 * winners.second[v] - slack;
      least = least > 0 ? least : 0;
      next = next > 0 ? next : 0;
      // The margins cover the rounding of these few steps themselves.
      floats gap = __builtin_elementwise_sqrt(next) * (1 - 0x1p-20f) - __builtin_elementwise_sqrt(least) * (1 + 0x1p-20f);
      *(NAME(loose_floats) *)(gaps + at) = gap;
      *(NAME(loose_ints) *)(labels + at) = winners.label[v];
    }
  }
}

LEVEL_TARGET static int64_t NAME(bounds_stale)(
  const float *bounds, const int32_t *labels, const float *reach, int64_t count, int32_t *stale) {
  int64_t found = 0;
  for (int64_t i = 0; i < count; i++) {
    stale[found] = (int32_t)i;
    found += !(bounds[i] > reach[labels[i]]);
  }
  return found;
}

LEVEL_TARGET static void NAME(squared_distances)(
  const double *rows, int64_t count, int64_t columns, const double *centers, const int32_t *labels, double scale,
  double *squares) {
  int64_t whole = columns & ~(int64_t)7;
  for (int64_t i = 0; i < count; i++) {
    const double *x = rows + i * columns, *center = labels ? centers + labels[i] * columns : centers;
    doubles8 sums = (doubles8)(0.0);
    for (int64_t c = 0; c < whole; c += 8) {
      doubles8 difference =
        (*(const NAME(loose_doubles8) *)(x + c) - *(const NAME(loose_doubles8) *)(center + c)) * scale;
      sums += difference * difference;
    }
    __attribute__((ext_vector_type(4))) double halves = sums.lo + sums.hi;
    __attribute__((ext_vector_type(2))) double quarters = halves.lo + halves.hi;
    double total = quarters.x + quarters.y;
    for (int64_t c = whole; c < columns; c++) {
      double difference = (x[c] - center[c]) * scale;
      total += difference * difference;
    }
    squares[i] = total;
  }
}

LEVEL_TARGET static void NAME(capped_sums)(
  const double *rows, int64_t count, int64_t columns, const double *values, const double *caps, const double *weights,
  double *sums) {
  doubles8 totals = *(const NAME(loose_doubles8) *)sums;
  for (int64_t i = 0; i < count; i++) {
    const double *x = rows + i * columns;
    doubles8 squares = (doubles8)(0.0);
    for (int64_t c = 0; c < columns; c++) {
      doubles8 difference = (doubles8)(x[c]) - *(const NAME(loose_doubles8) *)(values + c * 8);
      squares += difference * difference;
    }
    doubles8 cap = (doubles8)(caps[i]);
    squares = squares < cap ? squares : cap;
    totals += squares * weights[i];
  }
  *(NAME(loose_doubles8) *)sums = totals;
}

LEVEL_TARGET static void NAME(add_rows)(
  const double *rows, int64_t count, int64_t columns, const double *weights, const int32_t *labels, double *sums) {
  int64_t whole = columns & ~(int64_t)7;
  for (int64_t i = 0; i < count; i++) {
    const double *x = rows + i * columns;
    double weight = weights[i], *sum = sums + labels[i] * columns;
    for (int64_t c = 0; c < whole; c += 8)
      *(NAME(loose_doubles8) *)(sum + c) += *(const NAME(loose_doubles8) *)(x + c) * weight;
    for (int64_t c = whole; c < columns; c++) sum[c] += x[c] * weight;
  }
}

#undef floats
#undef ints
#undef doubles8
#undef LANES
#undef NAME
#undef LEVEL
#undef LEVEL_TARGET
#undef LEVEL_BYTES
#undef LEVEL_VECTORS
