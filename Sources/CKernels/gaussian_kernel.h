// Included by gaussian.c once for each instruction set, with
//   NAME(f)  the name of f for it
//   LANES    doubles in a vector
//   GROUP    vectors of rows that share one load of a factor
//   TALL     rows of a register tile of factors or of cross products
//   WIDE     columns of a register tile of cross products

#define vec NAME(vector)
#define ivec NAME(integers)
// Aligned as doubles: loads and stores may stand anywhere.
typedef double vec __attribute__((vector_size(8 * LANES)));
typedef double NAME(unaligned) __attribute__((vector_size(8 * LANES), aligned(8)));
typedef long long ivec __attribute__((vector_size(8 * LANES)));

#define LOAD(p) ((vec) * (const NAME(unaligned) *)(p))
#define STORE(p, x) (*(NAME(unaligned) *)(p) = (x))
#define INLINE static inline __attribute__((always_inline))

INLINE vec NAME(all)(double x) { return x - (vec){0}; }

// Where the vector of rows number v of a block stands, for column 0; columns follow at distances of TILE.
INLINE const double *NAME(place)(const double *tiles, long d, long v) {
  const long row = v * LANES;
  return tiles + row / TILE * TILE * d + row % TILE;
}

// |L^-1 t|^2 for `group` vectors of rows; t (d x group) is laid down at `t`.
INLINE void NAME(squares)(const double *tiles, long d, long first, int group, const double *mean, const double *factor,
                          double *t, vec *square) {
  for (int g = 0; g < group; g++) {
    const double *x = NAME(place)(tiles, d, first + g);
    for (long i = 0; i < d; i++) STORE(t + (i * group + g) * LANES, LOAD(x + i * TILE) - NAME(all)(mean[i]));
    square[g] = (vec){0};
  }
  long i = 0;
  for (; i + TALL <= d; i += TALL) {
    vec y[TALL][GROUP];
    const double *row[TALL];
    for (int a = 0; a < TALL; a++) {
      row[a] = factor + (i + a) * (i + a + 1) / 2;
      for (int g = 0; g < group; g++) y[a][g] = (vec){0};
    }
    for (long l = 0; l < i; l++)
      for (int a = 0; a < TALL; a++)
        for (int g = 0; g < group; g++) y[a][g] += NAME(all)(row[a][l]) * LOAD(t + (l * group + g) * LANES);
    for (int a = 0; a < TALL; a++)
      for (int l = 0; l <= a; l++)
        for (int g = 0; g < group; g++)
          y[a][g] += NAME(all)(row[a][i + l]) * LOAD(t + ((i + l) * group + g) * LANES);
    for (int a = 0; a < TALL; a++)
      for (int g = 0; g < group; g++) square[g] += y[a][g] * y[a][g];
  }
  for (; i < d; i++) {
    const double *row = factor + i * (i + 1) / 2;
    vec y[GROUP];
    for (int g = 0; g < group; g++) y[g] = (vec){0};
    for (long l = 0; l <= i; l++)
      for (int g = 0; g < group; g++) y[g] += NAME(all)(row[l]) * LOAD(t + (l * group + g) * LANES);
    for (int g = 0; g < group; g++) square[g] += y[g] * y[g];
  }
}

INLINE void NAME(diagonal_squares)(const double *tiles, long d, long first, int group, const double *mean,
                                   const double *factor, vec *square) {
  for (int g = 0; g < group; g++) square[g] = (vec){0};
  for (long i = 0; i < d; i++)
    for (int g = 0; g < group; g++) {
      const vec y = (LOAD(NAME(place)(tiles, d, first + g) + i * TILE) - NAME(all)(mean[i])) * NAME(all)(factor[i]);
      square[g] += y * y;
    }
}

INLINE void NAME(group_densities)(const double *tiles, long count, long d, long k, int diagonal, const double *means,
                                  const double *factors, const double *constants, double *out, long stride,
                                  double *scratch, long first, int group) {
  const long factorCount = diagonal ? d : d * (d + 1) / 2;
  for (long j = 0; j < k; j++) {
    vec square[GROUP];
    if (diagonal)
      NAME(diagonal_squares)(tiles, d, first, group, means + j * d, factors + j * factorCount, square);
    else
      NAME(squares)(tiles, d, first, group, means + j * d, factors + j * factorCount, scratch, square);
    for (int g = 0; g < group; g++) {
      const long row = (first + g) * LANES;
      const vec density = NAME(all)(constants[j]) - NAME(all)(0.5) * square[g];
      double *target = out + j * stride + row;
      if (row + LANES <= count)
        STORE(target, LOAD(target) + density);
      else
        for (long lane = 0; lane < count - row; lane++) target[lane] += density[lane];
    }
  }
}

static void NAME(densities)(const double *tiles, long count, long d, long k, int diagonal, const double *means,
                            const double *factors, const double *constants, double *out, long stride,
                            double *scratch) {
  const long vectors = (count + LANES - 1) / LANES;
  long v = 0;
  for (; v + GROUP <= vectors; v += GROUP)
    NAME(group_densities)(tiles, count, d, k, diagonal, means, factors, constants, out, stride, scratch, v, GROUP);
  for (; v < vectors; v++)
    NAME(group_densities)(tiles, count, d, k, diagonal, means, factors, constants, out, stride, scratch, v, 1);
}

// The lower triangle of sum r t t' over `vectors` vectors of rows; t and w = r t are d x vectors, padded with zeros to
// a multiple of 4 columns.
INLINE void NAME(cross)(const double *t, const double *w, long d, long vectors, double *sums) {
  for (long i = 0; i < d; i += TALL)
    for (long l = 0; l < i + TALL && l < d; l += WIDE) {
      vec total[TALL][WIDE];
      for (int a = 0; a < TALL; a++)
        for (int b = 0; b < WIDE; b++) total[a][b] = (vec){0};
      for (long v = 0; v < vectors; v++) {
        vec right[WIDE];
        for (int b = 0; b < WIDE; b++) right[b] = LOAD(t + ((l + b) * vectors + v) * LANES);
        for (int a = 0; a < TALL; a++) {
          const vec left = LOAD(w + ((i + a) * vectors + v) * LANES);
          for (int b = 0; b < WIDE; b++) total[a][b] += left * right[b];
        }
      }
      for (int a = 0; a < TALL; a++)
        for (int b = 0; b < WIDE; b++)
          if (i + a < d && l + b <= i + a) {
            double *target = sums + ((i + a) * (i + a + 1) / 2 + l + b) * TILE;
            STORE(target, LOAD(target) + total[a][b]);
          }
    }
}

static void NAME(sums)(const double *tiles, long count, long d, long k, int diagonal, const double *means,
                       const double *responsibilities, long stride, double *sums, double *scratch) {
  const long size = d + (diagonal ? d : d * (d + 1) / 2);
  double *t = scratch, *w = scratch + padded(d) * CHUNK;
  for (long first = 0; first < count; first += CHUNK) {
    const long rows = count - first < CHUNK ? count - first : CHUNK;
    const long vectors = (rows + LANES - 1) / LANES;
    memset(t + d * vectors * LANES, 0, sizeof(double) * (padded(d) - d) * vectors * LANES);
    memset(w + d * vectors * LANES, 0, sizeof(double) * (padded(d) - d) * vectors * LANES);
    for (long j = 0; j < k; j++) {
      double *own = sums + j * size * TILE;
      vec r[CHUNK / LANES];
      ivec any = {0};
      for (long v = 0; v < vectors; v++) {
        const double *source = responsibilities + j * stride + first + v * LANES;
        r[v] = (vec){0};
        if ((v + 1) * LANES <= rows)
          r[v] = LOAD(source);
        else
          for (long lane = 0; lane < rows - v * LANES; lane++) r[v][lane] = source[lane];
        any |= r[v] != 0;
      }
      long long some = 0;
      for (int lane = 0; lane < LANES; lane++) some |= any[lane];
      if (!some) continue;
      for (long i = 0; i < d; i++) {
        const vec mean = NAME(all)(means[j * d + i]);
        vec total = {0}, square = {0};
        for (long v = 0; v < vectors; v++) {
          const vec deviation = LOAD(NAME(place)(tiles, d, first / LANES + v) + i * TILE) - mean;
          const vec weighted = r[v] * deviation;
          total += weighted;
          if (diagonal) {
            square += weighted * deviation;
          } else {
            STORE(t + (i * vectors + v) * LANES, deviation);
            STORE(w + (i * vectors + v) * LANES, weighted);
          }
        }
        STORE(own + i * TILE, LOAD(own + i * TILE) + total);
        if (diagonal) STORE(own + (d + i) * TILE, LOAD(own + (d + i) * TILE) + square);
      }
      if (!diagonal) NAME(cross)(t, w, d, vectors, own + d * TILE);
    }
  }
}

// e^x for x <= 0; 0 below -708.
INLINE vec NAME(exponential)(vec x) {
  const ivec tiny = x < NAME(all)(-708.0);
  // Adding 1.5 * 2^52 rounds to a whole number, which then stands in the low bits.
  const vec magic = NAME(all)(0x1.8p52);
  const vec shifted = x * NAME(all)(0x1.71547652b82fep0) + magic;
  const vec n = shifted - magic;
  const vec r = (x - n * NAME(all)(0x1.62e42fefa0000p-1)) - n * NAME(all)(0x1.cf79abc9e3b3ap-40);
  vec p = NAME(all)(1.0 / 6227020800.0);
  p = p * r + NAME(all)(1.0 / 479001600.0);
  p = p * r + NAME(all)(1.0 / 39916800.0);
  p = p * r + NAME(all)(1.0 / 3628800.0);
  p = p * r + NAME(all)(1.0 / 362880.0);
  p = p * r + NAME(all)(1.0 / 40320.0);
  p = p * r + NAME(all)(1.0 / 5040.0);
  p = p * r + NAME(all)(1.0 / 720.0);
  p = p * r + NAME(all)(1.0 / 120.0);
  p = p * r + NAME(all)(1.0 / 24.0);
  p = p * r + NAME(all)(1.0 / 6.0);
  p = p * r + NAME(all)(0.5);
  p = p * r + NAME(all)(1.0);
  p = p * r + NAME(all)(1.0);
  const vec power = (vec)(((ivec)shifted << 52) + (ivec)NAME(all)(1.0));
  return (vec)(~tiny & (ivec)(p * power));
}

static double NAME(responsibilities)(double *values, long stride, long count, long k, const double *weights,
                                     double least, double *totals, double *scratch) {
  double sum = 0;
  vec *total = (vec *)scratch;
  for (long j = 0; j < k; j++) total[j] = (vec){0};
  for (long row = 0; row < count; row += LANES) {
    const long lanes = count - row < LANES ? count - row : LANES;
    double tail[LANES];
    vec greatest = NAME(all)(least);
#define VALUE(j)                                                                                                       \
  (lanes == LANES ? LOAD(values + (j) * stride + row)                                                                  \
                  : (memset(tail, 0, sizeof tail),                                                                     \
                     memcpy(tail, values + (j) * stride + row, sizeof(double) * lanes), LOAD(tail)))
    for (long j = 0; j < k; j++) {
      const vec value = VALUE(j);
      const ivec more = value > greatest;
      greatest = (vec)((more & (ivec)value) | (~more & (ivec)greatest));
    }
    vec mass = {0};
    for (long j = 0; j < k; j++) {
      const vec e = NAME(exponential)(VALUE(j) - greatest);
      mass += e;
      if (lanes == LANES) {
        STORE(values + j * stride + row, e);
      } else {
        STORE(tail, e);
        memcpy(values + j * stride + row, tail, sizeof(double) * lanes);
      }
    }
    double factor[LANES] = {0};
    for (long lane = 0; lane < lanes; lane++) {
      const double weight = weights[row + lane];
      if (mass[lane] > 0 && greatest[lane] > least) {
        sum += weight * (greatest[lane] + log(mass[lane]));
        factor[lane] = weight / mass[lane];
      } else {
        sum += weight * least;
        for (long j = 0; j < k; j++) values[j * stride + row + lane] = 1;
        factor[lane] = weight / (double)k;
      }
    }
    const vec share = LOAD(factor);
    for (long j = 0; j < k; j++) {
      const vec r = VALUE(j) * share;
      total[j] += r;
      if (lanes == LANES) {
        STORE(values + j * stride + row, r);
      } else {
        STORE(tail, r);
        memcpy(values + j * stride + row, tail, sizeof(double) * lanes);
      }
    }
#undef VALUE
  }
  for (long j = 0; j < k; j++)
    for (int lane = 0; lane < LANES; lane++) totals[j] += total[j][lane];
  return sum;
}

#undef vec
#undef ivec
#undef LOAD
#undef STORE
#undef INLINE
#undef NAME
#undef LANES
#undef GROUP
#undef TALL
#undef WIDE
