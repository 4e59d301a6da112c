/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of the boot override that are about who starts QEMU, what else
 * happens to it, and which devices come and go, on a real VM.
 */
#include "osdep.h"

#include "boot-lab.h"
#include "test-monitor.h"
#include "test-vm.h"

#define STICK \
    "-device qemu-xhci,id=xhci " \
    "-drive if=none,id=u,format=raw,file=@disk-b.img@,snapshot=on"
#define UEFI_STICK \
    "-device qemu-xhci,id=xhci " \
    "-drive if=none,id=u,format=raw,file=@uefi-b.img@,snapshot=on"
#define PLUG(index) \
    "\"driver\":\"usb-storage\",\"id\":\"stick\",\"drive\":\"u\"," \
    "\"bus\":\"xhci.0\"" index

static TestMonitor *start(TestLab *lab, const char *machine, bool uefi,
                          const char *more)
{
    g_autofree char *args = NULL;
    g_autofree char *all = NULL;

    lab->dir = test_dir_new();
    args = boot_lab_args(lab->dir, machine, uefi);
    all = g_strdup_printf("%s %s", args, more);
    test_lab_start(lab, all, "BOOTED A");
    return test_monitor_open(lab->dir);
}

static void run(TestMonitor *monitor, const char *command,
                const char *arguments)
{
    json_object_unref(test_monitor_run(monitor, command, arguments));
}

static void set_index(TestMonitor *monitor, const char *device, int index)
{
    g_autofree char *arguments = g_strdup_printf(
        "\"path\":\"/machine/peripheral/%s\",\"property\":\"bootindex\","
        "\"value\":%d", device, index);

    run(monitor, "qom-set", arguments);
}

static void assert_enabled(TestLab *lab, const char *expected)
{
    g_autofree char *enabled = boot_lab_enabled(lab);

    g_assert_cmpstr(enabled, ==, expected);
}

/* Set while there is no QEMU, which somebody else then starts running. */
static void start_late(TestLab *lab, const char *late, const char *enabled)
{
    g_autofree char *args = NULL;
    g_autofree char *bmc = NULL;

    lab->dir = test_dir_new();
    args = boot_lab_args(lab->dir, "q35", false);
    bmc = g_strdup_printf("--qmp %s/qmp.sock --boot-late-apply=%s",
                          lab->dir->path, late);
    lab->bmc = test_bmc_start(lab->dir, bmc);
    boot_lab_set(lab, enabled, "Cd");
    lab->vm = test_vm_start(lab->dir, args);
}

static void test_late_reset(void)
{
    TestLab lab = { NULL };

    start_late(&lab, "reset", "Once");
    test_vm_wait_serial(lab.vm, "BOOTED C");
    boot_lab_wait_consumed(&lab);
    g_assert_true(test_bmc_logged(lab.bmc, "(late-apply=reset)"));
    boot_lab_guest_reset(&lab);
    boot_lab_expect_next(&lab, 'A');
    /* A QEMU that is known is not reset, whoever comes and goes */
    boot_lab_set(&lab, "Once", "Cd");
    test_bmc_kill(lab.bmc);
    test_bmc_free(lab.bmc);
    {
        g_autofree char *bmc = g_strdup_printf(
            "--qmp %s/qmp.sock --boot-late-apply=reset", lab.dir->path);

        lab.bmc = test_bmc_start(lab.dir, bmc);
    }
    test_bmc_wait_log(lab.bmc, "CD once: in place");
    assert_enabled(&lab, "Once");
    g_assert_false(test_bmc_logged(lab.bmc, "late-apply"));
    g_assert_false(boot_lab_has_next(&lab));
    test_lab_end(&lab);
}

static void test_late_next(void)
{
    TestLab lab = { NULL };

    start_late(&lab, "next", "Once");
    boot_lab_expect_next(&lab, 'A');
    test_bmc_wait_log(lab.bmc, "(late-apply=next)");
    assert_enabled(&lab, "Once");
    boot_lab_guest_reset(&lab);
    boot_lab_expect_next(&lab, 'C');
    test_lab_end(&lab);
}

static void test_late_never(void)
{
    TestLab lab = { NULL };

    start_late(&lab, "never", "Once");
    boot_lab_expect_next(&lab, 'A');
    test_bmc_wait_log(lab.bmc, "(late-apply=never)");
    assert_enabled(&lab, "Disabled");
    boot_lab_guest_reset(&lab);
    boot_lab_expect_next(&lab, 'A');
    test_lab_end(&lab);
}

/* While the machine does not run, no boot gets on. */
static void test_settle_stopped(void)
{
    TestLab lab = { NULL };
    g_autoptr(TestMonitor) monitor = start(&lab, "q35", false, "");

    boot_lab_set(&lab, "Once", "Cd");
    run(monitor, "stop", NULL);
    run(monitor, "system_reset", NULL);
    /* Longer than it would take to settle */
    g_assert_true(test_vm_stays_silent(lab.vm, 3000));
    assert_enabled(&lab, "Once");
    run(monitor, "cont", NULL);
    boot_lab_expect_next(&lab, 'C');
    boot_lab_wait_consumed(&lab);
    test_lab_end(&lab);
}

static void test_other_client(void)
{
    TestLab lab = { NULL };
    g_autoptr(TestMonitor) monitor = start(&lab, "q35", false, "");

    boot_lab_set(&lab, "Once", "Cd");
    set_index(monitor, "nic0", 7);
    boot_lab_guest_reset(&lab);
    boot_lab_expect_next(&lab, 'C');
    boot_lab_wait_consumed(&lab);
    g_assert_cmpint(test_monitor_boot_index(monitor, "disk0"), ==, 0);
    g_assert_cmpint(test_monitor_boot_index(monitor, "cd0"), ==, 1);
    g_assert_cmpint(test_monitor_boot_index(monitor, "nic0"), ==, 7);
    /* It takes the index that the CD is to get back */
    boot_lab_set(&lab, "Once", "Pxe");
    set_index(monitor, "disk0", 20);
    set_index(monitor, "cd0", 7);
    boot_lab_guest_reset(&lab);
    boot_lab_expect_next(&lab, 'N');
    boot_lab_wait_consumed(&lab);
    g_assert_cmpint(test_monitor_boot_index(monitor, "disk0"), ==, 20);
    g_assert_cmpint(test_monitor_boot_index(monitor, "cd0"), ==, 7);
    g_assert_cmpint(test_monitor_boot_index(monitor, "nic0"), ==, 8);
    test_lab_end(&lab);
}

static bool allows_usb(TestLab *lab)
{
    g_autoptr(JsonObject) system = NULL;
    JsonArray *allowed;

    test_bmc_redfish(lab->bmc, "GET", "/Systems/1", NULL, &system);
    allowed = json_object_get_array_member(
        json_object_get_object_member(system, "Boot"),
        "BootSourceOverrideTarget@Redfish.AllowableValues");
    for (unsigned i = 0; i < json_array_get_length(allowed); i++) {
        if (g_str_equal(json_array_get_string_element(allowed, i), "Usb")) {
            return true;
        }
    }
    return false;
}

static void wait_usb(TestLab *lab, bool there)
{
    unsigned i;

    for (i = 0; allows_usb(lab) != there; i++) {
        g_assert_cmpuint(i, <, 300);
        g_usleep(100000);
    }
}

/* QEMU does not tell of a device that is added. */
static void test_hot_plug(void)
{
    TestLab lab = { NULL };
    g_autoptr(TestMonitor) monitor = start(&lab, "q35", false, STICK);

    wait_usb(&lab, false);
    run(monitor, "device_add", PLUG(""));
    wait_usb(&lab, true);
    boot_lab_set(&lab, "Once", "Usb");
    g_assert_cmpint(test_monitor_boot_index(monitor, "stick"), ==, 0);
    run(monitor, "device_del", "\"id\":\"stick\"");
    wait_usb(&lab, false);
    boot_lab_guest_reset(&lab);
    boot_lab_expect_next(&lab, 'A');
    assert_enabled(&lab, "Once");
    g_assert_cmpint(test_monitor_boot_index(monitor, "disk0"), ==, 0);
    test_lab_end(&lab);
}

/* Firmware sees what was plugged in while the machine is off. */
static void test_hot_plug_off(void)
{
    TestLab lab = { NULL };
    g_autoptr(TestMonitor) monitor = start(&lab, "q35", true, UEFI_STICK);

    set_index(monitor, "disk0", 5);
    set_index(monitor, "cd0", 6);
    boot_lab_off(&lab);
    run(monitor, "device_add", PLUG(",\"bootindex\":0"));
    boot_lab_on(&lab);
    boot_lab_expect_next(&lab, 'B');
    test_lab_end(&lab);
}

/* Devices of the board's own, which have no id. */
static void test_unattached(void)
{
    TestLab lab = { NULL };
    unsigned i;

    test_lab_start(&lab, "-M q35 -boot strict=on "
                   "-drive file=@disk-a.img@,format=raw,snapshot=on "
                   "-drive media=cdrom,file=@cd-c.iso@,format=raw",
                   "BOOTED A");
    for (i = 0; i < 2; i++) {
        boot_lab_set(&lab, "Once", "Cd");
        boot_lab_guest_reset(&lab);
        boot_lab_expect_next(&lab, 'C');
        boot_lab_wait_consumed(&lab);
        boot_lab_guest_reset(&lab);
        boot_lab_expect_next(&lab, 'A');
    }
    test_lab_end(&lab);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/boot-rules/bios/late-reset", test_late_reset);
    g_test_add_func("/boot-rules/bios/late-next", test_late_next);
    g_test_add_func("/boot-rules/bios/late-never", test_late_never);
    g_test_add_func("/boot-rules/bios/settle-stopped", test_settle_stopped);
    g_test_add_func("/boot-rules/bios/other-client", test_other_client);
    g_test_add_func("/boot-rules/bios/hot-plug", test_hot_plug);
    g_test_add_func("/boot-rules/bios/unattached", test_unattached);
    g_test_add_func("/boot-rules/uefi/hot-plug-off", test_hot_plug_off);
    return g_test_run();
}
