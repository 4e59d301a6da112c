/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files about LAN configuration share; for helper/bmc/lan*.c. */
#ifndef QEMU_BMC_BMC_LAN_PRIV_H
#define QEMU_BMC_BMC_LAN_PRIV_H

#include "bmc/bmc-priv.h"
#include "bmc/lan-host.h"
#include "bmc/lan.h"
#include "util/log.h"

/**
 * LanField: what there is to know about a setting.
 *
 * @name: in the state file; in capitals with BMC_LAN_ before it, the
 *        environment variable of the program
 * @len: its length in bytes
 * @host: the program is told of it
 * @check: (nullable): whether a value may be written
 */
typedef struct LanField {
    const char *name;
    uint8_t len;
    bool host;
    bool (*check)(const uint8_t *value);
} LanField;

extern const LanField lan_fields[BMC_LAN_FIELD__MAX];

/**
 * LanValue: a setting.
 *
 * @configured: @config holds what the configuration says
 * @config: that value
 * @written: @value holds what somebody has written
 * @value: that value
 * @in_band: it was the guest, or an account that the guest has changed; the
 *           program is not told of it
 */
typedef struct LanValue {
    bool configured;
    uint8_t config[BMC_LAN_VALUE_MAX];
    bool written;
    uint8_t value[BMC_LAN_VALUE_MAX];
    bool in_band;
} LanValue;

/**
 * BmcLan: LAN configuration.
 *
 * @values: settings by BmcLanField
 * @destinations: alert destinations; the first is volatile
 * @bad_password: the lockout policy has been written
 * @uuid: (nullable): UUID of the machine as last seen, for the MAC address
 * @bound: (nullable): what IPMI over LAN is bound to
 * @dual: @bound takes IPv4 and IPv6
 * @port: what clients use, if that is another; else 0
 * @host: what the host had at @host_until_ms - 1 s
 * @set_timer: runs while "set in progress"
 * @in_progress: "set in progress"
 * @dirty: the program has not been told yet
 * @command: (nullable): the program and its arguments
 * @process: (nullable): it runs
 * @cancellable: stops waiting for it
 * @changes: limits log lines about changes
 */
struct BmcLan {
    LanValue values[BMC_LAN_FIELD__MAX];
    BmcLanDestination destinations[BMC_LAN_DESTINATIONS + 1];
    bool bad_password;
    char *uuid;
    GInetAddress *bound;
    bool dual;
    unsigned bound_port;
    unsigned port;
    LanHost host;
    int64_t host_until_ms;
    ClockTimer *set_timer;
    bool in_progress;
    bool dirty;
    char **command;
    GSubprocess *process;
    GCancellable *cancellable;
    LogLimit changes;
};

/**
 * lan_save: write all settings.
 *
 * @bmc: the hub
 */
void lan_save(Bmc *bmc);

/**
 * lan_load: read them, as far as they make sense.
 *
 * @bmc: the hub
 */
void lan_load(Bmc *bmc);

/**
 * lan_changed: say, write and tell that something was changed.
 *
 * @bmc: the hub
 * @what: what
 * @origin: who asked
 */
void lan_changed(Bmc *bmc, const char *what, const BmcOrigin *origin);

/**
 * lan_field_to_string: a setting as people write it.
 *
 * @field: the setting
 * @value: its value
 *
 * Returns: (transfer full): text
 */
char *lan_field_to_string(BmcLanField field, const uint8_t *value);

/**
 * lan_command_apply: run the program, if there is one and it has not been
 * told of what was written. While it runs already, it is run again later.
 *
 * @bmc: the hub
 */
void lan_command_apply(Bmc *bmc);

/**
 * lan_command_free: stop waiting for the program.
 *
 * @bmc: the hub
 */
void lan_command_free(Bmc *bmc);

#endif /* QEMU_BMC_BMC_LAN_PRIV_H */
