/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether and at which ports the BMC is reached over the network. What is set
 * here is kept, and holds at the next start too, unless the port is fixed.
 * The hub does not listen itself: who does is attached.
 *
 * That IPMI over LAN is disabled is the access mode of the LAN channel
 * (channel.h), so that IPMI shows it as well. The guest, or a session that is
 * there, can enable it again that way.
 */
#ifndef QEMU_BMC_BMC_NETWORK_H
#define QEMU_BMC_BMC_NETWORK_H

#include "bmc/bmc.h"

/**
 * BmcNetService: what can be reached.
 */
typedef enum BmcNetService {
    BMC_NET_REDFISH,
    BMC_NET_IPMI,
    BMC_NET__MAX,
} BmcNetService;

/**
 * BmcNetSetting: how it can be reached.
 *
 * @enabled: at all
 * @port: its port; 0: as configured
 */
typedef struct BmcNetSetting {
    bool enabled;
    unsigned port;
} BmcNetSetting;

/**
 * BmcNetSettings: how each service can be reached; NULL: as now.
 */
typedef const BmcNetSetting *BmcNetSettings[BMC_NET__MAX];

/**
 * BmcNetApply: listen, and do so no more elsewhere. Tells the hub what is
 * bound then. When one of them fails all is as it was.
 *
 * @settings: how
 * @opaque: as given to bmc_network_attach()
 * @failed: (out): which of them cannot
 * @errp: why it cannot
 *
 * Returns: true on success
 */
typedef bool (*BmcNetApply)(const BmcNetSettings settings, void *opaque,
                            BmcNetService *failed, GError **errp);

/**
 * bmc_network_attach: there is somebody who listens.
 *
 * @bmc: the hub
 * @apply: does it; NULL: there is nobody any more
 * @opaque: handed to it
 */
void bmc_network_attach(Bmc *bmc, BmcNetApply apply, void *opaque);

/**
 * bmc_network_fix_port: a port cannot be changed from now on.
 *
 * @bmc: the hub
 * @service: of what
 * @why: why not; static
 */
void bmc_network_fix_port(Bmc *bmc, BmcNetService service, const char *why);

/**
 * bmc_network_port_fixed: whether a port cannot be changed.
 *
 * @bmc: the hub
 * @service: of what
 *
 * Returns: (transfer none): why not, or NULL if it can
 */
const char *bmc_network_port_fixed(const Bmc *bmc, BmcNetService service);

/**
 * bmc_network_get: what is set.
 *
 * @bmc: the hub
 * @service: of what
 *
 * Returns: the setting
 */
BmcNetSetting bmc_network_get(const Bmc *bmc, BmcNetService service);

/**
 * bmc_network_is_open: whether a service is to listen. IPMI over LAN does so
 * even where the channel's access mode alone is "disabled".
 *
 * @bmc: the hub
 * @service: which
 *
 * Returns: true if so
 */
bool bmc_network_is_open(const Bmc *bmc, BmcNetService service);

/**
 * bmc_network_set: change it; kept by the next flush.
 *
 * @bmc: the hub
 * @service: of what
 * @setting: how
 * @origin: who asks
 * @errp: BMC_ERROR_NOT_SUPPORTED: nobody listens, or the port is fixed;
 *        or as listening fails: all is as it was then
 *
 * Returns: true on success
 */
bool bmc_network_set(Bmc *bmc, BmcNetService service,
                     const BmcNetSetting *setting, const BmcOrigin *origin,
                     GError **errp);

/**
 * bmc_network_change: change several of them, or none; kept by the next
 * flush.
 *
 * @bmc: the hub
 * @settings: how
 * @origin: who asks
 * @failed: (out): on failure, of what it was
 * @errp: as bmc_network_set()
 *
 * Returns: true on success
 */
bool bmc_network_change(Bmc *bmc, const BmcNetSettings settings,
                        const BmcOrigin *origin, BmcNetService *failed,
                        GError **errp);

/**
 * bmc_network_new: load it. For helper/bmc/ only, so the next two.
 *
 * @bmc: the hub
 */
void bmc_network_new(Bmc *bmc);

/**
 * bmc_network_free: free it.
 *
 * @bmc: the hub
 */
void bmc_network_free(Bmc *bmc);

/**
 * bmc_network_reset: all is as configured.
 *
 * @bmc: the hub
 * @origin: who asks
 */
void bmc_network_reset(Bmc *bmc, const BmcOrigin *origin);

#endif /* QEMU_BMC_BMC_NETWORK_H */
