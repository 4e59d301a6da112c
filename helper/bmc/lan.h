/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LAN configuration (IPMI 2.0 section 23.2): the address at which clients
 * reach us, and what alerts need.
 *
 * The network is the host's. So what is reported is what the configuration
 * says, else what the host has; what somebody writes is kept, reported from
 * then on, and handed to a program ([lan] config-command) that may change
 * the host. Nothing else changes it, and what the guest writes is not handed
 * on: the guest does not reach the host.
 */
#ifndef QEMU_BMC_BMC_LAN_H
#define QEMU_BMC_BMC_LAN_H

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

#include "bmc/bmc.h"
#include "bmc/lockout.h"

/* Alert destinations that are kept, besides the volatile number 0. */
#define BMC_LAN_DESTINATIONS 8
#define BMC_LAN_COMMUNITY_LEN 18
#define BMC_LAN_VALUE_MAX 18

/* Address sources (parameter 4); those above are reserved. */
#define BMC_LAN_SOURCE_UNSPECIFIED 0
#define BMC_LAN_SOURCE_OTHER 4

/* BMC_LAN_VLAN: its first byte has this with the identifier's high bits. */
#define BMC_LAN_VLAN_ENABLED 0x80

/* "Set in progress" does not outlive a client that has died by more. */
#define BMC_LAN_SET_MS 60000

/**
 * BmcLanField: settings that are kept as bytes, in network byte order.
 *
 * @BMC_LAN_ADDRESS: IPv4 address, 4 bytes
 * @BMC_LAN_SOURCE: where it comes from, 1 byte, BMC_LAN_SOURCE_*
 * @BMC_LAN_MAC: MAC address, 6 bytes
 * @BMC_LAN_NETMASK: IPv4 mask, 4 bytes
 * @BMC_LAN_GATEWAY: default gateway, 4 bytes, zero for none
 * @BMC_LAN_GATEWAY_MAC: its MAC address, 6 bytes
 * @BMC_LAN_BACKUP: backup gateway, 4 bytes, zero for none
 * @BMC_LAN_BACKUP_MAC: its MAC address, 6 bytes
 * @BMC_LAN_VLAN: 2 bytes: %BMC_LAN_VLAN_ENABLED and 12 bits of identifier
 * @BMC_LAN_VLAN_PRIORITY: 1 byte, 0 to 7
 * @BMC_LAN_ADDRESS6: 18 bytes: 1 if it is in use, IPv6 address, length of
 *                    its prefix
 * @BMC_LAN_ROUTER6: IPv6 address of the router, 16 bytes, zero for none
 * @BMC_LAN_ROUTER6_MAC: its MAC address, 6 bytes
 * @BMC_LAN_ROUTER6_PREFIX_LEN: 1 byte: length of the prefix that it serves
 * @BMC_LAN_ROUTER6_PREFIX: that prefix, 16 bytes
 * @BMC_LAN_COMMUNITY: community string of alerts, padded with zeros
 */
typedef enum BmcLanField {
    BMC_LAN_ADDRESS,
    BMC_LAN_SOURCE,
    BMC_LAN_MAC,
    BMC_LAN_NETMASK,
    BMC_LAN_GATEWAY,
    BMC_LAN_GATEWAY_MAC,
    BMC_LAN_BACKUP,
    BMC_LAN_BACKUP_MAC,
    BMC_LAN_VLAN,
    BMC_LAN_VLAN_PRIORITY,
    BMC_LAN_ADDRESS6,
    BMC_LAN_ROUTER6,
    BMC_LAN_ROUTER6_MAC,
    BMC_LAN_ROUTER6_PREFIX_LEN,
    BMC_LAN_ROUTER6_PREFIX,
    BMC_LAN_COMMUNITY,
    BMC_LAN_FIELD__MAX,
} BmcLanField;

/**
 * BmcLanConfig: what the configuration says of the address at which clients
 * reach us; texts may be NULL or empty, then the host is asked.
 *
 * @address: IPv4 or IPv6 address
 * @netmask: IPv4 mask
 * @gateway: IPv4 address of the gateway
 * @mac: MAC address
 * @vlan: VLAN identifier, 1 to 4094
 * @port: UDP port of IPMI, where it is not the one that is bound; 0 if it is
 * @command: program, with arguments, that is run when settings were written
 */
typedef struct BmcLanConfig {
    const char *address;
    const char *netmask;
    const char *gateway;
    const char *mac;
    const char *vlan;
    unsigned port;
    const char *command;
} BmcLanConfig;

/**
 * BmcLanDestination: where alerts go (parameters 18, 19 and 25).
 *
 * @type: 0 for PET traps, the only ones there are
 * @ack: an alert is to be acknowledged
 * @timeout_s: how long to wait for that, and between retries
 * @retries: how often to try again, 0 to 7
 * @ipv6: @address is an IPv6 address
 * @address: 4 or 16 bytes; zero if this destination is not in use
 * @backup: use the backup gateway
 * @mac: MAC address; of no use to us
 * @tagged: @tag is to be used
 * @tag: VLAN tag: priority, CFI, identifier
 * @in_band: @address is from the guest, or an account that the guest has
 *           changed; nothing on the host itself is reached by it. Found out
 *           by bmc_lan_set_destination(), whatever is given to it
 */
typedef struct BmcLanDestination {
    uint8_t type;
    bool ack;
    uint8_t timeout_s;
    uint8_t retries;
    bool ipv6;
    uint8_t address[16];
    bool backup;
    uint8_t mac[6];
    bool tagged;
    uint16_t tag;
    bool in_band;
} BmcLanDestination;

/**
 * bmc_lan_configure: tell what the configuration says; once, at start.
 *
 * @bmc: the hub
 * @config: the configuration; copied
 * @errp: BMC_ERROR_USAGE
 *
 * Returns: true on success
 */
bool bmc_lan_configure(Bmc *bmc, const BmcLanConfig *config, GError **errp);

/**
 * bmc_lan_set_bound: tell what IPMI over LAN is bound to.
 *
 * @bmc: the hub
 * @addr: the address, with the port that was taken
 */
void bmc_lan_set_bound(Bmc *bmc, GSocketAddress *addr);

/**
 * bmc_lan_bound: what IPMI over LAN is bound to.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none) (nullable): the address, which may be "any"; NULL
 * while there is none
 */
GInetAddress *bmc_lan_bound(const Bmc *bmc);

/**
 * bmc_lan_port: the UDP port at which clients reach IPMI.
 *
 * @bmc: the hub
 *
 * Returns: the port, or 0 if IPMI over LAN is not served
 */
unsigned bmc_lan_port(const Bmc *bmc);

/**
 * bmc_lan_families: what addresses IPMI over LAN is served at.
 *
 * @bmc: the hub
 * @ipv4: set to whether at IPv4
 * @ipv6: set to whether at IPv6
 */
void bmc_lan_families(const Bmc *bmc, bool *ipv4, bool *ipv6);

/**
 * bmc_lan_field_len: length of a setting.
 *
 * @field: the setting
 *
 * Returns: bytes, at most %BMC_LAN_VALUE_MAX
 */
size_t bmc_lan_field_len(BmcLanField field);

/**
 * bmc_lan_get: read a setting: as written, else as configured, else as the
 * host has it.
 *
 * @bmc: the hub
 * @field: the setting
 * @value: bmc_lan_field_len() bytes
 *
 * Returns: false if it is not known; @value is zero then
 */
bool bmc_lan_get(Bmc *bmc, BmcLanField field, uint8_t *value);

/**
 * bmc_lan_set: write a setting. What it has already changes nothing.
 *
 * @bmc: the hub
 * @field: the setting
 * @value: bmc_lan_field_len() bytes
 * @origin: who asks
 * @errp: BMC_ERROR_INVALID when it cannot have that value
 *
 * Returns: true on success
 */
bool bmc_lan_set(Bmc *bmc, BmcLanField field, const uint8_t *value,
                 const BmcOrigin *origin, GError **errp);

/**
 * bmc_lan_begin: several settings will be written; the program is not run
 * before bmc_lan_complete(), or %BMC_LAN_SET_MS later.
 *
 * @bmc: the hub
 *
 * Returns: false if somebody has begun already
 */
bool bmc_lan_begin(Bmc *bmc);

/**
 * bmc_lan_complete: all is written.
 *
 * @bmc: the hub
 */
void bmc_lan_complete(Bmc *bmc);

/**
 * bmc_lan_in_progress: whether bmc_lan_begin() waits for its end.
 *
 * @bmc: the hub
 *
 * Returns: true if it does
 */
bool bmc_lan_in_progress(const Bmc *bmc);

/**
 * bmc_lan_destination: read an alert destination.
 *
 * @bmc: the hub
 * @number: 0 (volatile) to %BMC_LAN_DESTINATIONS
 *
 * Returns: (transfer none): the destination
 */
const BmcLanDestination *bmc_lan_destination(const Bmc *bmc,
                                             unsigned number);

/**
 * bmc_lan_set_destination: write an alert destination.
 *
 * @bmc: the hub
 * @number: 0 (volatile) to %BMC_LAN_DESTINATIONS
 * @destination: all of it; valid values only
 * @origin: who asks
 */
void bmc_lan_set_destination(Bmc *bmc, unsigned number,
                             const BmcLanDestination *destination,
                             const BmcOrigin *origin);

/**
 * bmc_lan_set_bad_password: change the lockout policy (parameter 26), and
 * keep it.
 *
 * @bmc: the hub
 * @policy: the policy
 * @origin: who asks
 */
void bmc_lan_set_bad_password(Bmc *bmc, const BmcLockoutPolicy *policy,
                              const BmcOrigin *origin);

#endif /* QEMU_BMC_BMC_LAN_H */
