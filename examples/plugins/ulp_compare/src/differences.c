#include "differences.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    const char *format;
} FIELDS[COLUMN_COUNT] = {
    {"kind", "U"}, {"left_row", "L"}, {"right_row", "L"}, {"column", "U"},
    {"left", "U"}, {"right", "U"},    {"ulps", "L"},
};

static int is_text(int column) { return FIELDS[column].format[0] == 'U'; }

static int add_validity(struct growing *column, int is_there) {
    char byte = (char)is_there;
    column->nulls += !is_there;
    return bytes_add(&column->validity, &byte, 1);
}

static int add_text(struct growing *column, const char *text, size_t len) {
    if (text != NULL && !bytes_add(&column->text, text, len)) {
        return 0;
    }
    int64_t end = (int64_t)column->text.len;
    return add_validity(column, text != NULL) && bytes_add(&column->values, &end, sizeof end);
}

static int add_number(struct growing *column, int is_there, uint64_t number) {
    return add_validity(column, is_there) && bytes_add(&column->values, &number, sizeof number);
}

static int add_cell(struct growing *column, const struct cell *cell) {
    int is_there = cell != NULL && !cell->is_null;
    /* An empty text may be NULL in Arrow, and is no null. */
    return add_text(column, !is_there ? NULL : cell->text != NULL ? cell->text : "", is_there ? cell->len : 0);
}

int differences_add(struct differences *differences, const char *kind, int64_t left_row, int64_t right_row,
                    const char *column, const struct cell *left, const struct cell *right, const uint64_t *ulps) {
    struct growing *columns = differences->columns;
    differences->count++;
    return add_text(&columns[KIND], kind, strlen(kind)) &&
           add_number(&columns[LEFT_ROW], left_row >= 0, (uint64_t)(left_row + 1)) &&
           add_number(&columns[RIGHT_ROW], right_row >= 0, (uint64_t)(right_row + 1)) &&
           add_text(&columns[COLUMN], column, column != NULL ? strlen(column) : 0) && add_cell(&columns[LEFT], left) &&
           add_cell(&columns[RIGHT], right) && add_number(&columns[ULPS], ulps != NULL, ulps != NULL ? *ulps : 0);
}

void differences_free(struct differences *differences) {
    for (int at = 0; at < COLUMN_COUNT; at++) {
        bytes_free(&differences->columns[at].validity);
        bytes_free(&differences->columns[at].values);
        bytes_free(&differences->columns[at].text);
    }
    memset(differences, 0, sizeof *differences);
}

/* ---- Types ---- */

struct types {
    struct ArrowSchema children[COLUMN_COUNT];
    struct ArrowSchema *pointers[COLUMN_COUNT];
};

/* Names and formats are literals, so a column has nothing to free. */
static void release_column_type(struct ArrowSchema *schema) { schema->release = NULL; }

static void release_type(struct ArrowSchema *schema) {
    free(schema->private_data);
    schema->release = NULL;
}

int differences_schema(struct ArrowSchema *out) {
    struct types *types = make(1, sizeof *types);
    if (types == NULL) {
        return 0;
    }
    for (int at = 0; at < COLUMN_COUNT; at++) {
        types->pointers[at] = &types->children[at];
        types->children[at].format = FIELDS[at].format;
        types->children[at].name = FIELDS[at].name;
        types->children[at].flags = at == KIND ? 0 : ARROW_FLAG_NULLABLE;
        types->children[at].release = release_column_type;
    }
    memset(out, 0, sizeof *out);
    out->format = "+s";
    out->name = "";
    out->n_children = COLUMN_COUNT;
    out->children = types->pointers;
    out->release = release_type;
    out->private_data = types;
    return 1;
}

/* ---- Values ---- */

struct values {
    struct ArrowArray children[COLUMN_COUNT];
    struct ArrowArray *pointers[COLUMN_COUNT];
    const void *buffers[1];
};

/* The buffers of a column, which may be moved out of its batch, so it owns them itself. */
struct column_values {
    const void *buffers[3];
    void *owned[3];
};

static void release_column(struct ArrowArray *array) {
    struct column_values *values = array->private_data;
    for (int at = 0; at < 3; at++) {
        free(values->owned[at]);
    }
    free(values);
    array->release = NULL;
}

static void release_batch(struct ArrowArray *array) {
    struct values *values = array->private_data;
    for (int at = 0; at < COLUMN_COUNT; at++) {
        if (values->children[at].release != NULL) {
            values->children[at].release(&values->children[at]);
        }
    }
    free(values);
    array->release = NULL;
}

/* A bit for each value. */
static unsigned char *bits_of(const struct growing *column) {
    unsigned char *bits = make(column->validity.len / 8 + 1, 1);
    for (size_t at = 0; bits != NULL && at < column->validity.len; at++) {
        bits[at / 8] = (unsigned char)(bits[at / 8] | column->validity.data[at] << at % 8);
    }
    return bits;
}

/* Moves a column into an array. What fails leaves nothing behind but the rest of the column. */
static int move_column(struct growing *column, int has_text, int64_t count, struct ArrowArray *out) {
    struct column_values *values = make(1, sizeof *values);
    struct bytes offsets = {NULL, 0, 0};
    int64_t zero = 0;
    int ok = values != NULL && (column->nulls == 0 || (values->owned[0] = bits_of(column)) != NULL);
    if (ok && has_text) {
        /* The first text begins at 0, and each of the others where the one before ends. */
        ok = bytes_add(&offsets, &zero, sizeof zero) && bytes_add(&offsets, column->values.data, column->values.len);
    } else if (ok) {
        offsets = column->values;
        memset(&column->values, 0, sizeof column->values);
    }
    if (!ok) {
        free(values != NULL ? values->owned[0] : NULL);
        free(values);
        bytes_free(&offsets);
        return 0;
    }
    values->owned[1] = offsets.data;
    values->owned[2] = column->text.data;
    memset(&column->text, 0, sizeof column->text);
    for (int at = 0; at < 3; at++) {
        values->buffers[at] = values->owned[at];
    }
    out->length = count;
    out->null_count = column->nulls;
    out->n_buffers = has_text ? 3 : 2;
    out->buffers = values->buffers;
    out->release = release_column;
    out->private_data = values;
    return 1;
}

static int move_batch(struct differences *differences, struct ArrowArray *out) {
    struct values *values = make(1, sizeof *values);
    if (values == NULL) {
        return 0;
    }
    memset(out, 0, sizeof *out);
    out->length = differences->count;
    out->n_buffers = 1;
    out->buffers = values->buffers;
    out->n_children = COLUMN_COUNT;
    out->children = values->pointers;
    out->release = release_batch;
    out->private_data = values;
    int ok = 1;
    for (int at = 0; at < COLUMN_COUNT; at++) {
        values->pointers[at] = &values->children[at];
        ok = ok && move_column(&differences->columns[at], is_text(at), differences->count, &values->children[at]);
    }
    if (!ok) {
        release_batch(out);
    }
    return ok;
}

/* ---- The stream ---- */

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
    (void)stream;
    return differences_schema(out) ? 0 : ENOMEM;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
    struct differences *differences = stream->private_data;
    if (differences->count == 0) {
        memset(out, 0, sizeof *out);
        return 0;
    }
    int ok = move_batch(differences, out);
    differences_free(differences);
    return ok ? 0 : ENOMEM;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
    (void)stream;
    return "there is no memory for the differences";
}

static void release_stream(struct ArrowArrayStream *stream) {
    differences_free(stream->private_data);
    free(stream->private_data);
    stream->release = NULL;
}

int differences_to_stream(struct differences *differences, struct ArrowArrayStream *out) {
    struct differences *moved = make(1, sizeof *moved);
    if (moved == NULL) {
        return 0;
    }
    *moved = *differences;
    memset(differences, 0, sizeof *differences);
    out->get_schema = get_schema;
    out->get_next = get_next;
    out->get_last_error = get_last_error;
    out->release = release_stream;
    out->private_data = moved;
    return 1;
}
