/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A virtual machine as the BMC sees it: a model that is always current, the
 * events that change it, and a few operations. How it is driven (an attached
 * QEMU, one that we start, later libvirt) is behind MachineOps.
 *
 * Everything runs in the default main context. Each operation calls back
 * exactly once, never from within the call that started it; when the
 * GCancellable fires or the machine is freed, with G_IO_ERROR_CANCELLED, and
 * then the callback must touch nothing that it does not own.
 */
#ifndef QEMU_BMC_MACHINE_MACHINE_H
#define QEMU_BMC_MACHINE_MACHINE_H

#include <gio/gio.h>
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "machine/machine-boot.h"
#include "machine/machine-disk.h"
#include "machine/machine-flash.h"
#include "machine/machine-guest.h"
#include "machine/machine-memory.h"
#include "machine/machine-pci.h"
#include "machine/machine-settings.h"
#include "machine/machine-tpm.h"
#include "machine/machine-usage.h"
#include "util/notify.h"

struct MachineMedium; /* see machine-media.h */

/**
 * MachineState: QAPI RunState, reduced to what makes a difference to a BMC,
 * plus the two states in which there is no RunState.
 *
 * @MACHINE_STATE_UNKNOWN: QEMU is or may be there, but does not tell: not
 *                         asked yet, monitor held by somebody else, hung
 * @MACHINE_STATE_GONE: there is no QEMU process
 * @MACHINE_STATE_PRELAUNCH: not started, or reset while stopped: off
 * @MACHINE_STATE_SHUTDOWN: the guest has powered off: off
 * @MACHINE_STATE_RUNNING: running
 * @MACHINE_STATE_PAUSED: paused by somebody (paused, debug, save-vm,
 *                        restore-vm, finish-migrate, colo)
 * @MACHINE_STATE_SUSPENDED: the guest is in ACPI S3
 * @MACHINE_STATE_PANICKED: guest-panicked
 * @MACHINE_STATE_IO_ERROR: io-error
 * @MACHINE_STATE_WATCHDOG: stopped by the watchdog's "pause" action
 * @MACHINE_STATE_INTERNAL_ERROR: internal-error
 * @MACHINE_STATE_INMIGRATE: waiting for incoming migration
 * @MACHINE_STATE_POSTMIGRATE: has been migrated away
 */
typedef enum MachineState {
    MACHINE_STATE_UNKNOWN,
    MACHINE_STATE_GONE,
    MACHINE_STATE_PRELAUNCH,
    MACHINE_STATE_SHUTDOWN,
    MACHINE_STATE_RUNNING,
    MACHINE_STATE_PAUSED,
    MACHINE_STATE_SUSPENDED,
    MACHINE_STATE_PANICKED,
    MACHINE_STATE_IO_ERROR,
    MACHINE_STATE_WATCHDOG,
    MACHINE_STATE_INTERNAL_ERROR,
    MACHINE_STATE_INMIGRATE,
    MACHINE_STATE_POSTMIGRATE,
} MachineState;

/**
 * MachineFirmware: what the guest's firmware is.
 */
typedef enum MachineFirmware {
    MACHINE_FIRMWARE_UNKNOWN,
    MACHINE_FIRMWARE_BIOS,
    MACHINE_FIRMWARE_UEFI,
} MachineFirmware;

/**
 * MachineSmbios: SMBIOS strings that QEMU's command line can set ("-smbios"),
 * those of types 0 (firmware), 1 (system), 2 (board) and 3 (chassis).
 */
typedef enum MachineSmbios {
    MACHINE_SMBIOS_FIRMWARE_VERSION,
    MACHINE_SMBIOS_SYSTEM_MANUFACTURER,
    MACHINE_SMBIOS_SYSTEM_PRODUCT,
    MACHINE_SMBIOS_SYSTEM_VERSION,
    MACHINE_SMBIOS_SYSTEM_SERIAL,
    MACHINE_SMBIOS_SYSTEM_SKU,
    MACHINE_SMBIOS_BOARD_MANUFACTURER,
    MACHINE_SMBIOS_BOARD_PRODUCT,
    MACHINE_SMBIOS_BOARD_VERSION,
    MACHINE_SMBIOS_BOARD_SERIAL,
    MACHINE_SMBIOS_BOARD_ASSET,
    MACHINE_SMBIOS_CHASSIS_MANUFACTURER,
    MACHINE_SMBIOS_CHASSIS_VERSION,
    MACHINE_SMBIOS_CHASSIS_SERIAL,
    MACHINE_SMBIOS_CHASSIS_ASSET,
    MACHINE_SMBIOS_CHASSIS_SKU,
    MACHINE_SMBIOS_MEMORY_MANUFACTURER,
    MACHINE_SMBIOS_MEMORY_SERIAL,
    MACHINE_SMBIOS_MEMORY_PART,
    MACHINE_SMBIOS__MAX,
} MachineSmbios;

#define MACHINE_SOCKETS_MAX 256

/**
 * MachineSocket: a CPU socket that has vCPUs.
 *
 * @id: QEMU's number of it
 * @cores: its cores
 * @threads: its threads, which are vCPUs
 */
typedef struct MachineSocket {
    unsigned id;
    unsigned cores;
    unsigned threads;
} MachineSocket;

/**
 * MachineInfo: facts that hold for one QEMU process. A string that is not
 * known is NULL, a number 0. Kept after QEMU has gone, until another one
 * answers.
 *
 * @name: "-name", query-name
 * @uuid: "-uuid" in lower case; NULL when QEMU has none (all zero)
 * @memory_bytes: base memory plus what is plugged, without what is persistent
 * @persistent_bytes: persistent memory
 * @memory: array of MachineMemory; NULL while not known
 * @n_cpus: vCPUs present now (logical processors)
 * @n_sockets: sockets in @sockets; 0 when QEMU does not tell of all vCPUs
 *             where they are
 * @sockets: in the order of the first vCPU of each
 * @cpu_model: QOM type of the CPUs, without what is the same for all
 * @qemu_version: "7.2.22", query-version
 * @arch: "x86_64", query-target
 * @machine_type: "pc-q35-7.2-machine" without the suffix
 * @firmware: what the machine was started with, where it can be found out
 * @pid: the QEMU process, when it is on this host and we can see it
 * @started: when it was started, microseconds since 1970; 0 without @pid
 * @cpu_threads: its vCPUs' thread ids, each once; ends with 0; NULL without
 *               @pid
 * @smbios: by MachineSmbios; NULL what the command line does not set, all of
 *          them without @pid
 * @flash: by MachineFlash: files of the flash chips, absolute; NULL where they
 *         are not known, all of them without @pid
 * @firmware_file: file that the firmware comes from, absolute: a flash chip's
 *                 or a ROM image; NULL where it is not known
 * @firmware_rom: it is a ROM image
 * @settings_there: bit 1 << MachineSetting for each that means something to
 *                  this machine and its firmware
 * @settings: their values, as far as they can be found out
 * @pci: array of MachinePci; NULL while not known
 * @disks: array of MachineDisk; NULL while not known
 * @tpms: array of MachineTpm; NULL while not known, or when this QEMU has no
 *        TPMs at all
 * @vnc_port: TCP port of QEMU's VNC server; 0 where there is none
 */
typedef struct MachineInfo {
    char *name;
    char *uuid;
    uint64_t memory_bytes;
    uint64_t persistent_bytes;
    GPtrArray *memory;
    unsigned n_cpus;
    unsigned n_sockets;
    MachineSocket *sockets;
    char *cpu_model;
    char *qemu_version;
    char *arch;
    char *machine_type;
    MachineFirmware firmware;
    int pid;
    int64_t started;
    int *cpu_threads;
    char *smbios[MACHINE_SMBIOS__MAX];
    char *flash[MACHINE_FLASH__MAX];
    char *firmware_file;
    bool firmware_rom;
    unsigned settings_there;
    MachineSettings settings;
    GPtrArray *pci;
    GPtrArray *disks;
    GPtrArray *tpms;
    uint16_t vnc_port;
} MachineInfo;

/**
 * MachineEventType: what happened.
 *
 * @MACHINE_EVENT_STATE: @state, or whether QMP is connected, has changed
 * @MACHINE_EVENT_INFO: MachineInfo has changed
 * @MACHINE_EVENT_RESET: QMP RESET; SeaBIOS adds one or two of its own to
 *                       every warm reset, so this is not "one boot"
 * @MACHINE_EVENT_SHUTDOWN: QMP SHUTDOWN
 * @MACHINE_EVENT_POWERDOWN: QMP POWERDOWN: the power button was pressed
 * @MACHINE_EVENT_PANIC: QMP GUEST_PANICKED; detail is the action
 * @MACHINE_EVENT_WATCHDOG: QMP WATCHDOG; detail is the action
 * @MACHINE_EVENT_GONE: QEMU has ended; detail says how, for people
 * @MACHINE_EVENT_DEVICES: bootable devices or media may have changed
 * @MACHINE_EVENT_GUEST: Machine.guest has changed
 * @MACHINE_EVENT_OVERRIDE: Machine.override was set, cleared or consumed
 */
typedef enum MachineEventType {
    MACHINE_EVENT_STATE,
    MACHINE_EVENT_INFO,
    MACHINE_EVENT_RESET,
    MACHINE_EVENT_SHUTDOWN,
    MACHINE_EVENT_POWERDOWN,
    MACHINE_EVENT_PANIC,
    MACHINE_EVENT_WATCHDOG,
    MACHINE_EVENT_GONE,
    MACHINE_EVENT_DEVICES,
    MACHINE_EVENT_GUEST,
    MACHINE_EVENT_OVERRIDE,
} MachineEventType;

/**
 * MachineEvent: the data of machine->notifiers.
 *
 * @type: what happened; machine->state already shows its effect for
 *        %MACHINE_EVENT_STATE only
 * @guest: RESET, SHUTDOWN: caused by the guest
 * @detail: reason or action as QMP has it ("guest-reset"), or NULL
 */
typedef struct MachineEvent {
    MachineEventType type;
    bool guest;
    const char *detail;
} MachineEvent;

/**
 * MachineOp: operations without parameters.
 *
 * @MACHINE_OP_START: let it run from an "off" state. PRELAUNCH: cont, after a
 *     system_reset if boot order or media changed since the last reset or
 *     that is unknown; SHUTDOWN: system_reset and cont; GONE: start a
 *     process, where we can. Done when RUNNING.
 * @MACHINE_OP_STOP: force off, needs nothing from the guest: stop and
 *     system_reset, or the end of the process where that is what off means.
 *     Done when PRELAUNCH (or GONE).
 * @MACHINE_OP_RESET: system_reset of a machine that is not off; one that was
 *     stopped in between (paused, panicked, ...) runs afterwards.
 * @MACHINE_OP_BUTTON: system_powerdown: the guest may ignore it.
 * @MACHINE_OP_NMI: inject-nmi.
 * @MACHINE_OP_PAUSE: stop: no guest instruction runs until START.
 */
typedef enum MachineOp {
    MACHINE_OP_START,
    MACHINE_OP_STOP,
    MACHINE_OP_RESET,
    MACHINE_OP_BUTTON,
    MACHINE_OP_NMI,
    MACHINE_OP_PAUSE,
} MachineOp;

/**
 * MachineOps: a way of driving a machine; see the machine_*() functions of
 * the same names, which are the way to call them. Who starts QEMU is part of
 * that: nobody here (machine-qmp), we (machine-launch), or a command of
 * somebody else's (machine-command); the latter two build on the first.
 *
 * @released: (nullable): machine_release() has been called for the last hold
 */
typedef struct MachineOps {
    void (*run_op)(Machine *machine, MachineOp op, GTask *task);
    void (*list_boot_devices)(Machine *machine, GTask *task);
    void (*set_boot_index)(Machine *machine, const char *path,
                           const char *property, int32_t index, GTask *task);
    void (*query_override)(Machine *machine, GTask *task);
    void (*set_override)(Machine *machine, const char *device,
                         bool persistent, GTask *task);
    void (*query_usage)(Machine *machine, GTask *task);
    void (*send_break)(Machine *machine, const char *address, GTask *task);
    void (*press_key)(Machine *machine, const char *key, GTask *task);
    void (*apply_settings)(Machine *machine, bool may_end, GTask *task);
    void (*list_drives)(Machine *machine, GTask *task);
    void (*insert_medium)(Machine *machine, const char *drive,
                          const struct MachineMedium *medium, GTask *task);
    void (*eject_medium)(Machine *machine, const char *drive, GTask *task);
    void (*refresh)(Machine *machine, GTask *task);
    void (*refresh_guest)(Machine *machine, GTask *task);
    void (*released)(Machine *machine);
    void (*free)(Machine *machine);
} MachineOps;

/**
 * Machine: the common part; drivers embed it as their first member.
 *
 * @ops: the driver
 * @state: current state; only the driver writes it
 * @connected: QMP answers
 * @can_start_process: START works in %MACHINE_STATE_GONE
 * @keyboard: machine_list_boot_devices_async() has found a keyboard that
 *            machine_press_key_async() types on and firmware listens to
 * @can_end_process: STOP works in %MACHINE_STATE_UNKNOWN: it ends a QEMU that
 *                   hangs
 * @owns_process: QEMU is our child, and its command line ours: what is given
 *                there can be changed, and ending the process is up to us
 * @settable: bit 1 << MachineSetting for each that machine_apply_settings()
 *            can change
 * @wanted: settings that the next QEMU process begins with, and that
 *          machine_apply_settings() applies; the hub writes them
 * @renew: machine_apply_settings() is to end the process, whatever the
 *         settings; the hub writes it
 * @flash_given: by MachineFlash: where we start QEMU: the flash chips' files on
 *               its command line, as MachineInfo.flash has them; unlike there,
 *               the process has no say
 * @firmware_given: (nullable): where we start QEMU: the file on its command
 *                  line that firmware comes from, absolute
 * @firmware_given_rom: that is a ROM image
 * @flash_problem: by MachineFlash (nullable): why a chip on our command line is
 *                 not in @flash_given, for people
 * @firmware_problem: (nullable): the same of @firmware_given
 * @firmware_dir: (nullable): folder of ours for files that are used instead
 * @firmware_wanted: (nullable): such a file, which the next QEMU process
 *                   begins with; see machine_set_firmware()
 * @held: machine_hold() calls without their machine_release()
 * @info: facts about the QEMU process
 * @guest: (nullable): what the guest agent has told, as long as it is there
 * @has_override: QEMU has a boot override of its own, which is in @override;
 *                known once machine_query_override_async() has succeeded on
 *                this connection, and current from then on
 * @override: that override
 * @problem: while @connected is false: what is waited for and what to do,
 *           for people; NULL if nothing is wrong
 * @notifiers: called with a MachineEvent
 */
struct Machine {
    const MachineOps *ops;
    MachineState state;
    bool connected;
    bool can_start_process;
    bool keyboard;
    bool can_end_process;
    bool owns_process;
    unsigned settable;
    MachineSettings wanted;
    bool renew;
    char *flash_given[MACHINE_FLASH__MAX];
    char *firmware_given;
    bool firmware_given_rom;
    char *flash_problem[MACHINE_FLASH__MAX];
    char *firmware_problem;
    char *firmware_dir;
    char *firmware_wanted;
    unsigned held;
    MachineInfo info;
    MachineGuest *guest;
    bool has_override;
    MachineOverride override;
    char *problem;
    NotifierList notifiers;
};

/**
 * machine_state_to_string: name of a state, as QAPI RunState has it where it
 * has one.
 *
 * @state: the state
 *
 * Returns: text
 */
const char *machine_state_to_string(MachineState state);

/**
 * machine_state_is_off: whether a server in that state would be called off:
 * GONE, PRELAUNCH or SHUTDOWN.
 *
 * @state: the state
 *
 * Returns: true if off
 */
bool machine_state_is_off(MachineState state);

/**
 * machine_run_op_async: start an operation. Operations on one machine are
 * not queued: the caller serialises those that change the power state.
 *
 * @machine: the machine
 * @op: what to do
 * @cancellable: (nullable): stops waiting; what QEMU was told stays told
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void machine_run_op_async(Machine *machine, MachineOp op,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback, void *opaque);

/**
 * machine_run_op_finish: result of machine_run_op_async().
 *
 * @res: as the callback got it
 * @errp: BMC_ERROR_STATE when the state forbids it, BMC_ERROR_UNAVAILABLE
 *        when QEMU cannot be reached, BMC_ERROR_TIMEOUT, BMC_ERROR_FAILED
 *        with QEMU's words
 *
 * Returns: true on success
 */
bool machine_run_op_finish(GAsyncResult *res, GError **errp);

/**
 * machine_query_usage_async: ask what the machine has used so far.
 *
 * @machine: the machine
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void machine_query_usage_async(Machine *machine, GCancellable *cancellable,
                               GAsyncReadyCallback callback, void *opaque);

/**
 * machine_query_usage_finish: result of machine_query_usage_async().
 *
 * @res: as the callback got it
 * @usage: filled
 * @errp: as machine_run_op_finish()
 *
 * Returns: true on success
 */
bool machine_query_usage_finish(GAsyncResult *res, MachineUsage *usage,
                                GError **errp);

/**
 * machine_send_break_async: a BREAK on one of the machine's serial lines.
 *
 * @machine: the machine
 * @address: where QEMU listens with the line: "127.0.0.1:9002",
 *           "[::1]:9002" or a path
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void machine_send_break_async(Machine *machine, const char *address,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback, void *opaque);

/**
 * machine_send_break_finish: result of machine_send_break_async().
 *
 * @res: as the callback got it
 * @errp: as machine_run_op_finish(); BMC_ERROR_NOT_FOUND when QEMU has no
 *        line there
 *
 * Returns: true on success
 */
bool machine_send_break_finish(GAsyncResult *res, GError **errp);

/**
 * machine_press_key_async: press and release a key of the machine's keyboard.
 *
 * @machine: the machine
 * @key: QAPI QKeyCode: "f2"
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void machine_press_key_async(Machine *machine, const char *key,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque);

/**
 * machine_press_key_finish: result of machine_press_key_async().
 *
 * @res: as the callback got it
 * @errp: as machine_run_op_finish(); BMC_ERROR_FAILED when there is no
 *        keyboard
 *
 * Returns: true on success
 */
bool machine_press_key_finish(GAsyncResult *res, GError **errp);

/**
 * machine_apply_settings_async: make Machine.wanted, and what
 * machine_set_firmware() has set, hold for the next start or reset. Where
 * that, or Machine.renew, needs another QEMU process and we can start one, the
 * present one is ended: the machine is GONE, and is to be started. To be
 * called right before.
 *
 * @machine: the machine
 * @may_end: the process may be ended; else what needs another one waits
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void machine_apply_settings_async(Machine *machine, bool may_end,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  void *opaque);

/**
 * machine_apply_settings_finish: result of machine_apply_settings_async().
 *
 * @res: as the callback got it
 * @errp: as machine_run_op_finish()
 *
 * Returns: true on success
 */
bool machine_apply_settings_finish(GAsyncResult *res, GError **errp);

/**
 * machine_set_firmware: have the next QEMU process begin with other firmware.
 *
 * @machine: the machine, which has Machine.firmware_given
 * @file: (nullable): a file in Machine.firmware_dir; NULL for the one on the
 *        command line
 */
void machine_set_firmware(Machine *machine, const char *file);

/**
 * machine_firmware_pending: whether the QEMU process that is there has other
 * firmware than the next one will have. What is given in another way, or is
 * not known, is left alone.
 *
 * @machine: the machine
 *
 * Returns: true if so
 */
bool machine_firmware_pending(const Machine *machine);

/**
 * machine_refresh_async: ask for MachineInfo anew. QEMU tells of most that
 * changes it, but not when a device is added or buses are numbered.
 *
 * @machine: the machine
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done; notifiers were told before
 * @opaque: handed to @callback
 */
void machine_refresh_async(Machine *machine, GCancellable *cancellable,
                           GAsyncReadyCallback callback, void *opaque);

/**
 * machine_refresh_finish: result of machine_refresh_async().
 *
 * @res: as the callback got it
 * @errp: as machine_run_op_finish()
 *
 * Returns: true on success
 */
bool machine_refresh_finish(GAsyncResult *res, GError **errp);

/**
 * machine_refresh_guest_async: ask the guest agent anew, if there is one.
 *
 * @machine: the machine
 * @cancellable: (nullable): stops waiting
 * @callback: called when it has answered, or is known not to; notifiers were
 *            told before
 * @opaque: handed to @callback
 */
void machine_refresh_guest_async(Machine *machine, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, void *opaque);

/**
 * machine_refresh_guest_finish: result of machine_refresh_guest_async().
 *
 * @res: as the callback got it
 * @errp: G_IO_ERROR_CANCELLED only
 *
 * Returns: true unless cancelled
 */
bool machine_refresh_guest_finish(GAsyncResult *res, GError **errp);

/**
 * machine_hold: have a process that %MACHINE_OP_START starts wait with its
 * guest until all is prepared for that. Without effect on one that runs.
 *
 * @machine: the machine
 */
void machine_hold(Machine *machine);

/**
 * machine_release: the end of machine_hold().
 *
 * @machine: the machine, held
 */
void machine_release(Machine *machine);

/**
 * machine_free: free a machine; pending operations end with
 * G_IO_ERROR_CANCELLED. QEMU is left as it is.
 *
 * @machine: the machine, or NULL
 */
void machine_free(Machine *machine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Machine, machine_free)

/**
 * machine_init: for drivers: set up the common part.
 *
 * @machine: the machine, zeroed
 * @ops: the driver
 */
void machine_init(Machine *machine, const MachineOps *ops);

/**
 * machine_cleanup: for drivers: free the common part.
 *
 * @machine: the machine
 */
void machine_cleanup(Machine *machine);

/**
 * machine_info_clear: for drivers: free what MachineInfo holds and zero it.
 *
 * @info: the facts
 */
void machine_info_clear(MachineInfo *info);

/**
 * machine_notify: for drivers: tell the notifiers.
 *
 * @machine: the machine
 * @type: what happened
 * @guest: caused by the guest
 * @detail: (nullable): as in MachineEvent
 */
void machine_notify(Machine *machine, MachineEventType type, bool guest,
                    const char *detail);

/**
 * machine_set_state: for drivers: change the state, and tell the notifiers
 * if it is another one.
 *
 * @machine: the machine
 * @state: the new state
 * @connected: QMP answers
 * @problem: (nullable): as in Machine; copied
 */
void machine_set_state(Machine *machine, MachineState state, bool connected,
                       const char *problem);

#endif /* QEMU_BMC_MACHINE_MACHINE_H */
