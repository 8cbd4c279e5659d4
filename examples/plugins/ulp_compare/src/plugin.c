/* The table that is exported, and the comparison. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csvq_plugin.h"
#include "differences.h"
#include "job.h"
#include "pairs.h"
#include "table.h"
#include "ulps.h"

/* How many rows are compared before the host is told and asked. */
#define STEP 1024

static const char DESCRIPTION[] =
    "{\"id\": \"ulp_compare\", \"display_name\": \"ULP compare\", \"version\": \"1.0.0\","
    " \"author\": \"csvq contributors\", \"license\": \"MIT OR Apache-2.0\","
    " \"description\": \"Calls floating-point numbers equal that lie only a few steps apart.\","
    " \"abi_version\": \"1.0\", \"capabilities\": [], \"deterministic\": true,"
    " \"parameters\": {\"type\": \"object\", \"additionalProperties\": false, \"properties\": {"
    "\"ulps\": {\"description\": \"How many steps apart numbers may be.\","
    " \"type\": \"integer\", \"minimum\": 0, \"maximum\": 9007199254740992, \"default\": 4}}}}";

/* All that a comparison holds. */
struct comparison {
    struct job job;
    struct table tables[2];
    struct column *key[2];
    struct column *columns[2];
    struct pairs pairs;
    struct differences differences;
    uint64_t *changed; /* For each column in how many rows it differs. */
    uint64_t matched, changed_rows, changed_cells, added, removed;
};

static void release_owned(csvq_owned_text_v1 *text) {
    free(text->private_data);
    text->data = NULL;
    text->len = 0;
    text->release = NULL;
    text->private_data = NULL;
}

/* Hands over a copy of a text. Returns 0 where there is no memory. */
static int set_owned(csvq_owned_text_v1 *out, const char *text, size_t len) {
    char *copy = make(len, 1);
    if (copy == NULL) {
        return 0;
    }
    memcpy(copy, text, len);
    out->data = copy;
    out->len = len;
    out->release = release_owned;
    out->private_data = copy;
    return 1;
}

static int32_t no_memory(struct failure *failure) {
    return fail(failure, CSVQ_PLUGIN_FAILED, "there is no memory for the comparison");
}

/* Finds columns by their names on both sides. */
static int32_t find(struct comparison *all, const struct names *names, size_t count, struct column *columns[2],
                    struct failure *failure) {
    for (int side = 0; side < 2; side++) {
        columns[side] = make(count, sizeof **columns);
        if (columns[side] == NULL) {
            return no_memory(failure);
        }
        for (size_t at = 0; at < count; at++) {
            const char *name = side == 0 ? names[at].left : names[at].right;
            const char *called = side == 0 ? "left" : "right";
            if (table_column(&all->tables[side], called, name, &columns[side][at], failure) != CSVQ_PLUGIN_OK) {
                return failure->code;
            }
        }
    }
    return CSVQ_PLUGIN_OK;
}

/* Compares two rows that belong together. Returns 0 where there is no memory. */
static int compare_rows(struct comparison *all, int64_t left_row, int64_t right_row) {
    uint64_t before = all->changed_cells;
    for (size_t at = 0; at < all->job.column_count; at++) {
        const struct column *left_column = &all->columns[0][at], *right_column = &all->columns[1][at];
        struct cell left, right;
        column_cell(left_column, left_row, &left);
        column_cell(right_column, right_row, &right);
        if (cell_same(&left, &right)) {
            continue;
        }
        int is_single = left_column->format[0] == 'f' && right_column->format[0] == 'f';
        uint64_t ulps;
        int are_numbers = ulps_between(&left, &right, is_single, &ulps);
        if (are_numbers && ulps <= all->job.ulps) {
            continue;
        }
        all->changed[at]++;
        all->changed_cells++;
        if (!differences_add(&all->differences, "changed", left_row, right_row, all->job.columns[at].left, &left,
                             &right, are_numbers ? &ulps : NULL)) {
            return 0;
        }
    }
    all->matched++;
    all->changed_rows += all->changed_cells > before;
    return 1;
}

static int32_t compare_all(struct comparison *all, const csvq_host_v1 *host, struct failure *failure) {
    int64_t left_rows = all->tables[0].rows, right_rows = all->tables[1].rows;
    uint64_t total = (uint64_t)left_rows + (uint64_t)right_rows;
    for (int64_t row = 0; row < left_rows + right_rows; row++) {
        if (row % STEP == 0) {
            csvq_host_progress(host, (uint64_t)row, total);
            if (heed(host, failure) != CSVQ_PLUGIN_OK) {
                return failure->code;
            }
        }
        int64_t right = row - left_rows;
        int ok = 1;
        if (row >= left_rows) {
            if (!all->pairs.is_taken[right]) {
                all->added++;
                ok = differences_add(&all->differences, "added", -1, right, NULL, NULL, NULL, NULL);
            }
        } else if (all->pairs.right_of[row] < 0) {
            all->removed++;
            ok = differences_add(&all->differences, "removed", row, -1, NULL, NULL, NULL, NULL);
        } else {
            ok = compare_rows(all, row, all->pairs.right_of[row]);
        }
        if (!ok) {
            return no_memory(failure);
        }
    }
    csvq_host_progress(host, total, total);
    return CSVQ_PLUGIN_OK;
}

/* Writes the outcome. */
static int32_t tell(struct comparison *all, csvq_result_v1 *result, struct failure *failure) {
    struct bytes json = {NULL, 0, 0};
    int is_equal = all->changed_rows + all->added + all->removed == 0;
    int ok = bytes_print(&json,
                         "{\"is_equal\": %s, \"counts\": {\"left_rows\": %" PRId64 ", \"right_rows\": %" PRId64
                         ", \"matched\": %" PRIu64 ", \"unchanged\": %" PRIu64 ", \"changed\": %" PRIu64,
                         is_equal ? "true" : "false", all->tables[0].rows, all->tables[1].rows, all->matched,
                         all->matched - all->changed_rows, all->changed_rows) &&
             bytes_print(&json,
                         ", \"added\": %" PRIu64 ", \"removed\": %" PRIu64 ", \"changed_cells\": %" PRIu64
                         ", \"left_duplicate_keys\": %" PRIu64 ", \"right_duplicate_keys\": %" PRIu64
                         "}, \"extra\": {\"ulps\": %" PRIu64 "}, \"columns\": [",
                         all->added, all->removed, all->changed_cells, all->pairs.left_duplicate_keys,
                         all->pairs.right_duplicate_keys, all->job.ulps);
    for (size_t at = 0; ok && at < all->job.column_count; at++) {
        const struct names *names = &all->job.columns[at];
        ok = bytes_print(&json, "%s{\"name\": ", at > 0 ? ", " : "") &&
             bytes_add_json(&json, names->left, strlen(names->left)) && bytes_print(&json, ", \"left_name\": ") &&
             bytes_add_json(&json, names->left, strlen(names->left)) && bytes_print(&json, ", \"right_name\": ") &&
             bytes_add_json(&json, names->right, strlen(names->right)) &&
             bytes_print(&json, ", \"changed\": %" PRIu64, all->changed[at]);
        if (ok && all->matched > 0) {
            ok = bytes_print(&json, ", \"match_rate\": %.17g", 1 - (double)all->changed[at] / (double)all->matched);
        }
        ok = ok && bytes_print(&json, "}");
    }
    ok = ok && bytes_print(&json, "]}");
    /* The stream last: once it is there, nothing fails. */
    ok = ok && set_owned(&result->outcome, json.data, json.len);
    if (ok && !is_equal && !differences_to_stream(&all->differences, &result->differences)) {
        result->outcome.release(&result->outcome);
        ok = 0;
    }
    bytes_free(&json);
    return ok ? CSVQ_PLUGIN_OK : no_memory(failure);
}

static int32_t run(struct comparison *all, const csvq_host_v1 *host, const csvq_job_v1 *job, csvq_result_v1 *result,
                   struct failure *failure) {
    const struct names *key;
    size_t key_count;
    if (job_read(&all->job, job, failure) != CSVQ_PLUGIN_OK ||
        table_read(&all->tables[0], "left", job->left, host, failure) != CSVQ_PLUGIN_OK ||
        table_read(&all->tables[1], "right", job->right, host, failure) != CSVQ_PLUGIN_OK) {
        return failure->code;
    }
    /* Rows that find each other by content have all of it for a key. */
    key = all->job.by == BY_CONTENT ? all->job.columns : all->job.key;
    key_count = all->job.by == BY_CONTENT ? all->job.column_count : all->job.key_count;
    all->changed = make(all->job.column_count, sizeof *all->changed);
    if (all->changed == NULL) {
        return no_memory(failure);
    }
    if (find(all, key, key_count, all->key, failure) != CSVQ_PLUGIN_OK ||
        find(all, all->job.columns, all->job.column_count, all->columns, failure) != CSVQ_PLUGIN_OK ||
        pairs_find(&all->pairs, all->job.by, all->tables, all->key[0], all->key[1], key_count, host, failure) !=
            CSVQ_PLUGIN_OK ||
        compare_all(all, host, failure) != CSVQ_PLUGIN_OK) {
        return failure->code;
    }
    return tell(all, result, failure);
}

/* ---- The functions of the table ---- */

static int32_t plugin_open(const csvq_host_v1 *host, void **instance, csvq_owned_text_v1 *error) {
    (void)host, (void)error;
    *instance = NULL;
    return CSVQ_PLUGIN_OK;
}

static int32_t plugin_describe(void *instance, csvq_owned_text_v1 *description, csvq_owned_text_v1 *error) {
    (void)instance, (void)error;
    csvq_owned_text_set_static(description, DESCRIPTION, sizeof DESCRIPTION - 1);
    return CSVQ_PLUGIN_OK;
}

static int32_t report(const struct failure *failure, csvq_owned_text_v1 *error) {
    /* Without memory for the message there is the code at least. */
    if (failure->code != CSVQ_PLUGIN_OK) {
        (void)set_owned(error, failure->message, strlen(failure->message));
    }
    return failure->code;
}

static int32_t plugin_output_schema(void *instance, csvq_text_v1 parameters, const struct ArrowSchema *left,
                                    const struct ArrowSchema *right, struct ArrowSchema *differences,
                                    csvq_owned_text_v1 *error) {
    struct failure failure = {CSVQ_PLUGIN_OK, ""};
    (void)instance, (void)parameters, (void)left, (void)right;
    if (!differences_schema(differences)) {
        no_memory(&failure);
    }
    return report(&failure, error);
}

static int32_t plugin_compare(void *instance, const csvq_host_v1 *host, const csvq_job_v1 *job,
                              csvq_result_v1 *result, csvq_owned_text_v1 *error) {
    struct failure failure = {CSVQ_PLUGIN_OK, ""};
    struct comparison all;
    (void)instance;
    memset(&all, 0, sizeof all);
    run(&all, host, job, result, &failure);
    differences_free(&all.differences);
    pairs_free(&all.pairs);
    for (int side = 0; side < 2; side++) {
        free(all.key[side]);
        free(all.columns[side]);
        table_free(&all.tables[side]);
    }
    free(all.changed);
    job_free(&all.job);
    return report(&failure, error);
}

CSVQ_PLUGIN_EXPORT const csvq_plugin_table_v1 csvq_plugin_v1 = {
    CSVQ_PLUGIN_TABLE_V1_HEAD, plugin_open, plugin_describe, plugin_output_schema, plugin_compare, NULL};
