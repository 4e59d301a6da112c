/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The types that the service's resources have, each once, in order. */
#ifndef QEMU_BMC_REDFISH_RF_TYPES_H
#define QEMU_BMC_REDFISH_RF_TYPES_H

#include <glib.h>

/**
 * rf_types: types of resources and of what stands in them by itself, such
 * as ActionInfo and Message, as "Sensor.v1_12_0.Sensor".
 *
 * Returns: (transfer none): the types, sorted
 */
const GPtrArray *rf_types(void);

/**
 * rf_type_name: the first part of a type's name, "Sensor".
 *
 * @type: the type
 *
 * Returns: (transfer full): text
 */
char *rf_type_name(const char *type);

/**
 * rf_type_namespace: its namespace, "Sensor.v1_12_0"; of a type without a
 * version, such as a collection, its name.
 *
 * @type: the type
 *
 * Returns: (transfer full): text
 */
char *rf_type_namespace(const char *type);

#endif /* QEMU_BMC_REDFISH_RF_TYPES_H */
