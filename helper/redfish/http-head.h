/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The head of an HTTP/1.x request (RFC 9112), read strictly: what two
 * readers could understand differently is refused. Pure; no I/O.
 */
#ifndef QEMU_BMC_REDFISH_HTTP_HEAD_H
#define QEMU_BMC_REDFISH_HTTP_HEAD_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_HEAD_MAX_FIELDS 100

/**
 * HttpField: one header field.
 */
typedef struct HttpField {
    const char *name;
    const char *value;
} HttpField;

/**
 * HttpHead: a request line and its header fields.
 *
 * @text: what the pointers below point into
 * @len: its length in bytes
 * @method: a token, as sent
 * @path: begins with '/', or is "*" (with OPTIONS only)
 * @query: what follows '?', or NULL
 * @minor: 0 for HTTP/1.0, 1 for HTTP/1.1
 * @close: no other request may follow
 * @chunked: the body is in chunks; @content_length means nothing
 * @expect_continue: the client waits for "100 Continue"
 * @content_length: bytes of the body
 * @fields: the header fields, in order
 * @n_fields: their number
 */
typedef struct HttpHead {
    char *text;
    size_t len;
    const char *method;
    const char *path;
    const char *query;
    unsigned minor;
    bool close;
    bool chunked;
    bool expect_continue;
    uint64_t content_length;
    HttpField fields[HTTP_HEAD_MAX_FIELDS];
    unsigned n_fields;
} HttpHead;

/**
 * http_head_end: find where a head ends.
 *
 * @buf: bytes received
 * @len: their number
 * @scanned: how many of them an earlier call has seen without finding it
 *
 * Returns: length of the head with its empty line, or 0 if more is needed
 */
size_t http_head_end(const uint8_t *buf, size_t len, size_t scanned);

/**
 * http_head_parse: read a head.
 *
 * @buf: the head
 * @len: length as from http_head_end()
 * @status: set on failure: 400, 417, 431, 501 or 505
 *
 * Returns: (transfer full): the head, or NULL
 */
HttpHead *http_head_parse(const uint8_t *buf, size_t len, unsigned *status);

/**
 * http_head_free: free a head.
 *
 * @head: the head, or NULL
 */
void http_head_free(HttpHead *head);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpHead, http_head_free)

/**
 * http_head_find: find a header field.
 *
 * @head: the head
 * @name: its name, case does not matter
 * @from: index of the first field to look at
 *
 * Returns: its index, or -1
 */
int http_head_find(const HttpHead *head, const char *name, unsigned from);

#endif /* QEMU_BMC_REDFISH_HTTP_HEAD_H */
