/* Descriptions that are none, as FORM says. */
#include "hostile.h"

#ifndef FORM
#define FORM 0
#endif

static int32_t describe(void *instance, csvq_owned_text_v1 *description, csvq_owned_text_v1 *error) {
    (void)instance, (void)error;
    switch (FORM) {
    case 0: SET_LITERAL(description, "id = bad_describe"); break;
    case 1: SET_LITERAL(description, "{}"); break;
    case 2: SET_LITERAL(description, DESCRIPTION_OF("../../etc", "1.0.0")); break;
    case 3: description->len = UINT64_MAX; break;
    case 4: SET_LITERAL(error, "it has nothing to say"); return CSVQ_PLUGIN_FAILED;
    default: SET_LITERAL(description, DESCRIPTION_OF("bad_describe", "one")); break;
    }
    return CSVQ_PLUGIN_OK;
}

EXPORT_PLUGIN(good_open, describe, good_compare);
