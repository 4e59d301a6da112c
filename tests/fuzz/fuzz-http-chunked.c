/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzes the decoder of bodies in chunks. */
#include "osdep.h"

#include "redfish/http-chunked.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool has_ended(const HttpChunked *dec)
{
    return dec->state == HTTP_CHUNKED_DONE || dec->state == HTTP_CHUNKED_BAD;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    g_autoptr(GByteArray) whole = g_byte_array_new();
    g_autoptr(GByteArray) pieces = g_byte_array_new();
    HttpChunked one = { 0 };
    HttpChunked many = { 0 };
    size_t used, n;
    size_t at = 0;

    used = http_chunked_decode(&one, data, len, whole);
    g_assert(used == len || (used < len && has_ended(&one)));
    g_assert(whole->len <= used);
    /* However it arrives, it means the same. */
    while (at < len && !has_ended(&many)) {
        n = MIN(1 + at % 3, len - at);
        at += http_chunked_decode(&many, data + at, n, pieces);
    }
    g_assert(at == used && many.state == one.state);
    g_assert(pieces->len == whole->len);
    g_assert(!whole->len ||
             memcmp(pieces->data, whole->data, whole->len) == 0);
    return 0;
}
