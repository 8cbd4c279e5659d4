/* Differences without end: a megabyte and a half each batch. */
#include "hostile.h"

enum { ROWS = 1 << 16 };

static const char *const NAMES[] = {"kind", "left_row", "right_row", "column", "left", "right"};
static const char *const FORMATS[] = {"u", "L", "L", "u", "u", "u"};
static char text[7 * ROWS];
static int32_t ends[ROWS + 1];
static int32_t nothing[ROWS + 1];
static uint64_t row_numbers[ROWS];
static unsigned char no_bits[ROWS / 8];
static const void *kinds[] = {NULL, ends, text};
static const void *row_buffers[] = {NULL, row_numbers};
static const void *nulls[] = {no_bits, nothing, text};
static const void *no_rows[] = {no_bits, row_numbers};
static const void *no_buffer[] = {NULL};
static struct ArrowSchema types[6];
static struct ArrowSchema *type_pointers[6];

/* Each batch has its own structs, since a reader may keep many. */
struct batch {
    struct ArrowArray columns[6];
    struct ArrowArray *pointers[6];
};

static void release_type(struct ArrowSchema *schema) { schema->release = NULL; }
static void release_column(struct ArrowArray *array) { array->release = NULL; }
static void release_stream(struct ArrowArrayStream *stream) { stream->release = NULL; }

static void release_batch(struct ArrowArray *array) {
    free(array->private_data);
    array->release = NULL;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
    (void)stream;
    memset(out, 0, sizeof *out);
    for (int at = 0; at < 6; at++) {
        types[at].format = FORMATS[at];
        types[at].name = NAMES[at];
        types[at].flags = ARROW_FLAG_NULLABLE;
        types[at].release = release_type;
        type_pointers[at] = &types[at];
    }
    out->format = "+s";
    out->name = "";
    out->n_children = 6;
    out->children = type_pointers;
    out->release = release_type;
    return 0;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
    (void)stream;
    struct batch *batch = calloc(1, sizeof *batch);
    if (batch == NULL) {
        return ENOMEM;
    }
    memset(out, 0, sizeof *out);
    for (int at = 0; at < 6; at++) {
        struct ArrowArray *column = &batch->columns[at];
        column->length = ROWS;
        column->null_count = at == 0 || at == 1 ? 0 : ROWS;
        column->n_buffers = FORMATS[at][0] == 'u' ? 3 : 2;
        column->buffers = at == 0 ? kinds : at == 1 ? row_buffers : at == 2 ? no_rows : nulls;
        column->release = release_column;
        batch->pointers[at] = column;
    }
    out->length = ROWS;
    out->n_buffers = 1;
    out->buffers = no_buffer;
    out->n_children = 6;
    out->children = batch->pointers;
    out->release = release_batch;
    out->private_data = batch;
    return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
    (void)stream;
    return NULL;
}

COMPARE(endless) {
    for (int at = 0; at < ROWS; at++) {
        memcpy(&text[7 * at], "removed", 7);
        ends[at + 1] = 7 * (at + 1);
        row_numbers[at] = 1;
    }
    SET_LITERAL(&result->outcome, "{\"is_equal\": false}");
    result->differences.get_schema = get_schema;
    result->differences.get_next = get_next;
    result->differences.get_last_error = get_last_error;
    result->differences.release = release_stream;
    return CSVQ_PLUGIN_OK;
}

EXPORT_PLUGIN(good_open, good_describe, endless);
