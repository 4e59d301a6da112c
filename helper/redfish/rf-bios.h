/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of the registry of the attributes of Bios. */
#ifndef QEMU_BMC_REDFISH_RF_BIOS_H
#define QEMU_BMC_REDFISH_RF_BIOS_H

#define RF_BIOS_REGISTRY_NAME "QemuBmcBios"
#define RF_BIOS_REGISTRY_VERSION "1.0.0"
#define RF_BIOS_REGISTRY RF_BIOS_REGISTRY_NAME "." RF_BIOS_REGISTRY_VERSION
#define RF_BIOS_REGISTRY_URI "/redfish/v1/Registries/" RF_BIOS_REGISTRY_NAME \
                             "/" RF_BIOS_REGISTRY ".json"
#define RF_ATTRIBUTE_REGISTRY_TYPE "AttributeRegistry.v1_4_0.AttributeRegistry"
#define RF_SETTINGS_NAMESPACE "Settings.v1_4_0"
#define RF_SETTINGS_TYPE RF_SETTINGS_NAMESPACE ".Settings"

#endif /* QEMU_BMC_REDFISH_RF_BIOS_H */
