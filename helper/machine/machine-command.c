/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine whose process is started and ended by commands: machine-qmp
 * drives it while there is one. At most one command runs at a time; it
 * belongs to the machine, not to the operation that has begun it, so that
 * one which is given up leaves the next what it can wait for.
 */
#include "osdep.h"

#include "machine/machine-command.h"

#include "machine/machine-qmp-priv.h"
#include "util/command.h"
#include "util/error.h"

/* For a command that is killed at the end of its time to be reaped. */
#define REAP_MS 10000
/*
 * A command that fails may have found somebody else's QEMU that we have not
 * noticed yet.
 */
#define GRACE_MS 1000
/*
 * Who started a QEMU may take that long to notice its end; until then, it
 * refuses to start another one.
 */
#define RETRY_MS 5000
/*
 * A reset in the first moments of SeaBIOS, while it copies itself, hangs the
 * machine for good: until then the start of one that somebody else lets run
 * is not told, since a reset may follow.
 */
#define FIRMWARE_MS 1000
/*
 * libvirt ends or restarts a QEMU whose guest has powered off, as the
 * domain's on_poweroff says. It comes first.
 */
#define SETTLE_MS 2000

typedef enum CommandKind {
    COMMAND_ON,
    COMMAND_OFF,
    COMMAND__MAX,
} CommandKind;

static const struct {
    const char *name;
    const char *action;
} kinds[COMMAND__MAX] = {
    [COMMAND_ON] = { "on-command", "on" },
    [COMMAND_OFF] = { "off-command", "off" },
};

/*
 * @argv: by CommandKind, NULL where there is none
 * @off_pauses: off does not end the process
 * @running: the command that runs, or NULL
 * @kind: which that is, or was
 * @error: how the last one has failed, or NULL
 * @late: @running is being ended because its time is over
 * @settle_timer: the guest has powered off
 * @settled: and nobody else has done anything about it
 * @was_gone: in the state seen last, QEMU was not there
 * @gone_ms: when it went, or 0
 */
typedef struct MachineCommand {
    MachineQmp qmp;
    char *name;
    char **argv[COMMAND__MAX];
    bool off_pauses;
    unsigned timeout_ms;
    Notifier notifier;
    Command *running;
    CommandKind kind;
    GError *error;
    bool late;
    ClockTimer *command_timer;
    ClockTimer *settle_timer;
    bool settled;
    bool was_gone;
    int64_t gone_ms;
} MachineCommand;

/*
 * How far an operation is.
 *
 * @PHASE_SETTLE: the guest is off; somebody may end QEMU or start it again
 * @PHASE_WAIT: another command is to end first
 * @PHASE_RUN: its own command runs
 * @PHASE_AFTER: that has ended
 */
typedef enum Phase {
    PHASE_SETTLE,
    PHASE_WAIT,
    PHASE_RUN,
    PHASE_AFTER,
} Phase;

/*
 * PowerCall: START or STOP by a command.
 *
 * @error: how its command has failed, or NULL
 * @early: the machine was reset while its command runs
 * @runs: its command has let the machine run
 * @grace: while it runs, what looks like a failure may turn out to be none
 */
typedef struct PowerCall {
    MachineCall call;
    MachineOp op;
    Phase phase;
    bool early;
    bool runs;
    GError *error;
    ClockTimer *grace;
} PowerCall;

static void command_over(MachineCommand *m, const GError *err)
{
    clock_timer_stop(&m->command_timer);
    g_clear_pointer(&m->running, command_free);
    g_clear_error(&m->error);
    m->error = err ? g_error_copy(err) : NULL;
    m->late = false;
    machine_qmp_update_calls(&m->qmp);
}

static void command_ended(const GError *err, void *opaque)
{
    MachineCommand *m = opaque;
    g_autoptr(GError) late = NULL;

    if (m->late) {
        late = g_error_new(BMC_ERROR, BMC_ERROR_TIMEOUT, "%s (%s) did not "
                           "end within %u s", kinds[m->kind].name,
                           m->argv[m->kind][0], m->timeout_ms / 1000);
        err = late;
    }
    if (err) {
        g_message("%s", err->message);
    } else {
        g_message("%s: done", kinds[m->kind].name);
    }
    command_over(m, err);
}

/*
 * What does not end may be QEMU itself. If that is what we talk to, it is
 * not ended.
 */
static void command_timed_out(void *opaque)
{
    MachineCommand *m = opaque;
    g_autoptr(GError) err = NULL;

    if (m->kind == COMMAND_ON && m->qmp.parent.connected) {
        err = g_error_new(BMC_ERROR, BMC_ERROR_TIMEOUT, "on-command (%s) "
                          "does not end", m->argv[COMMAND_ON][0]);
        g_warning("%s, and is left alone since QEMU answers: it should start "
                  "QEMU in the background", err->message);
        command_over(m, err);
    } else {
        m->late = true;
        command_end(m->running);
    }
}

static bool command_run(MachineCommand *m, CommandKind kind, GError **errp)
{
    g_autofree char *name = g_strconcat("QEMU_BMC_NAME=", m->name, NULL);
    g_autofree char *action = g_strconcat("QEMU_BMC_ACTION=",
                                          kinds[kind].action, NULL);
    g_autofree char *qmp = g_strconcat("QEMU_BMC_QMP=", m->qmp.address, NULL);
    const char *const env[] = { name, action, qmp, NULL };
    const CommandConfig config = {
        .name = kinds[kind].name,
        .argv = (const char *const *)m->argv[kind],
        .env = env,
    };

    m->kind = kind;
    m->running = command_start(&config, m->qmp.clock, command_ended, m, errp);
    if (!m->running) {
        return false;
    }
    g_message("%s: running %s", config.name, config.argv[0]);
    clock_timer_start(m->qmp.clock, &m->command_timer, m->timeout_ms,
                      command_timed_out, m);
    return true;
}

static bool ends_process(const MachineCommand *m)
{
    return m->argv[COMMAND_OFF] && !m->off_pauses;
}

/* The guest is off, and QEMU goes on without a use. */
static void settle_timed_out(void *opaque)
{
    MachineCommand *m = opaque;
    g_autoptr(GError) error = NULL;

    m->settled = true;
    if (ends_process(m) && !m->running) {
        g_message("the guest has powered off: ending QEMU");
        if (!command_run(m, COMMAND_OFF, &error)) {
            g_warning("%s", error->message);
        }
    }
    machine_qmp_update_calls(&m->qmp);
}

static void machine_event(void *opaque, const void *data)
{
    MachineCommand *m = opaque;
    const MachineEvent *event = data;
    MachineState state = m->qmp.parent.state;

    if (event->type != MACHINE_EVENT_STATE) {
        return;
    }
    if (state == MACHINE_STATE_GONE && !m->was_gone) {
        m->gone_ms = clock_now_ms(m->qmp.clock);
    }
    m->was_gone = state == MACHINE_STATE_GONE;
    if (state != MACHINE_STATE_SHUTDOWN) {
        clock_timer_stop(&m->settle_timer);
        m->settled = false;
    } else if (!m->settle_timer && !m->settled) {
        clock_timer_start(m->qmp.clock, &m->settle_timer, SETTLE_MS,
                          settle_timed_out, m);
    }
}

static void call_free(MachineCall *call)
{
    PowerCall *pc = (PowerCall *)call;

    clock_timer_stop(&pc->grace);
    g_clear_error(&pc->error);
    g_free(pc);
}

static void grace_over(void *opaque)
{
    PowerCall *pc = opaque;

    pc->call.update(&pc->call);
}

/*
 * Whoever sets boot indexes when QEMU answers has begun to, and holds the
 * machine for as long as that takes.
 */
static bool is_ready(const MachineQmp *q)
{
    return q->parent.connected && !q->parent.held &&
           g_queue_get_length((GQueue *)&q->calls) == 1;
}

/* Machine-qmp does the rest. */
static void hand_over(PowerCall *pc)
{
    Machine *machine = &pc->call.q->parent;
    MachineOp op = pc->op;

    clock_timer_stop(&pc->grace);
    machine_qmp_run_op(machine, op, machine_call_steal(&pc->call));
}

static void wait_for_command(PowerCall *pc, CommandKind kind)
{
    MachineCommand *m = (MachineCommand *)pc->call.q;
    g_autofree char *text = g_strdup_printf("%s does not end",
                                            kinds[kind].name);

    machine_call_set_deadline(&pc->call, m->timeout_ms + REAP_MS, text);
}

static void run(PowerCall *pc, CommandKind kind)
{
    MachineCommand *m = (MachineCommand *)pc->call.q;
    GError *error = NULL;

    pc->phase = PHASE_RUN;
    pc->early = false;
    if (command_run(m, kind, &error)) {
        wait_for_command(pc, kind);
    } else {
        machine_call_fail(&pc->call, error);
    }
}

/* The command has ended; what it brings about may take a while yet. */
static void begin_after(PowerCall *pc)
{
    MachineCommand *m = (MachineCommand *)pc->call.q;
    g_autofree char *text = NULL;

    pc->phase = PHASE_AFTER;
    g_clear_error(&pc->error);
    if (m->error) {
        pc->error = g_error_copy(m->error);
        clock_timer_start(m->qmp.clock, &pc->grace, GRACE_MS, grace_over, pc);
    }
    text = pc->op == MACHINE_OP_START
        ? g_strdup_printf("on-command has ended, but no QEMU answers on QMP "
                          "socket %s (does it start QEMU with that -qmp?)",
                          m->qmp.address)
        : g_strdup("off-command has ended, but QEMU has not");
    machine_call_set_deadline(&pc->call, m->timeout_ms, text);
}

static void fail_command(PowerCall *pc)
{
    g_warning("%s: try it by hand, as the user that qemu-bmc runs as",
              pc->error->message);
    machine_call_fail(&pc->call, g_steal_pointer(&pc->error));
}

/* Started, whoever has done that and whether or not his command has ended. */
static bool is_up(const Machine *machine)
{
    return machine->connected && (machine->state == MACHINE_STATE_RUNNING ||
                                  machine->state == MACHINE_STATE_SUSPENDED);
}

static void start_is_up(PowerCall *pc)
{
    bool at_once = pc->phase == PHASE_WAIT || pc->early;

    if (pc->runs && !is_up(&pc->call.q->parent)) {
        /* It was up, and has come to an end by itself */
        machine_call_succeed(&pc->call, NULL, NULL);
    } else if (!pc->runs && !at_once) {
        pc->runs = true;
        clock_timer_start(pc->call.q->clock, &pc->grace, FIRMWARE_MS,
                          grace_over, pc);
    } else if (at_once || !pc->grace) {
        hand_over(pc);
    }
}

static bool start_is_settled(PowerCall *pc)
{
    MachineCommand *m = (MachineCommand *)pc->call.q;
    const Machine *machine = &m->qmp.parent;

    if (machine->state == MACHINE_STATE_UNKNOWN) {
        return false;
    }
    if (machine->state != MACHINE_STATE_SHUTDOWN) {
        pc->phase = PHASE_WAIT;
        return true;
    }
    if (m->settled && !m->running) {
        /* It is not to be ended, or off-command does not do it */
        hand_over(pc);
    }
    return false;
}

/* Nobody is to be waited for: what is there now? */
static void start_again(PowerCall *pc)
{
    if (pc->call.q->parent.state == MACHINE_STATE_GONE) {
        run(pc, COMMAND_ON);
    } else {
        begin_after(pc);
    }
}

static void start_after(PowerCall *pc)
{
    MachineCommand *m = (MachineCommand *)pc->call.q;
    const Machine *machine = &m->qmp.parent;

    if (machine->connected) {
        if (machine->state != MACHINE_STATE_INMIGRATE &&
            machine->state != MACHINE_STATE_UNKNOWN && is_ready(&m->qmp)) {
            hand_over(pc);
        }
        return;
    }
    if (!pc->error || pc->grace) {
        return;
    }
    if (machine->state == MACHINE_STATE_GONE && m->gone_ms &&
        clock_now_ms(m->qmp.clock) - m->gone_ms < RETRY_MS) {
        g_message("%s: QEMU has only just ended: once more",
                  pc->error->message);
        run(pc, COMMAND_ON);
        return;
    }
    fail_command(pc);
}

/*
 * libvirt starts QEMU paused whatever it is asked for, and lets it run when
 * all is set up. A reset before that shows firmware the boot indexes that we
 * have set; one after it is too late for this boot, and may hit SeaBIOS in
 * the middle of copying itself, which it does not survive.
 */
static void start_early(PowerCall *pc)
{
    MachineQmp *q = pc->call.q;

    if (!pc->early && q->parent.state == MACHINE_STATE_PRELAUNCH &&
        is_ready(q)) {
        pc->early = true;
        machine_qmp_reset(q);
    }
}

static void start_update(MachineCall *call)
{
    PowerCall *pc = (PowerCall *)call;
    MachineCommand *m = (MachineCommand *)call->q;

    if (pc->phase == PHASE_SETTLE && !start_is_settled(pc)) {
        return;
    }
    if (pc->runs || is_up(&m->qmp.parent)) {
        start_is_up(pc);
        return;
    }
    if (m->running) {
        start_early(pc);
        return;
    }
    if (pc->phase == PHASE_WAIT) {
        start_again(pc);
        return;
    }
    if (pc->phase == PHASE_RUN) {
        begin_after(pc);
    }
    start_after(pc);
}

static void stop_after(PowerCall *pc)
{
    MachineCommand *m = (MachineCommand *)pc->call.q;
    const Machine *machine = &m->qmp.parent;

    if (machine->state == MACHINE_STATE_GONE) {
        machine_call_succeed(&pc->call, NULL, NULL);
    } else if (pc->error) {
        if (!pc->grace) {
            fail_command(pc);
        }
    } else if (machine->connected && machine_state_is_off(machine->state)) {
        machine_call_succeed(&pc->call, NULL, NULL);
    }
}

/* Without off-command: what was being started is paused when it is there. */
static void stop_started(PowerCall *pc)
{
    MachineCommand *m = (MachineCommand *)pc->call.q;

    if (pc->phase == PHASE_WAIT && !m->qmp.parent.connected && !m->error) {
        pc->phase = PHASE_AFTER;
        clock_timer_start(m->qmp.clock, &pc->grace, RETRY_MS, grace_over, pc);
    } else if (m->qmp.parent.connected || !pc->grace) {
        hand_over(pc);
    }
}

static void stop_update(MachineCall *call)
{
    PowerCall *pc = (PowerCall *)call;
    MachineCommand *m = (MachineCommand *)call->q;

    if (m->running) {
        return;
    }
    if (!m->argv[COMMAND_OFF]) {
        stop_started(pc);
        return;
    }
    if (pc->phase == PHASE_WAIT) {
        run(pc, COMMAND_OFF);
        return;
    }
    if (pc->phase == PHASE_RUN) {
        begin_after(pc);
    }
    stop_after(pc);
}

static PowerCall *call_new(MachineCommand *m, MachineOp op, GTask *task)
{
    PowerCall *pc = g_new0(PowerCall, 1);

    pc->op = op;
    pc->call.update = op == MACHINE_OP_START ? start_update : stop_update;
    pc->call.free = call_free;
    machine_call_init(&pc->call, &m->qmp, task);
    return pc;
}

static bool start_takes_command(const MachineCommand *m)
{
    return m->argv[COMMAND_ON] &&
           (m->running || m->qmp.parent.state == MACHINE_STATE_GONE ||
            m->qmp.parent.state == MACHINE_STATE_SHUTDOWN);
}

/* Off already is off; but what is being started is not. */
static bool stop_takes_command(const MachineCommand *m)
{
    if (m->running) {
        return true;
    }
    return m->argv[COMMAND_OFF] &&
           (m->qmp.parent.state == MACHINE_STATE_UNKNOWN ||
            (!m->off_pauses && !machine_state_is_off(m->qmp.parent.state)));
}

static void start(MachineCommand *m, GTask *task)
{
    PowerCall *pc = call_new(m, MACHINE_OP_START, task);

    pc->phase = m->qmp.parent.state == MACHINE_STATE_SHUTDOWN ? PHASE_SETTLE :
                PHASE_WAIT;
    wait_for_command(pc, m->running ? m->kind : COMMAND_OFF);
    start_update(&pc->call);
}

static void stop(MachineCommand *m, GTask *task)
{
    PowerCall *pc = call_new(m, MACHINE_OP_STOP, task);

    if (m->running && m->kind == COMMAND_OFF) {
        pc->phase = PHASE_RUN;
        wait_for_command(pc, COMMAND_OFF);
        return;
    }
    pc->phase = PHASE_WAIT;
    if (m->running) {
        wait_for_command(pc, COMMAND_ON);
        if (m->argv[COMMAND_OFF]) {
            g_message("on-command is given up: ending it");
            command_end(m->running);
        }
    }
    stop_update(&pc->call);
}

static void command_run_op(Machine *machine, MachineOp op, GTask *task)
{
    MachineCommand *m = (MachineCommand *)machine;

    if (op == MACHINE_OP_START && start_takes_command(m)) {
        start(m, task);
    } else if (op == MACHINE_OP_STOP && stop_takes_command(m)) {
        stop(m, task);
    } else {
        machine_qmp_run_op(machine, op, task);
    }
}

static void machine_command_free(Machine *machine)
{
    MachineCommand *m = (MachineCommand *)machine;
    unsigned i;

    notifier_remove(&m->notifier);
    clock_timer_stop(&m->command_timer);
    clock_timer_stop(&m->settle_timer);
    command_free(m->running);
    machine_qmp_cleanup(&m->qmp);
    for (i = 0; i < COMMAND__MAX; i++) {
        g_strfreev(m->argv[i]);
    }
    g_clear_error(&m->error);
    g_free(m->name);
    g_free(m);
}

static void command_released(Machine *machine)
{
    machine_qmp_update_calls((MachineQmp *)machine);
}

static const MachineOps command_ops = {
    .run_op = command_run_op,
    .list_boot_devices = machine_qmp_list_boot_devices,
    .set_boot_index = machine_qmp_set_boot_index,
    .query_override = machine_qmp_query_override,
    .set_override = machine_qmp_set_override,
    .query_usage = machine_qmp_query_usage,
    .send_break = machine_qmp_send_break,
    .apply_settings = machine_qmp_apply_settings,
    .list_drives = machine_qmp_list_drives,
    .insert_medium = machine_qmp_insert_medium,
    .eject_medium = machine_qmp_eject_medium,
    .refresh = machine_qmp_refresh_info,
    .refresh_guest = machine_qmp_refresh_guest,
    .released = command_released,
    .free = machine_command_free,
};

Machine *machine_command_new(const MachineCommandConfig *config,
                             GSocketAddress *addr, Clock *clock,
                             GError **errp)
{
    const char *const texts[COMMAND__MAX] = {
        [COMMAND_ON] = config->on,
        [COMMAND_OFF] = config->off,
    };
    char **argv[COMMAND__MAX] = { NULL };
    MachineCommand *m;
    unsigned i;

    for (i = 0; i < COMMAND__MAX; i++) {
        if (!texts[i]) {
            continue;
        }
        argv[i] = command_parse(kinds[i].name, texts[i], errp);
        if (!argv[i]) {
            g_strfreev(argv[COMMAND_ON]);
            return NULL;
        }
    }
    m = g_new0(MachineCommand, 1);
    memcpy(m->argv, argv, sizeof(argv));
    m->name = g_strdup(config->name);
    m->off_pauses = config->off_pauses;
    m->timeout_ms = config->timeout_ms;
    m->was_gone = true;
    machine_qmp_init(&m->qmp, &command_ops, addr, clock);
    m->qmp.parent.settable = MACHINE_SETTINGS_LIVE;
    m->qmp.parent.can_start_process = m->argv[COMMAND_ON];
    m->qmp.parent.can_end_process = m->argv[COMMAND_OFF];
    notifier_list_add(&m->qmp.parent.notifiers, &m->notifier, machine_event,
                      m);
    machine_qmp_start(&m->qmp);
    return &m->qmp.parent;
}
