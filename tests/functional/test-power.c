/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The main job on a real VM: its power, over IPMI and Redfish alike, and the
 * truth about it. The guest says on its serial port that it has booted.
 */
#include "osdep.h"

#include <signal.h>

#include "test-vm.h"
#include "util/json.h"

#define DISK "-drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
             "-device ide-hd,drive=a"

static void setup(TestLab *f, const void *machine)
{
    g_autofree char *args = g_strdup_printf("-M %s %s",
                                            (const char *)machine, DISK);

    test_lab_start(f, args, "BOOTED A");
}

static void teardown(TestLab *f, const void *machine)
{
    test_lab_end(f);
}

static int reset(TestLab *f, const char *type)
{
    g_autofree char *body = g_strdup_printf("{\"ResetType\":\"%s\"}", type);
    g_autoptr(JsonObject) answer = NULL;

    return test_bmc_redfish(f->bmc, "POST",
                            "/Systems/1/Actions/ComputerSystem.Reset", body,
                            &answer);
}

/* A task, when that takes longer than 2 s. */
static void assert_graceful(TestLab *f, const char *type)
{
    int status = reset(f, type);

    g_assert_true(status == 204 || status == 202);
}

static void assert_ipmi_power(TestLab *f, const char *state)
{
    g_autofree char *out = NULL;
    g_autofree char *want = g_strdup_printf("Chassis Power is %s", state);

    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "power status", &out), ==, 0);
    g_assert_nonnull(strstr(out, want));
}

static void test_ipmi(TestLab *f, const void *machine)
{
    g_autofree char *out = NULL;

    assert_ipmi_power(f, "on");
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "power off", &out), ==, 0);
    g_assert_nonnull(strstr(out, "Chassis Power Control: Down/Off"));
    assert_ipmi_power(f, "off");
    g_assert_true(test_vm_stays_silent(f->vm, 300));
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "power on", NULL), ==, 0);
    test_vm_wait_serial(f->vm, "BOOTED A");
    assert_ipmi_power(f, "on");
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "power reset", NULL), ==, 0);
    test_vm_wait_serial(f->vm, "BOOTED A");
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "power cycle", NULL), ==, 0);
    test_vm_wait_serial(f->vm, "BOOTED A");
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "power diag", NULL), ==, 0);
    test_vm_wait_serial(f->vm, "n");
    test_vm_send(f->vm, 'q');
    test_vm_wait_serial(f->vm, "q");
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "power soft", NULL), ==, 0);
    test_vm_wait_serial(f->vm, "b");
    test_bmc_wait_power(f->bmc, "Off");
    assert_ipmi_power(f, "off");
}

static void test_redfish(TestLab *f, const void *machine)
{
    g_assert_cmpint(reset(f, "On"), ==, 204);
    g_assert_cmpint(reset(f, "ForceOff"), ==, 204);
    test_bmc_wait_power(f->bmc, "Off");
    g_assert_cmpint(reset(f, "ForceOff"), ==, 204);
    g_assert_cmpint(reset(f, "GracefulRestart"), ==, 409);
    g_assert_cmpint(reset(f, "GracefulShutdown"), ==, 409);
    g_assert_cmpint(reset(f, "Nmi"), ==, 409);
    g_assert_cmpint(reset(f, "ForceRestart"), ==, 204);
    test_vm_wait_serial(f->vm, "BOOTED A");
    g_assert_cmpint(reset(f, "ForceOff"), ==, 204);
    g_assert_cmpint(reset(f, "PowerCycle"), ==, 204);
    test_vm_wait_serial(f->vm, "BOOTED A");
    g_assert_cmpint(reset(f, "ForceOff"), ==, 204);
    g_assert_cmpint(reset(f, "On"), ==, 204);
    test_vm_wait_serial(f->vm, "BOOTED A");
    g_assert_cmpint(reset(f, "ForceRestart"), ==, 204);
    test_vm_wait_serial(f->vm, "BOOTED A");
    g_assert_cmpint(reset(f, "PowerCycle"), ==, 204);
    test_vm_wait_serial(f->vm, "BOOTED A");
    g_assert_cmpint(reset(f, "Nmi"), ==, 204);
    test_vm_wait_serial(f->vm, "n");
    test_vm_send(f->vm, 'q');
    test_vm_wait_serial(f->vm, "q");
    assert_graceful(f, "GracefulRestart");
    test_vm_wait_serial(f->vm, "b");
    test_vm_wait_serial(f->vm, "BOOTED A");
    test_bmc_wait_power(f->bmc, "On");
    test_vm_send(f->vm, 'q');
    test_vm_wait_serial(f->vm, "q");
    assert_graceful(f, "GracefulShutdown");
    test_vm_wait_serial(f->vm, "b");
    test_bmc_wait_power(f->bmc, "Off");
    g_assert_cmpint(reset(f, "PushPowerButton"), ==, 204);
    test_vm_wait_serial(f->vm, "BOOTED A");
}

/* The guest does what it likes, and nobody has to ask QEMU to know. */
static void test_guest_acts(TestLab *f, const void *machine)
{
    test_vm_send(f->vm, 'p');
    test_bmc_wait_power(f->bmc, "Off");
    g_assert_cmpint(reset(f, "On"), ==, 204);
    test_vm_wait_serial(f->vm, "BOOTED A");
    test_vm_send(f->vm, 'r');
    test_vm_wait_serial(f->vm, "BOOTED A");
    test_vm_send(f->vm, 'k');
    test_vm_wait_serial(f->vm, "BOOTED A");
    test_bmc_wait_power(f->bmc, "On");
}

/* A guest that ignores the button stays on; force off needs nothing of it. */
static void test_deaf_guest(TestLab *f, const void *machine)
{
    g_autoptr(JsonObject) task = NULL;
    g_autoptr(JsonObject) ended = NULL;

    g_assert_cmpint(reset(f, "GracefulShutdown"), ==, 202);
    g_assert_true(test_vm_stays_silent(f->vm, 500));
    test_vm_send(f->vm, 'z');
    test_vm_wait_serial(f->vm, "z");
    g_assert_cmpint(test_bmc_redfish(f->bmc, "GET", "/TaskService/Tasks/1",
                                     NULL, &task), ==, 200);
    g_assert_cmpstr(json_object_get_string_member(task, "TaskState"), ==,
                    "Running");
    g_assert_cmpint(reset(f, "ForceOff"), ==, 204);
    test_bmc_wait_power(f->bmc, "Off");
    g_assert_cmpint(test_bmc_redfish(f->bmc, "GET", "/TaskService/Tasks/1",
                                     NULL, &ended), ==, 200);
    g_assert_cmpstr(json_object_get_string_member(ended, "TaskState"), ==,
                    "Exception");
    g_assert_true(test_vm_stays_silent(f->vm, 300));
}

static void test_qemu_killed(TestLab *f, const void *machine)
{
    test_vm_kill(f->vm);
    test_bmc_wait_power(f->bmc, "Off");
    assert_ipmi_power(f, "off");
    /* Nobody but its owner can start it again. */
    g_assert_cmpint(reset(f, "On"), ==, 503);
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "power on", NULL), !=, 0);
    test_vm_free(f->vm);
    f->vm = test_vm_start(f->dir, "-M q35 " DISK);
    test_vm_wait_serial(f->vm, "BOOTED A");
    test_bmc_wait_power(f->bmc, "On");
    assert_ipmi_power(f, "on");
}

static void test_helper_restarted(TestLab *f, const void *machine)
{
    g_autofree char *qmp = g_strdup_printf("--qmp %s", f->vm->qmp);

    test_bmc_kill(f->bmc);
    test_bmc_free(f->bmc);
    test_vm_send(f->vm, 'p');
    test_vm_wait_serial(f->vm, "p");
    f->bmc = test_bmc_start(f->dir, qmp);
    test_bmc_wait_power(f->bmc, "Off");
    g_assert_cmpint(reset(f, "On"), ==, 204);
    test_vm_wait_serial(f->vm, "BOOTED A");
}

/*
 * A QEMU that does not get to run, as on a busy host, for less time than an
 * operation may take, and for more: what IPMI has acknowledged happens.
 */
static void test_slow(TestLab *f, const void *machine)
{
    g_assert_cmpint(kill(f->vm->pid, SIGSTOP), ==, 0);
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "power off", NULL), ==, 0);
    g_assert_cmpint(kill(f->vm->pid, SIGCONT), ==, 0);
    test_bmc_wait_power(f->bmc, "Off");
    g_assert_cmpint(kill(f->vm->pid, SIGSTOP), ==, 0);
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "power on", NULL), ==, 0);
    g_assert_cmpint(kill(f->vm->pid, SIGCONT), ==, 0);
    test_vm_wait_serial(f->vm, "BOOTED A");
    test_bmc_wait_power(f->bmc, "On");
    g_assert_cmpint(kill(f->vm->pid, SIGSTOP), ==, 0);
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "power off", NULL), ==, 0);
    test_bmc_wait_log(f->bmc, "it is carried out when QEMU answers");
    g_assert_cmpint(kill(f->vm->pid, SIGCONT), ==, 0);
    test_bmc_wait_power(f->bmc, "Off");
    assert_ipmi_power(f, "off");
}

/* The last one to look sees QEMU and its guest as they were. */
static void test_helper_ends(TestLab *f, const void *machine)
{
    test_bmc_stop(f->bmc);
    g_assert_cmpint(kill(f->vm->pid, 0), ==, 0);
    test_vm_send(f->vm, 'z');
    test_vm_wait_serial(f->vm, "z");
}

#define ADD(machine, name, func) \
    g_test_add("/power/" machine "/" name, TestLab, machine, setup, func, \
               teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("q35", "ipmi", test_ipmi);
    ADD("pc", "ipmi", test_ipmi);
    ADD("q35", "redfish", test_redfish);
    ADD("pc", "redfish", test_redfish);
    ADD("q35", "guest-acts", test_guest_acts);
    ADD("pc", "guest-acts", test_guest_acts);
    ADD("q35", "deaf-guest", test_deaf_guest);
    ADD("q35", "qemu-killed", test_qemu_killed);
    ADD("q35", "slow", test_slow);
    ADD("q35", "helper-restarted", test_helper_restarted);
    ADD("q35", "helper-ends", test_helper_ends);
    return g_test_run();
}
