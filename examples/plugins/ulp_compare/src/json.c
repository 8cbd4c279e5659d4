#include "json.h"

#include <stdlib.h>
#include <string.h>

/* How deep values may lie within others. */
#define MOST_DEEP 128

struct reader {
    const char *at;
    const char *end;
    int depth;
};

static void skip(struct reader *reader) {
    while (reader->at < reader->end && strchr(" \t\r\n", *reader->at) != NULL && *reader->at != '\0') {
        reader->at++;
    }
}

static int take(struct reader *reader, const char *word) {
    size_t len = strlen(word);
    if ((size_t)(reader->end - reader->at) < len || memcmp(reader->at, word, len) != 0) {
        return 0;
    }
    reader->at += len;
    return 1;
}

static int read_hex(struct reader *reader, uint32_t *code) {
    *code = 0;
    for (int digit = 0; digit < 4; digit++, reader->at++) {
        static const char digits[] = "0123456789abcdef0123456789ABCDEF";
        const char *found = reader->at < reader->end && *reader->at != '\0' ? strchr(digits, *reader->at) : NULL;
        if (found == NULL) {
            return 0;
        }
        *code = *code * 16 + (uint32_t)((found - digits) % 16);
    }
    return 1;
}

/* Adds a character as UTF-8. */
static int add_code(struct bytes *text, uint32_t code) {
    unsigned char bytes[4];
    size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t at = len; at-- > 1;) {
        bytes[at] = (unsigned char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    bytes[0] = (unsigned char)(leads[len] | code);
    return bytes_add(text, bytes, len);
}

static int read_escape(struct reader *reader, struct bytes *text) {
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    if (reader->at >= reader->end || *reader->at == '\0') {
        return 0;
    }
    const char *letter = strchr(letters, *reader->at);
    if (letter != NULL) {
        reader->at++;
        return bytes_add(text, &meanings[letter - letters], 1);
    }
    uint32_t code, low;
    if (!take(reader, "u") || !read_hex(reader, &code)) {
        return 0;
    }
    if (code >= 0xD800 && code < 0xE000) {
        if (code >= 0xDC00 || !take(reader, "\\u") || !read_hex(reader, &low) || low < 0xDC00 || low >= 0xE000) {
            return 0;
        }
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    return add_code(text, code);
}

static int read_text(struct reader *reader, struct bytes *text) {
    if (!take(reader, "\"")) {
        return 0;
    }
    while (reader->at < reader->end) {
        char byte = *reader->at++;
        if (byte == '"') {
            return 1;
        }
        if (byte == '\\' ? !read_escape(reader, text) : !bytes_add(text, &byte, 1)) {
            return 0;
        }
    }
    return 0;
}

static int read_number(struct reader *reader, double *number) {
    char text[64];
    size_t len = 0;
    while (reader->at < reader->end && *reader->at != '\0' && strchr("+-.0123456789eE", *reader->at) != NULL) {
        if (len + 1 >= sizeof text) {
            return 0;
        }
        text[len++] = *reader->at++;
    }
    text[len] = '\0';
    char *end;
    *number = strtod(text, &end);
    return len > 0 && *end == '\0';
}

static struct json *read_value(struct reader *reader);

static int read_items(struct reader *reader, struct json *value, const char *close) {
    struct json **place = &value->first;
    skip(reader);
    if (take(reader, close)) {
        return 1;
    }
    do {
        struct bytes name = {NULL, 0, 0};
        skip(reader);
        int ok = 1;
        if (value->kind == JSON_OBJECT) {
            ok = read_text(reader, &name);
            skip(reader);
            ok = ok && take(reader, ":");
        }
        *place = ok ? read_value(reader) : NULL;
        if (*place == NULL) {
            bytes_free(&name);
            return 0;
        }
        (*place)->name = name;
        place = &(*place)->next;
        skip(reader);
    } while (take(reader, ","));
    return take(reader, close);
}

static struct json *read_value(struct reader *reader) {
    struct json *value = make(1, sizeof *value);
    if (value == NULL) {
        return NULL;
    }
    skip(reader);
    int ok = 1;
    if (reader->depth >= MOST_DEEP) {
        ok = 0;
    } else if (take(reader, "null")) {
        value->kind = JSON_NULL;
    } else if (take(reader, "false")) {
        value->kind = JSON_FALSE;
    } else if (take(reader, "true")) {
        value->kind = JSON_TRUE;
    } else if (reader->at < reader->end && *reader->at == '"') {
        value->kind = JSON_TEXT;
        ok = read_text(reader, &value->text);
    } else if (take(reader, "[") || take(reader, "{")) {
        value->kind = reader->at[-1] == '[' ? JSON_LIST : JSON_OBJECT;
        reader->depth++;
        ok = read_items(reader, value, value->kind == JSON_LIST ? "]" : "}");
        reader->depth--;
    } else {
        value->kind = JSON_NUMBER;
        ok = read_number(reader, &value->number);
    }
    if (!ok) {
        json_free(value);
        return NULL;
    }
    return value;
}

struct json *json_read(csvq_text_v1 text) {
    struct reader reader = {text.data, text.data, 0};
    if (text.data == NULL || text.len > SIZE_MAX / 2) {
        return NULL;
    }
    reader.end += text.len;
    struct json *value = read_value(&reader);
    skip(&reader);
    if (value != NULL && reader.at != reader.end) {
        json_free(value);
        return NULL;
    }
    return value;
}

const struct json *json_field(const struct json *object, const char *name) {
    if (object == NULL || object->kind != JSON_OBJECT) {
        return NULL;
    }
    size_t len = strlen(name);
    for (const struct json *field = object->first; field != NULL; field = field->next) {
        if (field->name.len == len && memcmp(field->name.data, name, len) == 0) {
            return field;
        }
    }
    return NULL;
}

void json_free(struct json *value) {
    while (value != NULL) {
        struct json *next = value->next;
        bytes_free(&value->text);
        bytes_free(&value->name);
        json_free(value->first);
        free(value);
        value = next;
    }
}
