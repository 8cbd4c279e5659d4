/* Arrow that breaks the rules in the way that the parameter `form` names. */
#include "arrow.h"

static char form[64];
static int batches;

static int is(const char *name) { return strcmp(form, name) == 0; }

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
    (void)stream;
    if (is("no_schema")) {
        memset(out, 0, sizeof *out);
        return 0;
    }
    set_type(out);
    if (is("null_format")) {
        column_types[1].format = NULL;
    } else if (is("unknown_format")) {
        column_types[1].format = "?!";
    } else if (is("not_a_struct")) {
        out->format = "u";
        out->n_children = 0;
    } else if (is("null_children")) {
        out->children = NULL;
    } else if (is("negative_children")) {
        out->n_children = -1;
    } else if (is("other_type")) {
        column_types[1].format = "u";
    }
    return 0;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
    static int32_t falling[] = {0, 7, 3};
    static int32_t huge[] = {0, 7, INT32_MAX};
    static const void *broken[3];
    (void)stream;
    if (is("fails") || is("fails_without_message")) {
        return EIO;
    }
    if (batches++ > 0) {
        memset(out, 0, sizeof *out);
        return 0;
    }
    set_values(out);
    struct ArrowArray *column = &column_values[0];
    memcpy(broken, buffers[0], sizeof broken);
    if (is("fewer_children")) {
        out->n_children = COLUMNS - 1;
    } else if (is("negative_length")) {
        out->length = column->length = -1;
    } else if (is("huge_length")) {
        out->length = INT64_MAX;
        for (int at = 0; at < COLUMNS; at++) {
            column_values[at].length = INT64_MAX;
        }
    } else if (is("negative_offset")) {
        column->offset = -1;
    } else if (is("null_buffers")) {
        column->buffers = NULL;
    } else if (is("null_values")) {
        broken[1] = NULL;
        column->buffers = broken;
    } else if (is("negative_nulls")) {
        column->null_count = -2;
    } else if (is("falling_offsets")) {
        broken[1] = falling;
        column->buffers = broken;
    } else if (is("huge_offsets")) {
        broken[1] = huge;
        column->buffers = broken;
    } else if (is("invalid_utf8")) {
        broken[2] = "\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe";
        column->buffers = broken;
    } else if (is("length_of_child")) {
        column->length = ROWS - 1;
    } else if (is("released_child")) {
        column->release = NULL;
    } else if (is("null_children_of_batch")) {
        out->children = NULL;
    }
    return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
    (void)stream;
    return is("fails") ? "the plugin's stream fails, for a test" : NULL;
}

COMPARE(malformed) {
    static const char *const forms[] = {
        "no_schema",       "no_callbacks",   "null_format",     "unknown_format",  "not_a_struct",
        "null_children",   "other_type",     "fewer_children",  "negative_length", "huge_length",
        "negative_offset", "null_buffers",   "null_values",     "negative_nulls",  "falling_offsets",
        "huge_offsets",    "invalid_utf8",   "length_of_child", "released_child",  "negative_children",
        "fails",           "fails_without_message", "null_children_of_batch",
    };
    form[0] = '\0';
    batches = 0;
    for (size_t at = 0; at < sizeof forms / sizeof *forms; at++) {
        if (wants(job, "form", forms[at])) {
            strcpy(form, forms[at]);
        }
    }
    SET_LITERAL(&result->outcome, "{\"is_equal\": false}");
    result->differences.get_schema = is("no_callbacks") ? NULL : get_schema;
    result->differences.get_next = is("no_callbacks") ? NULL : get_next;
    result->differences.get_last_error = get_last_error;
    result->differences.release = release_stream;
    return CSVQ_PLUGIN_OK;
}

EXPORT_PLUGIN(good_open, good_describe, malformed);
