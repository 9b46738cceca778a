#include "CArrowADBC.h"

#include <dlfcn.h>

// zlib is asked for at run time: it is on every machine, but its header is not.
typedef void *(*OpenFile)(const char *path, const char *mode);
typedef int (*ReadFile)(void *file, void *buffer, unsigned length);
typedef int (*CloseFile)(void *file);

int tessera_gzip_check(const char *path) {
  void *library = dlopen("libz.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) library = dlopen("libz.1.dylib", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return 2;
  int outcome = 2;
  OpenFile open_file = (OpenFile)dlsym(library, "gzopen");
  ReadFile read_file = (ReadFile)dlsym(library, "gzread");
  CloseFile close_file = (CloseFile)dlsym(library, "gzclose");
  if (open_file != NULL && read_file != NULL && close_file != NULL) {
    void *file = open_file(path, "rb");
    if (file != NULL) {
      char buffer[1 << 16];
      int read;
      do read = read_file(file, buffer, sizeof buffer);
      while (read > 0);
      // A file that is cut off reads to its end like a whole one; only closing it tells.
      int closed = close_file(file);
      outcome = read < 0 || closed != 0 ? 1 : 0;
    }
  }
  dlclose(library);
  return outcome;
}
