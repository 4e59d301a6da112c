/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The boot override, set and cleared at random by Redfish and IPMI, on a
 * machine that is restarted at random in every way, now and then while its
 * firmware still runs, or while the helper does not. The model of
 * boot-model.h says which boots are right; the guest says what they were.
 *
 * test-boot-stress [WORD...]
 *
 * Words: stock or patched, seabios or ovmf, q35 or pc (the former are the
 * defaults), steps=N, and "short" for delays of at most half a second, where
 * the settle window is waited for now and then. TEST_STRESS_SEED repeats a
 * run, as far as the host's timing allows. "patched" takes the QEMU that
 * TEST_PATCHED_QEMU names.
 */
#include "osdep.h"

#include "boot-stress.h"
#include "util/json.h"

#define DELAY_MS 5000
#define SHORT_DELAY_MS 500
#define INTERRUPT_MS 400

/* Two more disks */
#define MORE_DEVICES(b, u) \
    " -drive if=none,id=b,format=raw,file=@" b "@,snapshot=on " \
    "-drive if=none,id=u,format=raw,file=@" u "@,snapshot=on " \
    "-device virtio-blk-pci,id=disk1,drive=b,bootindex=3 " \
    "-device qemu-xhci,id=xhci " \
    "-device usb-storage,id=stick0,drive=u,bus=xhci.0,bootindex=4"

static const Target targets[] = {
    { "Cd", "cdrom", 5, 1, 'C' },
    { "Usb", "floppy", 15, 4, 'U' },
    { "Hdd", "disk", 2, 0, 'A' },
    { "UefiBootNext", NULL, 2, 3, 'B' },
    { "Pxe", "pxe", 1, NIC, 'N' },
};

#define BOOT_NEXT 3

static struct {
    bool patched;
    bool uefi;
    bool is_short;
    const char *machine;
    unsigned steps;
} options = { .machine = "q35", .steps = 25 };

/* Watching */

static void drain(Stress *s)
{
    g_autofree char *status = test_monitor_status(s->monitor);

    g_assert_nonnull(status);
}

static void pause_ms(unsigned ms)
{
    g_usleep(ms * 1000);
}

static void begin(Stress *s)
{
    drain(s);
    boot_model_begin(&s->model);
    s->seen = true;
}

/* Until what was begun has reached the machine. */
static void wait_cut(Stress *s)
{
    for (unsigned tries = 0; !s->model.cut; tries++) {
        g_assert_cmpuint(tries, <, TRIES);
        g_usleep(TRY_US / 10);
        drain(s);
    }
}

static void judge(Stress *s, int64_t ran_us)
{
    BootModel before = s->model;
    char letter = boot_lab_next(&s->lab);
    BootVerdict verdict;

    drain(s);
    verdict = boot_model_booted(&s->model, letter, ran_us, s->seen);
    s->count->boots++;
    s->count->verdicts[verdict]++;
    g_test_message("  booted %c, %" PRId64 " ms after the last reset%s",
                   letter, ran_us / 1000,
                   verdict == BOOT_RIGHT ? "" :
                   verdict == BOOT_WRONG ? ": WRONG" : ": once more");
    if (verdict == BOOT_WRONG) {
        g_test_message("  wanted: %s %c%s%s", stress_modes[before.mode],
                       before.letter, before.used ? ", used" : "",
                       before.unseen ? ", unseen" : "");
        s->wrong = true;
    }
}

/* A boot that follows begin() and what restarts the machine. */
static void judge_next(Stress *s)
{
    wait_cut(s);
    judge(s, s->model.cut_us);
}

/* What restarts the machine */

/*
 * Answers come within a second; on a busy host that may be C3h, which leaves
 * open whether the machine is reset.
 */
static void fire_ipmi(Stress *s)
{
    g_autofree char *out = NULL;

    if (test_bmc_ipmitool(s->lab.bmc, "power reset", &out) == 0) {
        return;
    }
    g_assert_nonnull(strstr(out, "Timeout"));
    for (unsigned tries = 0; !s->model.cut && tries < 200; tries++) {
        g_usleep(TRY_US);
        drain(s);
    }
    if (!s->model.cut) {
        g_test_message("  given up after C3h");
        boot_lab_reset(&s->lab);
    }
}

static void fire_redfish(Stress *s)
{
    boot_lab_reset(&s->lab);
}

static void fire_monitor(Stress *s)
{
    test_monitor_do(s->monitor, "system_reset");
}

static void fire_cf9(Stress *s)
{
    boot_lab_guest_reset(&s->lab);
}

static void fire_keyboard(Stress *s)
{
    boot_lab_keyboard_reset(&s->lab);
}

static void fire_triple(Stress *s)
{
    boot_lab_triple_fault(&s->lab);
}

static void (*const at_once[])(Stress *s) = {
    fire_ipmi, fire_redfish, fire_monitor, fire_cf9, fire_keyboard,
    fire_triple,
};

static void fire_any(Stress *s)
{
    at_once[g_rand_int_range(s->rand, 0, G_N_ELEMENTS(at_once))](s);
}

static void power_cycle(Stress *s)
{
    boot_lab_cycle(&s->lab);
}

static void off_and_on(Stress *s)
{
    boot_lab_off_and_on(&s->lab);
}

static void guest_off_and_on(Stress *s)
{
    boot_lab_guest_off_and_on(&s->lab);
}

static void kill_helper(Stress *s)
{
    boot_lab_kill_helper(&s->lab);
    boot_model_helper_killed(&s->model);
}

/* Which devices there are it asks only then. */
static void wait_devices(Stress *s)
{
    g_autofree char *path = g_strconcat("/Systems/1/BootOptions/",
                                        stress_devices[targets[BOOT_NEXT].device],
                                        NULL);

    for (unsigned tries = 0;
         test_bmc_redfish(s->lab.bmc, "GET", path, NULL, NULL) != 200;
         tries++) {
        g_assert_cmpuint(tries, <, TRIES);
        g_usleep(TRY_US);
    }
}

static void start_helper(Stress *s)
{
    g_autofree char *args = g_strdup_printf("--qmp %s --boot-ipmi-expiry 0",
                                            s->lab.vm->qmp);

    s->lab.bmc = test_bmc_start(s->lab.dir, args);
    test_bmc_wait_power(s->lab.bmc, "On");
    wait_devices(s);
    drain(s);
    boot_model_helper_started(&s->model);
}

static void helper_killed(Stress *s)
{
    kill_helper(s);
    start_helper(s);
    fire_any(s);
}

/* The boot is there before the next helper is. */
static void helper_away(Stress *s)
{
    kill_helper(s);
    s->seen = false;
    fire_cf9(s);
    for (unsigned tries = 0; !boot_lab_has_next(&s->lab); tries++) {
        g_assert_cmpuint(tries, <, TRIES);
        g_usleep(TRY_US / 10);
    }
    drain(s);
    start_helper(s);
}

/* Switched off while firmware runs, or soon after. */
static void interrupted(Stress *s)
{
    static void (*const fire[])(Stress *s) = {
        fire_ipmi, fire_redfish, fire_monitor, fire_cf9
    };
    int64_t ran_us;

    fire[g_rand_int_range(s->rand, 0, G_N_ELEMENTS(fire))](s);
    wait_cut(s);
    ran_us = s->model.cut_us;
    pause_ms(g_rand_int_range(s->rand, 0, INTERRUPT_MS));
    begin(s);
    boot_lab_off(&s->lab);
    drain(s);
    if (boot_lab_has_next(&s->lab)) {
        judge(s, ran_us);
    } else {
        g_test_message("  interrupted after %" PRId64 " ms",
                       s->model.cut_us / 1000);
        boot_model_interrupted(&s->model, ran_us, s->model.cut_us);
    }
    boot_lab_on(&s->lab);
}

static const struct {
    const char *name;
    void (*func)(Stress *s);
    unsigned weight;
} origins[] = {
    { "IPMI reset", fire_ipmi, 2 },
    { "Redfish reset", fire_redfish, 2 },
    { "another monitor", fire_monitor, 2 },
    { "port 0xcf9", fire_cf9, 3 },
    { "keyboard", fire_keyboard, 2 },
    { "triple fault", fire_triple, 2 },
    { "power cycle", power_cycle, 1 },
    { "off and on", off_and_on, 2 },
    { "guest off, on", guest_off_and_on, 2 },
    { "helper killed", helper_killed, 2 },
    { "helper away", helper_away, 1 },
    { "interrupted", interrupted, 2 },
};

static Count counts[G_N_ELEMENTS(origins)];

static size_t choose_origin(Stress *s)
{
    unsigned total = 0;
    unsigned left;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(origins); i++) {
        total += origins[i].weight;
    }
    left = g_rand_int_range(s->rand, 0, total);
    for (i = 0; left >= origins[i].weight; i++) {
        left -= origins[i].weight;
    }
    return i;
}

/* Setting it */

static void set_by_redfish(Stress *s, BootModelMode mode)
{
    g_autofree char *body = NULL;

    if (mode == BOOT_MODEL_DISABLED || s->target != &targets[BOOT_NEXT]) {
        boot_lab_set(&s->lab, stress_modes[mode],
                     mode == BOOT_MODEL_DISABLED ? "None" :
                     s->target->redfish);
        return;
    }
    body = g_strdup_printf(
        "{\"Boot\":{\"BootSourceOverrideEnabled\":\"Once\","
        "\"BootSourceOverrideTarget\":\"UefiBootNext\","
        "\"BootNext\":\"%s\"}}", stress_devices[s->target->device]);
    g_assert_cmpint(test_bmc_redfish(s->lab.bmc, "PATCH", "/Systems/1", body,
                                     NULL), ==, 200);
}

static void set_by_ipmi(Stress *s, BootModelMode mode)
{
    g_autofree char *args = g_strdup_printf(
        "chassis bootdev %s%s",
        mode == BOOT_MODEL_DISABLED ? "none" : s->target->ipmi,
        mode == BOOT_MODEL_CONTINUOUS ? " options=persistent" : "");

    g_assert_cmpint(test_bmc_ipmitool(s->lab.bmc, args, NULL), ==, 0);
}

static void set_override(Stress *s)
{
    static const BootModelMode modes[] = {
        BOOT_MODEL_ONCE, BOOT_MODEL_ONCE, BOOT_MODEL_ONCE, BOOT_MODEL_ONCE,
        BOOT_MODEL_CONTINUOUS, BOOT_MODEL_DISABLED,
    };
    BootModelMode mode = modes[g_rand_int_range(s->rand, 0,
                                                G_N_ELEMENTS(modes))];
    bool ipmi = g_rand_boolean(s->rand);
    /* OVMF has no network card here, whose driver would take long. */
    unsigned n = G_N_ELEMENTS(targets) - options.uefi;

    s->target = &targets[g_rand_int_range(s->rand, 0, n)];
    if (s->target == &targets[BOOT_NEXT]) {
        mode = mode == BOOT_MODEL_CONTINUOUS ? BOOT_MODEL_ONCE : mode;
        ipmi = false;
    }
    g_test_message("  %s %s over %s", stress_modes[mode], s->target->redfish,
                   ipmi ? "IPMI" : "Redfish");
    (ipmi ? set_by_ipmi : set_by_redfish)(s, mode);
    if (ipmi) {
        /* IPMI does not wait for a slow QEMU; see docs/interop/ipmi.rst */
        stress_wait_qemu(s, mode);
    }
    boot_model_set(&s->model, mode, s->target->letter);
}

/*
 * The window must have passed, or it is waited for. Nobody knows when one
 * ends whose reset was not seen.
 */
static void maybe_check(Stress *s, bool wait)
{
    if (s->model.unseen || (!boot_model_is_known(&s->model) && !wait &&
                            stress_window_left_ms(s) > 0)) {
        return;
    }
    stress_check(s);
}

/* Steps */

static unsigned random_delay(Stress *s)
{
    unsigned longest = options.is_short ? SHORT_DELAY_MS : DELAY_MS;

    return g_rand_boolean(s->rand)
        ? g_rand_int_range(s->rand, 0, longest + 1)
        : g_rand_int_range(s->rand, 0, SHORT_DELAY_MS);
}

/* After a wrong boot, so that the next one is not wrong for that alone. */
static void start_over(Stress *s)
{
    boot_lab_set(&s->lab, "Disabled", "None");
    boot_model_set(&s->model, BOOT_MODEL_DISABLED, 0);
    boot_lab_reset(&s->lab);
    while (boot_lab_next(&s->lab) != 'A') {
        boot_lab_reset(&s->lab);
    }
    s->wrong = false;
}

static void run_step(Stress *s, unsigned number)
{
    size_t origin = choose_origin(s);
    unsigned delay = random_delay(s);
    unsigned before = g_rand_int_range(s->rand, 0, delay + 1);
    bool set = g_rand_boolean(s->rand);
    bool check = g_rand_int_range(s->rand, 0, 4) == 0;

    s->count = &counts[origin];
    s->count->steps++;
    g_test_message("step %u: %s after %u ms", number, origins[origin].name,
                   delay);
    pause_ms(before);
    if (set) {
        set_override(s);
    }
    pause_ms(delay - before);
    if (check) {
        maybe_check(s, options.is_short);
    }
    if (boot_lab_has_next(&s->lab)) {
        g_error("a boot that nobody asked for");
    }
    begin(s);
    origins[origin].func(s);
    judge_next(s);
    if (s->wrong) {
        start_over(s);
    }
}

static void say(const char *name, const Count *count)
{
    g_test_message("%-16s %5u steps %5u boots %3u wrong, once more: "
                   "%3u in the window, %3u unseen", name, count->steps,
                   count->boots, count->verdicts[BOOT_WRONG],
                   count->verdicts[BOOT_ONCE_MORE],
                   count->verdicts[BOOT_ONCE_MORE_UNSEEN]);
}

static void say_counts(const Stress *s, Count *all)
{
    for (size_t i = 0; i < G_N_ELEMENTS(origins); i++) {
        say(origins[i].name, &counts[i]);
        all->steps += counts[i].steps;
        all->boots += counts[i].boots;
        for (unsigned v = 0; v <= BOOT_WRONG; v++) {
            all->verdicts[v] += counts[i].verdicts[v];
        }
    }
    say("all", all);
    g_test_message("%u checks that all agree; %u times the window ended late",
                   s->checks, s->late);
}

static void start(Stress *s)
{
    g_autofree char *common = NULL;
    g_autofree char *args = NULL;

    if (options.patched) {
        g_setenv("TEST_QEMU", g_getenv("TEST_PATCHED_QEMU"), TRUE);
    }
    s->lab.dir = test_dir_new();
    common = boot_lab_args(s->lab.dir, options.machine, options.uefi);
    args = g_strconcat(common, options.uefi
                       ? MORE_DEVICES("uefi-b.img", "uefi-u.img")
                       : MORE_DEVICES("disk-b.img", "disk-u.img"), NULL);
    s->lab.vm = test_vm_start(s->lab.dir, args);
    s->monitor = test_monitor_open(s->lab.dir);
    boot_lab_expect_next(&s->lab, 'A');
    g_assert_cmpint(boot_lab_is_patched(s->monitor), ==, options.patched);
    boot_model_init(&s->model, options.patched, 'A');
    s->monitor->event = boot_model_event;
    s->monitor->opaque = &s->model;
    start_helper(s);
}

static void test_stress(void)
{
    const char *text = g_getenv("TEST_STRESS_SEED");
    uint32_t seed = text ? g_ascii_strtoull(text, NULL, 10) : g_random_int();
    Stress s = {
        .rand = g_rand_new_with_seed(seed),
        .target = targets,
        .uefi = options.uefi,
    };
    Count all = { 0 };

    g_test_message("TEST_STRESS_SEED=%u", seed);
    start(&s);
    for (unsigned i = 0; i < options.steps; i++) {
        run_step(&s, i);
    }
    say_counts(&s, &all);
    g_test_message("TEST_STRESS_SEED=%u", seed);
    g_assert_false(test_bmc_logged(s.lab.bmc, "WARNING"));
    test_monitor_free(s.monitor);
    test_lab_end(&s.lab);
    g_rand_free(s.rand);
    g_assert_cmpuint(all.steps, ==, options.steps);
    g_assert_cmpuint(all.boots, >=, options.steps);
    g_assert_cmpuint(all.verdicts[BOOT_WRONG], ==, 0);
    if (options.patched) {
        g_assert_cmpuint(all.verdicts[BOOT_ONCE_MORE], ==, 0);
        g_assert_cmpuint(all.verdicts[BOOT_ONCE_MORE_UNSEEN], ==, 0);
    }
}

static bool take_word(const char *word)
{
    uint64_t n;

    if (g_str_has_prefix(word, "steps=") &&
        g_ascii_string_to_unsigned(word + strlen("steps="), 10, 1, 1000000,
                                   &n, NULL)) {
        options.steps = n;
    } else if (g_str_equal(word, "q35") || g_str_equal(word, "pc")) {
        options.machine = word;
    } else if (g_str_equal(word, "ovmf")) {
        options.uefi = true;
    } else if (g_str_equal(word, "patched")) {
        options.patched = true;
    } else if (g_str_equal(word, "short")) {
        options.is_short = true;
    } else {
        return g_str_equal(word, "stock") || g_str_equal(word, "seabios");
    }
    return true;
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    for (int i = 1; i < argc; i++) {
        if (!take_word(argv[i])) {
            g_printerr("%s: what is '%s'?\n", argv[0], argv[i]);
            return 2;
        }
    }
    if (options.patched && !g_getenv("TEST_PATCHED_QEMU")) {
        g_printerr("%s: TEST_PATCHED_QEMU is not set\n", argv[0]);
        return 2;
    }
    g_test_add_func("/boot-stress/steps", test_stress);
    return g_test_run();
}
