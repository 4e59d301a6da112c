/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the boot override has only with a patched QEMU: "once" is once,
 * however soon the next reset comes and whoever is there to see it. To be run
 * with TEST_QEMU set to one (tests/patches/run-with).
 */
#include "osdep.h"

#include "boot-lab.h"
#include "util/json.h"

#define TRIES 1200
#define TRY_US 50000

/* A stick that can be unplugged, besides what boot_lab_args() has. */
#define STICK \
    " -device qemu-xhci,id=xhci -blockdev driver=raw,node-name=u," \
    "read-only=on,file.driver=file,file.filename=@disk-b.img@ " \
    "-device usb-storage,id=stick0,drive=u,bus=xhci.0,bootindex=5"

typedef struct Lab {
    TestLab lab;
    TestMonitor *monitor;
} Lab;

typedef struct Case {
    const char *machine;
    bool uefi;
} Case;

static const Case q35 = { "q35", false };
static const Case pc = { "pc", false };
static const Case uefi = { "q35", true };

static void setup(Lab *f, const void *data)
{
    const Case *c = data;
    g_autofree char *args = NULL;
    g_autofree char *all = NULL;

    f->lab.dir = test_dir_new();
    args = boot_lab_args(f->lab.dir, c->machine, c->uefi);
    all = g_strconcat(args, c->uefi ? "" : STICK, NULL);
    test_lab_start(&f->lab, all, "BOOTED A");
    test_vm_wait_serial(f->lab.vm, "\n");
    f->monitor = test_monitor_open(f->lab.dir);
    g_assert_true(boot_lab_is_patched(f->monitor));
    test_bmc_wait_log(f->lab.bmc, "QEMU has one itself");
}

static void teardown(Lab *f, const void *data)
{
    test_monitor_free(f->monitor);
    test_lab_end(&f->lab);
}

static void assert_enabled(Lab *f, const char *expected)
{
    g_autofree char *enabled = boot_lab_enabled(&f->lab);

    g_assert_cmpstr(enabled, ==, expected);
}

static void wait_enabled(Lab *f, const char *expected)
{
    unsigned tries;

    for (tries = 0; tries < TRIES; tries++) {
        g_autofree char *enabled = boot_lab_enabled(&f->lab);

        if (g_str_equal(enabled, expected)) {
            return;
        }
        g_usleep(TRY_US);
    }
    g_error("the override is not %s", expected);
}

static void wait_state(Lab *f, const char *expected)
{
    unsigned tries;

    for (tries = 0; tries < TRIES; tries++) {
        g_autoptr(JsonObject) reply = test_monitor_run(
            f->monitor, "query-boot-override", NULL);
        JsonObject *info = json_object_get_object_member(reply, "return");

        if (g_str_equal(json_object_get_string_member(info, "state"),
                        expected)) {
            return;
        }
        g_usleep(TRY_US);
    }
    g_error("QEMU's override is not %s", expected);
}

/* Indices are never touched. */
static void assert_indices(Lab *f)
{
    g_assert_cmpint(test_monitor_boot_index(f->monitor, "disk0"), ==, 0);
    g_assert_cmpint(test_monitor_boot_index(f->monitor, "cd0"), ==, 1);
}

/* It is over when the guest says something, and was over before. */
static void assert_over(Lab *f)
{
    uint8_t flags[5];

    assert_enabled(f, "Disabled");
    boot_lab_ipmi_flags(&f->lab, flags);
    g_assert_cmpint(flags[0] & 0x80, ==, 0);
}

/* The next reset comes as soon as the guest has said where it is from. */
static void test_at_once(Lab *f, const void *data)
{
    static const BootLabOrigin origins[] = {
        boot_lab_guest_reset, boot_lab_reset, boot_lab_off_and_on,
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(origins); i++) {
        boot_lab_set(&f->lab, "Once", "Cd");
        assert_indices(f);
        origins[i](&f->lab);
        boot_lab_expect_next(&f->lab, 'C');
        origins[i](&f->lab);
        boot_lab_expect_next(&f->lab, 'A');
        assert_over(f);
        assert_indices(f);
    }
    boot_lab_set(&f->lab, "Once", "Cd");
    boot_lab_guest_reset(&f->lab);
    boot_lab_expect_next(&f->lab, 'C');
    assert_over(f);
}

/* Resets that firmware does not survive use nothing, and waste nothing. */
static void test_resets_in_a_row(Lab *f, const void *data)
{
    const char *at;
    size_t from;
    unsigned count = 0;
    unsigned i;

    boot_lab_set(&f->lab, "Once", "Cd");
    from = f->lab.vm->seen;
    for (i = 0; i < 5; i++) {
        test_monitor_do(f->monitor, "system_reset");
        g_usleep(100000);
    }
    wait_enabled(f, "Disabled");
    wait_state(f, "consumed");
    test_monitor_do(f->monitor, "system_reset");
    wait_state(f, "none");
    test_vm_wait_serial(f->lab.vm, "BOOTED A");
    for (at = f->lab.vm->text->str + from; (at = strstr(at, "BOOTED C"));
         at++) {
        count++;
    }
    /* One that was cut off by a reset after the read may have said nothing */
    g_assert_cmpuint(count, <=, 1);
}

/* Nobody is there when it is used. */
static void test_used_unseen(Lab *f, const void *data)
{
    boot_lab_set(&f->lab, "Once", "Cd");
    test_monitor_do(f->monitor, "stop");
    test_monitor_do(f->monitor, "system_reset");
    boot_lab_kill_helper(&f->lab);
    test_monitor_do(f->monitor, "cont");
    boot_lab_expect_next(&f->lab, 'C');
    boot_lab_start_helper(&f->lab);
    wait_enabled(f, "Disabled");
    test_bmc_wait_log(f->lab.bmc, "used it while nobody looked");
    boot_lab_guest_reset(&f->lab);
    boot_lab_expect_next(&f->lab, 'A');
}

/* Nor when the next reset drops it. */
static void test_dropped_unseen(Lab *f, const void *data)
{
    boot_lab_set(&f->lab, "Once", "Cd");
    boot_lab_kill_helper(&f->lab);
    boot_lab_guest_reset(&f->lab);
    boot_lab_expect_next(&f->lab, 'C');
    boot_lab_guest_reset(&f->lab);
    boot_lab_expect_next(&f->lab, 'A');
    boot_lab_start_helper(&f->lab);
    wait_enabled(f, "Disabled");
    wait_state(f, "none");
    boot_lab_guest_reset(&f->lab);
    boot_lab_expect_next(&f->lab, 'A');
}

/* A helper that comes between reset and use finds it armed. */
static void test_found_armed(Lab *f, const void *data)
{
    g_autofree char *qmp = g_strdup_printf("--qmp %s", f->lab.vm->qmp);

    boot_lab_set(&f->lab, "Once", "Cd");
    test_monitor_do(f->monitor, "stop");
    test_monitor_do(f->monitor, "system_reset");
    boot_lab_kill_helper(&f->lab);
    f->lab.bmc = test_bmc_start(f->lab.dir, qmp);
    test_bmc_wait_power(f->lab.bmc, "Off");
    wait_enabled(f, "Once");
    wait_state(f, "armed");
    test_monitor_do(f->monitor, "cont");
    boot_lab_expect_next(&f->lab, 'C');
    assert_over(f);
    boot_lab_guest_reset(&f->lab);
    boot_lab_expect_next(&f->lab, 'A');
}

/* Another QMP client: what QEMU has is what is shown. */
static void test_foreign(Lab *f, const void *data)
{
    json_object_unref(test_monitor_run(f->monitor, "set-boot-override",
                                       "\"device\":\"cd0\""));
    wait_enabled(f, "Once");
    boot_lab_guest_reset(&f->lab);
    boot_lab_expect_next(&f->lab, 'C');
    assert_over(f);
    json_object_unref(test_monitor_run(
        f->monitor, "set-boot-override",
        "\"device\":\"nic0\",\"mode\":\"persistent\""));
    wait_enabled(f, "Continuous");
    boot_lab_guest_reset(&f->lab);
    boot_lab_expect_next(&f->lab, 'N');
    assert_enabled(f, "Continuous");
    json_object_unref(test_monitor_run(f->monitor, "set-boot-override",
                                       NULL));
    wait_enabled(f, "Disabled");
    boot_lab_guest_reset(&f->lab);
    boot_lab_expect_next(&f->lab, 'A');
    assert_indices(f);
}

static void test_unplugged(Lab *f, const void *data)
{
    boot_lab_set(&f->lab, "Once", "Usb");
    wait_state(f, "armed");
    json_object_unref(test_monitor_run(f->monitor, "device_del",
                                       "\"id\":\"stick0\""));
    wait_state(f, "none");
    test_bmc_wait_log(f->lab.bmc, "has no USB device to boot from");
    assert_enabled(f, "Once");
    json_object_unref(test_monitor_run(
        f->monitor, "device_add", "\"driver\":\"usb-storage\","
        "\"id\":\"stick1\",\"drive\":\"u\",\"bus\":\"xhci.0\""));
    boot_lab_reset(&f->lab);
    boot_lab_expect_next(&f->lab, 'B');
    assert_over(f);
    boot_lab_reset(&f->lab);
    boot_lab_expect_next(&f->lab, 'A');
    g_assert_cmpint(test_monitor_boot_index(f->monitor, "stick1"), ==, -1);
    assert_indices(f);
}

/* IPMI parameter 3: the boots of a guest's resets leave the flags valid. */
static void test_kept(Lab *f, const void *data)
{
    unsigned i;

    g_assert_cmpint(test_bmc_ipmitool(f->lab.bmc, "raw 0x00 0x08 0x03 0x1f",
                                      NULL), ==, 0);
    g_assert_cmpint(test_bmc_ipmitool(f->lab.bmc, "chassis bootdev cdrom",
                                      NULL), ==, 0);
    for (i = 0; i < 3; i++) {
        boot_lab_guest_reset(&f->lab);
        boot_lab_expect_next(&f->lab, 'C');
        wait_state(f, "armed");
        assert_enabled(f, "Once");
    }
    boot_lab_reset(&f->lab);
    boot_lab_expect_next(&f->lab, 'C');
    assert_over(f);
    boot_lab_guest_reset(&f->lab);
    boot_lab_expect_next(&f->lab, 'A');
}

static void test_uefi(Lab *f, const void *data)
{
    boot_lab_set(&f->lab, "Once", "Cd");
    boot_lab_guest_reset(&f->lab);
    boot_lab_expect_next(&f->lab, 'C');
    assert_over(f);
    boot_lab_guest_reset(&f->lab);
    boot_lab_expect_next(&f->lab, 'A');
    assert_indices(f);
}

#define ADD(name, c, func) \
    g_test_add("/boot-native/" name, Lab, &c, setup, func, teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("q35/at-once", q35, test_at_once);
    ADD("pc/at-once", pc, test_at_once);
    ADD("q35/resets-in-a-row", q35, test_resets_in_a_row);
    ADD("pc/resets-in-a-row", pc, test_resets_in_a_row);
    ADD("q35/used-unseen", q35, test_used_unseen);
    ADD("q35/dropped-unseen", q35, test_dropped_unseen);
    ADD("q35/found-armed", q35, test_found_armed);
    ADD("q35/foreign", q35, test_foreign);
    ADD("q35/unplugged", q35, test_unplugged);
    ADD("q35/kept", q35, test_kept);
    ADD("uefi/at-once", uefi, test_uefi);
    return g_test_run();
}
