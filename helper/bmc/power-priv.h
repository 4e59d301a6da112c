/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Power control from the inside; for helper/bmc/power*.c only. */
#ifndef QEMU_BMC_BMC_POWER_PRIV_H
#define QEMU_BMC_BMC_POWER_PRIV_H

#include "bmc/bmc-priv.h"
#include "bmc/power-table.h"
#include "bmc/power.h"

/**
 * PowerStage: how far a request is.
 *
 * @STAGE_IDLE: there is none
 * @STAGE_PREPARE: the boot order is being brought up to date
 * @STAGE_OP: QEMU carries out an operation
 * @STAGE_INTERVAL: the off time of a power cycle; without a running
 *                  @interval_timer it is over, but QEMU does not answer
 */
typedef enum PowerStage {
    STAGE_IDLE,
    STAGE_PREPARE,
    STAGE_OP,
    STAGE_INTERVAL,
} PowerStage;

/**
 * PowerEventKind: events that are kept apart.
 */
typedef enum PowerEventKind {
    EVENT_LAST,
    EVENT_OFF,
    EVENT_RESTART,
    EVENT__MAX,
} PowerEventKind;

/**
 * PowerRequest: what an event is put down to.
 *
 * @cause: on whose behalf; mostly %BMC_POWER_CAUSE_REQUEST
 * @action: what was asked for
 * @channel: where that came from
 */
typedef struct PowerRequest {
    BmcPowerCause cause;
    BmcPowerAction action;
    BmcChannel channel;
} PowerRequest;

/**
 * BmcPowerControl: the state of power control.
 *
 * @told: the state that was notified last
 * @events: details are owned
 * @request: what @op is for
 * @from_off: @op began with the machine off
 * @from_gone: @op starts a new QEMU process
 * @acknowledged: somebody was told that @request will be carried out
 * @ending: @op ends a process that hangs
 * @owed: @request was acknowledged, and QEMU has not answered: it is carried
 *        out when QEMU does
 * @failed: the last start or stop has failed
 * @waiters: GTasks that end with @op
 * @followers: GTasks that end with what the guest does that was asked
 * @asked: the button was pressed for @asked_request, and the guest is on
 * @known: @was_on holds, be it from an earlier helper
 * @seen: this helper has seen a state: @was_on and @was_stopped hold
 * @hint: what explains the next change, until @hint_until_ms
 * @settle_until_ms: a reset by the guest is firmware's own before this
 * @own_until_ms: a reset by the host is ours before this
 */
struct BmcPowerControl {
    BmcPowerState told;
    BmcPowerEvent events[EVENT__MAX];
    PowerStage stage;
    MachineOp op;
    PowerRequest request;
    bool from_off;
    bool from_gone;
    bool acknowledged;
    bool ending;
    bool owed;
    bool failed;
    GCancellable *cancellable;
    GPtrArray *waiters;
    GPtrArray *followers;
    ClockTimer *interval_timer;
    bool asked;
    PowerRequest asked_request;
    ClockTimer *asked_timer;
    bool known;
    bool seen;
    bool was_on;
    bool was_stopped;
    BmcPowerCause hint;
    char *hint_detail;
    int64_t hint_until_ms;
    int64_t settle_until_ms;
    int64_t own_until_ms;
};

/**
 * power_op_under_way: whether an operation has begun and not ended.
 *
 * @power: power control
 * @op: the operation
 *
 * Returns: true if so
 */
bool power_op_under_way(const BmcPowerControl *power, MachineOp op);

/**
 * power_stop_asking: expect no longer that the guest shuts down because it
 * was asked to.
 *
 * @power: power control
 */
void power_stop_asking(BmcPowerControl *power);

/**
 * power_guest_is_off: the guest that was asked to shut down has: a graceful
 * restart goes on from there.
 *
 * @bmc: the hub
 */
void power_guest_is_off(Bmc *bmc);

/**
 * power_tell_state: notify of the state, if it has changed.
 *
 * @bmc: the hub
 */
void power_tell_state(Bmc *bmc);

/**
 * power_complete_waiters: answer those who wait for the operation.
 *
 * @power: power control
 * @err: (nullable): how it has failed
 */
void power_complete_waiters(BmcPowerControl *power, const GError *err);

/**
 * power_complete_followers: answer those who wait for the guest.
 *
 * @power: power control
 * @err: (nullable): why it has not done what it was asked for
 */
void power_complete_followers(BmcPowerControl *power, const GError *err);

/**
 * power_renounce: give up what is under way. What QEMU was told stays told,
 * but nobody listens to its answer.
 *
 * @power: power control
 */
void power_renounce(BmcPowerControl *power);

/**
 * power_start_op: begin an operation. What boots from then on must find the
 * media, firmware with its settings and the boot order that it should.
 *
 * @bmc: the hub
 * @op: the operation
 */
void power_start_op(Bmc *bmc, MachineOp op);

/**
 * power_interval_over: go on with a power cycle after its off time, or when
 * QEMU answers again after that.
 *
 * @bmc: the hub
 */
void power_interval_over(Bmc *bmc);

/**
 * power_carry_out: begin what a request comes to.
 *
 * @bmc: the hub
 * @step: that; none that refuses, nor %STEP_NOTHING
 * @request: what it is put down to
 */
void power_carry_out(Bmc *bmc, PowerStep step, const PowerRequest *request);

/**
 * power_pay: carry out what was acknowledged and could not be done while
 * QEMU did not answer.
 *
 * @bmc: the hub
 */
void power_pay(Bmc *bmc);

/**
 * power_events_load: read what an earlier helper knew.
 *
 * @bmc: the hub
 */
void power_events_load(Bmc *bmc);

/**
 * power_events_clear: free what the events hold.
 *
 * @power: power control
 */
void power_events_clear(BmcPowerControl *power);

/**
 * power_events_record: record a change as the last event, and as the last
 * one of its kind.
 *
 * @bmc: the hub
 * @which: the kind; %EVENT_LAST for none
 * @what: (nullable): what has changed, for the log; NULL when it is there
 * @event: why; its time is filled in
 */
void power_events_record(Bmc *bmc, PowerEventKind which, const char *what,
                         BmcPowerEvent *event);

/**
 * power_events_restarted: we have started or reset the machine: the resets
 * that follow shortly are no events.
 *
 * @bmc: the hub
 */
void power_events_restarted(Bmc *bmc);

/**
 * power_events_follow: look at the machine's state and record what has
 * changed.
 *
 * @bmc: the hub
 */
void power_events_follow(Bmc *bmc);

/**
 * power_events_handle: take note of any other event of the machine.
 *
 * @bmc: the hub
 * @event: what happened
 */
void power_events_handle(Bmc *bmc, const MachineEvent *event);

#endif /* QEMU_BMC_BMC_POWER_PRIV_H */
