/* A table that ends after `compare`: what a header without `close` would have made. */
#include "hostile.h"

struct older_table {
    uint64_t size;
    uint32_t abi_major, abi_minor;
    int32_t (*open)(const csvq_host_v1 *, void **, csvq_owned_text_v1 *);
    int32_t (*describe)(void *, csvq_owned_text_v1 *, csvq_owned_text_v1 *);
    void *output_schema;
    int32_t (*compare)(void *, const csvq_host_v1 *, const csvq_job_v1 *, csvq_result_v1 *, csvq_owned_text_v1 *);
};

/* The header declares the symbol as a whole table, so this one has its name in the library alone. */
CSVQ_PLUGIN_VISIBLE const struct older_table older_plugin __asm__(
#ifdef __APPLE__
    "_"
#endif
    "csvq_plugin_v1") = {sizeof(struct older_table), 1, 0, good_open, good_describe, NULL, good_compare};
