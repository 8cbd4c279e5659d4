#include "base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int32_t fail(struct failure *failure, int32_t code, const char *format, ...) {
    if (failure->code == CSVQ_PLUGIN_OK) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(failure->message, sizeof failure->message, format, arguments);
        va_end(arguments);
        failure->code = code;
        /* A message that was cut may end within a character, and has to be UTF-8. */
        size_t len = strlen(failure->message);
        if (len == sizeof failure->message - 1) {
            while (len > 0 && ((unsigned char)failure->message[len - 1] & 0xC0) == 0x80) {
                len--;
            }
            failure->message[len > 0 ? len - 1 : 0] = '\0';
        }
    }
    return failure->code;
}

int32_t heed(const csvq_host_v1 *host, struct failure *failure) {
    if (csvq_host_is_cancelled(host)) {
        return fail(failure, CSVQ_PLUGIN_CANCELLED, "the comparison was cancelled");
    }
    return CSVQ_PLUGIN_OK;
}

static int bytes_reserve(struct bytes *bytes, size_t more) {
    if (more > SIZE_MAX / 2 - bytes->len) {
        return 0;
    }
    size_t wanted = bytes->len + more;
    if (wanted <= bytes->capacity) {
        return 1;
    }
    size_t capacity = bytes->capacity * 2 > wanted ? bytes->capacity * 2 : wanted + 64;
    char *data = realloc(bytes->data, capacity);
    if (data == NULL) {
        return 0;
    }
    bytes->data = data;
    bytes->capacity = capacity;
    return 1;
}

int bytes_add(struct bytes *bytes, const void *data, size_t len) {
    if (!bytes_reserve(bytes, len)) {
        return 0;
    }
    if (len > 0) {
        memcpy(bytes->data + bytes->len, data, len);
    }
    bytes->len += len;
    return 1;
}

int bytes_print(struct bytes *bytes, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return len >= 0 && (size_t)len < sizeof text && bytes_add(bytes, text, (size_t)len);
}

int bytes_add_json(struct bytes *bytes, const char *text, size_t len) {
    int ok = bytes_add(bytes, "\"", 1);
    for (size_t at = 0; ok && at < len; at++) {
        unsigned char byte = (unsigned char)text[at];
        if (byte == '"' || byte == '\\') {
            ok = bytes_print(bytes, "\\%c", byte);
        } else if (byte < 0x20) {
            ok = bytes_print(bytes, "\\u%04x", byte);
        } else {
            ok = bytes_add(bytes, &text[at], 1);
        }
    }
    return ok && bytes_add(bytes, "\"", 1);
}

void bytes_free(struct bytes *bytes) {
    free(bytes->data);
    memset(bytes, 0, sizeof *bytes);
}

void *make(size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / 2 / size) {
        return NULL;
    }
    return calloc(count > 0 ? count : 1, size);
}
