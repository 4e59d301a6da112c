/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qemu-bmc -- QEMU ARGS: the helper that owns its QEMU, and qemu-bmc-run,
 * which runs both.
 */
#include "osdep.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>

#include "test-vm.h"
#include "util/json.h"

#define QEMU "qemu-system-x86_64 -accel tcg -nodefaults -m 64 "
#define DISK "-drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
             "-device ide-hd,drive=a "

typedef struct Fixture {
    TestDir *dir;
    TestBmc *bmc;
} Fixture;

static void setup(Fixture *f, const void *data)
{
    f->dir = test_dir_new();
}

/* A QEMU that outlived its helper on purpose must not outlive the test. */
static GPid qemu_pid(Fixture *f)
{
    g_autofree char *path = test_dir_file(f->dir, "run/qemu.pid");
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return 0;
    }
    return g_ascii_strtoll(text, NULL, 10);
}

static void teardown(Fixture *f, const void *data)
{
    if (f->bmc && f->bmc->pid) {
        test_bmc_stop(f->bmc);
    }
    test_bmc_free(f->bmc);
    test_dir_free(f->dir);
}

static void start(Fixture *f, const char *options, const char *args)
{
    g_autofree char *line = g_strdup_printf("%s -- " QEMU "%s", options,
                                            args);

    f->bmc = test_bmc_start(f->dir, line);
}

static void power(Fixture *f, const char *what)
{
    g_autofree char *args = g_strdup_printf("power %s", what);

    g_assert_cmpint(test_bmc_ipmitool(f->bmc, args, NULL), ==, 0);
}

/* Starting a QEMU may take longer than an IPMI answer may. */
static void start_process(Fixture *f)
{
    g_assert_cmpint(test_bmc_reset(f->bmc, "On"), ==, 204);
}

/* The serial port in the run directory, as a viewer would read it. */
static void wait_booted(Fixture *f, GSocketConnection *serial)
{
    GInputStream *in =
        g_io_stream_get_input_stream(G_IO_STREAM(serial));
    g_autoptr(GString) text = g_string_new(NULL);
    char c;

    while (!strstr(text->str, "BOOTED A")) {
        g_assert_cmpint(g_input_stream_read(in, &c, 1, NULL, NULL), ==, 1);
        g_string_append_c(text, c);
    }
}

static GSocketConnection *open_serial(Fixture *f)
{
    g_autofree char *path = test_dir_file(f->dir, "run/serial.sock");
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(path);
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GError) err = NULL;
    GSocketConnection *serial;

    g_socket_client_set_timeout(client, TEST_VM_WAIT_MS / 1000);
    serial = g_socket_client_connect(client, G_SOCKET_CONNECTABLE(addr), NULL,
                                     &err);
    g_assert_no_error(err);
    return serial;
}

static void test_power(Fixture *f, const void *data)
{
    g_autoptr(GSocketConnection) serial = NULL;

    start(f, "", DISK);
    test_bmc_wait_power(f->bmc, "Off");
    serial = open_serial(f);
    power(f, "on");
    wait_booted(f, serial);
    power(f, "cycle");
    wait_booted(f, serial);
    power(f, "off");
    test_bmc_wait_power(f->bmc, "Off");
    power(f, "on");
    wait_booted(f, serial);
}

static void test_power_on_at_start(Fixture *f, const void *data)
{
    start(f, "--power-on-at-start true", DISK);
    test_bmc_wait_power(f->bmc, "On");
}

/* A QEMU that was killed is off, and "on" starts another one. */
static void test_qemu_killed(Fixture *f, const void *data)
{
    start(f, "--power-on-at-start true", DISK);
    test_bmc_wait_power(f->bmc, "On");
    kill(qemu_pid(f), SIGKILL);
    test_bmc_wait_power(f->bmc, "Off");
    g_assert_true(test_bmc_logged(f->bmc, "signal 9"));
    start_process(f);
    test_bmc_wait_power(f->bmc, "On");
}

/* Waits for the first boot of this QEMU, which is to be that of the CD. */
static void wait_cd_first(Fixture *f)
{
    g_autofree char *path = test_dir_file(f->dir, "debugcon");
    unsigned i;

    for (i = 0; i < TEST_VM_WAIT_MS / 20; i++) {
        g_autofree char *text = NULL;

        if (g_file_get_contents(path, &text, NULL, NULL) &&
            strstr(text, "BOOTED ")) {
            g_assert_null(strstr(text, "BOOTED A"));
            if (strstr(text, "BOOTED C")) {
                return;
            }
        }
        g_usleep(20000);
    }
    g_error("the machine did not boot");
}

static void override_once(Fixture *f)
{
    g_autoptr(JsonObject) answer = NULL;

    g_assert_cmpint(test_bmc_redfish(
        f->bmc, "PATCH", "/Systems/1",
        "{\"Boot\":{\"BootSourceOverrideEnabled\":\"Once\","
        "\"BootSourceOverrideTarget\":\"Cd\"}}", &answer), ==, 200);
}

/* A QEMU of ours runs with the override from its first instruction on. */
static void test_override(Fixture *f, const void *data)
{
    g_autofree char *args = g_strdup_printf(
        DISK "-drive if=none,id=c,format=raw,file=@cd-c.iso@,readonly=on "
        "-device ide-cd,drive=c,bus=ide.1 -debugcon file:%s/debugcon",
        f->dir->path);

    start(f, "", args);
    test_bmc_wait_power(f->bmc, "Off");
    override_once(f);
    start_process(f);
    wait_cd_first(f);
    kill(qemu_pid(f), SIGKILL);
    test_bmc_wait_power(f->bmc, "Off");
    override_once(f);
    start_process(f);
    wait_cd_first(f);
}

/* One that hangs is of no use, but a force off still ends it. */
static void test_qemu_hung(Fixture *f, const void *data)
{
    int64_t end = g_get_monotonic_time() + TEST_VM_WAIT_MS * INT64_C(1000);
    int status;
    GPid pid;

    start(f, "--power-on-at-start=true", DISK);
    test_bmc_wait_power(f->bmc, "On");
    pid = qemu_pid(f);
    kill(pid, SIGSTOP);
    /* That it hangs is found out by the first one. */
    do {
        status = test_bmc_reset(f->bmc, "ForceOff");
        g_assert_true(status == 204 || status == 503);
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    } while (status != 204);
    test_bmc_wait_power(f->bmc, "Off");
    g_assert_cmpint(kill(pid, 0), ==, -1);
    start_process(f);
    test_bmc_wait_power(f->bmc, "On");
}

static void test_adopted(Fixture *f, const void *data)
{
    GPid first;

    start(f, "--power-on-at-start true", DISK);
    test_bmc_wait_power(f->bmc, "On");
    first = qemu_pid(f);
    g_assert_cmpint(first, >, 0);
    test_bmc_kill(f->bmc);
    test_bmc_free(f->bmc);
    g_assert_cmpint(kill(first, 0), ==, 0);
    start(f, "", DISK);
    test_bmc_wait_power(f->bmc, "On");
    g_assert_cmpint(qemu_pid(f), ==, first);
    kill(first, SIGKILL);
    test_bmc_wait_power(f->bmc, "Off");
    start_process(f);
    test_bmc_wait_power(f->bmc, "On");
    g_assert_cmpint(qemu_pid(f), !=, first);
}

/*
 * QEMU had been told to end when the helper was killed: its socket has gone,
 * and its pid file is locked yet.
 */
static void test_earlier(Fixture *f, const void *data)
{
    g_autofree char *socket = NULL;
    g_autofree char *line = NULL;
    GPid first;

    start(f, "--power-on-at-start true", DISK);
    test_bmc_wait_power(f->bmc, "On");
    first = qemu_pid(f);
    test_bmc_kill(f->bmc);
    kill(first, SIGSTOP);
    socket = test_dir_file(f->dir, "run/qmp.sock");
    g_assert_cmpint(g_unlink(socket), ==, 0);
    test_bmc_free(f->bmc);
    /* The helper is not ready before. */
    line = g_strdup_printf(
        "sh -c 'for i in $(seq 600); do sleep 0.1; "
        "grep -qs \"waiting for it\" %s/bmc.log && exec kill -9 %d; done'",
        f->dir->path, (int)first);
    g_assert_true(g_spawn_command_line_async(line, NULL));
    start(f, "--power-on-at-start true", DISK);
    test_bmc_wait_power(f->bmc, "On");
    g_assert_cmpint(qemu_pid(f), !=, first);
}

/* It is ours, so it goes with us. */
static void test_ends_qemu(Fixture *f, const void *data)
{
    GPid pid;

    start(f, "--power-on-at-start true", DISK);
    test_bmc_wait_power(f->bmc, "On");
    pid = qemu_pid(f);
    test_bmc_stop(f->bmc);
    g_assert_cmpint(kill(pid, 0), ==, -1);
}

static void chassis(Fixture *f, const char *what, const char *pattern)
{
    g_autofree char *args = g_strdup_printf("chassis %s", what);
    g_autofree char *out = NULL;

    g_assert_cmpint(test_bmc_ipmitool(f->bmc, args, &out), ==, 0);
    if (!g_pattern_match_simple(pattern, out)) {
        g_error("ipmitool %s: '%s' does not match '%s'", args, out, pattern);
    }
}

/* The host goes down and comes up again: in good order, or not. */
static void power_fails(Fixture *f, bool at_once)
{
    GPid qemu = qemu_pid(f);

    if (at_once) {
        test_bmc_kill(f->bmc);
        kill(qemu, SIGKILL);
    } else {
        test_bmc_stop(f->bmc);
    }
    test_bmc_free(f->bmc);
    start(f, "", DISK);
    test_bmc_wait_log(f->bmc, "QEMU answers");
}

static void test_restore_policy(Fixture *f, const void *data)
{
    start(f, "", DISK);
    test_bmc_wait_power(f->bmc, "Off");
    chassis(f, "policy always-on", "*");
    power_fails(f, false);
    test_bmc_wait_power(f->bmc, "On");
    chassis(f, "restart_cause", "*always-restore*");
    chassis(f, "policy previous", "*");
    power_fails(f, false);
    test_bmc_wait_power(f->bmc, "On");
    chassis(f, "restart_cause", "*restore-previous*");
    chassis(f, "status", "*Policy : previous*ac-failed*");
    chassis(f, "policy always-off", "*");
    power_fails(f, true);
    test_bmc_wait_power(f->bmc, "Off");
    /* Now it was off before. */
    chassis(f, "policy previous", "*");
    power_fails(f, false);
    test_bmc_wait_power(f->bmc, "Off");
    g_assert_false(test_bmc_logged(f->bmc, "power: on"));
}

static void test_uefi(Fixture *f, const void *data)
{
    g_autoptr(JsonObject) system = NULL;
    JsonObject *boot;
    const char *mode;

    start(f, "--vm-boot-mode uefi", "-m 256");
    test_bmc_wait_power(f->bmc, "Off");
    g_assert_cmpint(test_bmc_redfish(f->bmc, "GET", "/Systems/1", NULL,
                                     &system), ==, 200);
    g_assert_cmpint(json_get_object(system, "Boot", &boot), ==, JSON_GET_OK);
    g_assert_cmpint(json_get_string(boot, "BootSourceOverrideMode", &mode),
                    ==, JSON_GET_OK);
    g_assert_cmpstr(mode, ==, "UEFI");
}

static void start_run(Fixture *f, const char *options, const char *args)
{
    g_autofree char *line = g_strdup_printf(
        "%s/tools/qemu-bmc-run --run-dir %s/run -o redfish-port=0 "
        "-o ipmi-port=0 -o state-dir=%s/state %s -- " QEMU "%s",
        g_getenv("TEST_BUILD"), f->dir->path, f->dir->path, options, args);

    f->bmc = test_bmc_start_program(f->dir, line);
}

static void test_run_both(Fixture *f, const void *data)
{
    g_autofree char *log = test_dir_file(f->dir, "run/serial.log");
    g_autofree char *text = NULL;
    GPid pid;

    start_run(f, "", DISK);
    test_bmc_wait_power(f->bmc, "On");
    power(f, "off");
    test_bmc_wait_power(f->bmc, "Off");
    power(f, "on");
    test_bmc_wait_power(f->bmc, "On");
    /* It has a serial port whose output is kept. */
    while (!text || !strstr(text, "BOOTED A")) {
        g_usleep(10000);
        g_free(text);
        g_file_get_contents(log, &text, NULL, NULL);
    }
    /* One Ctrl-C ends both; the exit code is QEMU's. */
    pid = f->bmc->pid;
    kill(pid, SIGINT);
    g_assert_cmpint(test_bmc_wait_end(f->bmc), ==, 0);
}

static void test_run_off(Fixture *f, const void *data)
{
    start_run(f, "--off", DISK);
    test_bmc_wait_log(f->bmc, "QEMU answers on QMP");
    test_bmc_wait_power(f->bmc, "Off");
    power(f, "on");
    test_bmc_wait_power(f->bmc, "On");
}

static void test_run_exit_code(Fixture *f, const void *data)
{
    /* QEMU says what is wrong and exits with 1. */
    start_run(f, "", "-kernel /nonexistent");
    g_assert_cmpint(test_bmc_wait_end(f->bmc), ==, 1);
    g_assert_true(test_bmc_logged(f->bmc, "/nonexistent"));
}

/* A second one goes away without harm to the first one's files. */
static void test_run_twice(Fixture *f, const void *data)
{
    g_autofree char *line = g_strdup_printf(
        "%s/tools/qemu-bmc-run --run-dir %s/run -o redfish-port=0 "
        "-o ipmi-port=0 -o state-dir=%s/state -- " QEMU,
        g_getenv("TEST_BUILD"), f->dir->path, f->dir->path);
    g_autofree char *path = test_dir_file(f->dir, "run/endpoints.json");
    g_autofree char *before = NULL;
    g_autofree char *after = NULL;
    g_autofree char *out = NULL;

    start_run(f, "", DISK);
    g_assert_true(g_file_get_contents(path, &before, NULL, NULL));
    g_assert_cmpint(test_run(&out, line), ==, 2);
    g_assert_nonnull(strstr(out, "in use"));
    g_assert_true(g_file_get_contents(path, &after, NULL, NULL));
    g_assert_cmpstr(before, ==, after);
    test_bmc_wait_power(f->bmc, "On");
}

static void test_run_missing(Fixture *f, const void *data)
{
    g_autofree char *line = g_strdup_printf(
        "%s/tools/qemu-bmc-run --run-dir %s/run -- no-such-qemu",
        g_getenv("TEST_BUILD"), f->dir->path);
    g_autofree char *out = NULL;

    g_assert_cmpint(test_run(&out, line), ==, 127);
    g_assert_nonnull(strstr(out, "no-such-qemu"));
}

/* Nothing stays behind that would hold the ports. */
static void test_run_killed(Fixture *f, const void *data)
{
    g_autofree char *path = test_dir_file(f->dir, "run/pid");
    g_autofree char *text = NULL;
    GPid helper;

    start_run(f, "", DISK);
    test_bmc_wait_power(f->bmc, "On");
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    helper = g_ascii_strtoll(text, NULL, 10);
    test_bmc_kill(f->bmc);
    while (kill(helper, 0) == 0) {
        g_usleep(10000);
    }
    test_bmc_wait_log(f->bmc, "asked to end");
}

#define ADD(name, func) \
    g_test_add("/launch/" name, Fixture, NULL, setup, func, teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("power", test_power);
    ADD("power-on-at-start", test_power_on_at_start);
    ADD("qemu-killed", test_qemu_killed);
    ADD("override", test_override);
    ADD("qemu-hung", test_qemu_hung);
    ADD("adopted", test_adopted);
    ADD("earlier", test_earlier);
    ADD("ends-qemu", test_ends_qemu);
    ADD("restore-policy", test_restore_policy);
    ADD("uefi", test_uefi);
    ADD("run/both", test_run_both);
    ADD("run/off", test_run_off);
    ADD("run/exit-code", test_run_exit_code);
    ADD("run/twice", test_run_twice);
    ADD("run/missing", test_run_missing);
    ADD("run/killed", test_run_killed);
    return g_test_run();
}
