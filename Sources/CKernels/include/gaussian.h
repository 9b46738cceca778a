#pragma once
// Gaussian mixtures on rows packed in tiles of eight: element (row i, column j) is at ((i / 8) * d + j) * 8 + i % 8.
// Lanes are rows, so what a row gets depends on that row alone.

/// Adds to out[j * stride + i], for `count` rows i from the start of `tiles` and `k` components j, the log-density
/// constants[j] - |L_j^-1 (x_i - mean_j)|^2 / 2.
///
/// `means` is k x d; `factors` holds for each component the rows of L^-1 up to the diagonal, one after another, or
/// only its diagonal (d) when `diagonal`. The last tile is read whole. `scratch` holds tessera_gaussian_scratch(d).
void tessera_gaussian_log_densities(int level, const double *tiles, long count, long d, long k, int diagonal,
                                    const double *means, const double *factors, const double *constants, double *out,
                                    long stride, double *scratch);

/// Adds to `sums`, for each component, the sums over the rows of r t_i (d) and r t_i t_l (l <= i, row by row; only
/// l = i when `diagonal`), t being the row less the mean and r = responsibilities[j * stride + i].
///
/// Each sum stands in eight lanes that are to be added up in the end. `scratch` as above.
void tessera_gaussian_sums(int level, const double *tiles, long count, long d, long k, int diagonal,
                           const double *means, const double *responsibilities, long stride, double *sums,
                           double *scratch);

/// The doubles of scratch that the functions above need, aligned to 64 bytes.
long tessera_gaussian_scratch(long d);

/// Replaces values[j * stride + i] = log(share_j density_j(x_i)) by the responsibility of component j for row i times
/// weights[i], adds their sums to totals[j], and returns the sum over rows of weight times log-density.
///
/// exp is a polynomial of degree 13 after reduction by ln 2, within two units in the last place; below e^-708 it is 0.
/// A row whose greatest value is below `least` is shared evenly, and `least` stands for its log-density. `scratch`
/// holds 8 k doubles, aligned to 64 bytes.
double tessera_responsibilities(int level, double *values, long stride, long count, long k, const double *weights,
                                double least, double *totals, double *scratch);
