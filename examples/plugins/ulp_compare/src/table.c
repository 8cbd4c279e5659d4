#include "table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Types that are known: text with offsets of 32 and 64 bits and as views, whole numbers, floating-point numbers. */
static const char *const FORMATS[] = {"u", "U", "vu", "c", "C", "s", "S", "i", "I", "l", "L", "f", "g"};

/* A text as Arrow's views have it: in place where it is short, else a place in one of the buffers. */
struct view {
    int32_t len;
    union {
        char here[12];
        struct {
            char prefix[4];
            int32_t buffer;
            int32_t offset;
        } there;
    } at;
};

static int32_t stream_failed(struct ArrowArrayStream *stream, const char *side, struct failure *failure) {
    const char *message = stream->get_last_error != NULL ? stream->get_last_error(stream) : NULL;
    return fail(failure, CSVQ_PLUGIN_FAILED, "the %s table can't be read: %s", side, message != NULL ? message : "?");
}

int32_t table_read(struct table *table, const char *side, struct ArrowArrayStream *stream, const csvq_host_v1 *host,
                   struct failure *failure) {
    if (stream == NULL || stream->release == NULL) {
        return fail(failure, CSVQ_PLUGIN_FAILED, "the host passed no %s table", side);
    }
    if (stream->get_schema(stream, &table->schema) != 0) {
        return stream_failed(stream, side, failure);
    }
    for (size_t capacity = 0;; table->count++) {
        if (heed(host, failure) != CSVQ_PLUGIN_OK) {
            return failure->code;
        }
        if (table->count == capacity) {
            capacity = capacity * 2 + 8;
            struct ArrowArray *batches = realloc(table->batches, capacity * sizeof *batches);
            table->batches = batches != NULL ? batches : table->batches;
            int64_t *ends = realloc(table->ends, capacity * sizeof *ends);
            table->ends = ends != NULL ? ends : table->ends;
            if (batches == NULL || ends == NULL) {
                return fail(failure, CSVQ_PLUGIN_FAILED, "there is no memory for the %s table", side);
            }
        }
        struct ArrowArray *batch = &table->batches[table->count];
        memset(batch, 0, sizeof *batch);
        if (stream->get_next(stream, batch) != 0) {
            return stream_failed(stream, side, failure);
        }
        if (batch->release == NULL) {
            return CSVQ_PLUGIN_OK;
        }
        table->rows += batch->length;
        table->ends[table->count] = table->rows;
    }
}

void table_free(struct table *table) {
    for (size_t at = 0; at < table->count; at++) {
        table->batches[at].release(&table->batches[at]);
    }
    free(table->batches);
    free(table->ends);
    if (table->schema.release != NULL) {
        table->schema.release(&table->schema);
    }
    memset(table, 0, sizeof *table);
}

int32_t table_column(const struct table *table, const char *side, const char *name, struct column *column,
                     struct failure *failure) {
    for (int64_t at = 0; at < table->schema.n_children; at++) {
        const struct ArrowSchema *child = table->schema.children[at];
        if (child->name == NULL || strcmp(child->name, name) != 0) {
            continue;
        }
        column->table = table;
        column->index = at;
        column->format = child->format;
        for (size_t known = 0; known < sizeof FORMATS / sizeof *FORMATS; known++) {
            if (child->dictionary == NULL && strcmp(child->format, FORMATS[known]) == 0) {
                return CSVQ_PLUGIN_OK;
            }
        }
        return fail(failure, CSVQ_PLUGIN_UNSUPPORTED,
                    "column `%s` of the %s table holds neither text nor numbers; leave it out", name, side);
    }
    return fail(failure, CSVQ_PLUGIN_FAILED, "the %s table has no column `%s`", side, name);
}

/* The batch that holds a row. */
static size_t batch_of(const struct table *table, int64_t row) {
    size_t from = 0, to = table->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (table->ends[middle] <= row) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

static void set_integer(struct cell *cell, int64_t value) {
    cell->len = (size_t)snprintf(cell->written, sizeof cell->written, "%" PRId64, value);
}

/* As short as it can be read back, with a point or an exponent. */
static void set_float(struct cell *cell, double value, int is_single) {
    cell->is_float = 1;
    cell->number = value;
    if (isnan(value) || isinf(value)) {
        cell->len = (size_t)snprintf(cell->written, sizeof cell->written, "%s",
                                     isnan(value) ? "NaN" : value > 0 ? "inf" : "-inf");
        return;
    }
    for (int digits = 1; digits <= 17; digits++) {
        cell->len = (size_t)snprintf(cell->written, sizeof cell->written, "%.*g", digits, value);
        double back = strtod(cell->written, NULL);
        if (is_single ? (float)back == (float)value : back == value) {
            break;
        }
    }
    if (strpbrk(cell->written, ".e") == NULL) {
        cell->len += (size_t)snprintf(cell->written + cell->len, sizeof cell->written - cell->len, ".0");
    }
}

void column_cell(const struct column *column, int64_t row, struct cell *cell) {
    const struct table *table = column->table;
    size_t at = batch_of(table, row);
    const struct ArrowArray *batch = &table->batches[at];
    const struct ArrowArray *values = batch->children[column->index];
    /* Rows of the batch, which may itself begin later than its columns. */
    int64_t index = row - (table->ends[at] - batch->length) + batch->offset + values->offset;
    const unsigned char *validity = values->buffers[0];
    const void *data = values->buffers[1];
    cell->is_float = 0;
    cell->text = cell->written;
    cell->len = 0;
    cell->is_null = values->null_count != 0 && validity != NULL && (validity[index / 8] >> (index % 8) & 1) == 0;
    if (cell->is_null) {
        return;
    }
    switch (column->format[0]) {
    case 'u': {
        const int32_t *offsets = data;
        cell->text = (const char *)values->buffers[2] + offsets[index];
        cell->len = (size_t)(offsets[index + 1] - offsets[index]);
        break;
    }
    case 'U': {
        const int64_t *offsets = data;
        cell->text = (const char *)values->buffers[2] + offsets[index];
        cell->len = (size_t)(offsets[index + 1] - offsets[index]);
        break;
    }
    case 'v': {
        const struct view *view = (const struct view *)data + index;
        cell->len = (size_t)view->len;
        cell->text = view->len <= 12
                         ? view->at.here
                         : (const char *)values->buffers[2 + view->at.there.buffer] + view->at.there.offset;
        break;
    }
    case 'c': set_integer(cell, ((const int8_t *)data)[index]); break;
    case 'C': set_integer(cell, ((const uint8_t *)data)[index]); break;
    case 's': set_integer(cell, ((const int16_t *)data)[index]); break;
    case 'S': set_integer(cell, ((const uint16_t *)data)[index]); break;
    case 'i': set_integer(cell, ((const int32_t *)data)[index]); break;
    case 'I': set_integer(cell, ((const uint32_t *)data)[index]); break;
    case 'l': set_integer(cell, ((const int64_t *)data)[index]); break;
    case 'L':
        cell->len = (size_t)snprintf(cell->written, sizeof cell->written, "%" PRIu64, ((const uint64_t *)data)[index]);
        break;
    case 'f': set_float(cell, (double)((const float *)data)[index], 1); break;
    default: set_float(cell, ((const double *)data)[index], 0); break;
    }
}

int cell_same(const struct cell *one, const struct cell *other) {
    if (one->is_null || other->is_null) {
        return one->is_null && other->is_null;
    }
    return one->len == other->len && (one->len == 0 || memcmp(one->text, other->text, one->len) == 0);
}
