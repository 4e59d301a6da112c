/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzes the parser of forms: the first line is the Content-Type. */
#include "osdep.h"

#include "redfish/http-multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool note_begin(const HttpMultipartPart *part, void *opaque)
{
    g_assert(part->name);
    g_string_append_printf(opaque, "<%s|%s|%s>", part->name,
                           part->filename ? part->filename : "",
                           part->type ? part->type : "");
    return true;
}

static bool note_data(const uint8_t *data, size_t len, void *opaque)
{
    g_assert(len);
    g_string_append_len(opaque, (const char *)data, len);
    return true;
}

static bool note_end(void *opaque)
{
    g_string_append(opaque, "</>");
    return true;
}

static const HttpMultipartFuncs funcs = { note_begin, note_data, note_end };

/* Parses it in pieces of up to @piece bytes. */
static HttpMultipartState parse(const char *type, const uint8_t *data,
                                size_t len, size_t piece, GString *out)
{
    g_autoptr(HttpMultipart) multipart = http_multipart_new(type, &funcs,
                                                            out);
    size_t at, n;

    if (!multipart) {
        return HTTP_MULTIPART_BAD;
    }
    for (at = 0; at < len; at += n) {
        n = MIN(piece + at % 3, len - at);
        http_multipart_feed(multipart, data + at, n);
    }
    return http_multipart_state(multipart);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const uint8_t *line = len ? memchr(data, '\n', len) : NULL;
    size_t type_len = line ? (size_t)(line - data) : len;
    g_autofree char *type = g_strndup((const char *)data, type_len);
    size_t at = MIN(type_len + 1, len);
    g_autoptr(GString) whole = g_string_new(NULL);
    g_autoptr(GString) pieces = g_string_new(NULL);
    HttpMultipartState one = parse(type, data + at, len - at, len + 1,
                                   whole);
    HttpMultipartState many = parse(type, data + at, len - at, 1, pieces);

    /* However it arrives, it means the same. */
    g_assert(one == many);
    g_assert(g_string_equal(whole, pieces) || one == HTTP_MULTIPART_BAD ||
             one == HTTP_MULTIPART_MORE);
    g_assert(whole->len <= 16 * (len + 8) + 64);
    return 0;
}
