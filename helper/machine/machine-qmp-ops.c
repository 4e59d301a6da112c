/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Power operations: which QMP commands make a machine do what is wanted, by
 * the state that it is in, and when that has happened. A command's reply is
 * not enough: QEMU answers system_reset before it has reset, and cont before
 * vCPUs run.
 */
#include "osdep.h"

#include "machine/machine-qmp-priv.h"
#include "qmp/qmp-cmds.h"

#include "qmp/qmp-error.h"
#include "util/error.h"

#define OP_DEADLINE_MS 10000

typedef enum OpStep {
    STEP_END,
    STEP_LOOK,          /* is it still as it was when last looked at */
    STEP_STOP,          /* no guest instruction runs after this */
    STEP_RESET,
    STEP_RESET_NEEDED,  /* if firmware would see an old boot order */
    STEP_CONT,
    STEP_CONT_STOPPED,  /* a reset leaves what was stopped in prelaunch */
    STEP_WAKEUP,
    STEP_BUTTON,
    STEP_NMI,
    STEP_REFUSE,        /* not in this state */
    STEP_MIGRATION,     /* another QEMU has the machine, or will */
} OpStep;

typedef struct OpCall {
    MachineCall call;
    MachineOp op;
    const OpStep *steps;
    bool replied;
    uint64_t status_needed;
    uint64_t resets;
    uint64_t resumes;
    uint64_t refusals;
} OpCall;

typedef struct StepRow {
    const char *command;
    bool starts;
    bool (*skip)(const OpCall *op);
    bool (*reached)(const OpCall *op);
} StepRow;

static bool skip_reset(const OpCall *op)
{
    return !op->call.q->reset_needed;
}

static bool skip_cont(const OpCall *op)
{
    return op->call.q->parent.state != MACHINE_STATE_PRELAUNCH;
}

static bool reached_always(const OpCall *op)
{
    return true;
}

static bool reached_reset(const OpCall *op)
{
    const MachineQmp *q = op->call.q;

    /* Force off has nothing to wait for but "off". */
    return q->resets != op->resets &&
           (op->op != MACHINE_OP_STOP ||
            machine_state_is_off(q->parent.state));
}

static bool reached_running(const OpCall *op)
{
    const MachineQmp *q = op->call.q;

    /* A guest may have run and be off again by the time we look. */
    return q->parent.state == MACHINE_STATE_RUNNING ||
           q->resumes != op->resumes;
}

static const StepRow step_table[] = {
    [STEP_LOOK] = { NULL, false, NULL, reached_always },
    [STEP_STOP] = { "stop", false, NULL, reached_always },
    [STEP_RESET] = { "system_reset", false, NULL, reached_reset },
    [STEP_RESET_NEEDED] = { "system_reset", false, skip_reset, reached_reset },
    [STEP_CONT] = { "cont", true, NULL, reached_running },
    [STEP_CONT_STOPPED] = { "cont", true, skip_cont, reached_running },
    [STEP_WAKEUP] = { "system_wakeup", true, NULL, reached_running },
    [STEP_BUTTON] = { "system_powerdown", false, NULL, reached_always },
    [STEP_NMI] = { "inject-nmi", false, NULL, reached_always },
};

static const OpStep plan_nothing[] = { STEP_END };
static const OpStep plan_refuse[] = { STEP_REFUSE };
static const OpStep plan_migration[] = { STEP_MIGRATION };
static const OpStep plan_look[] = { STEP_LOOK, STEP_END };
static const OpStep plan_launch[] = {
    STEP_RESET_NEEDED, STEP_CONT, STEP_END
};
static const OpStep plan_boot[] = { STEP_RESET, STEP_CONT, STEP_END };
static const OpStep plan_resume[] = { STEP_CONT, STEP_END };
static const OpStep plan_wake[] = { STEP_WAKEUP, STEP_END };
static const OpStep plan_stop[] = { STEP_STOP, STEP_RESET, STEP_END };
static const OpStep plan_reset[] = {
    STEP_RESET, STEP_CONT_STOPPED, STEP_END
};
static const OpStep plan_button[] = { STEP_BUTTON, STEP_END };
static const OpStep plan_nmi[] = { STEP_NMI, STEP_END };
static const OpStep plan_pause[] = { STEP_STOP, STEP_END };

#define N_OPS (MACHINE_OP_PAUSE + 1)
#define N_STATES (MACHINE_STATE_POSTMIGRATE + 1)

/*                START         STOP       RESET       BUTTON      NMI
 *                PAUSE */
#define PLANS_OFF(start) \
    { start,        plan_nothing, plan_refuse, plan_refuse, plan_refuse, \
      plan_refuse }
#define PLANS_STOPPED(start, button, pause) \
    { start,        plan_stop,    plan_reset,  button,      plan_refuse, \
      pause }
#define PLANS_MIGRATION \
    { plan_migration, plan_migration, plan_migration, plan_migration, \
      plan_migration, plan_migration }

/*
 * START continues what was merely paused, and boots anew what cannot go on.
 * A power button pressed while paused is latched and acts later; a guest
 * that has panicked or is broken will never see it.
 */
static const OpStep *const plan_table[N_STATES][N_OPS] = {
    [MACHINE_STATE_UNKNOWN] = {
        plan_refuse, plan_refuse, plan_refuse, plan_refuse, plan_refuse,
        plan_refuse
    },
    [MACHINE_STATE_GONE] = PLANS_OFF(NULL),
    [MACHINE_STATE_PRELAUNCH] = PLANS_OFF(plan_launch),
    [MACHINE_STATE_SHUTDOWN] = PLANS_OFF(plan_boot),
    [MACHINE_STATE_RUNNING] = {
        plan_nothing, plan_stop, plan_reset, plan_button, plan_nmi,
        plan_pause
    },
    [MACHINE_STATE_PAUSED] = PLANS_STOPPED(plan_resume, plan_button,
                                            plan_nothing),
    [MACHINE_STATE_SUSPENDED] = PLANS_STOPPED(plan_wake, plan_button,
                                              plan_refuse),
    [MACHINE_STATE_PANICKED] = PLANS_STOPPED(plan_boot, plan_refuse,
                                             plan_refuse),
    [MACHINE_STATE_IO_ERROR] = PLANS_STOPPED(plan_resume, plan_button,
                                             plan_nothing),
    [MACHINE_STATE_WATCHDOG] = PLANS_STOPPED(plan_boot, plan_refuse,
                                             plan_refuse),
    [MACHINE_STATE_INTERNAL_ERROR] = PLANS_STOPPED(plan_boot, plan_refuse,
                                                   plan_refuse),
    [MACHINE_STATE_INMIGRATE] = PLANS_MIGRATION,
    [MACHINE_STATE_POSTMIGRATE] = PLANS_MIGRATION,
};

static const char *const op_names[N_OPS] = {
    [MACHINE_OP_START] = "started",
    [MACHINE_OP_STOP] = "stopped",
    [MACHINE_OP_RESET] = "reset",
    [MACHINE_OP_BUTTON] = "told to power down",
    [MACHINE_OP_NMI] = "sent an NMI",
    [MACHINE_OP_PAUSE] = "paused",
};

static void op_fail(OpCall *op, BmcError code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static void op_fail(OpCall *op, BmcError code, const char *format, ...)
{
    va_list ap;
    GError *error;

    va_start(ap, format);
    error = g_error_new_valist(BMC_ERROR, code, format, ap);
    va_end(ap);
    machine_call_fail(&op->call, error);
}

static const OpStep *find_plan(const MachineQmp *q, MachineOp op)
{
    const Machine *machine = &q->parent;

    if (op == MACHINE_OP_STOP && machine->connected &&
        machine_state_is_off(machine->state) &&
        q->status_applied < q->start_status) {
        /* Off no longer: a start that was given up reaches QEMU first */
        return plan_stop;
    }
    return plan_table[machine->state][op];
}

/* QMP is not there (any more). */
static void op_disconnected(OpCall *op)
{
    MachineQmp *q = op->call.q;

    if (op->op == MACHINE_OP_STOP) {
        if (q->parent.state == MACHINE_STATE_GONE) {
            machine_call_succeed(&op->call, NULL, NULL);
            return;
        }
        if (q->process_alive && !q->ready) {
            /* It is ending, most likely: we hear of that or time out. */
            return;
        }
    }
    if (op->op == MACHINE_OP_BUTTON && q->parent.state == MACHINE_STATE_GONE) {
        /* The guest has powered off, and somebody (libvirt) has ended QEMU */
        machine_call_succeed(&op->call, NULL, NULL);
        return;
    }
    op_fail(op, BMC_ERROR_UNAVAILABLE, "%s",
            q->parent.state == MACHINE_STATE_GONE ?
            "QEMU has ended" : "QEMU cannot be reached any more");
}

static void step_begin(OpCall *op);
static void op_begin(OpCall *op);

static void op_update(MachineCall *call)
{
    OpCall *op = (OpCall *)call;
    MachineQmp *q = call->q;

    if (!q->parent.connected) {
        op_disconnected(op);
        return;
    }
    if (q->refusals != op->refusals) {
        if (op->op == MACHINE_OP_STOP) {
            machine_call_succeed(call, NULL, NULL);
        } else {
            op_fail(op, BMC_ERROR_FAILED, "QEMU shuts down when it should "
                    "reset (-no-reboot or -action reboot=shutdown)");
        }
        return;
    }
    if (q->status_pending) {
        op->status_needed = MAX(op->status_needed, q->status_asked +
                                                   q->status_stale);
    }
    if (!op->replied || q->status_applied < op->status_needed ||
        !step_table[*op->steps].reached(op)) {
        return;
    }
    if (*op->steps == STEP_LOOK) {
        op->steps = find_plan(q, op->op);
        op_begin(op);
        return;
    }
    op->steps++;
    step_begin(op);
}

static void step_replied(GObject *source, GAsyncResult *res, gpointer opaque)
{
    OpCall *op = opaque;
    g_autoptr(GError) error = NULL;

    qmp_void_finish(res, &error);
    if (!op->call.q) {
        machine_call_unref(&op->call);
        return;
    }
    if (g_error_matches(error, BMC_ERROR, BMC_ERROR_UNAVAILABLE) &&
        !op->call.q->parent.connected) {
        op_update(&op->call);
    } else if (error) {
        machine_call_fail(&op->call, g_steal_pointer(&error));
    } else {
        op->replied = true;
        op->status_needed = machine_qmp_refresh(op->call.q);
    }
    machine_call_unref(&op->call);
}

static void step_begin(OpCall *op)
{
    MachineQmp *q = op->call.q;
    QmpCommand command = { .flags = QMP_EXEC_NOW };
    const StepRow *row;

    while (*op->steps != STEP_END && step_table[*op->steps].skip &&
           step_table[*op->steps].skip(op)) {
        op->steps++;
    }
    if (*op->steps == STEP_END) {
        machine_call_succeed(&op->call, NULL, NULL);
        return;
    }
    row = &step_table[*op->steps];
    op->replied = false;
    op->resets = q->resets;
    op->resumes = q->resumes;
    op->refusals = q->refusals;
    if (*op->steps == STEP_LOOK) {
        op->replied = true;
        op->status_needed = machine_qmp_refresh(q);
        return;
    }
    if (row->starts) {
        q->start_status = q->status_asked + 1;
    }
    command.name = row->command;
    qmp_client_command_async(q->client, &command, op->call.cancellable,
                             step_replied, machine_call_ref(&op->call));
}

static void op_free(MachineCall *call)
{
    g_free(call);
}

static void op_refuse(OpCall *op, MachineState state)
{
    if (*op->steps == STEP_MIGRATION) {
        op_fail(op, BMC_ERROR_STATE, "the machine is being migrated or has "
                "been migrated away (%s)", machine_state_to_string(state));
    } else {
        op_fail(op, BMC_ERROR_STATE, "the machine cannot be %s while it is "
                "%s", op_names[op->op], machine_state_to_string(state));
    }
}

static void op_begin(OpCall *op)
{
    if (*op->steps == STEP_REFUSE || *op->steps == STEP_MIGRATION) {
        op_refuse(op, op->call.q->parent.state);
    } else {
        step_begin(op);
    }
}

static void reset_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    g_autoptr(GError) error = NULL;

    if (!qmp_void_finish(res, &error) && !bmc_error_is_cancelled(error)) {
        g_info("system_reset: %s", error->message);
    }
}

void machine_qmp_reset(MachineQmp *q)
{
    static const QmpCommand command = {
        .name = "system_reset",
        .flags = QMP_EXEC_NOW,
    };

    qmp_client_command_async(q->client, &command, q->cancellable, reset_done,
                             NULL);
}

void machine_qmp_run_op(Machine *machine, MachineOp op, GTask *task)
{
    MachineQmp *q = (MachineQmp *)machine;
    OpCall *call = g_new0(OpCall, 1);
    g_autofree char *timeout = NULL;

    call->call.update = op_update;
    call->call.free = op_free;
    call->op = op;
    machine_call_init(&call->call, q, task);
    /*
     * No event tells when "finish-migrate" turns into "postmigrate", and a
     * machine that was migrated away must not be touched.
     */
    call->steps = machine->state == MACHINE_STATE_PAUSED ? plan_look :
                  find_plan(q, op);
    if (!machine->connected && machine->state != MACHINE_STATE_GONE) {
        op_fail(call, BMC_ERROR_UNAVAILABLE, "%s", machine->problem ?
                machine->problem : "QEMU has not been reached yet");
    } else if (!call->steps) {
        op_fail(call, BMC_ERROR_UNAVAILABLE, "%s", machine->problem ?
                machine->problem : "there is no QEMU to start");
    } else {
        timeout = g_strdup_printf("the machine was not %s within %d s",
                                  op_names[op], OP_DEADLINE_MS / 1000);
        machine_call_set_deadline(&call->call, OP_DEADLINE_MS, timeout);
        op_begin(call);
    }
}
