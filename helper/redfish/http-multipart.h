/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bodies of several parts, as forms are sent (RFC 7578, RFC 2046 section
 * 5.1): taken apart as they come, however they are cut, without keeping more
 * than the head of one part.
 */
#ifndef QEMU_BMC_REDFISH_HTTP_MULTIPART_H
#define QEMU_BMC_REDFISH_HTTP_MULTIPART_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a body may have. */
#define HTTP_MULTIPART_PARTS_MAX 16
#define HTTP_MULTIPART_HEAD_MAX 4096

typedef struct HttpMultipart HttpMultipart;

/**
 * HttpMultipartPart: the head of a part; valid while it is handed over.
 *
 * @name: the field's name
 * @filename: (nullable): the file's name, as the client has it
 * @type: (nullable): its Content-Type
 */
typedef struct HttpMultipartPart {
    char *name;
    char *filename;
    char *type;
} HttpMultipartPart;

/**
 * HttpMultipartFuncs: told what there is. Each returns false to stop: then
 * nothing more is told.
 *
 * @begin: a part begins
 * @data: some of its bytes, at least one
 * @end: it is complete
 */
typedef struct HttpMultipartFuncs {
    bool (*begin)(const HttpMultipartPart *part, void *opaque);
    bool (*data)(const uint8_t *data, size_t len, void *opaque);
    bool (*end)(void *opaque);
} HttpMultipartFuncs;

/**
 * HttpMultipartState: how far it is.
 *
 * @HTTP_MULTIPART_MORE: something must follow
 * @HTTP_MULTIPART_DONE: all parts are complete
 * @HTTP_MULTIPART_BAD: the body is malformed
 * @HTTP_MULTIPART_STOPPED: one of the functions has returned false
 */
typedef enum HttpMultipartState {
    HTTP_MULTIPART_MORE,
    HTTP_MULTIPART_DONE,
    HTTP_MULTIPART_BAD,
    HTTP_MULTIPART_STOPPED,
} HttpMultipartState;

/**
 * http_multipart_new: begin with a body.
 *
 * @type: (nullable): its Content-Type
 * @funcs: who is told; must stay
 * @opaque: handed to them
 *
 * Returns: (transfer full): a parser, or NULL if it is not
 * "multipart/form-data" with a usable boundary
 */
HttpMultipart *http_multipart_new(const char *type,
                                  const HttpMultipartFuncs *funcs,
                                  void *opaque);

/**
 * http_multipart_feed: take the next bytes.
 *
 * @multipart: the parser
 * @data: the bytes
 * @len: their number
 *
 * Returns: the state after them; one other than %HTTP_MULTIPART_MORE stays,
 * but that too much after the last part is %HTTP_MULTIPART_BAD
 */
HttpMultipartState http_multipart_feed(HttpMultipart *multipart,
                                       const uint8_t *data, size_t len);

/**
 * http_multipart_state: how far it is.
 *
 * @multipart: the parser
 *
 * Returns: the state
 */
HttpMultipartState http_multipart_state(const HttpMultipart *multipart);

/**
 * http_multipart_free: free it.
 *
 * @multipart: the parser, or NULL
 */
void http_multipart_free(HttpMultipart *multipart);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpMultipart, http_multipart_free)

#endif /* QEMU_BMC_REDFISH_HTTP_MULTIPART_H */
