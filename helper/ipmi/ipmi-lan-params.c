/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is read and written of LAN configuration, parameter by parameter. */
#include "osdep.h"

#include "ipmi/ipmi-lan-params.h"

#include "bmc/channel.h"
#include "bmc/lan-host.h"
#include "bmc/lockout.h"
#include "codec/rmcp.h"
#include "ipmi/ipmi-session.h"

/* IPv4 header: the kernel forbids fragmenting; no precedence, no TOS. */
#define IP_DONT_FRAGMENT 0x40

/* The host answers ARP requests; nobody sends gratuitous ones. */
#define ARP_RESPONSES 0x02

#define AUTH_LEVELS 5

#define DEST_SELECTOR 0x0f
#define DEST_ACK 0x80
#define DEST_TYPE_RESERVED 0x78
#define DEST_TYPE 0x07
#define DEST_RETRIES 0x07
#define DEST_FORMAT_SHIFT 4
#define DEST_BACKUP 0x01
#define DEST_LEN4 13
#define DEST_LEN6 18

#define SUITE_ENTRIES 16
#define SUITE_LEVELS (1 + SUITE_ENTRIES / 2)

#define BAD_PASSWORD_EVENT 0x01
#define BAD_PASSWORD_UNIT_S 10

#define V6_SUPPORT_ONLY 0x01
#define V6_SUPPORT_BOTH 0x02
#define V6_SUPPORT_ALERT 0x04
#define V6_DISABLED 0
#define V6_ONLY 1
#define V6_AND_V4 2
#define V6_SELECTOR 0xff
#define V6_ENABLED 0x80
#define V6_STATIC 0x00
#define V6_STATIC_ROUTER 0x01
#define V6_ACTIVE 0x00
#define V6_INACTIVE 0x01

static int read_auth_support(IpmiRequest *req, const IpmiParam *param,
                             unsigned set, ByteWriter *out)
{
    byte_writer_u8(out, req->core->sessions->config.auth15);
    return IPMI_CC_OK;
}

/* All that there is, at each level; nothing at the OEM's. */
static int read_auth_enables(IpmiRequest *req, const IpmiParam *param,
                             unsigned set, ByteWriter *out)
{
    unsigned i;

    for (i = 1; i < AUTH_LEVELS; i++) {
        byte_writer_u8(out, req->core->sessions->config.auth15);
    }
    byte_writer_u8(out, 0);
    return IPMI_CC_OK;
}

static int read_ipv4_header(IpmiRequest *req, const IpmiParam *param,
                            unsigned set, ByteWriter *out)
{
    unsigned ttl = lan_host_hop_limit(false);

    if (!ttl) {
        return IPMI_PARAM_UNSUPPORTED;
    }
    byte_writer_u8(out, ttl);
    byte_writer_u8(out, IP_DONT_FRAGMENT);
    byte_writer_u8(out, 0);
    return IPMI_CC_OK;
}

static int read_port(IpmiRequest *req, const IpmiParam *param, unsigned set,
                     ByteWriter *out)
{
    byte_writer_le16(out, bmc_lan_port(req->bmc) ?: RMCP_PORT);
    return IPMI_CC_OK;
}

static int read_arp(IpmiRequest *req, const IpmiParam *param, unsigned set,
                    ByteWriter *out)
{
    byte_writer_u8(out, ARP_RESPONSES);
    return IPMI_CC_OK;
}

static int read_destination_count(IpmiRequest *req, const IpmiParam *param,
                                  unsigned set, ByteWriter *out)
{
    byte_writer_u8(out, BMC_LAN_DESTINATIONS);
    return IPMI_CC_OK;
}

static int read_destination_type(IpmiRequest *req, const IpmiParam *param,
                                 unsigned set, ByteWriter *out)
{
    const BmcLanDestination *d = bmc_lan_destination(req->bmc, set);

    byte_writer_u8(out, set);
    byte_writer_u8(out, d->type | (d->ack ? DEST_ACK : 0));
    byte_writer_u8(out, d->timeout_s);
    byte_writer_u8(out, d->retries);
    return IPMI_CC_OK;
}

static int write_destination_type(IpmiRequest *req, const IpmiParam *param,
                                  const uint8_t *data, size_t len)
{
    BmcLanDestination d = *bmc_lan_destination(req->bmc, data[0]);

    /* There are PET traps, and nobody's own alerts */
    if ((data[1] & (DEST_TYPE_RESERVED | DEST_TYPE)) ||
        (data[3] & ~DEST_RETRIES)) {
        return IPMI_CC_INVALID_FIELD;
    }
    d.type = 0;
    d.ack = data[1] & DEST_ACK;
    d.timeout_s = data[2];
    d.retries = data[3];
    bmc_lan_set_destination(req->bmc, data[0], &d, &req->ctx->origin);
    return IPMI_CC_OK;
}

static int read_destination(IpmiRequest *req, const IpmiParam *param,
                            unsigned set, ByteWriter *out)
{
    const BmcLanDestination *d = bmc_lan_destination(req->bmc, set);

    byte_writer_u8(out, set);
    byte_writer_u8(out, d->ipv6 << DEST_FORMAT_SHIFT);
    if (d->ipv6) {
        byte_writer_bytes(out, d->address, 16);
        return IPMI_CC_OK;
    }
    byte_writer_u8(out, d->backup ? DEST_BACKUP : 0);
    byte_writer_bytes(out, d->address, 4);
    byte_writer_bytes(out, d->mac, sizeof(d->mac));
    return IPMI_CC_OK;
}

static int write_destination(IpmiRequest *req, const IpmiParam *param,
                             const uint8_t *data, size_t len)
{
    BmcLanDestination d = *bmc_lan_destination(req->bmc, data[0]);
    bool ipv6 = data[1] == 1 << DEST_FORMAT_SHIFT;

    if (data[1] && !ipv6) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (len != (ipv6 ? DEST_LEN6 : DEST_LEN4)) {
        return IPMI_CC_LENGTH;
    }
    memset(d.address, 0, sizeof(d.address));
    memset(d.mac, 0, sizeof(d.mac));
    d.ipv6 = ipv6;
    d.backup = false;
    if (ipv6) {
        memcpy(d.address, data + 2, 16);
    } else {
        if (data[2] & ~DEST_BACKUP) {
            return IPMI_CC_INVALID_FIELD;
        }
        d.backup = data[2] & DEST_BACKUP;
        memcpy(d.address, data + 3, 4);
        memcpy(d.mac, data + 7, sizeof(d.mac));
    }
    bmc_lan_set_destination(req->bmc, data[0], &d, &req->ctx->origin);
    return IPMI_CC_OK;
}

static int read_destination_tag(IpmiRequest *req, const IpmiParam *param,
                                unsigned set, ByteWriter *out)
{
    const BmcLanDestination *d = bmc_lan_destination(req->bmc, set);

    byte_writer_u8(out, set);
    byte_writer_u8(out, d->tagged << DEST_FORMAT_SHIFT);
    byte_writer_le16(out, d->tag);
    return IPMI_CC_OK;
}

static int write_destination_tag(IpmiRequest *req, const IpmiParam *param,
                                 const uint8_t *data, size_t len)
{
    BmcLanDestination d = *bmc_lan_destination(req->bmc, data[0]);

    if (data[1] & ~(1 << DEST_FORMAT_SHIFT)) {
        return IPMI_CC_INVALID_FIELD;
    }
    d.tagged = data[1];
    d.tag = d.tagged ? data[2] | data[3] << 8 : 0;
    bmc_lan_set_destination(req->bmc, data[0], &d, &req->ctx->origin);
    return IPMI_CC_OK;
}

/* On the wire the identifier's low byte comes first. */
static int read_vlan(IpmiRequest *req, const IpmiParam *param, unsigned set,
                     ByteWriter *out)
{
    uint8_t vlan[2];

    bmc_lan_get(req->bmc, BMC_LAN_VLAN, vlan);
    byte_writer_u8(out, vlan[1]);
    byte_writer_u8(out, vlan[0]);
    return IPMI_CC_OK;
}

static int write_vlan(IpmiRequest *req, const IpmiParam *param,
                      const uint8_t *data, size_t len)
{
    const uint8_t vlan[2] = { data[1], data[0] };

    return bmc_lan_set(req->bmc, BMC_LAN_VLAN, vlan, &req->ctx->origin,
                       NULL) ? IPMI_CC_OK : IPMI_CC_INVALID_FIELD;
}

static const CipherSuite *nth_suite(const IpmiRequest *req, unsigned n)
{
    return n < SUITE_ENTRIES ? ipmi_sessions_nth_suite(req->core->sessions,
                                                       n) : NULL;
}

static int read_suite_count(IpmiRequest *req, const IpmiParam *param,
                            unsigned set, ByteWriter *out)
{
    unsigned n = 0;

    while (nth_suite(req, n)) {
        n++;
    }
    byte_writer_u8(out, n);
    return IPMI_CC_OK;
}

static int read_suites(IpmiRequest *req, const IpmiParam *param, unsigned set,
                       ByteWriter *out)
{
    const CipherSuite *suite;
    unsigned n;

    byte_writer_u8(out, 0);
    for (n = 0; n < SUITE_ENTRIES; n++) {
        suite = nth_suite(req, n);
        byte_writer_u8(out, suite ? suite->id : 0);
    }
    return IPMI_CC_OK;
}

static bool offered(const IpmiRequest *req, unsigned id)
{
    const CipherSuite *suite;
    unsigned n;

    for (n = 0; (suite = nth_suite(req, n)); n++) {
        if (suite->id == id) {
            return true;
        }
    }
    return false;
}

/*
 * Levels go by the number of the suite, as ipmitool and FreeIPMI have them,
 * not by its place in the list. So there is none for suite 17, which always
 * has all privileges. Those for suites that are not offered are "unused",
 * unless somebody has set them, and mean nothing.
 */
static uint8_t shown_level(const IpmiRequest *req, unsigned id)
{
    const uint8_t *privileges = bmc_channel_suite_privileges(req->bmc);

    if (privileges[id] == BMC_CIPHER_SUITE_UNSET && !offered(req, id)) {
        return 0;
    }
    return bmc_channel_suite_privilege(req->bmc, id);
}

static int read_suite_levels(IpmiRequest *req, const IpmiParam *param,
                             unsigned set, ByteWriter *out)
{
    uint8_t levels[SUITE_LEVELS] = { 0 };
    unsigned id;

    for (id = 0; id < SUITE_ENTRIES; id++) {
        levels[1 + id / 2] |= shown_level(req, id) << id % 2 * 4;
    }
    byte_writer_bytes(out, levels, sizeof(levels));
    return IPMI_CC_OK;
}

static int write_suite_levels(IpmiRequest *req, const IpmiParam *param,
                              const uint8_t *data, size_t len)
{
    uint8_t privileges[BMC_CIPHER_SUITE_COUNT];
    uint8_t level;
    unsigned id;

    if (req->ctx->refused & IPMI_CMD_ACCOUNTS) {
        return IPMI_CC_PRIVILEGE;
    }
    memcpy(privileges, bmc_channel_suite_privileges(req->bmc),
           sizeof(privileges));
    for (id = 0; id < SUITE_ENTRIES; id++) {
        level = data[1 + id / 2] >> id % 2 * 4 & 0x0f;
        if (level > IPMI_PRIV_ADMIN) {
            return IPMI_CC_INVALID_FIELD;
        }
        if (privileges[id] != BMC_CIPHER_SUITE_UNSET ||
            level != shown_level(req, id)) {
            privileges[id] = level;
        }
    }
    if (data[0]) {
        return IPMI_CC_INVALID_FIELD;
    }
    bmc_channel_set_suite_privileges(req->bmc, privileges,
                                     &req->ctx->origin);
    return IPMI_CC_OK;
}

/* Over Redfish it is set in seconds; 0 is another thing than a short time. */
static unsigned bad_password_units(unsigned seconds)
{
    return (seconds + BAD_PASSWORD_UNIT_S - 1) / BAD_PASSWORD_UNIT_S;
}

static int read_bad_password(IpmiRequest *req, const IpmiParam *param,
                             unsigned set, ByteWriter *out)
{
    const BmcLockoutPolicy *policy = bmc_lockout_get(req->bmc);

    byte_writer_u8(out, policy->event ? BAD_PASSWORD_EVENT : 0);
    byte_writer_u8(out, policy->threshold);
    byte_writer_le16(out, bad_password_units(policy->reset_s));
    byte_writer_le16(out, bad_password_units(policy->lockout_s));
    return IPMI_CC_OK;
}

static int write_bad_password(IpmiRequest *req, const IpmiParam *param,
                              const uint8_t *data, size_t len)
{
    BmcLockoutPolicy policy = {
        .threshold = data[1],
        .reset_s = (data[2] | data[3] << 8) * BAD_PASSWORD_UNIT_S,
        .lockout_s = (data[4] | data[5] << 8) * BAD_PASSWORD_UNIT_S,
        .event = data[0] & BAD_PASSWORD_EVENT,
    };

    if (req->ctx->refused & IPMI_CMD_ACCOUNTS) {
        return IPMI_CC_PRIVILEGE;
    }
    if (data[0] & ~BAD_PASSWORD_EVENT) {
        return IPMI_CC_INVALID_FIELD;
    }
    bmc_lan_set_bad_password(req->bmc, &policy, &req->ctx->origin);
    return IPMI_CC_OK;
}

static int read_v6_support(IpmiRequest *req, const IpmiParam *param,
                           unsigned set, ByteWriter *out)
{
    byte_writer_u8(out, V6_SUPPORT_ONLY | V6_SUPPORT_BOTH | V6_SUPPORT_ALERT);
    return IPMI_CC_OK;
}

/* Which it is depends on the address that is listened on. */
static int read_v6_enables(IpmiRequest *req, const IpmiParam *param,
                           unsigned set, ByteWriter *out)
{
    bool v4, v6;

    bmc_lan_families(req->bmc, &v4, &v6);
    byte_writer_u8(out, !v6 ? V6_DISABLED : v4 ? V6_AND_V4 : V6_ONLY);
    return IPMI_CC_OK;
}

static int read_v6_traffic_class(IpmiRequest *req, const IpmiParam *param,
                                 unsigned set, ByteWriter *out)
{
    byte_writer_u8(out, 0);
    return IPMI_CC_OK;
}

static int read_v6_hop_limit(IpmiRequest *req, const IpmiParam *param,
                             unsigned set, ByteWriter *out)
{
    unsigned limit = lan_host_hop_limit(true);

    if (!limit) {
        return IPMI_PARAM_UNSUPPORTED;
    }
    byte_writer_u8(out, limit);
    return IPMI_CC_OK;
}

/* One address that is simply there, none that we get by ourselves. */
static int read_v6_status(IpmiRequest *req, const IpmiParam *param,
                          unsigned set, ByteWriter *out)
{
    byte_writer_u8(out, 1);
    byte_writer_u8(out, 0);
    byte_writer_u8(out, 0);
    return IPMI_CC_OK;
}

static int read_v6_address(IpmiRequest *req, const IpmiParam *param,
                           unsigned set, ByteWriter *out)
{
    uint8_t value[BMC_LAN_VALUE_MAX];

    bmc_lan_get(req->bmc, BMC_LAN_ADDRESS6, value);
    byte_writer_u8(out, set);
    byte_writer_u8(out, value[0] ? V6_ENABLED | V6_STATIC : V6_STATIC);
    byte_writer_bytes(out, value + 1, 17);
    byte_writer_u8(out, value[0] ? V6_ACTIVE : V6_INACTIVE);
    return IPMI_CC_OK;
}

/* The last byte, its status, is for reading. */
static int write_v6_address(IpmiRequest *req, const IpmiParam *param,
                            const uint8_t *data, size_t len)
{
    uint8_t value[BMC_LAN_VALUE_MAX];

    if (data[1] & ~V6_ENABLED) {
        return IPMI_CC_INVALID_FIELD;
    }
    value[0] = data[1] ? 1 : 0;
    memcpy(value + 1, data + 2, 17);
    return bmc_lan_set(req->bmc, BMC_LAN_ADDRESS6, value, &req->ctx->origin,
                       NULL) ? IPMI_CC_OK : IPMI_CC_INVALID_FIELD;
}

/* A router is used if there is one; routers are not looked for. */
static int read_v6_router_control(IpmiRequest *req, const IpmiParam *param,
                                  unsigned set, ByteWriter *out)
{
    static const uint8_t none[16];
    uint8_t router[BMC_LAN_VALUE_MAX];

    bmc_lan_get(req->bmc, BMC_LAN_ROUTER6, router);
    byte_writer_u8(out, memcmp(router, none, sizeof(none)) ?
                   V6_STATIC_ROUTER : 0);
    return IPMI_CC_OK;
}

#define FIELD(number, len, field) \
    { number, len, len, 0, 0, ipmi_lan_read_field, ipmi_lan_write_field, \
      BMC_LAN_ ## field }
#define DESTINATION(number, min, max, read, write) \
    { number, min, max, DEST_SELECTOR, BMC_LAN_DESTINATIONS, read, write }

const IpmiParam ipmi_lan_params[] = {
    { 0, 1, 1, 0, 0, ipmi_lan_read_progress, ipmi_lan_write_progress },
    { 1, 0, 0, 0, 0, read_auth_support },
    { 2, 5, 5, 0, 0, read_auth_enables },
    FIELD(3, 4, ADDRESS),
    FIELD(4, 1, SOURCE),
    FIELD(5, 6, MAC),
    FIELD(6, 4, NETMASK),
    { 7, 3, 3, 0, 0, read_ipv4_header },
    { 8, 2, 2, 0, 0, read_port },
    { 10, 1, 1, 0, 0, read_arp },
    FIELD(12, 4, GATEWAY),
    FIELD(13, 6, GATEWAY_MAC),
    FIELD(14, 4, BACKUP),
    FIELD(15, 6, BACKUP_MAC),
    FIELD(16, BMC_LAN_COMMUNITY_LEN, COMMUNITY),
    { 17, 0, 0, 0, 0, read_destination_count },
    DESTINATION(18, 4, 4, read_destination_type, write_destination_type),
    DESTINATION(19, DEST_LEN4, DEST_LEN6, read_destination,
                write_destination),
    { 20, 2, 2, 0, 0, read_vlan, write_vlan },
    FIELD(21, 1, VLAN_PRIORITY),
    { 22, 0, 0, 0, 0, read_suite_count },
    { 23, 0, 0, 0, 0, read_suites },
    { 24, SUITE_LEVELS, SUITE_LEVELS, 0, 0, read_suite_levels,
      write_suite_levels },
    DESTINATION(25, 4, 4, read_destination_tag, write_destination_tag),
    { 26, 6, 6, 0, 0, read_bad_password, write_bad_password },
    { 50, 0, 0, 0, 0, read_v6_support },
    { 51, 1, 1, 0, 0, read_v6_enables },
    { 52, 1, 1, 0, 0, read_v6_traffic_class },
    { 53, 1, 1, 0, 0, read_v6_hop_limit },
    { 55, 0, 0, 0, 0, read_v6_status },
    { 56, 20, 20, V6_SELECTOR, 0, read_v6_address, write_v6_address },
    { 64, 1, 1, 0, 0, read_v6_router_control },
    FIELD(65, 16, ROUTER6),
    FIELD(66, 6, ROUTER6_MAC),
    FIELD(67, 1, ROUTER6_PREFIX_LEN),
    FIELD(68, 16, ROUTER6_PREFIX),
    { .read = NULL },
};
