/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The action that resets the machine. What takes longer than a client should
 * have to wait goes on as a task.
 */
#include "osdep.h"

#include "bmc/power.h"
#include "bmc/tasks.h"
#include "redfish/rf-exchange.h"
#include "redfish/rf-system-values.h"
#include "redfish/rf-tasks.h"
#include "util/error.h"

#define WAIT_MS 2000

/* The order is that of BmcPowerAction. */
static const char *const reset_types[] = {
    [BMC_POWER_ON] = "On",
    [BMC_POWER_FORCE_OFF] = "ForceOff",
    [BMC_POWER_GRACEFUL_SHUTDOWN] = "GracefulShutdown",
    [BMC_POWER_GRACEFUL_RESTART] = "GracefulRestart",
    [BMC_POWER_FORCE_RESTART] = "ForceRestart",
    [BMC_POWER_CYCLE] = "PowerCycle",
    [BMC_POWER_NMI] = "Nmi",
    [BMC_POWER_PUSH_BUTTON] = "PushPowerButton",
    [BMC_POWER_PAUSE] = "Pause",
    [BMC_POWER_RESUME] = "Resume",
    [BMC_POWER_ACTION__MAX] = NULL,
};

/*
 * Reset: a reset that is under way.
 *
 * @x: the request; a reference
 * @follow: it is done when the guest has done something, too
 * @following: that is what is waited for
 * @body: of the request
 * @task: it goes on as that one, 0 while it does not
 * @timer: until it does
 * @cancelled: handler of @x's cancellable
 */
typedef struct Reset {
    RfExchange *x;
    bool follow;
    bool following;
    char *body;
    unsigned task;
    ClockTimer *timer;
    gulong cancelled;
} Reset;

static void reset_free(Reset *reset)
{
    clock_timer_stop(&reset->timer);
    g_cancellable_disconnect(reset->x->cancellable, reset->cancelled);
    rf_exchange_unref(reset->x);
    g_free(reset->body);
    g_free(reset);
}

/* The service goes, and the clock after it. */
static void service_gone(GCancellable *cancellable, void *opaque)
{
    Reset *reset = opaque;

    clock_timer_stop(&reset->timer);
}

static void reset_end(Reset *reset, const GError *err)
{
    if (reset->task) {
        bmc_task_finish(reset->x->context.bmc, reset->task, NULL, err);
    } else {
        rf_exchange_complete(reset->x, err);
    }
    reset_free(reset);
}

static void follow_done(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    Reset *reset = opaque;

    if (!g_task_propagate_boolean(G_TASK(res), &err) &&
        bmc_error_is_cancelled(err)) {
        reset_free(reset);
        return;
    }
    reset_end(reset, err);
}

static void reset_done(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    Reset *reset = opaque;
    bool gone = !reset->task &&
                g_cancellable_is_cancelled(reset->x->cancellable);

    if (gone) {
        reset_free(reset);
        return;
    }
    bmc_power_request_finish(reset->x->context.bmc, res, &err);
    if (bmc_error_is_cancelled(err)) {
        reset_free(reset);
    } else if (!err && reset->follow) {
        reset->following = true;
        bmc_power_follow_async(reset->x->context.bmc, reset->x->cancellable,
                               follow_done, reset);
    } else {
        reset_end(reset, err);
    }
}

/* What nobody knows yet is waited for: it ends by itself. */
static void waited(void *opaque)
{
    Reset *reset = opaque;
    RfExchange *x = reset->x;
    BmcTaskConfig config = {
        .name = "Reset of the machine",
        .origin = &x->origin,
        .method = x->request.method,
        .target = x->request.path,
        .body = reset->body,
    };

    if (reset->following || bmc_power_acknowledge(x->context.bmc)) {
        reset->task = bmc_task_new(x->context.bmc, &config, NULL);
    }
    if (reset->task) {
        rf_task_accepted(x, reset->task);
    }
}

/*
 * Clients of Redfish take the end of a restart for its meaning: what is off
 * is on then. IPMI's specification has it otherwise.
 */
static BmcPowerAction action_of(const RfExchange *x, const RfValue *type)
{
    if (bmc_power_state(x->context.bmc) == BMC_POWER_STATE_OFF &&
        (type->choice == BMC_POWER_FORCE_RESTART ||
         type->choice == BMC_POWER_CYCLE)) {
        return BMC_POWER_ON;
    }
    return type->choice;
}

void rf_reset_start(RfExchange *x, const RfPatch *patch)
{
    const RfValue *type = rf_patch_get(patch, NULL, "ResetType");
    Reset *reset = g_new0(Reset, 1);

    reset->x = rf_exchange_ref(x);
    reset->follow = type->choice == BMC_POWER_GRACEFUL_SHUTDOWN ||
                    type->choice == BMC_POWER_GRACEFUL_RESTART;
    reset->body = g_strdup_printf("{\"ResetType\":\"%s\"}",
                                  reset_types[type->choice]);
    clock_timer_start(bmc_clock(x->context.bmc), &reset->timer, WAIT_MS,
                      waited, reset);
    reset->cancelled = g_cancellable_connect(
        x->cancellable, G_CALLBACK(service_gone), reset, NULL);
    bmc_power_request_async(x->context.bmc, action_of(x, type), &x->origin,
                            x->cancellable, reset_done, reset);
}

const RfProperty rf_reset_parameters[] = {
    { "ResetType", RF_TYPE_ENUM, .texts = reset_types,
      .allowed = rf_allow_any, .required = true },
    { NULL }
};
