/* Says that it is someone else; with FICKLE another each time. */
#include "hostile.h"

static int32_t describe(void *instance, csvq_owned_text_v1 *description, csvq_owned_text_v1 *error) {
    (void)instance, (void)error;
#ifdef FICKLE
    static int times = 0;
    if (times++ == 0) {
        return good_describe(instance, description, error);
    }
#endif
    SET_LITERAL(description, DESCRIPTION_OF("someone_else", "9.9.9"));
    return CSVQ_PLUGIN_OK;
}

EXPORT_PLUGIN(good_open, describe, good_compare);
