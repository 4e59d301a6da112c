/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the hub know of each other; for helper/bmc/ only. */
#ifndef QEMU_BMC_BMC_BMC_PRIV_H
#define QEMU_BMC_BMC_BMC_PRIV_H

#include <gio/gio.h>

#include "bmc/bmc.h"
#include "bmc/access-parts.h"
#include "bmc/bmc-resets.h"
#include "bmc/machine-parts.h"
#include "bmc/persist.h"
#include "bmc/power.h"

typedef struct BmcOsInfo BmcOsInfo;
typedef struct BmcUsers BmcUsers;
typedef struct BmcLockout BmcLockout;
typedef struct BmcChannelState BmcChannelState;
typedef struct BmcLan BmcLan;
typedef struct BmcCertificates BmcCertificates;
typedef struct BmcTrust BmcTrust;
typedef struct BmcNetwork BmcNetwork;
typedef struct BmcPowerControl BmcPowerControl;
typedef struct BmcBootControl BmcBootControl;
typedef struct BmcSessions BmcSessions;
typedef struct BmcSol BmcSol;
typedef struct BmcFru BmcFru;
typedef struct BmcMedia BmcMedia;
typedef struct BmcSel BmcSel;
typedef struct BmcEvents BmcEvents;
typedef struct BmcAsset BmcAsset;
typedef struct BmcPef BmcPef;
typedef struct BmcSensors BmcSensors;
typedef struct BmcSdrRepo BmcSdrRepo;
typedef struct BmcWatchdogTimer BmcWatchdogTimer;
typedef struct BmcChassisState BmcChassisState;
typedef struct BmcTasks BmcTasks;
typedef struct BmcBios BmcBios;
typedef struct BmcReports BmcReports;
typedef struct BmcSecureBoot BmcSecureBoot;
typedef struct BmcFlash BmcFlash;
typedef struct BmcSubscriptions BmcSubscriptions;
typedef struct BmcJournal BmcJournal;
typedef struct BmcRestarts BmcRestarts;
typedef struct BmcHardware BmcHardware;
typedef struct BmcUpdates BmcUpdates;
typedef struct BmcStorages BmcStorages;
typedef struct BmcImages BmcImages;
typedef struct BmcGuest BmcGuest;

/**
 * Bmc: the hub.
 *
 * @generation: one counter per part, and the one of all parts
 * @changed: bit per part whose notification is still to be sent
 * @notifying: notifications are being sent
 * @held: changes that are not over yet
 * @asleep: the guest was seen in ACPI S3
 * @default_cycle_interval_ms: @power_cycle_interval_ms until it is set
 * @redfish_port: bmc_redfish_port()
 * @redfish_tls: whether TLS is needed there
 * @identify: as bmc_identify_state()
 * @identify_blinks: as bmc_identify_blinks()
 * @identify_timer: running while the indicator is lit for some time
 */
struct Bmc {
    char *name;
    char *state_dir;
    char *uuid;
    MachineFirmware boot_mode;
    unsigned power_cycle_interval_ms;
    unsigned default_cycle_interval_ms;
    unsigned boot_expiry_ms;
    BmcBootLate boot_late;
    Machine *machine;
    Clock *clock;
    Persist *persist;
    BmcUsers *users;
    BmcOsInfo *os_info;
    BmcLockout *lockout;
    BmcSessions *sessions;
    BmcChannelState *channel;
    BmcLan *lan;
    BmcCertificates *certificates;
    BmcTrust *trust;
    BmcNetwork *network;
    BmcPowerControl *power;
    BmcBootControl *boot;
    BmcSol *sol;
    BmcFru *fru;
    BmcMedia *media;
    BmcImages *images;
    BmcSel *sel;
    BmcEvents *events;
    bool asleep;
    bool by_pef; /* what is being told is PEF's own doing */
    BmcAsset *asset;
    BmcSensors *sensors;
    BmcSdrRepo *sdr;
    BmcWatchdogTimer *watchdog;
    BmcPef *pef;
    BmcChassisState *chassis;
    BmcTasks *tasks;
    BmcBios *bios;
    BmcSecureBoot *secure_boot;
    BmcFlash *flash;
    BmcUpdates *updates;
    BmcSubscriptions *subscriptions;
    BmcReports *reports;
    BmcJournal *journal;
    BmcRestarts *restarts;
    BmcHardware *hardware;
    BmcStorages *storages;
    BmcGuest *guest;
    Notifier machine_notifier;
    NotifierList notifiers;
    NotifierList reset_notifiers;
    uint64_t generation[BMC_PART__MAX + 1];
    unsigned changed;
    bool notifying;
    unsigned held;
    unsigned redfish_port;
    bool redfish_tls;
    bool host_interface;
    int identify;
    bool identify_blinks;
    ClockTimer *identify_timer;
};

/**
 * bmc_changed: count a change and tell the notifiers. A change that a
 * notifier makes is told after the present one.
 *
 * @bmc: the hub
 * @part: what has changed
 */
void bmc_changed(Bmc *bmc, BmcPart part);

/**
 * bmc_hold_changes: what follows is one change, of which is told at its end.
 *
 * @bmc: the hub
 */
void bmc_hold_changes(Bmc *bmc);

/**
 * bmc_release_changes: the end of bmc_hold_changes().
 *
 * @bmc: the hub
 */
void bmc_release_changes(Bmc *bmc);

/**
 * bmc_task_cancelled: end a task of a caller because the hub goes away.
 *
 * @task: (transfer full): the task
 */
void bmc_task_cancelled(GTask *task);

/**
 * bmc_os_info_new: load what software in the machine has told.
 *
 * @bmc: the hub
 */
void bmc_os_info_new(Bmc *bmc);

/**
 * bmc_os_info_free: free it.
 *
 * @bmc: the hub
 */
void bmc_os_info_free(Bmc *bmc);

/**
 * bmc_os_info_machine_event: follow the machine.
 *
 * @bmc: the hub
 * @event: what happened
 */
void bmc_os_info_machine_event(Bmc *bmc, const MachineEvent *event);

/**
 * bmc_power_new: set up power control.
 *
 * @bmc: the hub
 */
void bmc_power_new(Bmc *bmc);

/**
 * bmc_power_free: stop waiting for anything.
 *
 * @bmc: the hub
 */
void bmc_power_free(Bmc *bmc);

/**
 * bmc_power_machine_event: follow the machine.
 *
 * @bmc: the hub
 * @event: what happened
 */
void bmc_power_machine_event(Bmc *bmc, const MachineEvent *event);

/**
 * bmc_power_request_cause_async: as bmc_power_request_async(), for a part of
 * the hub.
 *
 * @bmc: the hub
 * @action: what to do
 * @cause: what it is put down to
 * @origin: who asks
 * @cancellable: (nullable): stops waiting, not the action
 * @callback: called when it is done, with a GTask
 * @opaque: handed to @callback
 */
void bmc_power_request_cause_async(Bmc *bmc, BmcPowerAction action,
                                   BmcPowerCause cause,
                                   const BmcOrigin *origin,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   void *opaque);

/**
 * bmc_boot_new: set up the boot override.
 *
 * @bmc: the hub
 */
void bmc_boot_new(Bmc *bmc);

/**
 * bmc_boot_free: stop waiting for anything.
 *
 * @bmc: the hub
 */
void bmc_boot_free(Bmc *bmc);

/**
 * bmc_boot_machine_event: follow the machine.
 *
 * @bmc: the hub
 * @event: what happened
 */
void bmc_boot_machine_event(Bmc *bmc, const MachineEvent *event);

/**
 * bmc_boot_before_restart: the machine is about to be started or reset:
 * flags of IPMI's that this clears must not be seen by firmware (IPMI 2.0
 * section 28.12, parameter 3).
 *
 * @bmc: the hub
 * @cause: why
 * @action: what was asked for
 */
void bmc_boot_before_restart(Bmc *bmc, BmcPowerCause cause,
                             BmcPowerAction action);

/**
 * bmc_boot_started: %MACHINE_OP_START has started a machine that was off;
 * it sees to it that firmware gets the present boot order.
 *
 * @bmc: the hub
 */
void bmc_boot_started(Bmc *bmc);

/**
 * bmc_boot_quiesce_async: wait until QEMU has the boot order that it should
 * have, so that a reset or start from then on uses it. Never fails but by
 * being cancelled.
 *
 * @bmc: the hub
 * @cancellable: stops waiting
 * @callback: called when it is done, with a GTask
 * @opaque: handed to @callback
 */
void bmc_boot_quiesce_async(Bmc *bmc, GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_boot_needs_reset: whether a machine that has just been started runs
 * with a boot order from before the override was set.
 *
 * @bmc: the hub
 *
 * Returns: true if a reset would change what it boots from
 */
bool bmc_boot_needs_reset(const Bmc *bmc);

/**
 * bmc_sol_new: load the configuration of Serial over LAN.
 *
 * @bmc: the hub
 */
void bmc_sol_new(Bmc *bmc);

/**
 * bmc_sol_free: free it.
 *
 * @bmc: the hub
 */
void bmc_sol_free(Bmc *bmc);

/**
 * bmc_sensors_new: set up the sensors.
 *
 * @bmc: the hub
 * @configs: (nullable): array of BmcSensorConfig
 * @errp: BMC_ERROR_USAGE when a sensor cannot be as it is configured
 *
 * Returns: true on success
 */
bool bmc_sensors_new(Bmc *bmc, const GPtrArray *configs, GError **errp);

/**
 * bmc_sensors_free: end all readings and free the sensors.
 *
 * @bmc: the hub
 */
void bmc_sensors_free(Bmc *bmc);

/**
 * bmc_sdr_new: build the SDR repository.
 *
 * @bmc: the hub
 */
void bmc_sdr_new(Bmc *bmc);

/**
 * bmc_sdr_free: free the SDR repository.
 *
 * @bmc: the hub
 */
void bmc_sdr_free(Bmc *bmc);

/**
 * bmc_sensors_machine_event: follow the machine.
 *
 * @bmc: the hub
 * @event: what happened
 */
void bmc_sensors_machine_event(Bmc *bmc, const MachineEvent *event);

/**
 * bmc_fru_new: load or build the FRU devices.
 *
 * @bmc: the hub
 * @config: (nullable): what the configuration says
 * @errp: BMC_ERROR_USAGE when a file of the configuration cannot be used
 *
 * Returns: true on success
 */
bool bmc_fru_new(Bmc *bmc, const BmcFruConfig *config, GError **errp);

/**
 * bmc_fru_free: free the FRU devices.
 *
 * @bmc: the hub
 */
void bmc_fru_free(Bmc *bmc);

/**
 * bmc_fru_machine_event: follow the machine.
 *
 * @bmc: the hub
 * @event: what happened
 */
void bmc_fru_machine_event(Bmc *bmc, const MachineEvent *event);

/**
 * bmc_sel_new: load the event log.
 *
 * @bmc: the hub
 */
void bmc_sel_new(Bmc *bmc);

/**
 * bmc_sel_free: free it.
 *
 * @bmc: the hub
 */
void bmc_sel_free(Bmc *bmc);

/**
 * bmc_events_new: set up the event path.
 *
 * @bmc: the hub
 */
void bmc_events_new(Bmc *bmc);

/**
 * bmc_events_free: drop events that were not told yet.
 *
 * @bmc: the hub
 */
void bmc_events_free(Bmc *bmc);

/**
 * bmc_events_machine_event: make events of what only the machine tells.
 *
 * @bmc: the hub
 * @event: what happened
 */
void bmc_events_machine_event(Bmc *bmc, const MachineEvent *event);

/**
 * bmc_asset_new: load asset tag and identifier string.
 *
 * @bmc: the hub
 */
void bmc_asset_new(Bmc *bmc);

/**
 * bmc_asset_free: free them.
 *
 * @bmc: the hub
 */
void bmc_asset_free(Bmc *bmc);

/**
 * bmc_chassis_new: load what is set up about the chassis.
 *
 * @bmc: the hub
 */
void bmc_chassis_new(Bmc *bmc);

/**
 * bmc_chassis_free: note the powered-on time, and free it.
 *
 * @bmc: the hub
 */
void bmc_chassis_free(Bmc *bmc);

/**
 * bmc_chassis_machine_event: follow the machine.
 *
 * @bmc: the hub
 * @event: what happened
 */
void bmc_chassis_machine_event(Bmc *bmc, const MachineEvent *event);

/**
 * bmc_watchdog_new: set up the watchdog timer, which does not run.
 *
 * @bmc: the hub
 */
void bmc_watchdog_new(Bmc *bmc);

/**
 * bmc_watchdog_free: stop and free it.
 *
 * @bmc: the hub
 */
void bmc_watchdog_free(Bmc *bmc);

/**
 * bmc_watchdog_machine_event: follow the machine.
 *
 * @bmc: the hub
 * @event: what happened
 */
void bmc_watchdog_machine_event(Bmc *bmc, const MachineEvent *event);

/**
 * bmc_pef_new: set up platform event filtering.
 *
 * @bmc: the hub
 */
void bmc_pef_new(Bmc *bmc);

/**
 * bmc_pef_free: drop all that it was about to do.
 *
 * @bmc: the hub
 */
void bmc_pef_free(Bmc *bmc);

/**
 * bmc_tasks_new: load how long tasks are kept.
 *
 * @bmc: the hub
 */
void bmc_tasks_new(Bmc *bmc);

/**
 * bmc_reports_new: load the definitions of reports.
 *
 * @bmc: the hub
 */
void bmc_reports_new(Bmc *bmc);

/**
 * bmc_reports_free: stop making reports, and free them.
 *
 * @bmc: the hub
 */
void bmc_reports_free(Bmc *bmc);

/**
 * bmc_subscriptions_new: load the subscriptions.
 *
 * @bmc: the hub
 * @allow: (nullable): BmcConfig.events_allow
 */
void bmc_subscriptions_new(Bmc *bmc, const char *const *allow);

/**
 * bmc_subscriptions_free: wipe and free them.
 *
 * @bmc: the hub
 */
void bmc_subscriptions_free(Bmc *bmc);

/**
 * bmc_tasks_free: forget all tasks.
 *
 * @bmc: the hub
 */
void bmc_tasks_free(Bmc *bmc);

/**
 * bmc_journal_new: begin an empty journal; when all else is there.
 *
 * @bmc: the hub
 */
void bmc_journal_new(Bmc *bmc);

/**
 * bmc_journal_free: free it.
 *
 * @bmc: the hub
 */
void bmc_journal_free(Bmc *bmc);

/**
 * bmc_restarts_new: note when the BMC was started.
 *
 * @bmc: the hub
 */
void bmc_restarts_new(Bmc *bmc);

/**
 * bmc_restarts_free: forget a reset that is about to come.
 *
 * @bmc: the hub
 */
void bmc_restarts_free(Bmc *bmc);

/**
 * bmc_subscriptions_reset: remove all that are no streams; how often is tried
 * again is the default.
 *
 * @bmc: the hub
 */
void bmc_subscriptions_reset(Bmc *bmc);

/**
 * bmc_images_reset: remove all uploaded images; one that is in a drive when
 * it is taken out.
 *
 * @bmc: the hub
 */
void bmc_images_reset(Bmc *bmc);

/**
 * bmc_media_reset: what is known of image servers is that of a new BMC. Media
 * stay in their drives.
 *
 * @bmc: the hub
 */
void bmc_media_reset(Bmc *bmc);

#endif /* QEMU_BMC_BMC_BMC_PRIV_H */
