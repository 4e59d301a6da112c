/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Media types in request headers. */
#ifndef QEMU_BMC_REDFISH_RF_MEDIA_H
#define QEMU_BMC_REDFISH_RF_MEDIA_H

#include <stdbool.h>

/**
 * rf_media_accepts: whether a client takes what there is (RFC 9110 section
 * 12.5.1).
 *
 * @accept: (nullable): value of its Accept header
 * @type: the type that there is; its parameters do not count
 *
 * Returns: true if it does; NULL and "" take anything
 */
bool rf_media_accepts(const char *accept, const char *type);

/**
 * rf_media_is_json: whether a body is said to be JSON. A client that says
 * nothing about it means JSON.
 *
 * @type: (nullable): value of the Content-Type header
 *
 * Returns: true if it is
 */
bool rf_media_is_json(const char *type);

#endif /* QEMU_BMC_REDFISH_RF_MEDIA_H */
