/* What every part needs: failures, and memory that grows. */
#ifndef BASE_H
#define BASE_H

#include <stddef.h>
#include <stdint.h>

#include "csvq_plugin.h"

/* Why something failed: a code of csvq_plugin.h, and a message that never holds what is in a cell. */
struct failure {
    int32_t code;
    char message[512];
};

/* Says why, and returns the code. The first reason stays. */
int32_t fail(struct failure *failure, int32_t code, const char *format, ...);

/* CSVQ_PLUGIN_CANCELLED where the host asked for that. */
int32_t heed(const csvq_host_v1 *host, struct failure *failure);

/* Bytes that grow. */
struct bytes {
    char *data;
    size_t len;
    size_t capacity;
};

/* Appends. Returns 0 where there is no memory. */
int bytes_add(struct bytes *bytes, const void *data, size_t len);

/* Appends formatted text. Returns 0 where there is no memory. */
int bytes_print(struct bytes *bytes, const char *format, ...);

/* Appends text in quotes, as JSON has it. Returns 0 where there is no memory. */
int bytes_add_json(struct bytes *bytes, const char *text, size_t len);

void bytes_free(struct bytes *bytes);

/* calloc, where nothing wanted is something got, and too much is nothing. */
void *make(size_t count, size_t size);

#endif
