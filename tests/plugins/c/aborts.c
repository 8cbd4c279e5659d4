/* Aborts. */
#include "hostile.h"

#ifdef IN_DESCRIBE
static int32_t describe(void *instance, csvq_owned_text_v1 *description, csvq_owned_text_v1 *error) {
    (void)instance, (void)description, (void)error;
    abort();
}
#else
#define describe good_describe
#endif

COMPARE(aborts) { abort(); }

EXPORT_PLUGIN(good_open, describe, aborts);
