/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What resources of the machine's hardware have in common. */
#ifndef QEMU_BMC_REDFISH_RF_HARDWARE_H
#define QEMU_BMC_REDFISH_RF_HARDWARE_H

#include "bmc/hardware.h"
#include "redfish/rf-resource.h"

#define RF_NICS "/redfish/v1/Systems/1/EthernetInterfaces"
#define RF_GRAPHICS "/redfish/v1/Systems/1/GraphicsControllers"
#define RF_PCI_DEVICES "/redfish/v1/Chassis/1/PCIeDevices"

/* RfResource.depends of what shows hardware. */
#define RF_HARDWARE_PARTS \
    (1 << BMC_PART_INVENTORY | 1 << BMC_PART_SYSTEM | 1 << BMC_PART_POWER)

/**
 * rf_hardware_prepare: RfResource.prepare that looks at the machine's
 * hardware anew.
 *
 * @x: the exchange
 */
void rf_hardware_prepare(RfExchange *x);

/**
 * rf_pci_device_uri: where a PCI device is shown.
 *
 * @device: the device
 * @uri: set to its URI
 */
void rf_pci_device_uri(const BmcPciDevice *device, char uri[RF_URI_MAX]);

/**
 * rf_pci_function_uri: where a PCI function is shown, for links to it.
 *
 * @bmc: the hub
 * @pci: the function
 * @uri: set to its URI
 */
void rf_pci_function_uri(Bmc *bmc, const MachinePci *pci,
                         char uri[RF_URI_MAX]);

/**
 * rf_nth_pci_device: RfProperty.nth of all PCI devices.
 *
 * @ctx: not used but for the hub
 * @n: position
 * @uri: set to its URI
 *
 * Returns: false past the end
 */
bool rf_nth_pci_device(const RfContext *ctx, unsigned n,
                       char uri[RF_URI_MAX]);

/**
 * rf_nth_pci_function: RfProperty.nth of all PCI functions.
 *
 * @ctx: not used but for the hub
 * @n: position
 * @uri: set to its URI
 *
 * Returns: false past the end
 */
bool rf_nth_pci_function(const RfContext *ctx, unsigned n,
                         char uri[RF_URI_MAX]);

/**
 * rf_nth_processor: RfProperty.nth of all processors.
 *
 * @ctx: not used but for the hub
 * @n: position
 * @uri: set to its URI
 *
 * Returns: false past the end
 */
bool rf_nth_processor(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX]);

/**
 * rf_nth_trusted_component: RfProperty.nth of all TPMs.
 *
 * @ctx: not used but for the hub
 * @n: position
 * @uri: set to its URI
 *
 * Returns: false past the end
 */
bool rf_nth_trusted_component(const RfContext *ctx, unsigned n,
                              char uri[RF_URI_MAX]);

/**
 * rf_has_tpm: RfProperty.get of what is there when there is a TPM.
 *
 * @ctx: not used but for the hub
 * @value: not used
 *
 * Returns: true if there is one
 */
bool rf_has_tpm(const RfContext *ctx, RfValue *value);

/**
 * rf_count_tpms: RfProperty.count of what there is one of for each TPM.
 *
 * @ctx: not used but for the hub
 *
 * Returns: how many
 */
unsigned rf_count_tpms(const RfContext *ctx);

/* An element of the system's TrustedModules. */
extern const RfProperty rf_trusted_modules[];

/**
 * rf_get_host_interfaces: RfProperty.get of the link to HostInterfaces.
 *
 * @ctx: not used but for the hub
 * @value: set to it
 *
 * Returns: false if there is none
 */
bool rf_get_host_interfaces(const RfContext *ctx, RfValue *value);

#endif /* QEMU_BMC_REDFISH_RF_HARDWARE_H */
