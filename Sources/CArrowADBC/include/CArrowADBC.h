#pragma once
// The two interfaces Tessera meets every engine through, declared from their published specifications:
//   the Arrow C data interface and C stream interface   https://arrow.apache.org/docs/format/CDataInterface.html
//   Arrow Database Connectivity (ADBC), revision 1.1.0   https://arrow.apache.org/adbc/
// The layouts are a binary contract with libraries loaded at run time: never reorder a member.

#include <stddef.h>
#include <stdint.h>

// MARK: Arrow

#define TESSERA_ARROW_FLAG_NULLABLE 2

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
  int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
  const char *(*get_last_error)(struct ArrowArrayStream *);
  void (*release)(struct ArrowArrayStream *);
  void *private_data;
};

// MARK: ADBC

#define TESSERA_ADBC_VERSION_1_0_0 1000000
#define TESSERA_ADBC_VERSION_1_1_0 1001000

typedef uint8_t AdbcStatusCode;  // 0 is success

struct AdbcDriver;

struct AdbcError {
  char *message;
  int32_t vendor_code;
  char sqlstate[5];
  void (*release)(struct AdbcError *);
  // Read and written by drivers only when vendor_code is INT32_MIN (revision 1.1.0).
  void *private_data;
  struct AdbcDriver *private_driver;
};

struct AdbcErrorDetail {
  const char *key;
  const uint8_t *value;
  size_t value_length;
};

struct AdbcDatabase {
  void *private_data;
  struct AdbcDriver *private_driver;
};

struct AdbcConnection {
  void *private_data;
  struct AdbcDriver *private_driver;
};

struct AdbcStatement {
  void *private_data;
  struct AdbcDriver *private_driver;
};

struct AdbcPartitions {
  size_t num_partitions;
  const uint8_t **partitions;
  const size_t *partition_lengths;
  void *private_data;
  void (*release)(struct AdbcPartitions *);
};

// The table of functions that a driver fills. Members Tessera never calls keep their place as plain pointers.
typedef void (*AdbcUnused)(void);

struct AdbcDriver {
  void *private_data;
  void *private_manager;
  AdbcStatusCode (*release)(struct AdbcDriver *, struct AdbcError *);

  AdbcStatusCode (*DatabaseInit)(struct AdbcDatabase *, struct AdbcError *);
  AdbcStatusCode (*DatabaseNew)(struct AdbcDatabase *, struct AdbcError *);
  AdbcStatusCode (*DatabaseSetOption)(struct AdbcDatabase *, const char *, const char *, struct AdbcError *);
  AdbcStatusCode (*DatabaseRelease)(struct AdbcDatabase *, struct AdbcError *);

  AdbcUnused ConnectionCommit;
  AdbcUnused ConnectionGetInfo;
  AdbcUnused ConnectionGetObjects;
  AdbcUnused ConnectionGetTableSchema;
  AdbcUnused ConnectionGetTableTypes;
  AdbcStatusCode (*ConnectionInit)(struct AdbcConnection *, struct AdbcDatabase *, struct AdbcError *);
  AdbcStatusCode (*ConnectionNew)(struct AdbcConnection *, struct AdbcError *);
  AdbcStatusCode (*ConnectionSetOption)(struct AdbcConnection *, const char *, const char *, struct AdbcError *);
  AdbcUnused ConnectionReadPartition;
  AdbcStatusCode (*ConnectionRelease)(struct AdbcConnection *, struct AdbcError *);
  AdbcUnused ConnectionRollback;

  AdbcUnused StatementBind;
  AdbcStatusCode (*StatementBindStream)(struct AdbcStatement *, struct ArrowArrayStream *, struct AdbcError *);
  AdbcStatusCode (*StatementExecuteQuery)(
      struct AdbcStatement *, struct ArrowArrayStream *, int64_t *rows_affected, struct AdbcError *);
  AdbcUnused StatementExecutePartitions;
  AdbcUnused StatementGetParameterSchema;
  AdbcStatusCode (*StatementNew)(struct AdbcConnection *, struct AdbcStatement *, struct AdbcError *);
  AdbcUnused StatementPrepare;
  AdbcStatusCode (*StatementRelease)(struct AdbcStatement *, struct AdbcError *);
  AdbcStatusCode (*StatementSetOption)(struct AdbcStatement *, const char *, const char *, struct AdbcError *);
  AdbcStatusCode (*StatementSetSqlQuery)(struct AdbcStatement *, const char *, struct AdbcError *);
  AdbcUnused StatementSetSubstraitPlan;

  // Revision 1.1.0.
  AdbcUnused ErrorGetDetailCount;
  AdbcUnused ErrorGetDetail;
  AdbcUnused ErrorFromArrayStream;
  AdbcUnused DatabaseGetOption;
  AdbcUnused DatabaseGetOptionBytes;
  AdbcUnused DatabaseGetOptionDouble;
  AdbcUnused DatabaseGetOptionInt;
  AdbcUnused DatabaseSetOptionBytes;
  AdbcUnused DatabaseSetOptionDouble;
  AdbcUnused DatabaseSetOptionInt;
  AdbcStatusCode (*ConnectionCancel)(struct AdbcConnection *, struct AdbcError *);
  AdbcUnused ConnectionGetOption;
  AdbcUnused ConnectionGetOptionBytes;
  AdbcUnused ConnectionGetOptionDouble;
  AdbcUnused ConnectionGetOptionInt;
  AdbcUnused ConnectionGetStatistics;
  AdbcUnused ConnectionGetStatisticNames;
  AdbcUnused ConnectionSetOptionBytes;
  AdbcUnused ConnectionSetOptionDouble;
  AdbcUnused ConnectionSetOptionInt;
  AdbcUnused StatementCancel;
  AdbcUnused StatementExecuteSchema;
  AdbcUnused StatementGetOption;
  AdbcUnused StatementGetOptionBytes;
  AdbcUnused StatementGetOptionDouble;
  AdbcUnused StatementGetOptionInt;
  AdbcUnused StatementSetOptionBytes;
  AdbcUnused StatementSetOptionDouble;
  AdbcUnused StatementSetOptionInt;
};

// MARK: Loading

// Loads the shared library at `path` and lets its entry point fill `driver` (zeroed first).
//
// `entry` names the entry point; NULL tries `AdbcDriverInit`, then `duckdb_adbc_init`.
// Returns 0, or 1 when the library cannot be loaded, 2 when it has no such entry point, 3 when the entry point refuses;
// then `message` (of `capacity` bytes) says why. The library stays loaded for the life of the process: drivers start
// threads that outlive any handle of ours.
int tessera_adbc_load(
    const char *path, const char *entry, struct AdbcDriver *driver, char *message, size_t capacity);

// MARK: Compressed files

// Whether the gzip file at `path` is whole, by its own lengths and checksums: 0 it is, 1 it is damaged or cut off,
// 2 that cannot be told here. Reads it all.
int tessera_gzip_check(const char *path);
