/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Power: one state, one operation at a time, and the cause of the last one. */
#ifndef QEMU_BMC_BMC_POWER_H
#define QEMU_BMC_BMC_POWER_H

#include <gio/gio.h>

#include "bmc/bmc.h"

/**
 * BmcPowerState: DSP0268 PowerState, plus "not known".
 *
 * POWERING_ON and POWERING_OFF are states that a request has caused and that
 * end by themselves: a power cycle between off and on, a force off until
 * QEMU has done it. A guest that has been asked to shut down is ON until it
 * has: it may never do so, and some clients take PoweringOff for off. PAUSED
 * is every state in which the machine is on and the guest does not run.
 */
typedef enum BmcPowerState {
    BMC_POWER_STATE_UNKNOWN,
    BMC_POWER_STATE_ON,
    BMC_POWER_STATE_OFF,
    BMC_POWER_STATE_PAUSED,
    BMC_POWER_STATE_POWERING_ON,
    BMC_POWER_STATE_POWERING_OFF,
} BmcPowerState;

/**
 * BmcPowerAction: what can be asked for (DSP0268 ResetType; IPMI 2.0 section
 * 28.3 in brackets).
 *
 * @BMC_POWER_ON: power up (1)
 * @BMC_POWER_FORCE_OFF: power down at once (0)
 * @BMC_POWER_GRACEFUL_SHUTDOWN: ask the guest to power off (5)
 * @BMC_POWER_GRACEFUL_RESTART: ask the guest to power off, then power up
 * @BMC_POWER_FORCE_RESTART: reset (3)
 * @BMC_POWER_CYCLE: power down, wait, power up (2)
 * @BMC_POWER_NMI: diagnostic interrupt (4)
 * @BMC_POWER_PUSH_BUTTON: press the power button: up when off, else as
 *                         GRACEFUL_SHUTDOWN
 * @BMC_POWER_PAUSE: the guest stops where it is
 * @BMC_POWER_RESUME: it goes on; a guest that sleeps is woken up
 */
typedef enum BmcPowerAction {
    BMC_POWER_ON,
    BMC_POWER_FORCE_OFF,
    BMC_POWER_GRACEFUL_SHUTDOWN,
    BMC_POWER_GRACEFUL_RESTART,
    BMC_POWER_FORCE_RESTART,
    BMC_POWER_CYCLE,
    BMC_POWER_NMI,
    BMC_POWER_PUSH_BUTTON,
    BMC_POWER_PAUSE,
    BMC_POWER_RESUME,
    BMC_POWER_ACTION__MAX,
} BmcPowerAction;

/**
 * BmcPowerCause: why the power state last changed (or the machine was last
 * reset).
 */
typedef enum BmcPowerCause {
    BMC_POWER_CAUSE_UNKNOWN,
    BMC_POWER_CAUSE_REQUEST,  /* by a request: see BmcPowerEvent.channel */
    BMC_POWER_CAUSE_GUEST,    /* by the guest itself */
    BMC_POWER_CAUSE_WATCHDOG, /* by the guest's watchdog */
    BMC_POWER_CAUSE_PANIC,    /* by a guest panic */
    BMC_POWER_CAUSE_QEMU,     /* QEMU ended, crashed or was killed */
    BMC_POWER_CAUSE_EXTERNAL, /* by another QMP client, libvirt, the host */
    BMC_POWER_CAUSE_PEF,      /* by a platform event filter */
    BMC_POWER_CAUSE_ALWAYS,   /* started since it is always to be on */
    BMC_POWER_CAUSE_PREVIOUS, /* started since it was on before */
    BMC_POWER_CAUSE__MAX,
} BmcPowerCause;

/**
 * BmcPowerEvent: the last change.
 *
 * @cause: why
 * @action: what was asked for; %BMC_POWER_FORCE_RESTART for a reset that
 *          nobody has asked the BMC for
 * @channel: where it came from, for %BMC_POWER_CAUSE_REQUEST
 * @detail: (nullable): more, for people, e.g. how QEMU ended
 * @when: g_get_real_time() of it, 0 when there was none yet
 */
typedef struct BmcPowerEvent {
    BmcPowerCause cause;
    BmcPowerAction action;
    BmcChannel channel;
    const char *detail;
    int64_t when;
} BmcPowerEvent;

/**
 * bmc_power_state: the present state.
 *
 * @bmc: the hub
 *
 * Returns: the state
 */
BmcPowerState bmc_power_state(const Bmc *bmc);

/**
 * bmc_power_dump: what each request comes to in each state, as text, a line
 * per state: for --dump-tables.
 *
 * Returns: (transfer full): the text
 */
char *bmc_power_dump(void);

/**
 * bmc_power_last_event: why the state is what it is.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the last event; valid until the main loop runs
 */
const BmcPowerEvent *bmc_power_last_event(const Bmc *bmc);

/**
 * bmc_power_last_off_event: why it was last switched off (Get Chassis
 * Status byte 2, IPMI 2.0 section 28.2).
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the event; when is 0 if it never was
 */
const BmcPowerEvent *bmc_power_last_off_event(const Bmc *bmc);

/**
 * bmc_power_last_restart_event: why it last started running: Get System
 * Restart Cause, IPMI 2.0 section 28.11, and Redfish LastResetTime.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the event; when is 0 if it never did
 */
const BmcPowerEvent *bmc_power_last_restart_event(const Bmc *bmc);

/**
 * bmc_power_control_failed: whether the last attempt to switch the machine
 * on or off has failed.
 *
 * @bmc: the hub
 *
 * Returns: true until one succeeds, or somebody else switches it
 */
bool bmc_power_control_failed(const Bmc *bmc);

/**
 * bmc_power_drive_failed: whether the guest is stopped because of an error
 * of one of its disks.
 *
 * @bmc: the hub
 *
 * Returns: true while it is
 */
bool bmc_power_drive_failed(const Bmc *bmc);

/**
 * bmc_power_expect_end: announce that the QEMU process is about to be ended
 * because its owner, this program, ends; what follows is put down to that.
 *
 * @bmc: the hub
 */
void bmc_power_expect_end(Bmc *bmc);

/**
 * bmc_power_request_async: ask for an action. It is done when it has
 * happened or is under way in QEMU for certain: ON when the machine runs,
 * FORCE_OFF when it is off, the graceful ones when QEMU has pressed the
 * button (what the guest does about it shows in the state), POWER_CYCLE
 * when the machine is off and its power-up is scheduled.
 *
 * What is so already succeeds and does nothing: ON when on, FORCE_OFF when
 * off. FORCE_OFF is always taken and ends whatever else is under way; other
 * requests are refused while QEMU carries one out. A guest that has been
 * asked to shut down, and has 120 s for it, is in nobody's way: another
 * request may press the button again, restart or cycle the machine.
 *
 * @bmc: the hub
 * @action: what to do
 * @origin: who asks; copied
 * @cancellable: (nullable): stops waiting, not the action
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void bmc_power_request_async(Bmc *bmc, BmcPowerAction action,
                             const BmcOrigin *origin,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_power_acknowledge: whoever has made a request that was taken, and that
 * takes long, wants to answer it now. That is true if nothing can be in its
 * way any more but a failure of QEMU's; such a failure is logged, is an event
 * (Power Unit, soft power control failure) and bmc_power_control_failed().
 * When QEMU only answers later what was acknowledged is then carried out.
 *
 * @bmc: the hub
 *
 * Returns: true if what is under way will happen for certain; false if
 * nobody knows, since QEMU does not answer
 */
bool bmc_power_acknowledge(Bmc *bmc);

/**
 * bmc_power_follow_async: after a graceful request that has succeeded, wait
 * for what the guest does about it.
 *
 * @bmc: the hub
 * @cancellable: (nullable): stops waiting
 * @callback: called when the guest has shut down, and is started again where
 *            that was asked for; or when it is not waited for any more
 * @opaque: handed to @callback
 */
void bmc_power_follow_async(Bmc *bmc, GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_power_follow_finish: result of bmc_power_follow_async().
 *
 * @bmc: the hub
 * @res: as the callback got it
 * @errp: BMC_ERROR_TIMEOUT when the guest has not done it within 120 s,
 *        BMC_ERROR_BUSY when another request has ended the wait, or as
 *        bmc_power_request_finish()
 *
 * Returns: true on success
 */
bool bmc_power_follow_finish(Bmc *bmc, GAsyncResult *res, GError **errp);

/**
 * bmc_power_request_finish: result of bmc_power_request_async().
 *
 * @bmc: the hub
 * @res: as the callback got it
 * @errp: BMC_ERROR_STATE when the machine's state forbids it (graceful,
 *        restart, cycle, NMI, pause or resume of a machine that is off,
 *        anything on one that was migrated away), BMC_ERROR_BUSY while another request is
 *        under way, BMC_ERROR_UNAVAILABLE when QEMU cannot be reached,
 *        BMC_ERROR_TIMEOUT, BMC_ERROR_FAILED
 *
 * Returns: true on success
 */
bool bmc_power_request_finish(Bmc *bmc, GAsyncResult *res, GError **errp);

#endif /* QEMU_BMC_BMC_POWER_H */
