/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LAN configuration: where each setting's value comes from. */
#include "osdep.h"

#include "bmc/lan-priv.h"

#include <nettle/sha2.h>

#include "bmc/users.h"
#include "util/error.h"

#define HOST_LIFE_MS 1000
#define VLAN_ID_MAX 4094

static bool check_address(const uint8_t *value)
{
    /* Neither "this network" nor multicast or what is reserved above it */
    return value[0] != 0 && value[0] < 224;
}

static bool check_gateway(const uint8_t *value)
{
    static const uint8_t none[4];

    return !memcmp(value, none, 4) || check_address(value);
}

static bool check_netmask(const uint8_t *value)
{
    uint32_t mask = (uint32_t)value[0] << 24 | value[1] << 16 |
                    value[2] << 8 | value[3];

    return (~mask & (~mask + 1)) == 0;
}

static bool check_mac(const uint8_t *value)
{
    static const uint8_t none[6];

    return !(value[0] & 1) && memcmp(value, none, 6);
}

static bool check_any_mac(const uint8_t *value)
{
    return !(value[0] & 1);
}

static bool check_source(const uint8_t *value)
{
    return *value <= BMC_LAN_SOURCE_OTHER;
}

static bool check_vlan(const uint8_t *value)
{
    unsigned id = (value[0] & 0x0f) << 8 | value[1];

    if (value[0] & ~(BMC_LAN_VLAN_ENABLED | 0x0f)) {
        return false;
    }
    return value[0] & BMC_LAN_VLAN_ENABLED ? id >= 1 && id <= VLAN_ID_MAX :
           id <= VLAN_ID_MAX;
}

static bool check_priority(const uint8_t *value)
{
    return *value <= 7;
}

static bool check_address6(const uint8_t *value)
{
    static const uint8_t none[16];

    return value[0] <= 1 && value[1] != 0xff && value[17] <= 128 &&
           (!value[0] || memcmp(value + 1, none, 16));
}

static bool check_router6(const uint8_t *value)
{
    return value[0] != 0xff;
}

static bool check_prefix_len(const uint8_t *value)
{
    return *value <= 128;
}

const LanField lan_fields[BMC_LAN_FIELD__MAX] = {
    [BMC_LAN_ADDRESS] = { "address", 4, true, check_address },
    [BMC_LAN_SOURCE] = { "source", 1, true, check_source },
    [BMC_LAN_MAC] = { "mac", 6, true, check_mac },
    [BMC_LAN_NETMASK] = { "netmask", 4, true, check_netmask },
    [BMC_LAN_GATEWAY] = { "gateway", 4, true, check_gateway },
    [BMC_LAN_GATEWAY_MAC] = { "gateway-mac", 6, true, check_any_mac },
    [BMC_LAN_BACKUP] = { "backup-gateway", 4, true, check_gateway },
    [BMC_LAN_BACKUP_MAC] = { "backup-gateway-mac", 6, true, check_any_mac },
    [BMC_LAN_VLAN] = { "vlan", 2, true, check_vlan },
    [BMC_LAN_VLAN_PRIORITY] = { "vlan-priority", 1, true, check_priority },
    [BMC_LAN_ADDRESS6] = { "address6", 18, true, check_address6 },
    [BMC_LAN_ROUTER6] = { "router6", 16, true, check_router6 },
    [BMC_LAN_ROUTER6_MAC] = { "router6-mac", 6, true, check_any_mac },
    [BMC_LAN_ROUTER6_PREFIX_LEN] = { "router6-prefix-length", 1, true,
                                     check_prefix_len },
    [BMC_LAN_ROUTER6_PREFIX] = { "router6-prefix", 16, true, check_router6 },
    [BMC_LAN_COMMUNITY] = { "community", BMC_LAN_COMMUNITY_LEN, false,
                            NULL },
};

static const LanHost *get_host(Bmc *bmc)
{
    BmcLan *lan = bmc->lan;
    const LanValue *address = &lan->values[BMC_LAN_ADDRESS];
    int64_t now = clock_now_ms(bmc->clock);
    g_autoptr(GInetAddress) configured = NULL;
    LanHost other;

    if (!lan->bound || now < lan->host_until_ms) {
        return &lan->host;
    }
    lan->host_until_ms = now + HOST_LIFE_MS;
    lan_host_find(lan->bound, lan->dual, &lan->host);
    if (address->configured) {
        /* Its mask and gateway, if it is the host's at all */
        configured = g_inet_address_new_from_bytes(address->config,
                                                   G_SOCKET_FAMILY_IPV4);
        lan_host_find(configured, false, &other);
        memcpy(other.address6, lan->host.address6, sizeof(other.address6));
        memcpy(other.router6, lan->host.router6, sizeof(other.router6));
        other.have_address6 = lan->host.have_address6;
        other.prefix6 = lan->host.prefix6;
        lan->host = other;
    }
    return &lan->host;
}

/* Locally administered, and the same as long as the machine is the same. */
static void make_mac(const Bmc *bmc, uint8_t mac[6])
{
    const char *uuid = bmc_system_uuid(bmc);
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx ctx;

    if (!uuid) {
        uuid = bmc->lan->uuid ? bmc->lan->uuid : bmc->uuid;
    }
    sha256_init(&ctx);
    sha256_update(&ctx, strlen(uuid), (const uint8_t *)uuid);
    sha256_digest(&ctx, sizeof(digest), digest);
    memcpy(mac, digest, 6);
    mac[0] = (mac[0] & 0xfc) | 0x02;
}

static bool get_from_host(Bmc *bmc, BmcLanField field, uint8_t *value)
{
    const LanHost *host = get_host(bmc);

    switch (field) {
    case BMC_LAN_ADDRESS:
        memcpy(value, host->address, 4);
        return host->have_address;
    case BMC_LAN_NETMASK:
        memcpy(value, host->netmask, 4);
        return host->have_netmask;
    case BMC_LAN_GATEWAY:
        memcpy(value, host->gateway, 4);
        return host->have_address;
    case BMC_LAN_GATEWAY_MAC:
        memcpy(value, host->gateway_mac, 6);
        return host->have_gateway_mac;
    case BMC_LAN_ADDRESS6:
        value[0] = host->have_address6;
        memcpy(value + 1, host->address6, 16);
        value[17] = host->prefix6;
        return true;
    case BMC_LAN_ROUTER6:
        memcpy(value, host->router6, 16);
        return true;
    default:
        return false;
    }
}

static bool get_default(Bmc *bmc, BmcLanField field, uint8_t *value)
{
    switch (field) {
    case BMC_LAN_MAC:
        make_mac(bmc, value);
        return true;
    case BMC_LAN_COMMUNITY:
        memcpy(value, "public", 6);
        return true;
    case BMC_LAN_SOURCE:
    case BMC_LAN_BACKUP:
    case BMC_LAN_VLAN:
    case BMC_LAN_VLAN_PRIORITY:
    case BMC_LAN_ROUTER6_MAC:
    case BMC_LAN_ROUTER6_PREFIX_LEN:
    case BMC_LAN_ROUTER6_PREFIX:
        /* Unspecified, none, off */
        return true;
    default:
        return get_from_host(bmc, field, value);
    }
}

bool bmc_lan_get(Bmc *bmc, BmcLanField field, uint8_t *value)
{
    const LanValue *at = &bmc->lan->values[field];
    size_t len = lan_fields[field].len;

    memset(value, 0, len);
    if (at->written || at->configured) {
        memcpy(value, at->written ? at->value : at->config, len);
        return true;
    }
    if (!get_default(bmc, field, value)) {
        memset(value, 0, len);
        return false;
    }
    return true;
}

bool bmc_lan_set(Bmc *bmc, BmcLanField field, const uint8_t *value,
                 const BmcOrigin *origin, GError **errp)
{
    const LanField *row = &lan_fields[field];
    LanValue *at = &bmc->lan->values[field];
    bool in_band = !bmc_origin_may_reach_host(bmc, origin);
    uint8_t old[BMC_LAN_VALUE_MAX];

    if (bmc_lan_get(bmc, field, old) && !memcmp(old, value, row->len) &&
        (in_band || !at->in_band)) {
        return true;
    }
    if (row->check && !row->check(value)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "the LAN setting %s cannot have that value", row->name);
        return false;
    }
    memcpy(at->value, value, row->len);
    at->written = true;
    at->in_band = in_band;
    bmc->lan->dirty |= row->host && !in_band;
    lan_changed(bmc, row->name, origin);
    if (!bmc->lan->in_progress) {
        lan_command_apply(bmc);
    }
    return true;
}

void bmc_lan_reset(Bmc *bmc, const BmcOrigin *origin)
{
    BmcLan *lan = bmc->lan;
    unsigned i;

    for (i = 0; i < BMC_LAN_FIELD__MAX; i++) {
        lan->dirty |= lan->values[i].written && lan_fields[i].host;
        lan->values[i].written = false;
        lan->values[i].in_band = false;
    }
    memset(lan->destinations, 0, sizeof(lan->destinations));
    lan_changed(bmc, "all of it", origin);
    if (!lan->in_progress) {
        lan_command_apply(bmc);
    }
}

size_t bmc_lan_field_len(BmcLanField field)
{
    return lan_fields[field].len;
}

void lan_changed(Bmc *bmc, const char *what, const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);
    unsigned suppressed;

    if (log_limit_allows(&bmc->lan->changes, clock_now_ms(bmc->clock),
                         &suppressed)) {
        g_message("LAN: %s changed by %s", what, who);
    }
    lan_save(bmc);
    bmc_changed(bmc, BMC_PART_LAN);
}

static void configure(BmcLan *lan, BmcLanField field, const void *value)
{
    lan->values[field].configured = true;
    memcpy(lan->values[field].config, value, lan_fields[field].len);
}

/* Reads an address of one family, or says what is wrong. */
static GInetAddress *parse_ip(const char *text, const char *key, bool v4,
                              GError **errp)
{
    g_autoptr(GInetAddress) ip = g_inet_address_new_from_string(text);

    if (!ip || (v4 && g_inet_address_get_family(ip) !=
                G_SOCKET_FAMILY_IPV4)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "[lan] %s: '%s' is not an %s address", key, text,
                    v4 ? "IPv4" : "IP");
        return NULL;
    }
    return g_steal_pointer(&ip);
}

static bool configure_ip(BmcLan *lan, BmcLanField field, const char *text,
                         GError **errp)
{
    const LanField *row = &lan_fields[field];
    g_autoptr(GInetAddress) ip = NULL;

    if (!text || !*text) {
        return true;
    }
    ip = parse_ip(text, row->name, true, errp);
    if (!ip) {
        return false;
    }
    if (!row->check(g_inet_address_to_bytes(ip))) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "[lan] %s: '%s' cannot be one", row->name, text);
        return false;
    }
    configure(lan, field, g_inet_address_to_bytes(ip));
    return true;
}

static bool configure_address(BmcLan *lan, const char *text, GError **errp)
{
    uint8_t value[BMC_LAN_VALUE_MAX] = { 1, [17] = 128 };
    g_autoptr(GInetAddress) ip = NULL;

    if (!text || !strchr(text, ':')) {
        return configure_ip(lan, BMC_LAN_ADDRESS, text, errp);
    }
    ip = parse_ip(text, "address", false, errp);
    if (!ip) {
        return false;
    }
    memcpy(value + 1, g_inet_address_to_bytes(ip), 16);
    configure(lan, BMC_LAN_ADDRESS6, value);
    return true;
}

bool bmc_lan_configure(Bmc *bmc, const BmcLanConfig *config, GError **errp)
{
    BmcLan *lan = bmc->lan;
    uint64_t vlan = 0;
    uint8_t value[6];

    lan->port = config->port;
    if (!configure_address(lan, config->address, errp) ||
        !configure_ip(lan, BMC_LAN_NETMASK, config->netmask, errp) ||
        !configure_ip(lan, BMC_LAN_GATEWAY, config->gateway, errp)) {
        return false;
    }
    if (config->mac && *config->mac) {
        if (!lan_host_parse_mac(config->mac, value) || !check_mac(value)) {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                        "[lan] mac: '%s' is not a MAC address (such as "
                        "52:54:00:12:34:56)", config->mac);
            return false;
        }
        configure(lan, BMC_LAN_MAC, value);
    }
    if (config->vlan && *config->vlan) {
        if (!g_ascii_string_to_unsigned(config->vlan, 10, 1, VLAN_ID_MAX,
                                        &vlan, NULL)) {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                        "[lan] vlan: '%s' is not a VLAN (1 to %d)",
                        config->vlan, VLAN_ID_MAX);
            return false;
        }
        value[0] = BMC_LAN_VLAN_ENABLED | vlan >> 8;
        value[1] = vlan & 0xff;
        configure(lan, BMC_LAN_VLAN, value);
    }
    if (config->command && *config->command) {
        g_clear_pointer(&lan->command, g_strfreev);
        if (!g_shell_parse_argv(config->command, NULL, &lan->command,
                                NULL)) {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                        "[lan] config-command: '%s' is not a command line",
                        config->command);
            return false;
        }
    }
    return true;
}

void bmc_lan_set_bound(Bmc *bmc, GSocketAddress *addr)
{
    GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS(addr);
    BmcLan *lan = bmc->lan;

    g_set_object(&lan->bound, g_inet_socket_address_get_address(inet));
    lan->bound_port = g_inet_socket_address_get_port(inet);
    /* As the sockets are made: "any" in IPv6 takes IPv4 too */
    lan->dual = g_inet_address_get_family(lan->bound) ==
                G_SOCKET_FAMILY_IPV6 &&
                g_inet_address_get_is_any(lan->bound);
    lan->host_until_ms = INT64_MIN;
    bmc_changed(bmc, BMC_PART_LAN);
}

GInetAddress *bmc_lan_bound(const Bmc *bmc)
{
    return bmc->lan->bound;
}

unsigned bmc_lan_port(const Bmc *bmc)
{
    return bmc->lan->bound && bmc->lan->port ? bmc->lan->port :
           bmc->lan->bound_port;
}

void bmc_lan_families(const Bmc *bmc, bool *ipv4, bool *ipv6)
{
    const BmcLan *lan = bmc->lan;
    bool v6 = lan->bound && g_inet_address_get_family(lan->bound) ==
              G_SOCKET_FAMILY_IPV6;

    *ipv6 = v6;
    *ipv4 = lan->bound && (!v6 || lan->dual);
}

void bmc_lan_new(Bmc *bmc)
{
    BmcLan *lan = g_new0(BmcLan, 1);

    bmc->lan = lan;
    lan->cancellable = g_cancellable_new();
    lan_load(bmc);
}

void bmc_lan_free(Bmc *bmc)
{
    BmcLan *lan = bmc->lan;

    if (!lan) {
        return;
    }
    lan_command_free(bmc);
    clock_timer_stop(&lan->set_timer);
    g_clear_object(&lan->bound);
    g_object_unref(lan->cancellable);
    g_strfreev(lan->command);
    g_free(lan->uuid);
    g_clear_pointer(&bmc->lan, g_free);
}

void bmc_lan_machine_info(Bmc *bmc)
{
    const char *uuid = bmc_system_uuid(bmc);

    if (uuid && g_strcmp0(uuid, bmc->lan->uuid)) {
        g_free(bmc->lan->uuid);
        bmc->lan->uuid = g_strdup(uuid);
        lan_save(bmc);
    }
}
