/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU started and ended by commands: scripts that start it in the
 * background and kill it, as an administrator would write them.
 */
#include "osdep.h"

#include <glib/gstdio.h>
#include <signal.h>

#include "command-lab.h"
#include "util/json.h"

#define RESET "/Systems/1/Actions/ComputerSystem.Reset"

/* Two disks and a CD: firmware takes the first disk unless told otherwise. */
#define DISKS \
    "-drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-device ide-hd,id=hda,drive=a,bootindex=10 " \
    "-drive if=none,id=c,format=raw,media=cdrom,readonly=on,file=@cd-c.iso@ " \
    "-device ide-cd,id=cd0,drive=c,bootindex=20 "

/* Ends QEMU when the test does, however that ends. */
#define GUARD \
    "(while kill -0 $TEST 2>/dev/null; do sleep 1; done; " \
    "kill -9 $(cat $DIR/pid)) >/dev/null 2>&1 &\n"

#define START_QEMU \
    "$QEMU -accel tcg -nodefaults -display none -m 32 -pidfile $DIR/pid " \
    "-qmp unix:$DIR/qmp.sock,server=on,wait=off " \
    "-chardev socket,id=s,path=$DIR/serial.sock,server=on,wait=off," \
    "logfile=$DIR/serial.log,logappend=on -serial chardev:s $DISKS "

#define NOTE "echo $QEMU_BMC_ACTION $QEMU_BMC_NAME $QEMU_BMC_QMP >>$DIR/calls\n"
#define ON NOTE GUARD START_QEMU "-daemonize\n"
#define ON_PAUSED NOTE GUARD START_QEMU "-daemonize -S\n"
#define OFF \
    NOTE "pid=$(cat $DIR/pid)\n" \
    "kill -9 $pid\n" \
    "while kill -0 $pid 2>/dev/null; do sleep 0.05; done\n" \
    "rm $DIR/pid\n"

typedef struct Fixture {
    CommandLab lab;
    char *on;
    char *off;
} Fixture;

static char *expand(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "@", -1);
    GString *out = g_string_new(parts[0]);
    unsigned i;

    for (i = 1; parts[i]; i++) {
        g_autofree char *guest = i % 2 ? test_vm_guest(parts[i]) : NULL;

        g_string_append(out, guest ? guest : parts[i]);
    }
    return g_string_free(out, FALSE);
}

static void script(const Fixture *f, const char *path, const char *body)
{
    g_autofree char *disks = expand(DISKS);
    const char *qemu = g_getenv("TEST_QEMU");
    g_autofree char *text = g_strdup_printf(
        "#!/bin/sh\nDIR=%s\nTEST=%d\nQEMU=%s\nDISKS=\"%s\"\n%s",
        f->lab.dir->path, (int)getpid(), qemu ? qemu : "qemu-system-x86_64",
        disks, body);

    g_assert_true(g_file_set_contents_full(path, text, -1,
                                           G_FILE_SET_CONTENTS_CONSISTENT,
                                           0700, NULL));
}

static void scripts(Fixture *f, const char *on, const char *off)
{
    script(f, f->on, on);
    script(f, f->off, off);
}

static void setup(Fixture *f, const void *data)
{
    f->lab.dir = test_dir_new();
    f->on = command_lab_file(&f->lab, "on");
    f->off = command_lab_file(&f->lab, "off");
    scripts(f, ON, OFF);
}

static GPid qemu_pid(const Fixture *f)
{
    g_autofree char *text = command_lab_read(&f->lab, "pid");

    return g_ascii_strtoll(text, NULL, 10);
}

static void teardown(Fixture *f, const void *data)
{
    GPid pid = qemu_pid(f);

    if (f->lab.bmc && f->lab.bmc->pid) {
        test_bmc_stop(f->lab.bmc);
    }
    if (pid > 0) {
        kill(pid, SIGKILL);
    }
    test_bmc_free(f->lab.bmc);
    g_free(f->on);
    g_free(f->off);
    test_dir_free(f->lab.dir);
}

static void start(Fixture *f, const char *more)
{
    g_autofree char *args = g_strdup_printf(
        "--name vm7 --qmp %s/qmp.sock --on-command %s --off-command %s %s",
        f->lab.dir->path, f->on, f->off, more);

    test_bmc_free(f->lab.bmc);
    f->lab.bmc = test_bmc_start(f->lab.dir, args);
}

/* How often a command was run so far. */
static unsigned calls(Fixture *f, const char *action)
{
    g_autofree char *log = command_lab_read(&f->lab, "calls");
    g_autofree char *prefix = g_strconcat(action, " ", NULL);
    g_auto(GStrv) lines = g_strsplit(log, "\n", -1);
    unsigned n = 0;
    unsigned i;

    for (i = 0; lines[i]; i++) {
        n += g_str_has_prefix(lines[i], prefix);
    }
    return n;
}

static void on(Fixture *f)
{
    g_assert_cmpint(command_lab_reset(&f->lab, "On"), ==, 204);
    command_lab_wait_serial(&f->lab, "BOOTED A");
    test_bmc_wait_power(f->lab.bmc, "On");
}

static void test_life(Fixture *f, const void *data)
{
    g_autofree char *want = NULL;
    g_autofree char *log = NULL;
    GPid first;

    start(f, "");
    test_bmc_wait_power(f->lab.bmc, "Off");
    g_assert_cmpint(command_lab_reset(&f->lab, "ForceOff"), ==, 204);
    g_assert_cmpint(command_lab_reset(&f->lab, "GracefulRestart"), ==, 409);
    g_assert_cmpuint(calls(f, "on") + calls(f, "off"), ==, 0);
    on(f);
    log = command_lab_read(&f->lab, "calls");
    want = g_strdup_printf("on vm7 %s/qmp.sock\n", f->lab.dir->path);
    g_assert_cmpstr(log, ==, want);
    g_assert_cmpint(command_lab_reset(&f->lab, "On"), ==, 204);
    g_assert_cmpuint(calls(f, "on"), ==, 1);
    /* It stays the same process where it can. */
    first = qemu_pid(f);
    g_assert_cmpint(command_lab_reset(&f->lab, "ForceRestart"), ==, 204);
    command_lab_wait_serial(&f->lab, "BOOTED A");
    g_assert_cmpint(qemu_pid(f), ==, first);

    g_assert_cmpint(command_lab_reset(&f->lab, "ForceOff"), ==, 204);
    test_bmc_wait_power(f->lab.bmc, "Off");
    g_assert_cmpint(kill(first, 0), ==, -1);
    g_assert_cmpuint(calls(f, "off"), ==, 1);
    g_assert_cmpint(test_bmc_ipmitool(f->lab.bmc, "power on", NULL), ==, 0);
    command_lab_wait_serial(&f->lab, "BOOTED A");
    /* IPMI was answered at once; this waits until it is done. */
    g_assert_cmpint(command_lab_reset(&f->lab, "On"), ==, 204);
    g_assert_cmpint(test_bmc_ipmitool(f->lab.bmc, "power cycle", NULL), ==, 0);
    command_lab_wait_serial(&f->lab, "BOOTED A");
    test_bmc_wait_power(f->lab.bmc, "On");
    g_assert_cmpuint(calls(f, "on"), ==, 3);
    g_assert_cmpuint(calls(f, "off"), ==, 2);
    g_assert_cmpint(test_bmc_ipmitool(f->lab.bmc, "power off", NULL), ==, 0);
    test_bmc_wait_power(f->lab.bmc, "Off");
}

/* When the guest is off, the process ends too. */
static void test_graceful(Fixture *f, const void *data)
{
    GPid pid;

    start(f, "");
    on(f);
    command_lab_send(&f->lab, 'q');
    pid = qemu_pid(f);
    g_assert_cmpint(command_lab_reset(&f->lab, "GracefulShutdown"), ==, 204);
    command_lab_wait_serial(&f->lab, "b");
    test_bmc_wait_power(f->lab.bmc, "Off");
    command_lab_wait_ended(pid);
    g_assert_cmpuint(calls(f, "off"), ==, 1);

    on(f);
    command_lab_send(&f->lab, 'q');
    pid = qemu_pid(f);
    g_assert_cmpint(command_lab_reset(&f->lab, "GracefulRestart"), ==, 204);
    command_lab_wait_serial(&f->lab, "BOOTED A");
    test_bmc_wait_power(f->lab.bmc, "On");
    g_assert_cmpint(qemu_pid(f), !=, pid);

    /* On in between is not too early. */
    command_lab_send(&f->lab, 'p');
    test_bmc_wait_power(f->lab.bmc, "Off");
    on(f);
}

/* Paused start: the first instruction that runs knows of the override. */
static void test_paused_override(Fixture *f, const void *data)
{
    g_autofree char *log = NULL;

    scripts(f, ON_PAUSED, OFF);
    start(f, "");
    test_bmc_wait_power(f->lab.bmc, "Off");
    command_lab_boot_from_cd(&f->lab);
    g_assert_cmpint(command_lab_reset(&f->lab, "On"), ==, 204);
    command_lab_wait_serial(&f->lab, "BOOTED C");
    log = command_lab_read(&f->lab, "serial.log");
    g_assert_null(strstr(log, "BOOTED A"));
    test_bmc_wait_log(f->lab.bmc, "has booted");
    g_assert_cmpint(command_lab_reset(&f->lab, "PowerCycle"), ==, 204);
    command_lab_wait_serial(&f->lab, "BOOTED A");
    g_free(log);
    log = command_lab_read(&f->lab, "serial.log");
    g_assert_nonnull(strstr(log, "BOOTED C"));
    g_assert_null(strstr(strstr(log, "BOOTED C") + 8, "BOOTED C"));
}

/* One that runs at once has to be reset for it. */
static void test_running_override(Fixture *f, const void *data)
{
    start(f, "");
    test_bmc_wait_power(f->lab.bmc, "Off");
    command_lab_boot_from_cd(&f->lab);
    g_assert_cmpint(command_lab_reset(&f->lab, "On"), ==, 204);
    command_lab_wait_serial(&f->lab, "BOOTED C");
    test_bmc_wait_log(f->lab.bmc, "has booted");
    g_assert_cmpint(command_lab_reset(&f->lab, "PowerCycle"), ==, 204);
    command_lab_wait_serial(&f->lab, "BOOTED A");
}

static void test_failing(Fixture *f, const void *data)
{
    g_autoptr(JsonObject) answer = NULL;
    g_autofree char *text = NULL;
    g_autoptr(JsonNode) node = NULL;

    scripts(f, "echo no such domain >&2\nyes again | head -n 5000\nexit 3\n",
            "echo will not >&2\nexit 4\n");
    start(f, "");
    test_bmc_wait_power(f->lab.bmc, "Off");
    g_assert_cmpint(test_bmc_redfish(f->lab.bmc, "POST", RESET,
                                     "{\"ResetType\":\"On\"}", &answer),
                    ==, 500);
    node = json_node_init_object(json_node_alloc(), answer);
    text = json_to_string(node, FALSE);
    g_assert_nonnull(strstr(text, "n-command (on) ended with exit status 3"));
    g_assert_null(strstr(text, "no such domain"));
    g_assert_true(test_bmc_logged(f->lab.bmc, "on-command: no such domain"));
    g_assert_true(test_bmc_logged(f->lab.bmc, "try it by hand"));
    g_assert_true(test_bmc_logged(f->lab.bmc, "more lines left out"));
    command_lab_assert_fault(&f->lab, true);
    /* This is told before its end: the fault bit is there for that. */
    g_assert_cmpint(test_bmc_ipmitool(f->lab.bmc, "power on", NULL), ==, 0);
    test_bmc_wait_power(f->lab.bmc, "Off");
    command_lab_assert_fault(&f->lab, true);

    scripts(f, ON, "echo will not >&2\nexit 4\n");
    on(f);
    command_lab_assert_fault(&f->lab, false);
    g_assert_cmpint(command_lab_reset(&f->lab, "ForceOff"), ==, 500);
    test_bmc_wait_power(f->lab.bmc, "On");
    command_lab_assert_fault(&f->lab, true);
    g_assert_true(test_bmc_logged(f->lab.bmc, "off-command: will not"));
    /* Somebody else does it after all. */
    kill(qemu_pid(f), SIGKILL);
    test_bmc_wait_power(f->lab.bmc, "Off");
    command_lab_assert_fault(&f->lab, false);
}

/* It says that all is well, and QEMU does not come. */
static void test_no_qemu(Fixture *f, const void *data)
{
    g_autofree char *text = NULL;

    scripts(f, NOTE, OFF);
    start(f, "--command-timeout 2");
    test_bmc_wait_power(f->lab.bmc, "Off");
    g_assert_cmpint(command_lab_reset(&f->lab, "On"), >=, 500);
    g_assert_true(test_bmc_logged(f->lab.bmc, "but no QEMU answers on QMP"));
    test_bmc_wait_power(f->lab.bmc, "Off");
}

#define HANG NOTE "echo $$ >$DIR/hanging\nsleep 1000\n"

static void test_never_ends(Fixture *f, const void *data)
{
    g_autofree char *text = NULL;
    GPid pid;

    scripts(f, HANG, OFF);
    start(f, "--command-timeout 2");
    test_bmc_wait_power(f->lab.bmc, "Off");
    g_assert_cmpint(command_lab_reset(&f->lab, "On"), >=, 500);
    g_assert_true(test_bmc_logged(f->lab.bmc, "did not end within 2 s"));
    text = command_lab_read(&f->lab, "hanging");
    pid = g_ascii_strtoll(text, NULL, 10);
    command_lab_wait_ended(pid);
    test_bmc_wait_power(f->lab.bmc, "Off");
    test_bmc_stop(f->lab.bmc);

    /* A force off does not wait for that. */
    g_free(text);
    text = command_lab_file(&f->lab, "hanging");
    g_unlink(text);
    start(f, "--command-timeout 3600");
    test_bmc_wait_power(f->lab.bmc, "Off");
    command_lab_post_reset(&f->lab, "On");
    command_lab_wait_file(&f->lab, "hanging");
    test_bmc_wait_power(f->lab.bmc, "PoweringOn");
    g_assert_cmpint(command_lab_reset(&f->lab, "PowerCycle"), ==, 409);
    g_assert_cmpint(command_lab_reset(&f->lab, "ForceOff"), ==, 204);
    test_bmc_wait_power(f->lab.bmc, "Off");
    g_assert_cmpuint(calls(f, "off"), ==, 1);
    scripts(f, ON, OFF);
    on(f);
}

/* QEMU in the foreground: not what is wanted, but it is not killed. */
static void test_foreground(Fixture *f, const void *data)
{
    scripts(f, NOTE "exec " START_QEMU "\n", OFF);
    start(f, "--command-timeout 2");
    on(f);
    test_bmc_wait_log(f->lab.bmc, "left alone since QEMU answers");
    command_lab_send(&f->lab, 'z');
    g_assert_cmpint(command_lab_reset(&f->lab, "ForceOff"), ==, 204);
    test_bmc_wait_power(f->lab.bmc, "Off");
    on(f);
}

static void test_hung(Fixture *f, const void *data)
{
    start(f, "");
    on(f);
    kill(qemu_pid(f), SIGSTOP);
    g_assert_cmpint(command_lab_reset(&f->lab, "ForceOff"), ==, 204);
    test_bmc_wait_power(f->lab.bmc, "Off");
    on(f);
}

/* Off-command is kept for the worst. */
static void test_off_pauses(Fixture *f, const void *data)
{
    int64_t end = g_get_monotonic_time() + TEST_VM_WAIT_MS * INT64_C(1000);
    int status;
    GPid pid;

    start(f, "--off-mode pause");
    on(f);
    pid = qemu_pid(f);
    g_assert_cmpint(command_lab_reset(&f->lab, "ForceOff"), ==, 204);
    test_bmc_wait_power(f->lab.bmc, "Off");
    g_assert_cmpint(kill(pid, 0), ==, 0);
    on(f);
    command_lab_send(&f->lab, 'p');
    test_bmc_wait_power(f->lab.bmc, "Off");
    on(f);
    g_assert_cmpint(qemu_pid(f), ==, pid);
    g_assert_cmpuint(calls(f, "off"), ==, 0);
    kill(pid, SIGSTOP);
    /* That it hangs is found out by the first one. */
    do {
        status = command_lab_reset(&f->lab, "ForceOff");
        g_assert_true(status == 204 || status >= 500);
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    } while (status != 204);
    test_bmc_wait_power(f->lab.bmc, "Off");
    g_assert_cmpint(kill(pid, 0), ==, -1);
    g_assert_cmpuint(calls(f, "off"), ==, 1);
}

/* The command goes on without the helper, and its end is seen by the next. */
static void test_helper_killed(Fixture *f, const void *data)
{
    g_autofree char *go = NULL;

    scripts(f, "touch $DIR/begun\nwhile [ ! -e $DIR/go ]; do sleep 0.05; "
            "done\n" ON, OFF);
    start(f, "");
    test_bmc_wait_power(f->lab.bmc, "Off");
    command_lab_post_reset(&f->lab, "On");
    command_lab_wait_file(&f->lab, "begun");
    test_bmc_kill(f->lab.bmc);
    start(f, "");
    test_bmc_wait_power(f->lab.bmc, "Off");
    go = command_lab_file(&f->lab, "go");
    g_assert_true(g_file_set_contents(go, "", 0, NULL));
    command_lab_wait_serial(&f->lab, "BOOTED A");
    test_bmc_wait_power(f->lab.bmc, "On");
    g_assert_cmpint(command_lab_reset(&f->lab, "ForceOff"), ==, 204);
    test_bmc_wait_power(f->lab.bmc, "Off");
}

/* Somebody else is free to start and end QEMU whenever he likes. */
static void test_others(Fixture *f, const void *data)
{
    start(f, "");
    test_bmc_wait_power(f->lab.bmc, "Off");
    g_assert_cmpint(test_run(NULL, f->on), ==, 0);
    command_lab_wait_serial(&f->lab, "BOOTED A");
    test_bmc_wait_power(f->lab.bmc, "On");
    g_assert_cmpint(test_run(NULL, f->off), ==, 0);
    test_bmc_wait_power(f->lab.bmc, "Off");
    /* On-command finds that it has been done. */
    scripts(f, ON "echo it runs already >&2\nexit 1\n", OFF);
    on(f);
    command_lab_assert_fault(&f->lab, false);
}

/* Whoever starts QEMU has not noticed yet that the one before has ended. */
static void test_too_early(Fixture *f, const void *data)
{
    scripts(f, "if [ -e $DIR/busy ]; then rm $DIR/busy; echo busy; exit 1; "
            "fi\n" ON, OFF "touch $DIR/busy\n");
    start(f, "");
    on(f);
    command_lab_send(&f->lab, 'q');
    g_assert_cmpint(command_lab_reset(&f->lab, "GracefulRestart"), ==, 204);
    command_lab_wait_serial(&f->lab, "BOOTED A");
    test_bmc_wait_power(f->lab.bmc, "On");
    g_assert_true(test_bmc_logged(f->lab.bmc, "only just ended: once more"));
    command_lab_assert_fault(&f->lab, false);
}

static void test_policy(Fixture *f, const void *data)
{
    start(f, "");
    on(f);
    g_assert_cmpint(command_lab_reset(&f->lab, "ForceOff"), ==, 204);
    g_assert_cmpint(test_bmc_ipmitool(f->lab.bmc, "chassis policy always-on",
                                      NULL), ==, 0);
    test_bmc_stop(f->lab.bmc);
    start(f, "");
    command_lab_wait_serial(&f->lab, "BOOTED A");
    test_bmc_wait_power(f->lab.bmc, "On");
    g_assert_true(test_bmc_logged(f->lab.bmc, "since it is always to be on"));

    /* "As it was": off stays off, and what was on when all ended is not. */
    g_assert_cmpint(test_bmc_ipmitool(f->lab.bmc, "chassis policy previous",
                                      NULL), ==, 0);
    g_assert_cmpint(command_lab_reset(&f->lab, "ForceOff"), ==, 204);
    test_bmc_stop(f->lab.bmc);
    start(f, "");
    test_bmc_wait_power(f->lab.bmc, "Off");
    on(f);
    test_bmc_kill(f->lab.bmc);
    kill(qemu_pid(f), SIGKILL);
    command_lab_wait_ended(qemu_pid(f));
    start(f, "");
    command_lab_wait_serial(&f->lab, "BOOTED A");
    test_bmc_wait_power(f->lab.bmc, "On");
    g_assert_true(test_bmc_logged(f->lab.bmc, "since it was on before"));
}

/* Half of it is of use too. */
static void test_on_only(Fixture *f, const void *data)
{
    g_autofree char *args = g_strdup_printf(
        "--qmp %s/qmp.sock --on-command %s", f->lab.dir->path, f->on);
    GPid pid;

    f->lab.bmc = test_bmc_start(f->lab.dir, args);
    test_bmc_wait_power(f->lab.bmc, "Off");
    on(f);
    pid = qemu_pid(f);
    g_assert_cmpint(command_lab_reset(&f->lab, "ForceOff"), ==, 204);
    test_bmc_wait_power(f->lab.bmc, "Off");
    on(f);
    g_assert_cmpint(qemu_pid(f), ==, pid);
    kill(pid, SIGKILL);
    test_bmc_wait_power(f->lab.bmc, "Off");
    on(f);
}

static void assert_usage(const char *args, const char *text)
{
    g_autofree char *line = g_strdup_printf("%s/helper/qemu-bmc --qmp /x %s",
                                            g_getenv("TEST_BUILD"), args);
    g_autofree char *out = NULL;

    g_assert_cmpint(test_run(&out, line), ==, 2);
    if (!strstr(out, text)) {
        g_error("'%s' is not in '%s'", text, out);
    }
}

static void test_usage(Fixture *f, const void *data)
{
    assert_usage("--on-command 'no-such-program x'",
                 "there is no program 'no-such-program'");
    assert_usage("--on-command 'a \"b'", "is not a command line");
    assert_usage("--off-mode never", "not one of process, pause");
    assert_usage("--command-timeout 0", "not a number of seconds");
    assert_usage("--on-command true -- qemu-system-x86_64", "not both");
}

#define ADD(name, func) \
    g_test_add("/power-command/" name, Fixture, NULL, setup, func, teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("life", test_life);
    ADD("graceful", test_graceful);
    ADD("paused-override", test_paused_override);
    ADD("running-override", test_running_override);
    ADD("failing", test_failing);
    ADD("no-qemu", test_no_qemu);
    ADD("never-ends", test_never_ends);
    ADD("foreground", test_foreground);
    ADD("hung", test_hung);
    ADD("off-pauses", test_off_pauses);
    ADD("helper-killed", test_helper_killed);
    ADD("others", test_others);
    ADD("too-early", test_too_early);
    ADD("policy", test_policy);
    ADD("on-only", test_on_only);
    ADD("usage", test_usage);
    return g_test_run();
}
