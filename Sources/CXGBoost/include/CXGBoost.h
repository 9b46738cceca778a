#pragma once
// XGBoost's C interface, the part that is used, as a table of functions filled from the library when it is first needed.
//
// Declared here as the library's own header does (XGBoost 1.6 and later), so that building needs no XGBoost and running
// needs it only for boosted trees.
#include <stddef.h>
#include <stdint.h>

typedef void *TesseraXGBoostHandle;

struct TesseraXGBoost {
  void (*version)(int *major, int *minor, int *patch);
  const char *(*last_error)(void);
  int (*matrix_create)(
      const float *data, uint64_t rows, uint64_t columns, float missing, TesseraXGBoostHandle *matrix, int threads);
  int (*matrix_set_floats)(TesseraXGBoostHandle matrix, const char *field, const float *values, uint64_t count);
  int (*matrix_free)(TesseraXGBoostHandle matrix);
  int (*booster_create)(const TesseraXGBoostHandle matrices[], uint64_t count, TesseraXGBoostHandle *booster);
  int (*booster_free)(TesseraXGBoostHandle booster);
  int (*booster_set)(TesseraXGBoostHandle booster, const char *name, const char *value);
  int (*booster_update)(TesseraXGBoostHandle booster, int iteration, TesseraXGBoostHandle matrix);
  int (*booster_evaluate)(
      TesseraXGBoostHandle booster, int iteration, TesseraXGBoostHandle matrices[], const char *names[], uint64_t count,
      const char **result);
  int (*booster_predict)(
      TesseraXGBoostHandle booster, TesseraXGBoostHandle matrix, const char *config, const uint64_t **shape,
      uint64_t *dimensions, const float **result);
  int (*booster_save)(TesseraXGBoostHandle booster, const char *config, uint64_t *length, const char **bytes);
  int (*booster_load)(TesseraXGBoostHandle booster, const void *bytes, uint64_t length);
};

/// Loads the library at `path` and fills `functions`; 0, or else 1 with the reason in `message` of `capacity` bytes.
///
/// The threads of the library are told to sleep when they wait rather than to spin, unless the environment says otherwise.
int tessera_xgboost_load(const char *path, struct TesseraXGBoost *functions, char *message, size_t capacity);
