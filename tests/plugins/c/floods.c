/* Prints and logs more than anyone wants to read. */
#include "hostile.h"

COMPARE(floods) {
    static char line[1024];
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\n';
    for (int at = 0; at < 32 * 1024; at++) {
        fwrite(line, 1, sizeof line, stdout);
        fwrite(line, 1, sizeof line, stderr);
    }
    fflush(stdout);
    for (int at = 0; at < 32 * 1024; at++) {
        /* With bytes that are no text, and more than a line. */
        csvq_host_log(host, CSVQ_LEVEL_INFO, at % 2 ? line : "\x1b[2J\xff\n\r", at % 2 ? sizeof line : 7);
    }
    return good_compare(instance, host, job, result, error);
}

EXPORT_PLUGIN(good_open, good_describe, floods);
