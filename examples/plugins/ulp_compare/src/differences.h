/* The differences: while they are found, and as an Arrow C stream. */
#ifndef DIFFERENCES_H
#define DIFFERENCES_H

#include "table.h"

/* The columns: those of all plugins, and one of this one. */
enum { KIND, LEFT_ROW, RIGHT_ROW, COLUMN, LEFT, RIGHT, ULPS, COLUMN_COUNT };

/* A column that grows. */
struct growing {
    struct bytes validity; /* A byte for each value while it grows. */
    struct bytes values;   /* Numbers, or the ends of texts. */
    struct bytes text;
    int64_t nulls;
};

struct differences {
    int64_t count;
    struct growing columns[COLUMN_COUNT];
};

/* Adds a line. Rows are counted from 0 here, and below 0 for none; texts may be NULL. Returns 0 where there is no memory. */
int differences_add(struct differences *differences, const char *kind, int64_t left_row, int64_t right_row,
                    const char *column, const struct cell *left, const struct cell *right, const uint64_t *ulps);

/* Hands them over as a stream of one batch, and leaves none. Returns 0 where there is no memory. */
int differences_to_stream(struct differences *differences, struct ArrowArrayStream *out);

/* Writes the type of the batches. Returns 0 where there is no memory. */
int differences_schema(struct ArrowSchema *out);

void differences_free(struct differences *differences);

#endif
