/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Uploaded images, as the resources of virtual media see them. */
#ifndef QEMU_BMC_REDFISH_RF_IMAGES_H
#define QEMU_BMC_REDFISH_RF_IMAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "redfish/rf-resource.h"

#define RF_IMAGES "/redfish/v1/Managers/1/Oem/QemuBmc/Images"

/* Oem of the collections of virtual media. */
extern const RfProperty rf_images_oem_properties[];

/**
 * rf_images_to_hub: what the hub calls an image that is named by its URI
 * here.
 *
 * @image: a URI, of an image here or of anything else; also an absolute one
 * @host: (nullable): the Host header: how this service is called
 *
 * Returns: (transfer full): "image:NAME", or a copy of @image
 */
char *rf_images_to_hub(const char *image, const char *host);

/**
 * rf_images_to_uri: the other way round.
 *
 * @image: as the hub has it
 * @uri: set to the URI of an uploaded image
 *
 * Returns: false if it is none
 */
bool rf_images_to_uri(const char *image, char uri[RF_URI_MAX]);

/**
 * rf_images_parse_range: read a Content-Range header (RFC 9110 section
 * 14.4) of a part whose whole is known.
 *
 * @text: its value, "bytes 0-99/1000"
 * @first: (out): first byte
 * @last: (out): last byte, before @total
 * @total: (out): bytes of the whole
 *
 * Returns: false if it is anything else
 */
bool rf_images_parse_range(const char *text, uint64_t *first, uint64_t *last,
                           uint64_t *total);

#endif /* QEMU_BMC_REDFISH_RF_IMAGES_H */
