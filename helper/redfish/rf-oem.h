/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our own schemas: what stands below Oem/QemuBmc. They are made from the
 * same tables as the resources, so that they cannot differ from them.
 */
#ifndef QEMU_BMC_REDFISH_RF_OEM_H
#define QEMU_BMC_REDFISH_RF_OEM_H

#include <json-glib/json-glib.h>

#include "redfish/rf-resource.h"

#define RF_OEM_VERSION "v1_0_0"

/**
 * RfOemType: an object below Oem/QemuBmc, and its schema of the same name.
 *
 * @name: its name: namespace "NAME.v1_0_0", type "NAME.v1_0_0.NAME"; the
 *        object has it as @odata.type
 * @about: what it is
 * @properties: its members, each with RfProperty.about
 */
typedef struct RfOemType {
    const char *name;
    const char *about;
    const RfProperty *properties;
} RfOemType;

/* "@odata.type" of an RfOemType, as the first of its members. */
#define RF_OEM_ODATA_TYPE(name) \
    { "@odata.type", RF_TYPE_STRING, \
      .text = "#" name "." RF_OEM_VERSION "." name }

/* All there are; ends with a zero row. */
extern const RfOemType *const rf_oem_types[];

extern const RfOemType rf_sensor_oem;
extern const RfOemType rf_images_oem;
extern const RfOemType rf_firmware_oem;

/**
 * rf_oem_find: find a type.
 *
 * @name: its name
 * @len: length of @name
 *
 * Returns: (transfer none): the type, or NULL
 */
const RfOemType *rf_oem_find(const char *name, size_t len);

/**
 * rf_oem_csdl: its schema as OData has it (CSDL).
 *
 * @type: the type
 *
 * Returns: (transfer full): XML
 */
char *rf_oem_csdl(const RfOemType *type);

/**
 * rf_oem_json_schema: its schema as JSON Schema has it.
 *
 * @type: the type
 *
 * Returns: (transfer full): JSON
 */
JsonObject *rf_oem_json_schema(const RfOemType *type);

#endif /* QEMU_BMC_REDFISH_RF_OEM_H */
