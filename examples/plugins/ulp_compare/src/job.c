#include "job.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"

#define DEFAULT_ULPS 4

/* Numbers beyond this are not exact in JSON. */
#define MOST_ULPS 9007199254740992.0

static int is_text(const struct json *value, const char *text) {
    return value != NULL && value->kind == JSON_TEXT && value->text.len == strlen(text) &&
           memcmp(value->text.data, text, value->text.len) == 0;
}

/* A copy that ends in NUL; NULL where it is no text, holds a NUL, or there is no memory. */
static char *copy_name(const struct json *value) {
    if (value == NULL || value->kind != JSON_TEXT) {
        return NULL;
    }
    char *copy = make(value->text.len + 1, 1);
    if (copy != NULL && value->text.len > 0) {
        memcpy(copy, value->text.data, value->text.len);
    }
    if (copy != NULL && strlen(copy) != value->text.len) {
        free(copy);
        copy = NULL;
    }
    return copy;
}

static int read_names(const struct json *list, struct names **names, size_t *count) {
    if (list == NULL || list->kind != JSON_LIST) {
        return list == NULL;
    }
    size_t wanted = 0;
    for (const struct json *item = list->first; item != NULL; item = item->next) {
        wanted++;
    }
    *names = make(wanted, sizeof **names);
    if (*names == NULL) {
        return 0;
    }
    for (const struct json *item = list->first; item != NULL; item = item->next) {
        struct names *pair = &(*names)[(*count)++];
        pair->left = copy_name(json_field(item, "left"));
        pair->right = copy_name(json_field(item, "right"));
        if (pair->left == NULL || pair->right == NULL) {
            return 0;
        }
    }
    return 1;
}

static int32_t read_document(struct job *job, csvq_text_v1 text, struct failure *failure) {
    struct json *document = json_read(text);
    const struct json *by = json_field(document, "by");
    int ok = document != NULL && read_names(json_field(document, "key"), &job->key, &job->key_count) &&
             read_names(json_field(document, "columns"), &job->columns, &job->column_count);
    if (!ok) {
        fail(failure, CSVQ_PLUGIN_FAILED, "the host's job can't be read");
    } else if (is_text(by, "position")) {
        job->by = BY_POSITION;
    } else if (is_text(by, "content")) {
        job->by = BY_CONTENT;
    } else if (by != NULL && !is_text(by, "key")) {
        fail(failure, CSVQ_PLUGIN_UNSUPPORTED, "rows are to find each other in a way that this plugin does not know");
    } else if (job->key_count == 0) {
        fail(failure, CSVQ_PLUGIN_FAILED, "rows are to find each other by key, and no key is given");
    }
    json_free(document);
    return failure->code;
}

static int32_t read_parameters(struct job *job, csvq_text_v1 text, struct failure *failure) {
    job->ulps = DEFAULT_ULPS;
    if (text.len == 0) {
        return CSVQ_PLUGIN_OK;
    }
    struct json *parameters = json_read(text);
    if (parameters == NULL || parameters->kind != JSON_OBJECT) {
        fail(failure, CSVQ_PLUGIN_BAD_PARAMETERS, "the parameters are no JSON object");
    } else {
        for (const struct json *one = parameters->first; one != NULL; one = one->next) {
            if (one->name.len != 4 || memcmp(one->name.data, "ulps", 4) != 0) {
                fail(failure, CSVQ_PLUGIN_BAD_PARAMETERS, "the one parameter is `ulps`");
            } else if (one->kind != JSON_NUMBER || !(one->number >= 0 && one->number <= MOST_ULPS) ||
                       (double)(uint64_t)one->number != one->number) {
                fail(failure, CSVQ_PLUGIN_BAD_PARAMETERS, "`ulps` is a whole number, and not below 0");
            } else {
                job->ulps = (uint64_t)one->number;
            }
        }
    }
    json_free(parameters);
    return failure->code;
}

int32_t job_read(struct job *job, const csvq_job_v1 *from, struct failure *failure) {
    int32_t code = read_document(job, from->job, failure);
    return code != CSVQ_PLUGIN_OK ? code : read_parameters(job, from->parameters, failure);
}

static void names_free(struct names *names, size_t count) {
    for (size_t at = 0; at < count; at++) {
        free(names[at].left);
        free(names[at].right);
    }
    free(names);
}

void job_free(struct job *job) {
    names_free(job->key, job->key_count);
    names_free(job->columns, job->column_count);
    memset(job, 0, sizeof *job);
}
