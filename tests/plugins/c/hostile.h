/* What all these plugins share: a plugin that is as it should be, of which each file changes one thing. */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "csvq_plugin.h"

#ifndef NAME
#define NAME "hostile"
#endif
#ifndef ID
#define ID NAME
#endif
#ifndef VERSION
#define VERSION "1.0.0"
#endif

#define DESCRIPTION_OF(id, version)                                                                                   \
    "{\"id\": \"" id "\", \"display_name\": \"Test " id "\", \"version\": \"" version                                 \
    "\", \"author\": \"csvq's tests\", \"license\": \"MIT\", \"description\": \"A plugin for tests.\","               \
    " \"abi_version\": \"1.0\", \"parameters\": {\"type\": \"object\"}, \"capabilities\": [], \"deterministic\": true}"

#define MAYBE_UNUSED __attribute__((unused))

/* Hands over a literal. */
#define SET_LITERAL(out, text) csvq_owned_text_set_static((out), (text), sizeof(text) - 1)

MAYBE_UNUSED static int32_t good_open(const csvq_host_v1 *host, void **instance, csvq_owned_text_v1 *error) {
    (void)host, (void)error;
    *instance = NULL;
    return CSVQ_PLUGIN_OK;
}

MAYBE_UNUSED static int32_t good_describe(void *instance, csvq_owned_text_v1 *description, csvq_owned_text_v1 *error) {
    (void)instance, (void)error;
    SET_LITERAL(description, DESCRIPTION_OF(ID, VERSION));
    return CSVQ_PLUGIN_OK;
}

MAYBE_UNUSED static int32_t good_compare(void *instance, const csvq_host_v1 *host, const csvq_job_v1 *job,
                                         csvq_result_v1 *result, csvq_owned_text_v1 *error) {
    (void)instance, (void)host, (void)job, (void)error;
    SET_LITERAL(&result->outcome, "{\"is_equal\": true, \"summary\": \"It never looked.\"}");
    return CSVQ_PLUGIN_OK;
}

/* Whether a parameter of some name has this text for its value: `wants(job, "form", "empty")`. */
MAYBE_UNUSED static int wants(const csvq_job_v1 *job, const char *name, const char *value) {
    char parameters[1024] = "", wanted[128];
    size_t kept = 0;
    for (uint64_t at = 0; at < job->parameters.len && kept + 1 < sizeof parameters; at++) {
        if (job->parameters.data[at] != ' ') {
            parameters[kept++] = job->parameters.data[at];
        }
    }
    snprintf(wanted, sizeof wanted, "\"%s\":\"%s\"", name, value);
    return strstr(parameters, wanted) != NULL;
}

#define EXPORT_PLUGIN(open, describe, compare)                                                                        \
    CSVQ_PLUGIN_EXPORT const csvq_plugin_table_v1 csvq_plugin_v1 = {                                                  \
        CSVQ_PLUGIN_TABLE_V1_HEAD, open, describe, NULL, compare, NULL}

/* Begins a `compare` of a plugin's own. */
#define COMPARE(name)                                                                                                  \
    static int32_t name(MAYBE_UNUSED void *instance, MAYBE_UNUSED const csvq_host_v1 *host,                            \
                        MAYBE_UNUSED const csvq_job_v1 *job, MAYBE_UNUSED csvq_result_v1 *result,                      \
                        MAYBE_UNUSED csvq_owned_text_v1 *error)

#endif
