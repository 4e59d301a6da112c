/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether and at which ports the BMC is reached over the network. */
#include "osdep.h"

#include "bmc/network.h"

#include "bmc/bmc-priv.h"
#include "bmc/channel.h"
#include "bmc/persist-read.h"
#include "util/error.h"

#define SECTION "network"

static const struct {
    const char *name;
    const char *port_key;
} services[BMC_NET__MAX] = {
    [BMC_NET_REDFISH] = { "Redfish", "redfish-port" },
    [BMC_NET_IPMI] = { "IPMI over LAN", "ipmi-port" },
};

/*
 * @enabled: Redfish is; of IPMI the channel knows
 * @fixed: why a port cannot be changed, or NULL
 */
struct BmcNetwork {
    unsigned ports[BMC_NET__MAX];
    bool enabled;
    const char *fixed[BMC_NET__MAX];
    BmcNetApply apply;
    void *opaque;
};

static void save(Bmc *bmc)
{
    const BmcNetwork *network = bmc->network;
    JsonObject *section = json_object_new();
    unsigned i;

    for (i = 0; i < BMC_NET__MAX; i++) {
        json_object_set_int_member(section, services[i].port_key,
                                   network->ports[i]);
    }
    json_object_set_boolean_member(section, "redfish", network->enabled);
    persist_set(bmc->persist, SECTION, section);
}

void bmc_network_new(Bmc *bmc)
{
    BmcNetwork *network = g_new0(BmcNetwork, 1);
    PersistReader r;
    unsigned i;

    bmc->network = network;
    network->enabled = true;
    persist_read(&r, bmc->persist, SECTION);
    persist_read_bool(&r, "redfish", &network->enabled);
    for (i = 0; i < BMC_NET__MAX; i++) {
        int64_t port;

        if (persist_read_int(&r, services[i].port_key, 0, UINT16_MAX,
                             &port)) {
            network->ports[i] = port;
        }
    }
}

void bmc_network_free(Bmc *bmc)
{
    g_clear_pointer(&bmc->network, g_free);
}

void bmc_network_attach(Bmc *bmc, BmcNetApply apply, void *opaque)
{
    bmc->network->apply = apply;
    bmc->network->opaque = opaque;
}

void bmc_network_fix_port(Bmc *bmc, BmcNetService service, const char *why)
{
    bmc->network->fixed[service] = why;
}

const char *bmc_network_port_fixed(const Bmc *bmc, BmcNetService service)
{
    return bmc->network->fixed[service];
}

BmcNetSetting bmc_network_get(const Bmc *bmc, BmcNetService service)
{
    return (BmcNetSetting) {
        .enabled = service == BMC_NET_IPMI
                   ? bmc_channel_access(bmc)->mode !=
                         BMC_CHANNEL_MODE_DISABLED
                   : bmc->network->enabled,
        .port = bmc->network->ports[service],
    };
}

bool bmc_network_is_open(const Bmc *bmc, BmcNetService service)
{
    return service == BMC_NET_IPMI ? !bmc_channel_is_closed(bmc)
                                   : bmc->network->enabled;
}

static bool apply(Bmc *bmc, const BmcNetSettings settings,
                  BmcNetService *failed, GError **errp)
{
    if (!bmc->network->apply) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "%s is not served", services[*failed].name);
        return false;
    }
    return bmc->network->apply(settings, bmc->network->opaque, failed, errp);
}

static void put(Bmc *bmc, BmcNetService service, const BmcNetSetting *setting,
                const BmcOrigin *origin)
{
    bmc->network->ports[service] = setting->port;
    if (service == BMC_NET_IPMI) {
        bmc_channel_set_enabled(bmc, setting->enabled, origin);
    } else {
        bmc->network->enabled = setting->enabled;
    }
    save(bmc);
    bmc_changed(bmc, BMC_PART_LAN);
}

/* What is set already is taken out. */
static bool find_changes(Bmc *bmc, const BmcNetSettings settings,
                         BmcNetSettings changes, BmcNetService *failed,
                         GError **errp)
{
    unsigned i;

    for (i = 0; i < BMC_NET__MAX; i++) {
        BmcNetSetting old = bmc_network_get(bmc, i);

        changes[i] = settings[i];
        if (!changes[i]) {
            continue;
        }
        if (changes[i]->port != old.port && bmc->network->fixed[i]) {
            *failed = i;
            g_set_error_literal(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                                bmc->network->fixed[i]);
            return false;
        }
        if (changes[i]->port == old.port &&
            changes[i]->enabled == old.enabled) {
            changes[i] = NULL;
        } else {
            *failed = i;
        }
    }
    return true;
}

static void say(Bmc *bmc, BmcNetService service, const BmcNetSetting *setting,
                const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);
    BmcNetSetting old = bmc_network_get(bmc, service);

    if (setting->enabled != old.enabled) {
        g_message("%s %s by %s", services[service].name,
                  setting->enabled ? "enabled" : "disabled", who);
    }
    if (setting->port != old.port) {
        g_message("%s: port set to %u by %s", services[service].name,
                  setting->port, who);
    }
}

bool bmc_network_change(Bmc *bmc, const BmcNetSettings settings,
                        const BmcOrigin *origin, BmcNetService *failed,
                        GError **errp)
{
    BmcNetSettings changes = { NULL };
    unsigned i;
    bool ok;

    *failed = BMC_NET__MAX;
    if (!find_changes(bmc, settings, changes, failed, errp)) {
        return false;
    }
    if (*failed == BMC_NET__MAX) {
        return true;
    }
    /* What is told of it is told once, of the new state. */
    bmc_hold_changes(bmc);
    ok = apply(bmc, changes, failed, errp);
    for (i = 0; i < BMC_NET__MAX; i++) {
        if (ok && changes[i]) {
            say(bmc, i, changes[i], origin);
            put(bmc, i, changes[i], origin);
        }
    }
    bmc_release_changes(bmc);
    return ok;
}

bool bmc_network_set(Bmc *bmc, BmcNetService service,
                     const BmcNetSetting *setting, const BmcOrigin *origin,
                     GError **errp)
{
    BmcNetSettings settings = { NULL };
    BmcNetService failed;

    settings[service] = setting;
    return bmc_network_change(bmc, settings, origin, &failed, errp);
}

void bmc_network_reset(Bmc *bmc, const BmcOrigin *origin)
{
    static const BmcNetSetting setting = { .enabled = true };
    unsigned i;

    for (i = 0; i < BMC_NET__MAX; i++) {
        BmcNetSetting old = bmc_network_get(bmc, i);
        BmcNetSettings settings = { NULL };
        BmcNetService failed = i;
        g_autoptr(GError) err = NULL;

        if (old.enabled && !old.port) {
            continue;
        }
        /* What cannot be had now is tried at the next start. */
        settings[i] = &setting;
        if (bmc->network->apply && !apply(bmc, settings, &failed, &err)) {
            g_warning("%s stays as it was until the next start: %s",
                      services[i].name, err->message);
        }
        put(bmc, i, &setting, origin);
    }
}
