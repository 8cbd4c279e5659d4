/*
 * csvq_plugin.h: the interface between csvq and its plugins, version 1.0, for C99 and C++11 and later.
 *
 * A plugin is a shared library that exports one constant, `csvq_plugin_v1`: a table of functions. What passes through them
 * is fixed-width numbers, UTF-8 text with its length, and tables as Arrow C streams. This interface is frozen: a plugin
 * that was built with this header is loaded by every later csvq.
 *
 * The least there is to do:
 *
 *     #include "csvq_plugin.h"
 *
 *     CSVQ_PLUGIN_EXPORT const csvq_plugin_table_v1 csvq_plugin_v1 = {
 *         CSVQ_PLUGIN_TABLE_V1_HEAD, my_open, my_describe, NULL, my_compare, my_close};
 *
 * docs/writing-plugins.md leads through it, and examples/plugins/ulp_compare is a whole plugin in C.
 *
 * Rules for both sides
 * --------------------
 * - No C++ exception, longjmp or anything else leaves a function or callback of this interface but by its return.
 * - Functions return a CSVQ_PLUGIN_ code. A code that the reader does not know is a failure.
 * - What a function fills in ("out") is written on success alone, an error's message on failure alone. The caller passes
 *   memory that is empty; whoever was handed a csvq_owned_text_v1 or an Arrow struct releases it.
 * - Pointers that are passed are valid during the call, and no longer. None of them is NULL, unless it says so.
 * - Structs that begin with `size` may grow at their end. Whoever reads one takes the smaller of the size that it finds
 *   and the size that it knows, and holds what lies beyond for absent. All other structs never change.
 */
#ifndef CSVQ_PLUGIN_H
#define CSVQ_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------------------------- */
/* Versions and numbers                                                                                                  */
/* ------------------------------------------------------------------------------------------------------------------- */

/* The version of this interface. Another major version would have another symbol; the minor one rises when a struct grows. */
#define CSVQ_PLUGIN_ABI_MAJOR 1
#define CSVQ_PLUGIN_ABI_MINOR 0

/* What a function of the table returns. */
#define CSVQ_PLUGIN_OK 0             /* It worked. */
#define CSVQ_PLUGIN_FAILED 1         /* It failed; the message says why. */
#define CSVQ_PLUGIN_CANCELLED 2      /* It was cancelled, as the host had asked. */
#define CSVQ_PLUGIN_BAD_PARAMETERS 3 /* A parameter is wrong; the message says which. */
#define CSVQ_PLUGIN_UNSUPPORTED 4    /* It can't do this with these tables, such as for a type that it does not know. */
#define CSVQ_PLUGIN_PANICKED 5       /* The plugin contradicts itself: it caught an exception that it did not expect. */

/* How important a line of the log is. */
#define CSVQ_LEVEL_ERROR 1 /* Something failed. */
#define CSVQ_LEVEL_WARN 2  /* Something is odd, and the comparison goes on. */
#define CSVQ_LEVEL_INFO 3  /* Something that a user may want to know. */
#define CSVQ_LEVEL_DEBUG 4 /* Something that the author may want to know. */
#define CSVQ_LEVEL_TRACE 5 /* More than that. */

/* ------------------------------------------------------------------------------------------------------------------- */
/* Text                                                                                                                  */
/* ------------------------------------------------------------------------------------------------------------------- */

/* Text that is lent for the time of a call. It has no NUL at its end. */
typedef struct csvq_text_v1 {
    const char *data; /* UTF-8; may be NULL where `len` is 0. */
    uint64_t len;     /* How many bytes it has. */
} csvq_text_v1;

/*
 * Text that whoever was handed it owns, and releases. It has no NUL at its end.
 *
 * Its producer says by `release` how: a callback that frees the text and sets itself to NULL, or NULL where nothing needs
 * to be freed, such as for a string literal.
 */
typedef struct csvq_owned_text_v1 {
    const char *data;                                   /* UTF-8; may be NULL where `len` is 0. */
    uint64_t len;                                       /* How many bytes it has. */
    void (*release)(struct csvq_owned_text_v1 *text); /* May be called from any thread. */
    void *private_data;                                 /* The producer's own. */
} csvq_owned_text_v1;

/* ------------------------------------------------------------------------------------------------------------------- */
/* Tables: Arrow's C data and C stream interfaces, word for word, with Arrow's own guards                                 */
/* https://arrow.apache.org/docs/format/CDataInterface.html, https://arrow.apache.org/docs/format/CStreamInterface.html  */
/* ------------------------------------------------------------------------------------------------------------------- */

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

/* A column's name and type. */
struct ArrowSchema {
    const char *format;            /* The type, as a format string. */
    const char *name;              /* The name, or NULL. */
    const char *metadata;          /* Further keys and values, or NULL. */
    int64_t flags;                 /* Bits such as ARROW_FLAG_NULLABLE. */
    int64_t n_children;            /* How many children there are. */
    struct ArrowSchema **children; /* The children, or NULL where there are none. */
    struct ArrowSchema *dictionary; /* The type of a dictionary's values, or NULL. */
    void (*release)(struct ArrowSchema *); /* Frees what it holds, and sets itself to NULL; NULL where that was done. */
    void *private_data;            /* The producer's own. */
};

/* A column's values. */
struct ArrowArray {
    int64_t length;               /* How many values there are. */
    int64_t null_count;           /* How many of them are null, or -1 where nobody counted. */
    int64_t offset;               /* How many values of the buffers come before the first. */
    int64_t n_buffers;            /* How many buffers there are. */
    int64_t n_children;           /* How many children there are. */
    const void **buffers;         /* The buffers, as the type says. */
    struct ArrowArray **children; /* The children, or NULL where there are none. */
    struct ArrowArray *dictionary; /* The values of a dictionary, or NULL. */
    void (*release)(struct ArrowArray *); /* Frees what it holds, and sets itself to NULL; NULL where that was done. */
    void *private_data;           /* The producer's own. */
};

#endif /* ARROW_C_DATA_INTERFACE */

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

/* A table as a stream of batches. Each batch is a struct ("+s") of the table's columns. */
struct ArrowArrayStream {
    /* Writes the type of all batches. Returns 0, or an error number. */
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    /* Writes the next batch, or a released one at the end. Returns 0, or an error number. */
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    /* What the last error was: text that ends in NUL and is valid until the next call, or NULL. */
    const char *(*get_last_error)(struct ArrowArrayStream *);
    /* Frees what it holds, and sets itself to NULL; NULL where that was done, or where there is no stream. */
    void (*release)(struct ArrowArrayStream *);
    /* The producer's own. */
    void *private_data;
};

#endif /* ARROW_C_STREAM_INTERFACE */

/* ------------------------------------------------------------------------------------------------------------------- */
/* The host                                                                                                              */
/* ------------------------------------------------------------------------------------------------------------------- */

/*
 * The host's callbacks, valid during the call that they were passed to. They may be called from any thread, several at
 * once. A callback that is NULL, or that lies beyond `size`, is not offered; the functions below look after that.
 */
typedef struct csvq_host_v1 {
    uint64_t size; /* How many bytes of this struct its maker knows. */
    void *context; /* To be passed to the callbacks. */
    /* Whether the plugin should stop and return CSVQ_PLUGIN_CANCELLED: 0 for no. Ask it at least ten times a second. */
    int32_t (*is_cancelled)(void *context);
    /* Says how much of the work is done. `total` is 0 where that is not known. */
    void (*progress)(void *context, uint64_t done, uint64_t total);
    /* Writes a line to the host's log, at a CSVQ_LEVEL_. Never what is in a cell: logs outlive the data. */
    void (*log)(void *context, int32_t level, csvq_text_v1 text);
} csvq_host_v1;

/* ------------------------------------------------------------------------------------------------------------------- */
/* A comparison                                                                                                          */
/* ------------------------------------------------------------------------------------------------------------------- */

/*
 * What is to be compared.
 *
 * The plugin may move the streams out of it (copy the struct, and set `release` of the one it copied to NULL), and then
 * has to release them; the host releases what is still there after the call. Batches may be kept beyond the call: they
 * live until they are released.
 *
 * The job is a JSON object:
 *
 *     {
 *       "left_name": "old.csv", "right_name": "new.csv",
 *       "by": "key",                                      or "position", or "content"
 *       "key":     [ { "left": "id",   "right": "id" } ],     columns whose values rows find each other by
 *       "columns": [ { "left": "name", "right": "label" } ],  columns to be compared, none of the key among them
 *       "limit": 100,                                     how many rows of each kind a report shows, or null
 *       "spec": { }                                       the whole spec of the comparison
 *     }
 *
 * Later hosts may add to it: what a plugin does not know it leaves alone.
 */
typedef struct csvq_job_v1 {
    uint64_t size;                  /* How many bytes of this struct its maker knows. */
    struct ArrowArrayStream *left;  /* The left table. */
    struct ArrowArrayStream *right; /* The right table. */
    csvq_text_v1 parameters;        /* A JSON object of the parameters that the user gave; defaults are the plugin's. */
    csvq_text_v1 job;               /* The job. */
} csvq_job_v1;

/*
 * What came of a comparison. The host makes it empty, and the plugin fills it in on success. It writes nothing beyond
 * `size`, and not `size` itself.
 *
 * The outcome is a JSON object, of which only `is_equal` must be there:
 *
 *     {
 *       "is_equal": false,
 *       "summary": "one paragraph for a person",
 *       "counts": { "left_rows": 3, "right_rows": 3, "matched": 2, "unchanged": 1, "changed": 1, "added": 1,
 *                   "removed": 1, "changed_cells": 1, "left_duplicate_keys": 0, "right_duplicate_keys": 0 },
 *       "columns": [ { "name": "price", "left_name": "price", "right_name": "price", "changed": 1, "match_rate": 0.5,
 *                      "max_abs_diff": 0.05, "unparsable": 0 } ],
 *       "errors": [ ],
 *       "extra": { "anything": "else" }
 *     }
 *
 * The differences are a stream whose batches have these columns, and after them any of the plugin's own. All lines of one
 * pair of rows lie together. (A stream that has none of these columns is passed on as it is.)
 *
 *     kind       text            "added", "removed", "changed" or "unparsable"
 *     left_row   uint64 or null  a data record of the left, counted from 1; null for "added"
 *     right_row  uint64 or null  the same on the right; null for "removed"
 *     column     text or null    the column's left name; null for the row as a whole
 *     left       text or null    the left value
 *     right      text or null    the right value
 */
typedef struct csvq_result_v1 {
    uint64_t size;                        /* How many bytes of this struct its maker knows. */
    csvq_owned_text_v1 outcome;           /* The outcome. */
    struct ArrowArrayStream differences; /* The differences; left released where there are none to tell. */
} csvq_result_v1;

/* ------------------------------------------------------------------------------------------------------------------- */
/* The table                                                                                                             */
/* ------------------------------------------------------------------------------------------------------------------- */

/*
 * A plugin: the functions that a host calls. It is data that never changes.
 *
 * An instance is used from any thread, but by one at a time; a host opens several if it wants several comparisons at once.
 * `open`, `describe` and `compare` must be there.
 */
typedef struct csvq_plugin_table_v1 {
    uint64_t size;      /* How many bytes of this struct the plugin knows: sizeof(csvq_plugin_table_v1). */
    uint32_t abi_major; /* CSVQ_PLUGIN_ABI_MAJOR */
    uint32_t abi_minor; /* CSVQ_PLUGIN_ABI_MINOR */

    /* Makes an instance, which may be NULL if the plugin needs none. */
    int32_t (*open)(const csvq_host_v1 *host, void **instance, csvq_owned_text_v1 *error);

    /*
     * Says what the plugin is, the same each time: a JSON object with
     *
     *     "id"             2 to 63 of a-z, 0-9, _ and -, the first a letter or digit
     *     "display_name"   the name that people see
     *     "version"        such as "1.2.3": semver.org
     *     "author", "license", "description"
     *     "abi_version"    "1.0"
     *     "parameters"     a JSON Schema of an object
     *     "capabilities"   a list of "network", "read_files", "subprocess", "threads"
     *     "deterministic"  true if the same tables and parameters always give the same answer
     */
    int32_t (*describe)(void *instance, csvq_owned_text_v1 *description, csvq_owned_text_v1 *error);

    /* Says which columns the differences of two such tables have. The schemas are lent. May be NULL. */
    int32_t (*output_schema)(void *instance, csvq_text_v1 parameters, const struct ArrowSchema *left,
                             const struct ArrowSchema *right, struct ArrowSchema *differences,
                             csvq_owned_text_v1 *error);

    /* Compares. That the tables differ is no failure. */
    int32_t (*compare)(void *instance, const csvq_host_v1 *host, const csvq_job_v1 *job, csvq_result_v1 *result,
                       csvq_owned_text_v1 *error);

    /* Ends an instance, once. May be NULL. */
    void (*close)(void *instance);
} csvq_plugin_table_v1;

/* The first three fields of a table. */
#define CSVQ_PLUGIN_TABLE_V1_HEAD sizeof(csvq_plugin_table_v1), CSVQ_PLUGIN_ABI_MAJOR, CSVQ_PLUGIN_ABI_MINOR

/* What makes a symbol of a library visible, and in C++ keeps its name and makes it one that other files see. */
#if defined(_WIN32)
#define CSVQ_PLUGIN_VISIBLE __declspec(dllexport)
#elif defined(__GNUC__)
#define CSVQ_PLUGIN_VISIBLE __attribute__((visibility("default")))
#else
#define CSVQ_PLUGIN_VISIBLE
#endif
#ifdef __cplusplus
#define CSVQ_PLUGIN_EXPORT extern "C" CSVQ_PLUGIN_VISIBLE
#else
#define CSVQ_PLUGIN_EXPORT CSVQ_PLUGIN_VISIBLE
#endif

/* The symbol that a plugin defines. */
extern CSVQ_PLUGIN_VISIBLE const csvq_plugin_table_v1 csvq_plugin_v1;

/* ------------------------------------------------------------------------------------------------------------------- */
/* Small helpers, which keep the rules about sizes and missing callbacks                                                  */
/* ------------------------------------------------------------------------------------------------------------------- */

/* Whether a host has a callback, as far as its maker knew of it. */
#define CSVQ_HOST_HAS(host, field) \
    ((host) != NULL && (host)->size >= offsetof(csvq_host_v1, field) + sizeof((host)->field) && (host)->field != NULL)

/* Whether the comparison should stop. */
static inline int csvq_host_is_cancelled(const csvq_host_v1 *host) {
    return CSVQ_HOST_HAS(host, is_cancelled) && host->is_cancelled(host->context) != 0;
}

/* Says how much is done. */
static inline void csvq_host_progress(const csvq_host_v1 *host, uint64_t done, uint64_t total) {
    if (CSVQ_HOST_HAS(host, progress)) {
        host->progress(host->context, done, total);
    }
}

/* Writes `len` bytes of text to the log. */
static inline void csvq_host_log(const csvq_host_v1 *host, int32_t level, const char *text, uint64_t len) {
    if (CSVQ_HOST_HAS(host, log)) {
        csvq_text_v1 line;
        line.data = text;
        line.len = len;
        host->log(host->context, level, line);
    }
}

/* Hands over text that is never freed, such as a string literal. */
static inline void csvq_owned_text_set_static(csvq_owned_text_v1 *out, const char *text, uint64_t len) {
    out->data = text;
    out->len = len;
    out->release = NULL;
    out->private_data = NULL;
}

#ifdef __cplusplus
}
#endif

#endif /* CSVQ_PLUGIN_H */
