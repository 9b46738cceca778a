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
typedef float NAME(floats8) __attribute__((ext_vector_type(8)));
typedef float NAME(loose_floats8) __attribute__((ext_vector_type(8), aligned(4)));
#define floats NAME(floats)
#define ints NAME(ints)
#define doubles8 NAME(doubles8)
#define floats8 NAME(floats8)

// Rows against columns of eight by eight: row r, column c goes to row c, column r.
LEVEL_TARGET TESSERA_INLINE void NAME(transpose)(floats8 rows[8]) {
  floats8 a[8], b[8];
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

LEVEL_TARGET static void NAME(tiles_pack)(
  const double *rows, const int32_t *indices, int64_t count, int64_t columns, const double *origin, double scale,
  float *tiles, float *squares) {
  for (int64_t first = 0; first < count; first += 8) {
    float *tile = tiles + first / tessera_tile_rows * tessera_tile_rows * columns + first % tessera_tile_rows;
    const double *row[8];
    // Places beyond the last row repeat it and are never read.
    for (int r = 0; r < 8; r++) {
      int64_t place = first + r < count ? first + r : count - 1;
      row[r] = rows + (indices ? indices[place] : place) * columns;
    }
    doubles8 square = (doubles8)(0.0);
    int64_t c = 0;
    for (; c + 8 <= columns; c += 8) {
      floats8 block[8];
#pragma clang loop unroll(full)
      for (int r = 0; r < 8; r++) {
        doubles8 values = *(const NAME(loose_doubles8) *)(row[r] + c);
        if (origin) values = (values - *(const NAME(loose_doubles8) *)(origin + c)) * scale;
        block[r] = __builtin_convertvector(values, floats8);
      }
      NAME(transpose)(block);
#pragma clang loop unroll(full)
      for (int j = 0; j < 8; j++) {
        *(NAME(loose_floats8) *)(tile + (c + j) * tessera_tile_rows) = block[j];
        doubles8 values = __builtin_convertvector(block[j], doubles8);
        square += values * values;
      }
    }
    for (; c < columns; c++)
      for (int r = 0; r < 8; r++) {
        float value = (float)(origin ? (row[r][c] - origin[c]) * scale : row[r][c]);
        tile[c * tessera_tile_rows + r] = value;
        square[r] += (double)value * value;
      }
    *(NAME(loose_floats8) *)(squares + first) = __builtin_convertvector(square, floats8);
  }
  // The rest of the last tile: zeros.
  for (int64_t place = (count + 7) & ~(int64_t)7; place % tessera_tile_rows; place++) {
    float *tile = tiles + place / tessera_tile_rows * tessera_tile_rows * columns + place % tessera_tile_rows;
    for (int64_t c = 0; c < columns; c++) tile[c * tessera_tile_rows] = 0;
    squares[place] = 0;
  }
}

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
    // The rows after these are fetched while these are compared, a share with each group of centres.
    int64_t next = place + LANES * LEVEL_VECTORS < count * tessera_tile_rows ? place + LANES * LEVEL_VECTORS : place;
    const float *ahead = tiles + next / tessera_tile_rows * tessera_tile_rows * columns + next % tessera_tile_rows;
    int64_t share = columns * tessera_center_group / k + 1, fetched = 0;
    for (; j + tessera_center_group <= k; j += tessera_center_group) {
      for (int64_t end = fetched + share < columns ? fetched + share : columns; fetched < end; fetched++)
#pragma clang loop unroll(full)
        for (int lane = 0; lane < LANES * LEVEL_VECTORS; lane += 16)
          __builtin_prefetch(ahead + fetched * tessera_tile_rows + lane);
      NAME(compare)(
        tessera_center_group, rows, centers->values + j * columns, centers->offsets + j, (int32_t)j, columns,
        &winners);
    }
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

LEVEL_TARGET static void NAME(column_ranges)(
  const double *rows, int64_t count, int64_t columns, const double *weights, double *sums, double *least,
  double *greatest) {
  int64_t whole = columns & ~(int64_t)7;
  for (int64_t c = 0; c < whole; c += 8) {
    doubles8 sum = *(const NAME(loose_doubles8) *)(sums + c);
    doubles8 low = *(const NAME(loose_doubles8) *)(least + c), high = *(const NAME(loose_doubles8) *)(greatest + c);
    for (int64_t i = 0; i < count; i++) {
      doubles8 x = *(const NAME(loose_doubles8) *)(rows + i * columns + c);
      sum += x * weights[i];
      low = x < low ? x : low;
      high = x > high ? x : high;
    }
    *(NAME(loose_doubles8) *)(sums + c) = sum;
    *(NAME(loose_doubles8) *)(least + c) = low;
    *(NAME(loose_doubles8) *)(greatest + c) = high;
  }
  for (int64_t c = whole; c < columns; c++)
    for (int64_t i = 0; i < count; i++) {
      double x = rows[i * columns + c];
      sums[c] += x * weights[i];
      if (x < least[c]) least[c] = x;
      if (x > greatest[c]) greatest[c] = x;
    }
}

LEVEL_TARGET static int NAME(all_within)(const double *values, int64_t count, double limit) {
  int64_t beyond = 0;
  for (int64_t i = 0; i < count; i++) beyond += !(__builtin_fabs(values[i]) <= limit);
  return beyond == 0;
}

#undef floats
#undef ints
#undef doubles8
#undef floats8
#undef LANES
#undef NAME
#undef LEVEL
#undef LEVEL_TARGET
#undef LEVEL_BYTES
#undef LEVEL_VECTORS
