/* A stream of differences that is as it should be, of which a file changes one thing. Nothing of it is ever freed but what is
 * allocated, so that one can break it everywhere. */
#ifndef ARROW_H
#define ARROW_H

#include "hostile.h"

enum { ROWS = 2, COLUMNS = 6 };

static const char *NAMES[COLUMNS] = {"kind", "left_row", "right_row", "column", "left", "right"};
static const char *FORMATS[COLUMNS] = {"u", "L", "L", "u", "u", "u"};

/* "changed" and "name" twice each. */
static char kinds[] = "changedchanged";
static char names[] = "namename";
static char cells[] = "ab";
static int32_t kind_ends[] = {0, 7, 14};
static int32_t name_ends[] = {0, 4, 8};
static int32_t cell_ends[] = {0, 1, 2};
static uint64_t rows[] = {1, 2};
static unsigned char all_valid[] = {0xFF};

static const void *buffers[COLUMNS][3] = {
    {NULL, kind_ends, kinds}, {all_valid, rows, NULL},      {all_valid, rows, NULL},
    {NULL, name_ends, names}, {NULL, cell_ends, cells},     {NULL, cell_ends, cells},
};
static const void *no_buffer[1] = {NULL};

static struct ArrowSchema column_types[COLUMNS];
static struct ArrowSchema *column_type_pointers[COLUMNS];
static struct ArrowArray column_values[COLUMNS];
static struct ArrowArray *column_value_pointers[COLUMNS];

static void release_type(struct ArrowSchema *schema) { schema->release = NULL; }
static void release_values(struct ArrowArray *array) { array->release = NULL; }
MAYBE_UNUSED static void release_stream(struct ArrowArrayStream *stream) { stream->release = NULL; }

MAYBE_UNUSED static void set_type(struct ArrowSchema *out) {
    memset(out, 0, sizeof *out);
    for (int at = 0; at < COLUMNS; at++) {
        memset(&column_types[at], 0, sizeof column_types[at]);
        column_types[at].format = FORMATS[at];
        column_types[at].name = NAMES[at];
        column_types[at].flags = ARROW_FLAG_NULLABLE;
        column_types[at].release = release_type;
        column_type_pointers[at] = &column_types[at];
    }
    out->format = "+s";
    out->name = "";
    out->n_children = COLUMNS;
    out->children = column_type_pointers;
    out->release = release_type;
}

MAYBE_UNUSED static void set_values(struct ArrowArray *out) {
    memset(out, 0, sizeof *out);
    for (int at = 0; at < COLUMNS; at++) {
        memset(&column_values[at], 0, sizeof column_values[at]);
        column_values[at].length = ROWS;
        column_values[at].n_buffers = FORMATS[at][0] == 'u' ? 3 : 2;
        column_values[at].buffers = buffers[at];
        column_values[at].release = release_values;
        column_value_pointers[at] = &column_values[at];
    }
    out->length = ROWS;
    out->n_buffers = 1;
    out->buffers = no_buffer;
    out->n_children = COLUMNS;
    out->children = column_value_pointers;
    out->release = release_values;
}

#endif
