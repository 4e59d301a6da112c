/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzes the reader of request heads. */
#include "osdep.h"

#include "redfish/http-head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* What handlers rely on. */
static void check(const HttpHead *head, size_t len)
{
    size_t total = 0;
    unsigned i;

    g_assert(*head->method);
    g_assert(*head->path == '/' || strcmp(head->path, "*") == 0);
    g_assert(!strstr(head->path, "/../"));
    g_assert(head->minor <= 1);
    g_assert(!head->chunked || !head->content_length);
    g_assert(head->n_fields <= HTTP_HEAD_MAX_FIELDS);
    for (i = 0; i < head->n_fields; i++) {
        g_assert(*head->fields[i].name);
        g_assert(!strpbrk(head->fields[i].value, "\r\n"));
        total += strlen(head->fields[i].name) + strlen(head->fields[i].value);
    }
    g_assert(total <= len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    g_autoptr(HttpHead) head = NULL;
    g_autofree uint8_t *copy = NULL;
    unsigned status = 0;
    size_t end;
    size_t half;

    end = http_head_end(data, len, 0);
    half = http_head_end(data, len / 2, 0);
    /* However it arrives, it ends at the same place. */
    g_assert(half ? half == end
                  : http_head_end(data, len, len / 2) == end);
    if (!end) {
        return 0;
    }
    /* A copy of exactly that size, for the sanitizer to watch its end. */
    copy = g_memdup2(data, end);
    head = http_head_parse(copy, end, &status);
    if (head) {
        check(head, end);
    } else {
        g_assert(status >= 400 && status < 600);
    }
    return 0;
}
