/* Outcomes and differences that break the contract in the way that the parameter `form` names. */
#include "arrow.h"

static int batches;

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
    (void)stream;
    set_type(out);
    return 0;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
    (void)stream;
    if (batches++ > 0) {
        memset(out, 0, sizeof *out);
    } else {
        set_values(out);
    }
    return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
    (void)stream;
    return NULL;
}

static void release_deep(csvq_owned_text_v1 *text) {
    free(text->private_data);
    text->release = NULL;
}

/* A list in a list in a list, a hundred thousand times: who reads it by calling itself falls over. */
static void set_deep(csvq_owned_text_v1 *out) {
    static const char head[] = "{\"is_equal\": true, \"extra\": {\"deep\": ";
    size_t depth = 100000, len = sizeof head - 1 + 2 * depth + 2;
    char *text = malloc(len);
    memcpy(text, head, sizeof head - 1);
    memset(text + sizeof head - 1, '[', depth);
    memset(text + sizeof head - 1 + depth, ']', depth);
    memcpy(text + len - 2, "}}", 2);
    out->data = text;
    out->len = len;
    out->release = release_deep;
    out->private_data = text;
}

COMPARE(bad_outcome) {
    csvq_owned_text_v1 *outcome = &result->outcome;
    batches = 0;
    if (wants(job, "form", "empty")) {
        return CSVQ_PLUGIN_OK;
    } else if (wants(job, "form", "no_json")) {
        SET_LITERAL(outcome, "is_equal: true");
    } else if (wants(job, "form", "no_object")) {
        SET_LITERAL(outcome, "[true]");
    } else if (wants(job, "form", "no_verdict")) {
        SET_LITERAL(outcome, "{}");
    } else if (wants(job, "form", "wrong_verdict")) {
        SET_LITERAL(outcome, "{\"is_equal\": \"yes\"}");
    } else if (wants(job, "form", "wrong_counts")) {
        SET_LITERAL(outcome, "{\"is_equal\": false, \"counts\": {\"changed\": -1, \"left_rows\": 1e300}}");
    } else if (wants(job, "form", "invalid_utf8")) {
        SET_LITERAL(outcome, "{\"is_equal\": true, \"summary\": \"\xff\xfe\"}");
    } else if (wants(job, "form", "null_text")) {
        outcome->len = 1000;
    } else if (wants(job, "form", "deep")) {
        set_deep(outcome);
    } else if (wants(job, "form", "unknown_code")) {
        SET_LITERAL(error, "an error of a number that nobody knows");
        return 4711;
    } else if (wants(job, "form", "fails_without_message")) {
        return CSVQ_PLUGIN_FAILED;
    } else {
        static uint64_t nowhere[] = {0, UINT64_MAX};
        static char unknown[] = "vanishechanged";
        static const char *const formats[COLUMNS] = {"u", "L", "L", "u", "u", "u"};
        memcpy(FORMATS, formats, sizeof formats);
        buffers[1][1] = wants(job, "form", "rows_of_nowhere") ? nowhere : rows;
        buffers[0][2] = wants(job, "form", "unknown_kind") ? unknown : kinds;
        /* Numbers of rows as floating-point numbers: of the same size. */
        FORMATS[1] = wants(job, "form", "wrong_types") ? "g" : "L";
        NAMES[3] = wants(job, "form", "missing_column") ? "field" : "column";
        SET_LITERAL(outcome, "{\"is_equal\": false}");
        result->differences.get_schema = get_schema;
        result->differences.get_next = get_next;
        result->differences.get_last_error = get_last_error;
        result->differences.release = release_stream;
    }
    return CSVQ_PLUGIN_OK;
}

EXPORT_PLUGIN(good_open, good_describe, bad_outcome);
