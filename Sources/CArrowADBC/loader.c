#include "CArrowADBC.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

typedef AdbcStatusCode (*DriverInit)(int version, void *driver, struct AdbcError *error);

static DriverInit find_entry(void *library, const char *entry) {
  if (entry != NULL) return (DriverInit)dlsym(library, entry);
  DriverInit found = (DriverInit)dlsym(library, "AdbcDriverInit");
  return found != NULL ? found : (DriverInit)dlsym(library, "duckdb_adbc_init");
}

int tessera_adbc_load(
    const char *path, const char *entry, struct AdbcDriver *driver, char *message, size_t capacity) {
  memset(driver, 0, sizeof *driver);
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    snprintf(message, capacity, "%s", dlerror());
    return 1;
  }
  DriverInit init = find_entry(library, entry);
  if (init == NULL) {
    snprintf(message, capacity, "it has no entry point %s", entry != NULL ? entry : "AdbcDriverInit or duckdb_adbc_init");
    dlclose(library);
    return 2;
  }
  struct AdbcError error;
  memset(&error, 0, sizeof error);
  AdbcStatusCode status = init(TESSERA_ADBC_VERSION_1_1_0, driver, &error);
  if (status != 0) {
    // A driver of revision 1.0.0 refuses the newer table; it fills the older one, and the members it lacks stay NULL.
    if (error.release != NULL) error.release(&error);
    memset(&error, 0, sizeof error);
    memset(driver, 0, sizeof *driver);
    status = init(TESSERA_ADBC_VERSION_1_0_0, driver, &error);
  }
  if (status != 0) {
    snprintf(message, capacity, "%s", error.message != NULL ? error.message : "its entry point failed without a message");
    if (error.release != NULL) error.release(&error);
    return 3;
  }
  return 0;
}
