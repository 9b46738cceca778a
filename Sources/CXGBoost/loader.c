#include "CXGBoost.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int tessera_xgboost_load(const char *path, struct TesseraXGBoost *functions, char *message, size_t capacity) {
  memset(functions, 0, sizeof *functions);
  // Read by OpenMP when it is loaded, which happens with the library; 0 leaves a user's own setting.
  setenv("OMP_WAIT_POLICY", "passive", 0);
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    snprintf(message, capacity, "%s", dlerror());
    return 1;
  }
  struct {
    const char *name;
    void **entry;
  } wanted[] = {
      {"XGBoostVersion", (void **)&functions->version},
      {"XGBGetLastError", (void **)&functions->last_error},
      {"XGDMatrixCreateFromMat_omp", (void **)&functions->matrix_create},
      {"XGDMatrixSetFloatInfo", (void **)&functions->matrix_set_floats},
      {"XGDMatrixFree", (void **)&functions->matrix_free},
      {"XGBoosterCreate", (void **)&functions->booster_create},
      {"XGBoosterFree", (void **)&functions->booster_free},
      {"XGBoosterSetParam", (void **)&functions->booster_set},
      {"XGBoosterUpdateOneIter", (void **)&functions->booster_update},
      {"XGBoosterEvalOneIter", (void **)&functions->booster_evaluate},
      {"XGBoosterPredictFromDMatrix", (void **)&functions->booster_predict},
      {"XGBoosterSaveModelToBuffer", (void **)&functions->booster_save},
      {"XGBoosterLoadModelFromBuffer", (void **)&functions->booster_load},
  };
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    *wanted[i].entry = dlsym(library, wanted[i].name);
    if (*wanted[i].entry == NULL) {
      snprintf(message, capacity, "it has no function %s; version 1.6 or later is needed", wanted[i].name);
      return 1;
    }
  }
  return 0;
}
