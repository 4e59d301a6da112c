/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The helper is killed between any two steps of what it does to the boot
 * order, and started again: it finds the truth in QEMU and in its own record.
 * Nothing that was acknowledged is lost, nothing is used once more but where
 * the reset was not seen, IPMI and Redfish say what QEMU does, and the boot
 * indices are in the end exactly those of QEMU's command line.
 */
#include "osdep.h"

#include "boot-lab.h"
#include "test-monitor.h"
#include "test-vm.h"
#include "util/json.h"

/* The target has no index and none is free: all of them have to change. */
#define DEVICES(disk, cd) \
    "-drive if=none,id=a,format=raw,file=@" disk "@,snapshot=on " \
    "-drive if=none,id=c,format=raw,file=@" cd "@,readonly=on " \
    "-device ide-hd,id=disk0,drive=a,bootindex=0 " \
    "-device ide-cd,id=cd0,drive=c,bus=ide.1 "

#define WAIT_STEPS (TEST_VM_WAIT_MS / 20)

typedef struct Machine {
    const char *args;
    bool uefi;
} Machine;

/*
 * @crashed_at: the name of the crash point
 * @asked, @done: by number of the request: it was sent, it has succeeded
 * @used: a boot has used the override
 */
typedef struct Crash {
    TestLab lab;
    TestMonitor *monitor;
    char *qmp;
    char *crashed_at;
    bool asked[2];
    bool done[2];
    bool used;
} Crash;

typedef struct Scenario {
    const char *name;
    const char *args;
    void (*run)(Crash *x);
    void (*check)(Crash *x);
    unsigned points; /* at least that many must be passed */
} Scenario;

static bool has_ended(Crash *x)
{
    return !x->lab.bmc || test_bmc_has_ended(x->lab.bmc);
}

/* Returns false if the helper has ended before it answered. */
static bool request(Crash *x, unsigned n, const char *method,
                    const char *path, const char *body)
{
    g_autofree char *line = NULL;
    g_autofree char *out = NULL;

    if (has_ended(x)) {
        return false;
    }
    line = g_strdup_printf(
        "curl -sS -k -m 60 -u admin:password -X %s -o /dev/null "
        "-w %%{http_code} -H Content-Type:application/json -d '%s' "
        "%s/redfish/v1/Systems/1%s", method, body, x->lab.bmc->redfish,
        path);
    x->asked[n] = true;
    x->done[n] = test_run(&out, line) == 0;
    if (x->done[n]) {
        g_assert_true(*out == '2');
    }
    return x->done[n];
}

static bool set_override(Crash *x, unsigned n, const char *enabled,
                         const char *target)
{
    g_autofree char *body = g_strdup_printf(
        "{\"Boot\":{\"BootSourceOverrideEnabled\":\"%s\","
        "\"BootSourceOverrideTarget\":\"%s\"}}", enabled, target);

    return request(x, n, "PATCH", "", body);
}

static bool set_default_order(Crash *x, unsigned n)
{
    return request(x, n, "POST",
                   "/Actions/ComputerSystem.SetDefaultBootOrder", "{}");
}

/* The guest resets itself. Returns what it is then booted from. */
static char guest_reset(Crash *x)
{
    TestVm *vm = x->lab.vm;

    test_vm_send(vm, 'r');
    test_vm_wait_serial(vm, "BOOTED ");
    while (!vm->text->str[vm->seen]) {
        test_vm_stays_silent(vm, 10);
    }
    return vm->text->str[vm->seen++];
}

static bool is_original(Crash *x)
{
    return test_monitor_boot_index(x->monitor, "disk0") == 0 &&
           test_monitor_boot_index(x->monitor, "cd0") == -1;
}

/* A patched QEMU has an override of its own, in front of the indices. */
static bool has_override(Crash *x)
{
    g_autoptr(JsonObject) reply = NULL;
    JsonObject *info;

    if (!boot_lab_is_patched(x->monitor)) {
        return false;
    }
    reply = test_monitor_run(x->monitor, "query-boot-override", NULL);
    info = json_object_get_object_member(reply, "return");
    return !g_str_equal(json_object_get_string_member(info, "state"), "none");
}

static bool is_cd_first(Crash *x)
{
    int cd = test_monitor_boot_index(x->monitor, "cd0");

    if (has_override(x)) {
        return cd >= 0;
    }
    return cd >= 0 && test_monitor_boot_index(x->monitor, "disk0") > cd;
}

/* Waits until that is so, or, if it may, the helper ends. */
static void wait_until(Crash *x, bool (*is_so)(Crash *x), bool may_end)
{
    unsigned i;

    for (i = 0; i < WAIT_STEPS; i++) {
        if ((may_end && has_ended(x)) || is_so(x)) {
            return;
        }
        g_usleep(20000);
    }
    g_error("the boot indices are not as they should be: disk %d, CD %d",
            (int)test_monitor_boot_index(x->monitor, "disk0"),
            (int)test_monitor_boot_index(x->monitor, "cd0"));
}

/* Returns what Redfish says, which is also what IPMI says. */
static char *get_enabled(Crash *x)
{
    g_autoptr(JsonObject) system = NULL;
    g_autofree char *flags = NULL;
    const char *enabled;
    const char *target;
    JsonObject *boot;
    bool disabled;

    g_assert_cmpint(test_bmc_redfish(x->lab.bmc, "GET", "/Systems/1", NULL,
                                     &system), ==, 200);
    boot = json_object_get_object_member(system, "Boot");
    enabled = json_object_get_string_member(boot,
                                            "BootSourceOverrideEnabled");
    target = json_object_get_string_member(boot, "BootSourceOverrideTarget");
    g_assert_cmpint(test_bmc_ipmitool(
        x->lab.bmc, "chassis bootparam get 5", &flags), ==, 0);
    disabled = g_str_equal(enabled, "Disabled");
    g_assert_cmpstr(target, ==, disabled ? "None" : "Cd");
    g_assert_nonnull(strstr(flags, disabled ? "Boot Flag Invalid"
                                            : "Boot Flag Valid"));
    g_assert_nonnull(strstr(flags, g_str_equal(enabled, "Continuous")
                            ? "all future boots" : "only next boot"));
    return g_strdup(enabled);
}

/* Both ask over Redfish, so they let some time pass. */
static bool is_disabled(Crash *x)
{
    g_autoptr(JsonObject) system = NULL;

    g_usleep(100000);
    test_bmc_redfish(x->lab.bmc, "GET", "/Systems/1", NULL, &system);
    return g_str_equal(json_object_get_string_member(
        json_object_get_object_member(system, "Boot"),
        "BootSourceOverrideEnabled"), "Disabled");
}

static bool knows_devices(Crash *x)
{
    g_autoptr(JsonObject) system = NULL;
    JsonObject *boot;

    g_usleep(100000);
    test_bmc_redfish(x->lab.bmc, "GET", "/Systems/1", NULL, &system);
    boot = json_object_get_object_member(system, "Boot");
    return json_object_has_member(boot, "BootOrder") &&
           json_array_get_length(
               json_object_get_array_member(boot, "BootOrder")) == 2;
}

/* Once: used by the next boot, and not by the one after it. */
static void run_once(Crash *x)
{
    if (!set_override(x, 0, "Once", "Cd")) {
        return;
    }
    x->used = true;
    g_assert_cmpint(guest_reset(x), ==, 'C');
    wait_until(x, is_original, true);
}

static void check_once(Crash *x)
{
    g_autofree char *enabled = get_enabled(x);
    bool once = g_str_equal(enabled, "Once");

    g_assert_cmpstr(enabled, !=, "Continuous");
    if (!x->used) {
        g_assert_true(once || !x->done[0]);
        wait_until(x, once ? is_cd_first : is_original, false);
        g_assert_cmpint(guest_reset(x), ==, once ? 'C' : 'A');
    } else if (once && (g_str_equal(x->crashed_at, "boot: reset") ||
                        strstr(x->crashed_at, "latched"))) {
        /* Nobody may have seen the reset: the next one may be used, too */
        guest_reset(x);
    }
    wait_until(x, is_disabled, false);
}

static void run_continuous(Crash *x)
{
    if (!set_override(x, 0, "Continuous", "Cd")) {
        return;
    }
    g_assert_cmpint(guest_reset(x), ==, 'C');
    if (set_override(x, 1, "Disabled", "None")) {
        wait_until(x, is_original, true);
    }
}

static void check_continuous(Crash *x)
{
    g_autofree char *enabled = get_enabled(x);
    bool disabled = g_str_equal(enabled, "Disabled");

    g_assert_cmpstr(enabled, !=, "Once");
    g_assert_true(disabled ? x->asked[1] || !x->done[0] : !x->done[1]);
    wait_until(x, disabled ? is_original : is_cd_first, false);
    g_assert_cmpint(guest_reset(x), ==, disabled ? 'A' : 'C');
    g_assert_true(set_override(x, 1, "Disabled", "None"));
}

static void run_order(Crash *x)
{
    if (!request(x, 0, "PATCH", "",
                 "{\"Boot\":{\"BootOrder\":[\"cd0\",\"disk0\"]}}")) {
        return;
    }
    g_assert_cmpint(guest_reset(x), ==, 'C');
    if (set_default_order(x, 1)) {
        wait_until(x, is_original, true);
    }
}

static void check_order(Crash *x)
{
    g_autoptr(JsonObject) system = NULL;
    JsonArray *order;
    bool cd_first;

    test_bmc_redfish(x->lab.bmc, "GET", "/Systems/1", NULL, &system);
    order = json_object_get_array_member(
        json_object_get_object_member(system, "Boot"), "BootOrder");
    cd_first = g_str_equal(json_array_get_string_element(order, 0), "cd0");
    g_assert_true(cd_first ? !x->done[1] : x->asked[1] || !x->done[0]);
    wait_until(x, cd_first ? is_cd_first : is_original, false);
    g_assert_cmpint(guest_reset(x), ==, cd_first ? 'C' : 'A');
    g_assert_true(set_default_order(x, 1));
}

/* Flags of IPMI's that nobody has used after a second. */
static void run_expiry(Crash *x)
{
    x->asked[0] = true;
    x->done[0] = test_bmc_ipmitool(
        x->lab.bmc, "-N 1 -R 2 chassis bootdev cdrom", NULL) == 0;
    wait_until(x, is_original, true);
}

static void check_expiry(Crash *x)
{
    wait_until(x, is_disabled, false);
}

static char *read_crash_point(Crash *x)
{
    g_autofree char *path = test_dir_file(x->lab.dir, "bmc.log");
    g_autofree char *log = NULL;
    char *at;

    g_assert_true(g_file_get_contents(path, &log, NULL, NULL));
    at = strstr(log, "crash point ");
    if (!at) {
        g_error("the helper has ended otherwise: %s", log);
    }
    at = strstr(at, ": ") + 2;
    return g_strndup(at, strcspn(at, "\n"));
}

/* Returns false if the helper has come to the end of the scenario. */
static bool crash_at(Crash *x, const Scenario *s, unsigned n)
{
    g_autofree char *args = g_strdup_printf("--qmp %s %s", x->qmp, s->args);
    g_autofree char *rm = g_strdup_printf("rm -rf %s/state",
                                          x->lab.dir->path);
    bool crashed;

    g_assert_cmpint(test_run(NULL, rm), ==, 0);
    memset(x->asked, 0, sizeof(x->asked));
    memset(x->done, 0, sizeof(x->done));
    x->used = false;
    x->lab.bmc = test_bmc_start_to_crash(x->lab.dir, n, args);
    if (x->lab.bmc) {
        wait_until(x, knows_devices, false);
        s->run(x);
        if (!has_ended(x)) {
            /* What follows the last step is over when this is answered */
            g_autofree char *line = g_strdup_printf(
                "curl -s -k -o /dev/null %s/redfish", x->lab.bmc->redfish);

            test_run(NULL, line);
        }
    }
    crashed = has_ended(x);
    g_clear_pointer(&x->lab.bmc, test_bmc_free);
    if (crashed) {
        x->crashed_at = read_crash_point(x);
        g_test_message("%s: %u: %s", s->name, n, x->crashed_at);
        x->lab.bmc = test_bmc_start(x->lab.dir, args);
        wait_until(x, knows_devices, false);
        s->check(x);
        wait_until(x, is_original, false);
        g_assert_cmpint(guest_reset(x), ==, 'A');
        test_bmc_stop(x->lab.bmc);
        g_clear_pointer(&x->lab.bmc, test_bmc_free);
        g_clear_pointer(&x->crashed_at, g_free);
    }
    g_assert_true(is_original(x));
    return crashed;
}

static const Scenario scenarios[] = {
    { "once", "", run_once, check_once, 12 },
    { "continuous", "", run_continuous, check_continuous, 12 },
    { "order", "", run_order, check_order, 10 },
    { "expiry", "--boot-ipmi-expiry=1", run_expiry, check_expiry, 10 },
};

static const Machine q35 = { "-M q35 " DEVICES("disk-a.img", "cd-c.iso") };
static const Machine pc = { "-M pc " DEVICES("disk-a.img", "cd-c.iso") };
static const Machine uefi = {
    "-M q35 -m 256 " DEVICES("uefi-a.img", "uefi-c.iso"), true
};

typedef struct Test {
    const Machine *machine;
    const Scenario *scenario;
} Test;

static void test_crash(const void *data)
{
    const Test *test = data;
    Crash x = { { NULL } };
    g_autofree char *monitor = NULL;
    g_autofree char *args = NULL;
    g_autofree char *all = NULL;
    unsigned lives;
    unsigned n;

    x.lab.dir = test_dir_new();
    monitor = test_monitor_args(x.lab.dir);
    args = g_strconcat(test->machine->args, monitor, NULL);
    all = test->machine->uefi ? test_vm_uefi_args(x.lab.dir, args)
                              : g_strdup(args);
    x.lab.vm = test_vm_start(x.lab.dir, all);
    x.qmp = g_strdup(x.lab.vm->qmp);
    x.monitor = test_monitor_open(x.lab.dir);
    test_vm_wait_serial(x.lab.vm, "BOOTED A");
    /* Firmware resets the machine twice or three times: look a bit further */
    for (n = 1, lives = 0; lives < 3; n++) {
        lives = crash_at(&x, test->scenario, n) ? 0 : lives + 1;
    }
    n -= 1 + lives;
    g_test_message("%s: killed at %u places", test->scenario->name, n);
    g_assert_cmpint(n, >=, test->scenario->points);
    test_monitor_free(x.monitor);
    test_vm_free(x.lab.vm);
    test_dir_free(x.lab.dir);
    g_free(x.qmp);
}

static void add_tests(const char *name, const Machine *machine)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(scenarios); i++) {
        g_autofree char *path = g_strdup_printf("/boot-crash/%s/%s", name,
                                                scenarios[i].name);
        Test *test = g_new(Test, 1);

        test->machine = machine;
        test->scenario = &scenarios[i];
        g_test_add_data_func_full(path, test, test_crash, g_free);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    add_tests("q35", &q35);
    add_tests("pc", &pc);
    add_tests("uefi", &uefi);
    return g_test_run();
}
