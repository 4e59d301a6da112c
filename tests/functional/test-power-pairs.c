/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every request for power in every state, on a real QEMU: what it is answered
 * and what QEMU does. The list below is what is wanted; it is compared with
 * the helper's own table (--dump-tables), so that neither can change alone.
 *
 * Only "internal-error" is not here: with TCG nothing leads to it. QEMU enters
 * it from its hardware accelerators (KVM_RUN that fails), from VFIO devices
 * that fail, and from a damaged log of record/replay. test-power.c and
 * test-machine-ops.c have it with a mock.
 */
#include "osdep.h"

#include <signal.h>

#include "test-monitor.h"
#include "test-vm.h"

#define N_REQUESTS 10

/* Columns of the table. */
static const char *const requests[N_REQUESTS] = {
    "on", "off", "shutdown", "restart", "reset", "cycle", "nmi", "button",
    "pause", "resume",
};

static const char *const reset_types[N_REQUESTS] = {
    "On", "ForceOff", "GracefulShutdown", "GracefulRestart", "ForceRestart",
    "PowerCycle", "Nmi", "PushPowerButton", "Pause", "Resume",
};

/*
 * Pairs: a state, how it is reached, and what each request comes to.
 *
 * @fresh: it is reached by starting QEMU, once: nothing leads out of it
 */
typedef struct State {
    const char *name;
    const char *cells;
    bool fresh;
} State;

#define OFF "start nothing -off -off -off -off -off start -off -off"
#define STOPPED "resume stop button button reset cycle -stopped button " \
                "nothing resume"
#define CRASHED "-crashed stop -crashed -crashed reset cycle -crashed " \
                "-crashed -crashed -crashed"
#define ALL(cell) cell " " cell " " cell " " cell " " cell " " cell " " \
                  cell " " cell " " cell " " cell

static const State states[] = {
    { "unknown", ALL("-no-qemu"), true },
    { "gone", OFF, true },
    { "prelaunch", OFF },
    { "shutdown", OFF },
    { "running", "nothing stop button button reset cycle nmi button pause "
                 "nothing" },
    { "paused", STOPPED },
    { "suspended", "resume stop button button reset cycle -stopped resume "
                   "-stopped resume" },
    { "guest-panicked", CRASHED },
    { "io-error", STOPPED },
    { "watchdog", CRASHED },
    { "internal-error", CRASHED },
    { "inmigrate", ALL("-migration"), true },
    { "postmigrate", ALL("-migration"), true },
};

typedef struct Pairs {
    TestLab lab;
    TestMonitor *monitor;
    GString *events;
} Pairs;

static bool state_is(const State *state, const char *name)
{
    return g_str_equal(state->name, name);
}

static void note_event(void *opaque, JsonObject *event)
{
    Pairs *p = opaque;

    g_string_append_printf(p->events, "%s ",
                           json_object_get_string_member(event, "event"));
}

static bool status_is(Pairs *p, const char *want)
{
    g_autofree char *status = test_monitor_status(p->monitor);

    return g_str_equal(status, want);
}

static void wait_status(Pairs *p, const char *want)
{
    gint64 until = g_get_monotonic_time() + TEST_VM_WAIT_MS * 1000;

    while (!status_is(p, want)) {
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_usleep(20000);
    }
}

/* Events come with what QEMU answers. */
static void wait_event(Pairs *p, const char *name)
{
    gint64 until = g_get_monotonic_time() + TEST_VM_WAIT_MS * 1000;

    for (;;) {
        g_autofree char *status = test_monitor_status(p->monitor);

        if (strstr(p->events->str, name)) {
            return;
        }
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_usleep(20000);
    }
}

/* The helper has seen it as well: what it shows is what it goes by. */
static void wait_shown(Pairs *p, const char *name)
{
    static const char *const off[] = { "prelaunch", "shutdown", NULL };
    static const char *const on[] = { "running", "suspended", NULL };

    test_bmc_wait_power(p->lab.bmc, g_strv_contains(off, name) ? "Off" :
                        g_strv_contains(on, name) ? "On" : "Paused");
}

static void start(Pairs *p, const State *state)
{
    bool broken = state_is(state, "io-error");
    g_autofree char *monitor = NULL;
    g_autofree char *args = NULL;
    g_autofree char *rules = NULL;
    g_autofree char *qmp = NULL;

    p->lab.dir = test_dir_new();
    p->events = g_string_new(NULL);
    monitor = test_monitor_args(p->lab.dir);
    rules = test_dir_file(p->lab.dir, "rules");
    g_assert_true(g_file_set_contents(
        rules, "[inject-error]\nevent = \"read_aio\"\nerrno = \"5\"\n"
        "once = \"off\"\n", -1, NULL));
    args = g_strdup_printf(
        "-M q35 %s -device pvpanic -device ib700 "
        "-action panic=pause,watchdog=pause %s -drive if=none,id=a,"
        "format=raw,snapshot=on,file=%s%s%s@disk-a.img@ "
        "-device ide-hd,drive=a,rerror=stop,werror=stop",
        monitor, state_is(state, "inmigrate") ? "-incoming defer" : "",
        broken ? "blkdebug:" : "", broken ? rules : "", broken ? ":" : "");
    p->lab.vm = test_vm_start(p->lab.dir, args);
    p->monitor = test_monitor_open(p->lab.dir);
    p->monitor->event = note_event;
    p->monitor->opaque = p;
    qmp = g_strdup_printf("--qmp %s", p->lab.vm->qmp);
    p->lab.bmc = test_bmc_start(p->lab.dir, qmp);
}

static void finish(Pairs *p)
{
    g_clear_pointer(&p->monitor, test_monitor_free);
    test_lab_end(&p->lab);
    g_string_free(p->events, true);
}

/* Comes to a state whatever the machine is in. */
static void enter(Pairs *p, const State *state)
{
    if (state_is(state, "io-error")) {
        test_monitor_do(p->monitor, "system_reset");
        test_monitor_do(p->monitor, "cont");
        wait_status(p, "io-error");
        return;
    }
    test_monitor_do(p->monitor, "stop");
    test_monitor_do(p->monitor, "system_reset");
    wait_status(p, "prelaunch");
    if (state_is(state, "prelaunch")) {
        return;
    }
    /* What an earlier boot has written does not count */
    test_vm_stays_silent(p->lab.vm, 0);
    p->lab.vm->seen = p->lab.vm->text->len;
    test_monitor_do(p->monitor, "cont");
    test_vm_wait_serial(p->lab.vm, "BOOTED A");
    if (state_is(state, "paused")) {
        test_monitor_do(p->monitor, "stop");
    } else if (!state_is(state, "running")) {
        test_vm_send(p->lab.vm, state_is(state, "shutdown") ? 'p' :
                     state_is(state, "suspended") ? 's' :
                     state_is(state, "watchdog") ? 'w' : 'x');
    }
    wait_status(p, state->name);
}

/* A restart of what is off is "On" for clients of Redfish, not for IPMI's. */
static void ask(Pairs *p, unsigned request, const char *cell)
{
    g_autofree char *body = NULL;
    g_autofree char *out = NULL;
    int status;

    if (g_str_equal(cell, "-off") && (g_str_equal(requests[request], "reset") ||
                                      g_str_equal(requests[request], "cycle"))) {
        g_autofree char *args = g_strdup_printf("power %s",
                                                requests[request]);

        g_assert_cmpint(test_bmc_ipmitool(p->lab.bmc, args, &out), !=, 0);
        g_assert_nonnull(strstr(out, "present state"));
        return;
    }
    body = g_strdup_printf("{\"ResetType\":\"%s\"}", reset_types[request]);
    status = test_bmc_redfish(p->lab.bmc, "POST",
                              "/Systems/1/Actions/ComputerSystem.Reset",
                              body, NULL);
    if (g_str_equal(cell, "button") && request != 7 && status == 202) {
        /* The guest does not listen: a task waits for it */
        return;
    }
    g_assert_cmpint(status, ==, *cell != '-' ? 204 :
                    g_str_equal(cell, "-no-qemu") ? 503 : 409);
}

static void check_effect(Pairs *p, const State *state, const char *cell)
{
    if (g_str_equal(cell, "start") || g_str_equal(cell, "reset") ||
        g_str_equal(cell, "cycle")) {
        wait_event(p, "RESET");
        wait_event(p, g_str_equal(cell, "reset") && state_is(state, "running") ?
                   "RESET" : "RESUME");
        if (!state_is(state, "io-error")) {
            test_vm_wait_serial(p->lab.vm, "BOOTED A");
            wait_status(p, "running");
        }
    } else if (g_str_equal(cell, "stop")) {
        wait_status(p, "prelaunch");
    } else if (g_str_equal(cell, "resume")) {
        wait_event(p, state_is(state, "suspended") ? "WAKEUP" : "RESUME");
    } else if (g_str_equal(cell, "pause")) {
        wait_status(p, "paused");
    } else if (g_str_equal(cell, "button")) {
        wait_event(p, "POWERDOWN");
    } else if (g_str_equal(cell, "nmi")) {
        test_vm_wait_serial(p->lab.vm, "n");
    } else {
        g_assert_true(status_is(p, state->name));
        g_assert_cmpstr(p->events->str, ==, "");
    }
}

static void check_pair(Pairs *p, const State *state, unsigned request,
                       const char *cell)
{
    g_autofree char *status = NULL;

    g_test_message("%s, %s: %s", state->name, requests[request], cell);
    if (!state->fresh) {
        enter(p, state);
    }
    wait_shown(p, state->name);
    status = test_monitor_status(p->monitor);
    g_string_truncate(p->events, 0);
    ask(p, request, cell);
    check_effect(p, state, cell);
}

static void migrate_away(Pairs *p)
{
    g_autoptr(JsonObject) reply = NULL;

    test_vm_wait_serial(p->lab.vm, "BOOTED A");
    reply = test_monitor_run(p->monitor, "migrate",
                             "\"uri\":\"exec:cat >/dev/null\"");
    wait_status(p, "postmigrate");
}

static void test_state(const void *data)
{
    const State *state = data;
    g_auto(GStrv) cells = g_strsplit(state->cells, " ", -1);
    Pairs p = { .events = NULL };
    unsigned i;

    start(&p, state);
    if (state_is(state, "postmigrate")) {
        migrate_away(&p);
    } else if (state_is(state, "io-error")) {
        wait_status(&p, "io-error");
    }
    for (i = 0; i < N_REQUESTS; i++) {
        check_pair(&p, state, i, cells[i]);
    }
    finish(&p);
}

/* One that somebody else has started, and that has ended. */
static void test_gone(const void *data)
{
    Pairs p = { .events = NULL };
    unsigned i;

    start(&p, data);
    g_clear_pointer(&p.monitor, test_monitor_free);
    test_vm_kill(p.lab.vm);
    test_bmc_wait_power(p.lab.bmc, "Off");
    for (i = 0; i < N_REQUESTS; i++) {
        g_auto(GStrv) cells = g_strsplit(OFF, " ", -1);
        /* Nobody but its owner can start it */
        const char *cell = g_str_equal(cells[i], "start") ? "-no-qemu" :
                           cells[i];

        ask(&p, i, cell);
    }
    finish(&p);
}

/* Another client has the only place at the monitor. */
static void test_unknown(const void *data)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketConnection) conn = NULL;
    g_autoptr(GSocketAddress) address = NULL;
    g_autofree char *qmp = NULL;
    Pairs p = { .events = NULL };
    unsigned i;

    start(&p, data);
    test_bmc_stop(p.lab.bmc);
    test_bmc_free(p.lab.bmc);
    address = g_unix_socket_address_new(p.lab.vm->qmp);
    conn = g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL,
                                   NULL);
    g_assert_nonnull(conn);
    qmp = g_strdup_printf("--qmp %s", p.lab.vm->qmp);
    p.lab.bmc = test_bmc_start(p.lab.dir, qmp);
    test_bmc_wait_power(p.lab.bmc, "null");
    for (i = 0; i < N_REQUESTS; i++) {
        ask(&p, i, "-no-qemu");
    }
    g_assert_true(status_is(&p, "running"));
    finish(&p);
}

/* The helper's table is that of this test, all of it. */
static void test_table(void)
{
    g_autofree char *program = g_strdup_printf("%s/helper/qemu-bmc "
                                               "--dump-tables",
                                               g_getenv("TEST_BUILD"));
    g_autofree char *out = NULL;
    g_auto(GStrv) lines = NULL;
    unsigned n = 0;
    unsigned i;

    g_assert_cmpint(test_run(&out, program), ==, 0);
    lines = g_strsplit(strstr(out, "\npower ") + 1, "\n", -1);
    for (i = 0; lines[i] && *lines[i]; i++) {
        g_auto(GStrv) words = g_regex_split_simple(" +", lines[i], 0, 0);
        g_autofree char *cells = g_strjoinv(" ", words + 1);

        if (i == 0) {
            g_assert_cmpstr(cells, ==, "on off shutdown restart reset "
                            "cycle nmi button pause resume");
            continue;
        }
        for (n = 0; n < G_N_ELEMENTS(states); n++) {
            if (g_str_equal(states[n].name, words[0])) {
                break;
            }
        }
        g_assert_cmpuint(n, <, G_N_ELEMENTS(states));
        g_assert_cmpstr(cells, ==, states[n].cells);
    }
    g_assert_cmpuint(i - 1, ==, G_N_ELEMENTS(states));
}

int main(int argc, char **argv)
{
    unsigned i;

    test_init(&argc, &argv);
    g_test_add_func("/power-pairs/table", test_table);
    for (i = 0; i < G_N_ELEMENTS(states); i++) {
        g_autofree char *path = g_strdup_printf("/power-pairs/%s",
                                                states[i].name);

        if (state_is(&states[i], "internal-error")) {
            continue;
        }
        g_test_add_data_func(path, &states[i],
                             state_is(&states[i], "gone") ? test_gone :
                             state_is(&states[i], "unknown") ? test_unknown :
                             test_state);
    }
    return g_test_run();
}
