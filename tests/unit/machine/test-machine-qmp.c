/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine over QMP: connecting, its events, and the end of QEMU. */
#include "osdep.h"

#include <unistd.h>

#include "util/error.h"
#include "util/json.h"

#include "machine-fixture.h"

static void test_connect(void)
{
    JsonObject *args;
    const char *value = NULL;
    Fixture f;

    fixture_connect(&f, "running");
    args = mock_qmp_get_args(f.mock, "set-action");
    g_assert_nonnull(args);
    g_assert_cmpint(json_get_string(args, "shutdown", &value), ==,
                    JSON_GET_OK);
    g_assert_cmpstr(value, ==, "pause");
    g_assert_cmpstr(f.machine->info.name, ==, "web");
    g_assert_null(f.machine->info.uuid);
    g_assert_cmpuint(f.machine->info.memory_bytes, ==, 1048577);
    g_assert_cmpuint(f.machine->info.n_cpus, ==, 1);
    g_assert_cmpstr(f.machine->info.machine_type, ==, "pc-q35-7.2");
    g_assert_cmpint(f.machine->info.firmware, ==, MACHINE_FIRMWARE_BIOS);
    fixture_clear(&f);
}

/* Persistent memory is plugged, but no memory to run in. */
static void test_memory(void)
{
    Fixture f;

    fixture_init(&f, false);
    mock_qmp_set_reply(f.mock, "query-memory-size-summary",
                       "{\"base-memory\": 4096, \"plugged-memory\": 48}");
    mock_qmp_set_reply(f.mock, "query-memory-devices",
        "[{\"type\": \"nvdimm\", "
        "\"data\": {\"size\": 16, \"slot\": 1}},"
        "{\"type\": \"dimm\", \"data\": {\"size\": 32, \"slot\": 0}}]");
    fixture_attach(&f);
    g_assert_true(test_wait_until(fixture_is_connected, f.machine, WAIT_MS));
    g_assert_cmpuint(f.machine->info.memory_bytes, ==, 4128);
    g_assert_cmpuint(f.machine->info.persistent_bytes, ==, 16);
    g_assert_cmpuint(f.machine->info.memory->len, ==, 3);
    /* Both go; a guest has given the memory back. */
    g_string_truncate(f.events, 0);
    mock_qmp_set_reply(f.mock, "query-memory-devices", "[]");
    mock_qmp_event(f.mock, "DEVICE_DELETED", "{\"path\": \"/x\"}");
    wait_event(&f, "INFO");
    g_assert_cmpuint(f.machine->info.memory->len, ==, 1);
    g_assert_cmpuint(f.machine->info.memory_bytes, ==, 4096);
    fixture_clear(&f);
    /* Where the list cannot be had, the sum still can. */
    fixture_init(&f, false);
    mock_qmp_set_error(f.mock, "query-memory-devices", "CommandNotFound",
                       "not found");
    fixture_attach(&f);
    g_assert_true(test_wait_until(fixture_is_connected, f.machine, WAIT_MS));
    g_assert_null(f.machine->info.memory);
    g_assert_cmpuint(f.machine->info.memory_bytes, ==, 1048577);
    fixture_clear(&f);
}

/* Only what can be connected to over a network has a port. */
static void test_vnc(void)
{
    static const struct {
        const char *reply;
        unsigned port;
    } cases[] = {
        { "{\"enabled\": true, \"family\": \"ipv4\", \"auth\": \"vnc\", "
          "\"host\": \"127.0.0.1\", \"service\": \"5901\"}", 5901 },
        { "{\"enabled\": true, \"family\": \"ipv6\", \"host\": \"::\", "
          "\"service\": \"5900\"}", 5900 },
        { "{\"enabled\": true, \"family\": \"unix\", "
          "\"service\": \"/run/5900\"}", 0 },
        { "{\"enabled\": true, \"family\": \"ipv4\", "
          "\"service\": \"99999\"}", 0 },
        { "{\"enabled\": false, \"family\": \"ipv4\", "
          "\"service\": \"5900\"}", 0 },
        { "{\"enabled\": false}", 0 },
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        Fixture f;

        fixture_init(&f, false);
        mock_qmp_set_reply(f.mock, "query-vnc", cases[i].reply);
        fixture_attach(&f);
        g_assert_true(test_wait_until(fixture_is_connected, f.machine,
                                      WAIT_MS));
        g_assert_cmpuint(f.machine->info.vnc_port, ==, cases[i].port);
        fixture_clear(&f);
    }
}

/* An old QEMU has no set-action; everything else works. */
static void test_connect_no_action(void)
{
    Fixture f;

    fixture_init(&f, false);
    mock_qmp_set_error(f.mock, "set-action", "CommandNotFound",
                       "The command set-action has not been found");
    mock_qmp_set_error(f.mock, "query-memory-size-summary",
                       "CommandNotFound", "not found");
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*powers off will end QEMU*");
    fixture_attach(&f);
    g_assert_true(test_wait_until(fixture_is_connected, f.machine, WAIT_MS));
    test_drain();
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_RUNNING);
    g_assert_cmpuint(f.machine->info.memory_bytes, ==, 0);
    g_assert_null(f.machine->info.memory);
    test_assert_logged();
    fixture_clear(&f);
}

#define STATS(read, write) \
    "{\"stats\":{\"rd_bytes\":" #read ",\"wr_bytes\":" #write "," \
    "\"unmap_bytes\":0,\"rd_operations\":0,\"wr_operations\":0," \
    "\"flush_operations\":0,\"unmap_operations\":0," \
    "\"rd_total_time_ns\":0,\"wr_total_time_ns\":0," \
    "\"flush_total_time_ns\":0,\"unmap_total_time_ns\":0," \
    "\"wr_highest_offset\":0,\"rd_merged\":0,\"wr_merged\":0," \
    "\"unmap_merged\":0,\"failed_rd_operations\":0," \
    "\"failed_wr_operations\":0,\"failed_flush_operations\":0," \
    "\"failed_unmap_operations\":0,\"invalid_rd_operations\":0," \
    "\"invalid_wr_operations\":0,\"invalid_flush_operations\":0," \
    "\"invalid_unmap_operations\":0,\"account_invalid\":true," \
    "\"account_failed\":true,\"timed_stats\":[]}}"

static bool query_usage(Fixture *f, MachineUsage *usage)
{
    g_auto(TestSync) sync = { NULL };

    machine_query_usage_async(f->machine, NULL, test_sync_ready, &sync);
    return machine_query_usage_finish(test_sync_wait(&sync), usage, NULL);
}

static int send_break(Fixture *f, const char *address)
{
    g_auto(TestSync) sync = { NULL };
    g_autoptr(GError) error = NULL;

    machine_send_break_async(f->machine, address, NULL, test_sync_ready,
                             &sync);
    return machine_send_break_finish(test_sync_wait(&sync), &error)
        ? 0 : error->code;
}

/* The chardev is the one that listens there, whatever is connected. */
static void test_break(void)
{
#define CHARDEV(label, filename) \
    "{\"label\":\"" label "\",\"filename\":\"" filename "\"," \
    "\"frontend-open\":true}"
    static const char chardevs[] = "["
        CHARDEV("mon", "unix:/run/q/qmp.sock,server=on") ","
        CHARDEV("longer", "unix:/run/q/serial.sock2,server=on") ","
        CHARDEV("client", "tcp:127.0.0.1:40000 <-> 127.0.0.1:9002") ","
        CHARDEV("serial0", "unix:/run/q/serial.sock,server=on") ","
        CHARDEV("tcp", "disconnected:tcp:127.0.0.1:9002,server=on") ","
        CHARDEV("tcp6", "tcp:[::1]:9003,server=on <-> [::1]:40001") ","
        CHARDEV("both", "tcp:[::ffff:127.0.0.1]:9004,server=on <-> "
                "[::ffff:127.0.0.1]:40002") "]";
    static const char *const good[] = {
        "/run/q/serial.sock", "127.0.0.1:9002", "[::1]:9003",
        "127.0.0.1:9004",
    };
    static const char *const bad[] = {
        "/run/q/serial", "127.0.0.1:40000", "127.0.0.1:900", "[::1]:9002",
    };
    Fixture f;

    fixture_init(&f, false);
    mock_qmp_set_reply(f.mock, "query-chardev", chardevs);
    mock_qmp_set_reply(f.mock, "chardev-send-break", "{}");
    fixture_attach(&f);
    g_assert_true(test_wait_until(fixture_is_connected, f.machine, WAIT_MS));
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        g_assert_cmpint(send_break(&f, good[i]), ==, 0);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_cmpint(send_break(&f, bad[i]), ==, BMC_ERROR_NOT_FOUND);
    }
    mock_qmp_set_error(f.mock, "chardev-send-break", "GenericError",
                       "Chardev not found");
    g_assert_cmpint(send_break(&f, good[0]), ==, BMC_ERROR_FAILED);
    fixture_clear(&f);
#undef CHARDEV
}

static int press_key(Fixture *f)
{
    g_auto(TestSync) sync = { NULL };
    g_autoptr(GError) error = NULL;

    machine_press_key_async(f->machine, "f2", NULL, test_sync_ready, &sync);
    return machine_press_key_finish(test_sync_wait(&sync), &error)
        ? 0 : error->code;
}

/* The mock holds what it is sent against QEMU's schema. */
static void test_key(void)
{
    Fixture f;

    fixture_init(&f, false);
    mock_qmp_set_reply(f.mock, "input-send-event", "{}");
    fixture_attach(&f);
    g_assert_true(test_wait_until(fixture_is_connected, f.machine, WAIT_MS));
    g_assert_cmpint(press_key(&f), ==, 0);
    mock_qmp_set_error(f.mock, "input-send-event", "GenericError",
                       "Input handler not found for event type key");
    g_assert_cmpint(press_key(&f), ==, BMC_ERROR_FAILED);
    fixture_clear(&f);
}

/* QEMU's process is believed only if it has the vCPUs' threads. */
static void test_usage(void)
{
    g_autofree char *cpus = g_strdup_printf(
        "[{\"cpu-index\":0,\"qom-path\":\"/c\",\"thread-id\":%d,"
        "\"target\":\"x86_64\"}]", (int)getpid());
    MachineUsage usage = { 0 };
    Fixture f;

    fixture_init(&f, false);
    mock_qmp_set_reply(f.mock, "query-blockstats",
                       "[" STATS(1000, 20) "," STATS(1, 2) "]");
    mock_qmp_set_error(f.mock, "query-balloon", "DeviceNotActive", "none");
    fixture_attach(&f);
    g_assert_true(test_wait_until(fixture_is_connected, f.machine, WAIT_MS));
    test_drain();
    g_assert_cmpint(f.machine->info.pid, ==, 0);
    g_assert_true(query_usage(&f, &usage));
    g_assert_true(usage.has_block);
    g_assert_cmpuint(usage.read_bytes, ==, 1001);
    g_assert_cmpuint(usage.write_bytes, ==, 22);
    g_assert_false(usage.has_cpu);
    g_assert_false(usage.has_memory);
    fixture_clear(&f);
    /* The mock is this process, which has this thread. */
    fixture_init(&f, false);
    mock_qmp_set_reply(f.mock, "query-cpus-fast", cpus);
    mock_qmp_set_reply(f.mock, "query-blockstats", "[]");
    mock_qmp_set_reply(f.mock, "query-balloon", "{\"actual\":4096}");
    fixture_attach(&f);
    g_assert_true(test_wait_until(fixture_is_connected, f.machine, WAIT_MS));
    test_drain();
    g_assert_cmpint(f.machine->info.pid, ==, getpid());
    g_assert_true(query_usage(&f, &usage));
    g_assert_true(usage.has_cpu);
    g_assert_true(usage.has_memory);
    g_assert_cmpuint(usage.memory_bytes, ==, 4096);
    mock_qmp_set_error(f.mock, "query-balloon", "DeviceNotActive", "none");
    g_assert_true(query_usage(&f, &usage));
    g_assert_cmpuint(usage.memory_bytes, >, 4096);
    fixture_clear(&f);
}

static bool no_greeting_told(void *opaque)
{
    const Machine *machine = opaque;

    return machine->problem != NULL;
}

static bool is_accepted(void *opaque)
{
    return mock_qmp_get_connections(opaque) > 0;
}

static void test_connect_no_greeting(void)
{
    Fixture f;

    fixture_init(&f, false);
    mock_qmp_set_greeting(f.mock, NULL);
    fixture_attach(&f);
    g_assert_true(test_wait_until(is_accepted, f.mock, WAIT_MS));
    test_drain();
    clock_advance(f.clock, 5000);
    g_assert_true(test_wait_until(no_greeting_told, f.machine, WAIT_MS));
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_UNKNOWN);
    g_assert_nonnull(strstr(f.machine->problem, "another client"));
    /* The other one leaves. */
    mock_qmp_send_raw(f.mock, mock_qmp_greeting(), -1);
    wait_event(&f, "STATE=running");
    fixture_clear(&f);
}

typedef struct EventRow {
    const char *name;
    const char *data;
    const char *told;
} EventRow;

static const EventRow event_table[] = {
    { "RESET", "{\"guest\": true, \"reason\": \"guest-reset\"}",
      "RESET/guest(guest-reset) " },
    { "SHUTDOWN", "{\"guest\": true, \"reason\": \"guest-shutdown\"}",
      "SHUTDOWN/guest(guest-shutdown) " },
    { "POWERDOWN", NULL, "POWERDOWN() " },
    { "GUEST_PANICKED", "{\"action\": \"pause\"}", "PANIC(pause) " },
    { "WATCHDOG", "{\"action\": \"reset\"}", "WATCHDOG(reset) " },
    { "DEVICE_TRAY_MOVED", "{\"device\": \"\", \"id\": \"cd0\", "
      "\"tray-open\": true}", "DEVICES() " },
    { "DEVICE_DELETED", "{\"path\": \"/machine/peripheral/x\"}",
      "DEVICES() " },
};

static void test_events(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(event_table); i++) {
        Fixture f;

        fixture_connect(&f, "running");
        mock_qmp_event(f.mock, event_table[i].name, event_table[i].data);
        wait_event(&f, event_table[i].told);
        g_assert_cmpstr(f.events->str, ==, event_table[i].told);
        fixture_clear(&f);
    }
}

/* Each of these may come with another state, which is asked for. */
static void test_events_state(void)
{
    static const EventRow rows[] = {
        { "STOP", NULL, "paused" },
        { "SUSPEND", NULL, "suspended" },
        { "SUSPEND_DISK", NULL, "shutdown" },
        { "GUEST_CRASHLOADED", "{\"action\": \"run\"}", "guest-panicked" },
        { "BLOCK_IO_ERROR", "{\"device\": \"\", \"operation\": \"read\", "
          "\"action\": \"stop\", \"reason\": \"x\"}", "io-error" },
        { "WATCHDOG", "{\"action\": \"pause\"}", "watchdog" },
        { "GUEST_PANICKED", "{\"action\": \"pause\"}", "guest-panicked" },
        { "SHUTDOWN", "{\"guest\": true, \"reason\": \"guest-shutdown\"}",
          "shutdown" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *told = g_strconcat("STATE=", rows[i].told, NULL);
        Fixture f;

        fixture_connect(&f, "running");
        fixture_set_run_state(&f, rows[i].told);
        mock_qmp_event(f.mock, rows[i].name, rows[i].data);
        wait_event(&f, told);
        fixture_set_run_state(&f, "running");
        mock_qmp_event(f.mock, "RESUME", NULL);
        wait_event(&f, "STATE=running");
        fixture_clear(&f);
    }
}

static bool has_held(void *opaque)
{
    return mock_qmp_get_held(opaque) > 0;
}

static bool has_reset_event(void *opaque)
{
    const Fixture *f = opaque;

    return strstr(f->events->str, "RESET") != NULL;
}

/* The answer to a question asked before an event came does not count. */
static void test_stale(void)
{
    unsigned before;
    Fixture f;

    fixture_connect(&f, "running");
    before = mock_qmp_get_count(f.mock, "query-status");
    mock_qmp_hold(f.mock, "query-status");
    fixture_set_run_state(&f, "paused");
    mock_qmp_event(f.mock, "STOP", NULL);
    g_assert_true(test_wait_until(has_held, f.mock, WAIT_MS));
    fixture_set_run_state(&f, "running");
    mock_qmp_event(f.mock, "RESET",
                   "{\"guest\": true, \"reason\": \"guest-reset\"}");
    g_assert_true(test_wait_until(has_reset_event, &f, WAIT_MS));
    g_string_truncate(f.events, 0);
    mock_qmp_release(f.mock, false);
    fixture_set_run_state(&f, "shutdown");
    wait_event(&f, "STATE=");
    g_assert_cmpstr(f.events->str, ==, "STATE=shutdown ");
    g_assert_cmpuint(mock_qmp_get_count(f.mock, "query-status"), ==,
                     before + 2);
    fixture_clear(&f);
}

static void test_end_detail(void)
{
    static const EventRow rows[] = {
        { "SHUTDOWN", "{\"guest\": false, \"reason\": \"host-signal\"}",
          "GONE(QEMU was ended by a signal)" },
        { "SHUTDOWN", "{\"guest\": false, \"reason\": \"host-qmp-quit\"}",
          "GONE(QEMU was told to quit over QMP)" },
        { "SHUTDOWN", "{\"guest\": true, \"reason\": \"guest-panic\"}",
          "GONE(QEMU ended because the guest panicked)" },
        { "WATCHDOG", "{\"action\": \"poweroff\"}",
          "GONE(QEMU ended because of the watchdog's action)" },
        { "POWERDOWN", NULL, "GONE(QEMU closed its QMP connection)" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Fixture f;

        fixture_connect(&f, "running");
        mock_qmp_event(f.mock, rows[i].name, rows[i].data);
        test_drain();
        mock_qmp_kill(f.mock, true);
        wait_event(&f, rows[i].told);
        g_assert_nonnull(strstr(f.machine->problem,
                                mock_qmp_path(f.mock)));
        fixture_clear(&f);
    }
}

/* QEMU stayed after the guest had powered off; its end is another matter. */
static void test_end_detail_old(void)
{
    Fixture f;

    fixture_connect(&f, "running");
    fixture_set_run_state(&f, "shutdown");
    mock_qmp_event(f.mock, "SHUTDOWN",
                   "{\"guest\": true, \"reason\": \"guest-shutdown\"}");
    mock_qmp_event(f.mock, "STOP", NULL);
    wait_event(&f, "STATE=shutdown");
    mock_qmp_kill(f.mock, true);
    wait_event(&f, "GONE(QEMU closed its QMP connection)");
    fixture_clear(&f);
}

/* Facts of the old process stay until the new one's are known. */
static void test_restart(void)
{
    Fixture f;

    fixture_connect(&f, "running");
    mock_qmp_kill(f.mock, true);
    wait_event(&f, "STATE=gone");
    g_assert_cmpstr(f.machine->info.name, ==, "web");
    mock_qmp_set_reply(f.mock, "query-name", "{\"name\": \"new\"}");
    fixture_set_run_state(&f, "prelaunch");
    g_string_truncate(f.events, 0);
    mock_qmp_listen(f.mock);
    wait_event(&f, "STATE=prelaunch");
    wait_event(&f, "INFO");
    g_assert_cmpstr(f.machine->info.name, ==, "new");
    fixture_clear(&f);
}

/* What QEMU does not tell by itself is known once it was asked for. */
static void test_refresh(void)
{
    g_auto(TestSync) sync = { 0 }, again = { 0 }, lost = { 0 };
    g_autoptr(GError) err = NULL;
    Fixture f;

    fixture_connect(&f, "running");
    mock_qmp_set_reply(f.mock, "query-pci",
                       "[{\"bus\": 0, \"devices\": [{\"bus\": 0,"
                       " \"slot\": 3, \"function\": 0, \"qdev_id\": \"\","
                       " \"class_info\": {\"class\": 512}, \"id\":"
                       " {\"vendor\": 32902, \"device\": 4110}}]}]");
    g_string_truncate(f.events, 0);
    machine_refresh_async(f.machine, NULL, test_sync_ready, &sync);
    /* While one round is under way, what comes later waits for the next. */
    machine_refresh_async(f.machine, NULL, test_sync_ready, &again);
    g_assert_true(machine_refresh_finish(test_sync_wait(&sync), &err));
    g_assert_no_error(err);
    g_assert_cmpuint(f.machine->info.pci->len, ==, 1);
    g_assert_nonnull(strstr(f.events->str, "INFO"));
    g_assert_true(machine_refresh_finish(test_sync_wait(&again), &err));
    mock_qmp_kill(f.mock, true);
    wait_event(&f, "STATE=gone");
    machine_refresh_async(f.machine, NULL, test_sync_ready, &lost);
    g_assert_false(machine_refresh_finish(test_sync_wait(&lost), &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    fixture_clear(&f);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/machine-qmp/usage", test_usage);
    g_test_add_func("/machine-qmp/memory", test_memory);
    g_test_add_func("/machine-qmp/vnc", test_vnc);
    g_test_add_func("/machine-qmp/break", test_break);
    g_test_add_func("/machine-qmp/key", test_key);
    g_test_add_func("/machine-qmp/refresh", test_refresh);
    g_test_add_func("/machine-qmp/connect/plain", test_connect);
    g_test_add_func("/machine-qmp/connect/no-action", test_connect_no_action);
    g_test_add_func("/machine-qmp/connect/no-greeting",
                    test_connect_no_greeting);
    g_test_add_func("/machine-qmp/events/told", test_events);
    g_test_add_func("/machine-qmp/events/state", test_events_state);
    g_test_add_func("/machine-qmp/events/stale", test_stale);
    g_test_add_func("/machine-qmp/end/detail", test_end_detail);
    g_test_add_func("/machine-qmp/end/detail-old", test_end_detail_old);
    g_test_add_func("/machine-qmp/end/restart", test_restart);
    return g_test_run();
}
