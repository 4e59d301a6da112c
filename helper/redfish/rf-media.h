/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Media types in request headers: what there is and what is wanted is JSON. */
#ifndef QEMU_BMC_REDFISH_RF_MEDIA_H
#define QEMU_BMC_REDFISH_RF_MEDIA_H

#include <stdbool.h>

/**
 * rf_media_accepts_json: whether a client takes JSON (RFC 9110 section
 * 12.5.1).
 *
 * @accept: (nullable): value of its Accept header
 *
 * Returns: true if it does; NULL and "" take anything
 */
bool rf_media_accepts_json(const char *accept);

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
