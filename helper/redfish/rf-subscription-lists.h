/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrays that clients give for a subscription. */
#ifndef QEMU_BMC_REDFISH_RF_SUBSCRIPTION_LISTS_H
#define QEMU_BMC_REDFISH_RF_SUBSCRIPTION_LISTS_H

#include <json-glib/json-glib.h>

/**
 * rf_subscription_read_texts: read an array of texts.
 *
 * @node: the array
 *
 * Returns: (transfer full): the texts, NULL where anything in it is none
 */
char **rf_subscription_read_texts(JsonNode *node);

/**
 * rf_subscription_read_origins: read an array of references to resources.
 *
 * @node: the array
 *
 * Returns: (transfer full): the URIs, NULL where anything in it is none
 */
char **rf_subscription_read_origins(JsonNode *node);

/**
 * rf_subscription_read_headers: read an array of objects whose members are
 * headers.
 *
 * @node: the array
 *
 * Returns: (transfer full): "Name: value" of each, NULL where one of them
 * does not fit
 */
char **rf_subscription_read_headers(JsonNode *node);

#endif /* QEMU_BMC_REDFISH_RF_SUBSCRIPTION_LISTS_H */
