#include "csvq_plugin.h"

static const char DESCRIPTION[] =
    "{\"id\": \"same_rows\", \"display_name\": \"Same rows\", \"version\": \"1.0.0\", \"author\": \"Ada Lovelace\","
    " \"license\": \"MIT\", \"description\": \"Whether two tables have as many rows.\", \"abi_version\": \"1.0\","
    " \"parameters\": {\"type\": \"object\"}, \"capabilities\": [], \"deterministic\": true}";

static int32_t same_rows_open(const csvq_host_v1 *host, void **instance, csvq_owned_text_v1 *error) {
    (void)host, (void)error;
    *instance = NULL;
    return CSVQ_PLUGIN_OK;
}

static int32_t same_rows_describe(void *instance, csvq_owned_text_v1 *description, csvq_owned_text_v1 *error) {
    (void)instance, (void)error;
    csvq_owned_text_set_static(description, DESCRIPTION, sizeof DESCRIPTION - 1);
    return CSVQ_PLUGIN_OK;
}

static int32_t rows_of(struct ArrowArrayStream *stream, const csvq_host_v1 *host, int64_t *rows) {
    struct ArrowArray batch;
    for (*rows = 0;; *rows += batch.length, batch.release(&batch)) {
        if (csvq_host_is_cancelled(host)) {
            return CSVQ_PLUGIN_CANCELLED;
        }
        batch.release = NULL;
        if (stream->get_next(stream, &batch) != 0) {
            return CSVQ_PLUGIN_FAILED;
        }
        if (batch.release == NULL) {
            return CSVQ_PLUGIN_OK;
        }
    }
}

static int32_t same_rows_compare(void *instance, const csvq_host_v1 *host, const csvq_job_v1 *job,
                                 csvq_result_v1 *result, csvq_owned_text_v1 *error) {
    static const char equal[] = "{\"is_equal\": true}", different[] = "{\"is_equal\": false}";
    static const char failed[] = "a table can't be read, or it was cancelled";
    int64_t left = 0, right = 0;
    (void)instance;
    int32_t code = rows_of(job->left, host, &left);
    code = code == CSVQ_PLUGIN_OK ? rows_of(job->right, host, &right) : code;
    if (code != CSVQ_PLUGIN_OK) {
        csvq_owned_text_set_static(error, failed, sizeof failed - 1);
    } else if (left == right) {
        csvq_owned_text_set_static(&result->outcome, equal, sizeof equal - 1);
    } else {
        csvq_owned_text_set_static(&result->outcome, different, sizeof different - 1);
    }
    return code;
}

CSVQ_PLUGIN_EXPORT const csvq_plugin_table_v1 csvq_plugin_v1 = {
    CSVQ_PLUGIN_TABLE_V1_HEAD, same_rows_open, same_rows_describe, NULL, same_rows_compare, NULL};
