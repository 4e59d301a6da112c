/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What resources of the machine's hardware have in common. */
#include "osdep.h"

#include "redfish/rf-hardware.h"

#include "redfish/rf-exchange.h"

/*
 * A GET does not wait for QEMU, with this exception: that a device was added
 * QEMU does not tell, so it is asked when somebody looks. The hub bounds the
 * wait.
 */
static void refreshed(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(RfExchange) x = opaque;

    bmc_hardware_refresh_finish(res, NULL);
    if (!g_cancellable_is_cancelled(x->cancellable)) {
        rf_exchange_prepared(x, NULL);
    }
}

void rf_hardware_prepare(RfExchange *x)
{
    bmc_hardware_refresh_async(x->context.bmc, x->cancellable, refreshed,
                               rf_exchange_ref(x));
}

void rf_pci_device_uri(const BmcPciDevice *device, char uri[RF_URI_MAX])
{
    g_snprintf(uri, RF_URI_MAX, RF_PCI_DEVICES "/%s", device->id);
}

void rf_pci_function_uri(Bmc *bmc, const MachinePci *pci,
                         char uri[RF_URI_MAX])
{
    const BmcPciDevice *device = bmc_pci_device_of(bmc, pci);

    g_snprintf(uri, RF_URI_MAX, RF_PCI_DEVICES "/%s/PCIeFunctions/%u",
               device->id, pci->function);
}

bool rf_nth_pci_device(const RfContext *ctx, unsigned n,
                       char uri[RF_URI_MAX])
{
    const BmcPciDevice *device = bmc_pci_device_nth(ctx->bmc, n);

    if (device) {
        rf_pci_device_uri(device, uri);
    }
    return device;
}

/* They lie one behind the other in the list. */
bool rf_nth_pci_function(const RfContext *ctx, unsigned n,
                         char uri[RF_URI_MAX])
{
    const GPtrArray *all = bmc_machine(ctx->bmc)->info.pci;

    if (!all || n >= all->len) {
        return false;
    }
    rf_pci_function_uri(ctx->bmc, all->pdata[n], uri);
    return true;
}
