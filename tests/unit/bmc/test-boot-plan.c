/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot index arithmetic: fixed cases and random ones. */
#include "osdep.h"

#include "bmc/boot-plan.h"
#include "test-util.h"

#define MAX_DEVICES 8

/* D disk, C CD, N NIC, U USB, F floppy; "D1 C- N3" */
static GPtrArray *parse(const char *text, int32_t *indices)
{
    static const char letters[] = "DCNUF";
    GPtrArray *devices = g_ptr_array_new_with_free_func(
        (GDestroyNotify)machine_boot_device_free);
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    unsigned i;

    for (i = 0; words[i]; i++) {
        MachineBootDevice *device = g_new0(MachineBootDevice, 1);

        device->kind = strchr(letters, words[i][0]) - letters;
        indices[i] = words[i][1] == '-' ?
                     -1 : g_ascii_strtoll(words[i] + 1, NULL, 10);
        device->index = indices[i];
        g_ptr_array_add(devices, device);
    }
    return devices;
}

static char *format(const int32_t *indices, unsigned n)
{
    GString *text = g_string_new(NULL);
    unsigned i;

    for (i = 0; i < n; i++) {
        g_string_append_printf(text, "%s%d", i ? " " : "", indices[i]);
    }
    return g_string_free(text, false);
}

/* Applies steps as QEMU does, which refuses an index in use. */
static void apply(int32_t *now, unsigned n, const GArray *steps)
{
    unsigned i;
    unsigned k;

    for (i = 0; i < steps->len; i++) {
        BootPlanStep step = g_array_index(steps, BootPlanStep, i);

        for (k = 0; step.index >= 0 && k < n; k++) {
            g_assert_cmpint(now[k], !=, step.index);
        }
        now[step.device] = step.index;
    }
}

typedef struct PlanCase {
    const char *devices;
    BmcBootTarget target;
    int found;
    const char *wanted;
    unsigned n_steps;
} PlanCase;

static const PlanCase plan_cases[] = {
    { "D1 C2 N3", BMC_BOOT_CD, 1, "1 0 3", 1 },
    { "D1 C2 N3", BMC_BOOT_PXE, 2, "1 2 0", 1 },
    { "D1 C2 N3", BMC_BOOT_HDD, 0, "1 2 3", 0 },
    { "D0 C1 N2", BMC_BOOT_PXE, 2, "1 3 0", 3 },
    { "D0 C1 N2", BMC_BOOT_CD, 1, "2 0 3", 3 },
    { "D- C- N-", BMC_BOOT_PXE, 2, "1 2 0", 3 },
    { "N- C- D-", BMC_BOOT_CD, 1, "2 0 1", 3 },
    { "D0 C- N-", BMC_BOOT_CD, 1, "1 0 2", 3 },
    { "D10 D5 C20", BMC_BOOT_HDD, 1, "10 5 20", 0 },
    { "D- D5 C2", BMC_BOOT_HDD, 1, "3 0 2", 2 },
    { "D1 U2 F3", BMC_BOOT_CD, -1, NULL, 0 },
    { "D1 U2 F3", BMC_BOOT_PXE, -1, NULL, 0 },
    { "U1", BMC_BOOT_HDD, -1, NULL, 0 },
    { "D0 C2147483647 N-", BMC_BOOT_CD, 1, "1 0 2", 3 },
    { "D0 C2147483647 N-", BMC_BOOT_PXE, 2, "1 2147483647 0", 2 },
    { "D0 C2147483647 U- N-", BMC_BOOT_HDD, 0, "0 1 2 3", 3 },
    { "D-", BMC_BOOT_HDD, 0, "0", 1 },
};

static void test_cases(void)
{
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(plan_cases); i++) {
        const PlanCase *c = &plan_cases[i];
        int32_t indices[MAX_DEVICES];
        int32_t wanted[MAX_DEVICES];
        g_autoptr(GPtrArray) devices = parse(c->devices, indices);
        int found = boot_plan_target(devices, indices, c->target);
        g_autoptr(GArray) steps = NULL;
        g_autofree char *text = NULL;

        g_test_message("%s target %d", c->devices, c->target);
        g_assert_cmpint(found, ==, c->found);
        if (found < 0) {
            continue;
        }
        boot_plan_first(devices, indices, found, wanted);
        text = format(wanted, devices->len);
        g_assert_cmpstr(text, ==, c->wanted);
        steps = boot_plan_steps(indices, wanted, devices->len);
        g_assert_cmpuint(steps->len, ==, c->n_steps);
        apply(indices, devices->len, steps);
        g_assert_cmpmem(indices, devices->len * sizeof(*indices), wanted,
                        devices->len * sizeof(*wanted));
    }
}

static void test_explicit(void)
{
    int32_t indices[MAX_DEVICES];
    g_autoptr(GPtrArray) none = parse("N- C- D- F- D-", indices);
    g_autoptr(GPtrArray) some = NULL;
    g_autofree char *text = NULL;

    g_assert_true(boot_plan_explicit(none, indices));
    text = format(indices, none->len);
    g_assert_cmpstr(text, ==, "5 4 1 3 2");
    some = parse("D- C7", indices);
    g_assert_false(boot_plan_explicit(some, indices));
    g_assert_cmpint(indices[0], ==, -1);
}

static void test_swap_needs_detour(void)
{
    int32_t now[] = { 0, 1, 2 };
    const int32_t wanted[] = { 1, 2, 0 };
    g_autoptr(GArray) steps = boot_plan_steps(now, wanted, 3);

    g_assert_cmpuint(steps->len, ==, 4);
    apply(now, 3, steps);
    g_assert_cmpmem(now, sizeof(now), wanted, sizeof(wanted));
}

static void random_indices(GPtrArray *devices, int32_t *indices)
{
    static const int32_t big = INT32_MAX - 3;
    unsigned i;
    unsigned k;

    for (i = 0; i < devices->len; i++) {
        MachineBootDevice *device = devices->pdata[i];

        device->kind = g_test_rand_int_range(0, MACHINE_BOOT_FLOPPY + 1);
        indices[i] = g_test_rand_int_range(-3, 8);
        indices[i] = MAX(indices[i], -1);
        if (g_test_rand_int_range(0, 10) == 0) {
            indices[i] = big + g_test_rand_int_range(0, 4);
        }
        for (k = 0; k < i; k++) {
            if (indices[k] == indices[i]) {
                indices[i] = -1;
            }
        }
    }
}

/* The others must keep their order among themselves. */
static void assert_order_kept(const int32_t *before, const int32_t *after,
                              unsigned n, unsigned target)
{
    unsigned a;
    unsigned b;

    for (a = 0; a < n; a++) {
        for (b = 0; b < n; b++) {
            if (a != target && b != target && before[a] >= 0 &&
                (before[b] < 0 || before[a] < before[b]) && a != b) {
                g_assert_cmpint(after[a], <, after[b]);
            }
        }
    }
}

static bool all_small(const int32_t *indices, unsigned n)
{
    unsigned i;

    for (i = 0; i < n && indices[i] < 100; i++) {
        continue;
    }
    return i == n;
}

static void test_random(void)
{
    g_autoptr(GPtrArray) devices = g_ptr_array_new_with_free_func(g_free);
    int32_t original[MAX_DEVICES];
    int32_t wanted[MAX_DEVICES];
    int32_t now[MAX_DEVICES];
    unsigned round;

    for (round = 0; round < 20000; round++) {
        unsigned n = g_test_rand_int_range(1, MAX_DEVICES + 1);
        unsigned target = g_test_rand_int_range(0, n);
        g_autoptr(GArray) arm = NULL;
        g_autoptr(GArray) restore = NULL;
        unsigned i;

        while (devices->len < n) {
            g_ptr_array_add(devices, g_new0(MachineBootDevice, 1));
        }
        g_ptr_array_set_size(devices, n);
        random_indices(devices, original);
        boot_plan_first(devices, original, target, wanted);
        g_assert_true(boot_plan_is_first(wanted, n, target));
        assert_order_kept(original, wanted, n, target);
        memcpy(now, original, sizeof(now));
        arm = boot_plan_steps(now, wanted, n);
        /* A detour is only for those who have run out of numbers */
        g_assert_cmpuint(arm->len, <=, all_small(original, n) ?
                                       n : 2 * n);
        apply(now, n, arm);
        g_assert_cmpmem(now, n * 4, wanted, n * 4);
        for (i = 0; i < n; i++) {
            g_assert_true(i == target || now[i] > now[target]);
        }
        restore = boot_plan_steps(now, original, n);
        apply(now, n, restore);
        g_assert_cmpmem(now, n * 4, original, n * 4);
    }
}

/* What is not firm gives way, upwards. */
static void test_distinct(void)
{
    static const struct {
        int32_t indices[4];
        bool firm[4];
        const char *expected;
    } cases[] = {
        { { 1, 2, 3, -1 }, { false }, "1 2 3 -1" },
        { { 2, 2, 3, -1 }, { true, false, true, true }, "2 4 3 -1" },
        { { 2, 2, 3, -1 }, { false, true, false, false }, "3 2 4 -1" },
        { { -1, -1, -1, -1 }, { false }, "-1 -1 -1 -1" },
        { { 7, 7, 7, 7 }, { false, false, true, false }, "8 9 7 10" },
        { { INT32_MAX, INT32_MAX, 0, 1 }, { true, false, false, true },
          "2147483647 0 2 1" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        int32_t indices[4];
        g_autofree char *text = NULL;

        memcpy(indices, cases[i].indices, sizeof(indices));
        boot_plan_distinct(indices, cases[i].firm, 4);
        text = format(indices, 4);
        g_assert_cmpstr(text, ==, cases[i].expected);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/boot-plan/cases", test_cases);
    g_test_add_func("/boot-plan/explicit", test_explicit);
    g_test_add_func("/boot-plan/detour", test_swap_needs_detour);
    g_test_add_func("/boot-plan/random", test_random);
    g_test_add_func("/boot-plan/distinct", test_distinct);
    return g_test_run();
}
