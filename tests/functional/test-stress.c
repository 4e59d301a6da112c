/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Anything in any order: resets and power by the host, by the guest and by
 * another monitor, overrides over Redfish and IPMI, helper and QEMU killed
 * and started again. After each step PowerState agrees with QEMU, the guest
 * has booted from what was promised, and no boot index is left changed.
 *
 * TEST_STRESS_SECONDS is how long; TEST_STRESS_SEED repeats a run.
 */
#include "osdep.h"

#include "test-monitor.h"
#include "test-vm.h"
#include "util/json.h"

#define DEVICES \
    "-drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-drive if=none,id=c,format=raw,file=@cd-c.iso@,readonly=on " \
    "-device virtio-scsi-pci,id=scsi " \
    "-device virtio-blk-pci,id=disk0,drive=a,bootindex=1 " \
    "-device scsi-cd,id=cd0,drive=c,bus=scsi.0,bootindex=2 " \
    "-device e1000,id=nic0,romfile=@net-n.rom@,bootindex=3 "

#define SETTLE_TRIES 300
#define TRY_US 50000

/* What QEMU is to be in, as a mask of the states that an action fits. */
typedef enum State {
    ON = 1,
    OFF = 2,
    PAUSED = 4,
} State;

/* The letters are what the guests print. */
typedef struct Target {
    const char *redfish;
    const char *ipmitool;
    char mark;
} Target;

static const Target targets[] = {
    { "Cd", "cdrom", 'C' },
    { "Pxe", "pxe", 'N' },
    { "Hdd", "disk", 'A' },
};

static const char *const modes[] = { "Disabled", "Once", "Continuous" };

#define DISABLED 0
#define ONCE 1
#define CONTINUOUS 2

/*
 * @state: what the machine is to be in
 * @mode: the override that is in force, an index of modes
 * @target: what it is for
 * @booted: what the guest that runs was booted from
 */
typedef struct Stress {
    const char *machine;
    TestDir *dir;
    TestVm *vm;
    TestBmc *bmc;
    TestMonitor *monitor;
    GRand *rand;
    State state;
    unsigned mode;
    const Target *target;
    char booted;
} Stress;

static const char *monitor_power_state(Stress *s)
{
    static const struct {
        const char *status;
        const char *power_state;
    } table[] = {
        { "running", "On" },
        { "paused", "Paused" },
        { "prelaunch", "Off" },
        { "shutdown", "Off" },
    };
    g_autofree char *status = test_monitor_status(s->monitor);

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        if (g_str_equal(table[i].status, status)) {
            return table[i].power_state;
        }
    }
    return "unknown";
}

/* Checks */

static bool indices_are_original(Stress *s)
{
    return test_monitor_boot_index(s->monitor, "disk0") == 1 &&
           test_monitor_boot_index(s->monitor, "cd0") == 2 &&
           test_monitor_boot_index(s->monitor, "nic0") == 3;
}

static bool enabled_is_right(Stress *s)
{
    g_autoptr(JsonObject) system = NULL;
    JsonObject *boot;
    const char *value;

    g_assert_cmpint(test_bmc_redfish(s->bmc, "GET", "/Systems/1", NULL,
                                     &system), ==, 200);
    g_assert_cmpint(json_get_object(system, "Boot", &boot), ==, JSON_GET_OK);
    g_assert_cmpint(json_get_string(boot, "BootSourceOverrideEnabled",
                                    &value), ==, JSON_GET_OK);
    return g_str_equal(value, modes[s->mode]);
}

static bool power_agrees(Stress *s)
{
    g_autofree char *state = test_bmc_power_state(s->bmc);

    return g_str_equal(state, monitor_power_state(s)) &&
           g_str_equal(state, s->state == ON ? "On" :
                              s->state == OFF ? "Off" : "Paused");
}

static void wait_for(Stress *s, bool (*check)(Stress *s), const char *what)
{
    unsigned tries;

    for (tries = 0; !check(s); tries++) {
        if (tries == SETTLE_TRIES) {
            g_error("%s; see the steps before", what);
        }
        g_usleep(TRY_US);
    }
}

/* The guest boots from what was promised, and "once" is once. */
static void expect_boot(Stress *s)
{
    char mark = s->mode == DISABLED ? 'A' : s->target->mark;
    g_autofree char *text = g_strdup_printf("BOOTED %c", mark);

    test_vm_wait_serial(s->vm, text);
    s->booted = mark;
    s->state = ON;
    if (s->mode == ONCE) {
        s->mode = DISABLED;
        wait_for(s, enabled_is_right, "the override is not consumed");
        wait_for(s, indices_are_original, "the boot order is not put back");
    }
}

/* Actions */

static void reset_action(Stress *s, const char *type)
{
    g_assert_cmpint(test_bmc_reset(s->bmc, type), ==, 204);
}

static void redfish_reset(Stress *s)
{
    reset_action(s, "ForceRestart");
    expect_boot(s);
}

static void ipmi_reset(Stress *s)
{
    g_assert_cmpint(test_bmc_ipmitool(s->bmc, "power reset", NULL), ==, 0);
    expect_boot(s);
}

static void monitor_reset(Stress *s)
{
    test_monitor_do(s->monitor, "system_reset");
    expect_boot(s);
}

static void guest_reset(Stress *s)
{
    /* The network's guest is too small for more than one way. */
    test_vm_send(s->vm, s->booted == 'N' ? 'r' :
                 "rkt"[g_rand_int_range(s->rand, 0, 3)]);
    expect_boot(s);
}

static void guest_off(Stress *s)
{
    test_vm_send(s->vm, 'p');
    s->state = OFF;
}

static void redfish_off(Stress *s)
{
    reset_action(s, "ForceOff");
    s->state = OFF;
}

static void ipmi_off(Stress *s)
{
    g_assert_cmpint(test_bmc_ipmitool(s->bmc, "power off", NULL), ==, 0);
    s->state = OFF;
}

static void redfish_on(Stress *s)
{
    reset_action(s, "On");
    expect_boot(s);
}

static void ipmi_on(Stress *s)
{
    g_assert_cmpint(test_bmc_ipmitool(s->bmc, "power on", NULL), ==, 0);
    expect_boot(s);
}

static void power_cycle(Stress *s)
{
    reset_action(s, "PowerCycle");
    expect_boot(s);
}

static void off_and_on(Stress *s)
{
    reset_action(s, "ForceOff");
    redfish_on(s);
}

static void monitor_stop(Stress *s)
{
    test_monitor_do(s->monitor, "stop");
    s->state = PAUSED;
}

static void monitor_cont(Stress *s)
{
    test_monitor_do(s->monitor, "cont");
    s->state = ON;
}

static void redfish_resume(Stress *s)
{
    reset_action(s, "On");
    s->state = ON;
}

static void set_by_redfish(Stress *s)
{
    g_autofree char *body = g_strdup_printf(
        "{\"Boot\":{\"BootSourceOverrideEnabled\":\"%s\","
        "\"BootSourceOverrideTarget\":\"%s\"}}", modes[s->mode],
        s->mode == DISABLED ? "None" : s->target->redfish);

    g_assert_cmpint(test_bmc_redfish(s->bmc, "PATCH", "/Systems/1", body,
                                     NULL), ==, 200);
}

static void set_by_ipmi(Stress *s)
{
    g_autofree char *args = g_strdup_printf(
        "chassis bootdev %s%s",
        s->mode == DISABLED ? "none" : s->target->ipmitool,
        s->mode == CONTINUOUS ? " options=persistent" : "");

    g_assert_cmpint(test_bmc_ipmitool(s->bmc, args, NULL), ==, 0);
}

static void set_override(Stress *s)
{
    s->mode = g_rand_int_range(s->rand, 0, G_N_ELEMENTS(modes));
    s->target = &targets[g_rand_int_range(s->rand, 0,
                                          G_N_ELEMENTS(targets))];
    g_test_message("%s %s", modes[s->mode], s->target->redfish);
    if (g_rand_boolean(s->rand)) {
        set_by_redfish(s);
    } else {
        set_by_ipmi(s);
    }
}

static void start_vm(Stress *s)
{
    g_autofree char *other = test_monitor_args(s->dir);
    g_autofree char *args = g_strdup_printf("-M %s " DEVICES "%s",
                                            s->machine, other);

    s->vm = test_vm_start(s->dir, args);
    s->monitor = test_monitor_open(s->dir);
    /* Somebody else has started it: without the override. */
    test_vm_wait_serial(s->vm, "BOOTED A");
    s->booted = 'A';
    s->state = ON;
}

static void start_bmc(Stress *s)
{
    g_autofree char *args = g_strdup_printf("--qmp %s", s->vm->qmp);

    s->bmc = test_bmc_start(s->dir, args);
}

static void stop_bmc(Stress *s)
{
    g_assert_false(test_bmc_logged(s->bmc, "WARNING"));
    test_bmc_stop(s->bmc);
    g_clear_pointer(&s->bmc, test_bmc_free);
}

static void restart_bmc(Stress *s)
{
    stop_bmc(s);
    start_bmc(s);
}

static void kill_bmc(Stress *s)
{
    test_bmc_kill(s->bmc);
    g_clear_pointer(&s->bmc, test_bmc_free);
    start_bmc(s);
}

static bool override_is_in_place(Stress *s)
{
    static const char *const devices[] = {
        ['A'] = "disk0", ['C'] = "cd0", ['N'] = "nic0",
    };
    const char *first = devices[s->mode == DISABLED ? 'A' :
                                (unsigned char)s->target->mark];

    for (size_t i = 0; i < G_N_ELEMENTS(devices); i++) {
        if (devices[i] && test_monitor_boot_index(s->monitor, devices[i]) <
                          test_monitor_boot_index(s->monitor, first)) {
            return false;
        }
    }
    return true;
}

static void kill_vm(Stress *s)
{
    test_vm_kill(s->vm);
    g_clear_pointer(&s->monitor, test_monitor_free);
    test_bmc_wait_power(s->bmc, "Off");
    g_clear_pointer(&s->vm, test_vm_free);
    start_vm(s);
    test_bmc_wait_power(s->bmc, "On");
    wait_for(s, override_is_in_place, "QEMU does not get the override");
}

static const struct {
    const char *name;
    void (*func)(Stress *s);
    unsigned states;
    unsigned weight;
} actions[] = {
    { "set override", set_override, ON | OFF | PAUSED, 6 },
    { "reset over Redfish", redfish_reset, ON | PAUSED, 3 },
    { "reset over IPMI", ipmi_reset, ON | PAUSED, 3 },
    { "reset by another monitor", monitor_reset, ON, 2 },
    { "reset by the guest", guest_reset, ON, 5 },
    { "off by the guest", guest_off, ON, 2 },
    { "off over Redfish", redfish_off, ON | OFF | PAUSED, 2 },
    { "off over IPMI", ipmi_off, ON | OFF | PAUSED, 2 },
    { "on over Redfish", redfish_on, OFF, 5 },
    { "on over IPMI", ipmi_on, OFF, 5 },
    { "off and on", off_and_on, ON | PAUSED, 2 },
    { "power cycle", power_cycle, ON | PAUSED, 2 },
    { "stop by another monitor", monitor_stop, ON, 2 },
    { "cont by another monitor", monitor_cont, PAUSED, 2 },
    { "resume over Redfish", redfish_resume, PAUSED, 2 },
    { "helper restarted", restart_bmc, ON | OFF | PAUSED, 1 },
    { "helper killed", kill_bmc, ON | OFF | PAUSED, 1 },
    { "QEMU killed", kill_vm, ON | OFF | PAUSED, 1 },
};

static size_t choose(Stress *s)
{
    unsigned total = 0;
    unsigned left;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(actions); i++) {
        total += actions[i].states & s->state ? actions[i].weight : 0;
    }
    left = g_rand_int_range(s->rand, 0, total);
    for (i = 0;; i++) {
        unsigned weight = actions[i].states & s->state ? actions[i].weight
                                                       : 0;

        if (left < weight) {
            return i;
        }
        left -= weight;
    }
}

static void test_stress(const void *machine)
{
    const char *seconds = g_getenv("TEST_STRESS_SECONDS");
    const char *seed_text = g_getenv("TEST_STRESS_SEED");
    uint32_t seed = seed_text ? g_ascii_strtoull(seed_text, NULL, 10)
                              : g_random_int();
    int64_t end = g_get_monotonic_time() + G_USEC_PER_SEC *
                  (seconds ? g_ascii_strtoll(seconds, NULL, 10) : 15);
    Stress s = {
        .machine = machine,
        .dir = test_dir_new(),
        .rand = g_rand_new_with_seed(seed),
        .target = &targets[0],
    };
    unsigned steps;

    g_test_message("TEST_STRESS_SEED=%u", seed);
    start_vm(&s);
    start_bmc(&s);
    wait_for(&s, power_agrees, "PowerState is wrong");
    for (steps = 0; g_get_monotonic_time() < end; steps++) {
        size_t i = choose(&s);

        g_test_message("step %u: %s", steps, actions[i].name);
        actions[i].func(&s);
        wait_for(&s, power_agrees, "PowerState is wrong");
        g_assert_true(enabled_is_right(&s));
    }
    g_test_message("%u steps", steps);
    stop_bmc(&s);
    test_monitor_free(s.monitor);
    test_vm_free(s.vm);
    g_rand_free(s.rand);
    test_dir_free(s.dir);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_data_func("/stress/q35", "q35", test_stress);
    g_test_add_data_func("/stress/pc", "pc", test_stress);
    return g_test_run();
}
