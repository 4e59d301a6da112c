/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hub: one machine with one state, whatever protocol looks at it. Only
 * this layer changes BMC state, and every change goes one way: validate,
 * apply, persist, notify. Front ends read the model, which is always
 * current and never waits for QEMU, and call the *_async() functions of
 * power.h, boot.h and users.h.
 */
#ifndef QEMU_BMC_BMC_BMC_H
#define QEMU_BMC_BMC_BMC_H

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

#include "machine/machine.h"
#include "util/clock.h"
#include "util/notify.h"

typedef struct Bmc Bmc;
typedef struct BmcFruConfig BmcFruConfig;
typedef struct BmcMediaConfig BmcMediaConfig;
typedef struct BmcUpdateConfig BmcUpdateConfig;

/**
 * BmcChannel: where a request comes from.
 */
typedef enum BmcChannel {
    BMC_CHANNEL_INTERNAL,
    BMC_CHANNEL_LAN,
    BMC_CHANNEL_IN_BAND,
    BMC_CHANNEL_REDFISH,
    BMC_CHANNEL_LOCAL,
} BmcChannel;

/**
 * BmcOrigin: who asked for a change; recorded with it and written to the
 * log.
 *
 * @channel: the way it came
 * @user: (nullable): the account's name
 * @peer: (nullable): the peer's address, for people
 */
typedef struct BmcOrigin {
    BmcChannel channel;
    const char *user;
    const char *peer;
} BmcOrigin;

/**
 * bmc_origin_to_string: name an origin in a log line, e.g. "admin at
 * 192.0.2.7 over Redfish".
 *
 * @origin: the origin
 *
 * Returns: (transfer full): one line of printable text
 */
char *bmc_origin_to_string(const BmcOrigin *origin);

/**
 * BmcBootLate: what happens to a boot override that was set while QEMU was
 * not there, when somebody else has started a machine without it.
 *
 * @BMC_BOOT_LATE_NEXT: it counts for the next reset
 * @BMC_BOOT_LATE_RESET: the machine is reset, so that it counts for this boot
 * @BMC_BOOT_LATE_NEVER: it is dropped, unless it is for all boots
 */
typedef enum BmcBootLate {
    BMC_BOOT_LATE_NEXT,
    BMC_BOOT_LATE_RESET,
    BMC_BOOT_LATE_NEVER,
} BmcBootLate;

/**
 * BmcConfig: what the hub needs to know; see bmc_new().
 *
 * @name: BMC_NAME, shown to people
 * @state_dir: where state is kept; created with mode 0700
 * @admin_user: IPMI_USER: the first administrator, when the state has no
 *              accounts
 * @admin_password: IPMI_PASS
 * @admin_given: IPMI_USER or IPMI_PASS was given; if accounts that are there
 *               already differ, that is logged
 * @reset_accounts: drop the accounts in the state and start over
 * @boot_mode: VM_BOOT_MODE, where the machine does not tell
 * @power_cycle_interval_ms: how long a power cycle stays off, in
 *                           milliseconds; 0 means the default of 1 s
 * @boot_expiry_s: seconds after which boot flags set over IPMI expire if no
 *                 Chassis Control follows; 0 for never
 * @boot_late: overrides that come too late for a boot
 * @fru: (nullable): FRU devices; see fru.h
 * @media: (nullable): virtual media; see media.h
 * @update: (nullable): updates of firmware; see update.h
 * @events_allow: (nullable): where events may be sent; see
 *                bmc_subscriptions_allow()
 * @sensors: (nullable): user-defined sensors, array of BmcSensorConfig
 */
typedef struct BmcConfig {
    const char *name;
    const char *state_dir;
    const char *admin_user;
    const char *admin_password;
    bool admin_given;
    bool reset_accounts;
    MachineFirmware boot_mode;
    unsigned power_cycle_interval_ms;
    unsigned boot_expiry_s;
    BmcBootLate boot_late;
    const BmcFruConfig *fru;
    const BmcMediaConfig *media;
    const BmcUpdateConfig *update;
    const char *const *events_allow;
    const GPtrArray *sensors;
} BmcConfig;

/**
 * BmcPart: parts of the model, for change notification.
 */
typedef enum BmcPart {
    BMC_PART_POWER,
    BMC_PART_BOOT,
    BMC_PART_SYSTEM,
    BMC_PART_IDENTIFY,
    BMC_PART_USERS,
    BMC_PART_LAN,
    BMC_PART_EVENTS,
    BMC_PART_SENSORS,
    BMC_PART_FRU,
    BMC_PART_WATCHDOG,
    BMC_PART_PEF,
    BMC_PART_SOL,
    BMC_PART_SESSIONS,
    BMC_PART_TASKS,
    BMC_PART_SUBSCRIPTIONS,
    BMC_PART_JOURNAL,
    BMC_PART_INVENTORY,
    BMC_PART_BIOS,
    BMC_PART_MEDIA,
    BMC_PART_REPORTS,
    BMC_PART_CERTIFICATE,
    BMC_PART_SECURE_BOOT,
    BMC_PART_TRUST,
    BMC_PART_FLASH,
    BMC_PART_IMAGES,
    BMC_PART_UPDATE,
    BMC_PART_GUEST,
    BMC_PART_EXPIRY, /* bmc_certificate_days_left() has become few */
    BMC_PART__MAX,
} BmcPart;

/**
 * BmcChange: the data of bmc_notifiers().
 *
 * @part: what has changed; one call per part
 */
typedef struct BmcChange {
    BmcPart part;
} BmcChange;

/**
 * bmc_new: make the hub of a machine and load its persistent state. Locks
 * the state directory.
 *
 * @config: configuration; copied
 * @machine: (transfer none): the machine; must outlive the hub
 * @clock: the clock
 * @errp: BMC_ERROR_USAGE when another helper holds the state directory (the
 *        message names its pid) or the administrator's name or password
 *        cannot be used, BMC_ERROR_FAILED when state cannot be read
 *
 * Returns: (transfer full): the hub, or NULL
 */
Bmc *bmc_new(const BmcConfig *config, Machine *machine, Clock *clock,
             GError **errp);

/**
 * bmc_free: write what is not written yet, and free.
 *
 * @bmc: the hub, or NULL
 */
void bmc_free(Bmc *bmc);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bmc, bmc_free)

/**
 * bmc_machine: the machine, for its state and info (read only).
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the machine
 */
const Machine *bmc_machine(const Bmc *bmc);

/**
 * bmc_send_break: a BREAK on one of the machine's serial lines.
 *
 * @bmc: the hub
 * @address: as given to machine_send_break_async()
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done; for machine_send_break_finish()
 * @opaque: handed to @callback
 */
void bmc_send_break(Bmc *bmc, const char *address, GCancellable *cancellable,
                    GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_clock: the clock that the hub runs on.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the clock
 */
Clock *bmc_clock(const Bmc *bmc);

/**
 * bmc_name: BMC_NAME.
 *
 * @bmc: the hub
 *
 * Returns: text
 */
const char *bmc_name(const Bmc *bmc);

/**
 * bmc_state_dir: the state directory.
 *
 * @bmc: the hub
 *
 * Returns: a path
 */
const char *bmc_state_dir(const Bmc *bmc);

/**
 * bmc_uuid: identity of this BMC (the manager), made once and persistent.
 *
 * @bmc: the hub
 *
 * Returns: 36 characters, lower case
 */
const char *bmc_uuid(const Bmc *bmc);

/**
 * bmc_system_uuid: identity of the machine: QEMU's -uuid, as the guest sees
 * it in SMBIOS.
 *
 * @bmc: the hub
 *
 * Returns: 36 characters, lower case, or NULL while not known or when the
 * machine has none
 */
const char *bmc_system_uuid(const Bmc *bmc);

/**
 * bmc_generation: a counter that grows with each change of a part of the
 * model; what was built from a part is still valid while it stays the same.
 *
 * @bmc: the hub
 * @part: the part, or %BMC_PART__MAX for all parts together
 *
 * Returns: the counter, at least 1
 */
uint64_t bmc_generation(const Bmc *bmc, BmcPart part);

/**
 * bmc_notifiers: called with a BmcChange after each change.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the list
 */
NotifierList *bmc_notifiers(Bmc *bmc);

/**
 * bmc_reset_notifiers: called with NULL when the machine has been reset, by
 * whom ever, or its QEMU has ended: what software in it had set up with us
 * is void. Firmware may reset a machine more than once before it boots.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the list
 */
NotifierList *bmc_reset_notifiers(Bmc *bmc);

/**
 * bmc_flush_async: wait until all changes so far are on disk.
 *
 * @bmc: the hub
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void bmc_flush_async(Bmc *bmc, GCancellable *cancellable,
                     GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_flush_later_async: as bmc_flush_async(), for what is to be written
 * together with what comes after it.
 *
 * @bmc: the hub
 * @delay_ms: for how long it may wait
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done; ends with bmc_flush_finish()
 * @opaque: handed to @callback
 */
void bmc_flush_later_async(Bmc *bmc, unsigned delay_ms,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_flush_finish: result of bmc_flush_async().
 *
 * @res: as the callback got it
 * @errp: as persist_flush_finish()
 *
 * Returns: true on success
 */
bool bmc_flush_finish(GAsyncResult *res, GError **errp);

/**
 * bmc_state_is_saved: whether the last attempt to write the state has
 * succeeded.
 *
 * @bmc: the hub
 *
 * Returns: false while changes cannot be written
 */
bool bmc_state_is_saved(const Bmc *bmc);

/**
 * bmc_set_redfish_port: tell where Redfish is served.
 *
 * @bmc: the hub
 * @port: TCP port
 * @tls: over TLS
 */
void bmc_set_redfish_port(Bmc *bmc, unsigned port, bool tls);

/**
 * bmc_set_host_interface: tell that the guest can reach Redfish.
 *
 * @bmc: the hub
 * @there: there is a way
 */
void bmc_set_host_interface(Bmc *bmc, bool there);

/**
 * bmc_host_interface: whether the guest can reach Redfish: a way was made, and
 * the machine that is there now has the network card for it.
 *
 * @bmc: the hub
 *
 * Returns: true if it can
 */
bool bmc_host_interface(Bmc *bmc);

/**
 * bmc_redfish_port: where Redfish is served.
 *
 * @bmc: the hub
 * @tls: set to whether over TLS
 *
 * Returns: TCP port, or 0 if it is not
 */
unsigned bmc_redfish_port(const Bmc *bmc, bool *tls);

/**
 * bmc_restart: begin anew with what does not outlive the BMC: the identify
 * indicator is off, events are logged, access to the LAN channel is as it was
 * saved, sessions over Redfish are over. A cold one also forgets what is
 * volatile: the watchdog timer, a postponement of PEF, reservations, boot
 * options but the boot flags. The machine notices nothing.
 *
 * @bmc: the hub
 * @cold: whether it is a cold one
 */
void bmc_restart(Bmc *bmc, bool cold);

/**
 * bmc_identify_set: light the identify indicator.
 *
 * @bmc: the hub
 * @seconds: how long; 0 puts it out, -1 lights it until put out
 * @origin: who asked
 */
void bmc_identify_set(Bmc *bmc, int seconds, const BmcOrigin *origin);

/**
 * bmc_identify_blink: let the identify indicator blink until it is put out.
 *
 * @bmc: the hub
 * @origin: who asked
 */
void bmc_identify_blink(Bmc *bmc, const BmcOrigin *origin);

/**
 * bmc_identify_blinks: whether the identify indicator blinks.
 *
 * @bmc: the hub
 *
 * Returns: false when it is off or lit steadily
 */
bool bmc_identify_blinks(const Bmc *bmc);

/**
 * bmc_identify_state: state of the identify indicator.
 *
 * @bmc: the hub
 *
 * Returns: 0 off, 1 lit for some time, 2 lit until put out (as byte 4 of
 * Get Chassis Status has it, IPMI 2.0 section 28.2)
 */
int bmc_identify_state(const Bmc *bmc);

#endif /* QEMU_BMC_BMC_BMC_H */
