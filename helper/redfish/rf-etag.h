/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entity tags (RFC 9110 section 8.8.3). */
#ifndef QEMU_BMC_REDFISH_RF_ETAG_H
#define QEMU_BMC_REDFISH_RF_ETAG_H

#include <stdbool.h>
#include <stddef.h>

/* Inside the quotes, of what is the same but compressed. */
#define RF_ETAG_GZIP "-gzip"

/**
 * rf_etag_make: strong entity tag of a representation; the same bytes have
 * the same tag, also after a restart.
 *
 * @data: the bytes
 * @len: their number
 *
 * Returns: (transfer full): the tag with its quotes
 */
char *rf_etag_make(const void *data, size_t len);

/**
 * rf_etag_matches: whether If-Match or If-None-Match names a tag. Lenient,
 * since clients quote twice, not at all, or turn a strong tag into a weak
 * one on the way. The tag of the compressed representation is as good.
 *
 * @header: the header's value: "*" or a list of tags
 * @etag: our tag, from rf_etag_make()
 *
 * Returns: true if it does
 */
bool rf_etag_matches(const char *header, const char *etag);

#endif /* QEMU_BMC_REDFISH_RF_ETAG_H */
