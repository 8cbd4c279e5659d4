/* Tables out of Arrow C streams, cell by cell. */
#ifndef TABLE_H
#define TABLE_H

#include "base.h"

struct table {
    struct ArrowSchema schema;
    struct ArrowArray *batches;
    int64_t *ends; /* The row after each batch. */
    size_t count;
    int64_t rows;
};

/* Reads all of a stream. What was read is freed by table_free, in any case. */
int32_t table_read(struct table *table, const char *side, struct ArrowArrayStream *stream, const csvq_host_v1 *host,
                   struct failure *failure);

void table_free(struct table *table);

struct column {
    const struct table *table;
    int64_t index;
    const char *format; /* The type, as a format string of Arrow. */
};

/* A column by its name. Fails where there is none, or its type is not known here. */
int32_t table_column(const struct table *table, const char *side, const char *name, struct column *column,
                     struct failure *failure);

/* A value. Numbers are written to `written`, so a cell is not copied. */
struct cell {
    int is_null;
    int is_float; /* Whether `number` is there: the value of a column of floating-point numbers. */
    double number;
    const char *text;
    size_t len;
    char written[40];
};

void column_cell(const struct column *column, int64_t row, struct cell *cell);

/* Whether two cells hold the same, as text. */
int cell_same(const struct cell *one, const struct cell *other);

#endif
