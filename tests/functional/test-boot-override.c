/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The boot override and the boot order on a real VM, seen by what the guest
 * prints at its next boots. Who resets the machine is the matter of
 * test-boot-matrix.
 */
#include "osdep.h"

#include "boot-lab.h"
#include "util/json.h"

/* Disk A first, then CD C, then network N: each prints its letter. */
#define DEVICES \
    "-drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-drive if=none,id=c,format=raw,file=@cd-c.iso@,readonly=on " \
    "-device virtio-scsi-pci,id=scsi " \
    "-device virtio-blk-pci,id=disk0,drive=a,bootindex=1 " \
    "-device scsi-cd,id=cd0,drive=c,bus=scsi.0,bootindex=2 " \
    "-device e1000,id=nic0,romfile=@net-n.rom@,bootindex=3 "

/* The CD first, then a disk on USB. */
#define REMOVABLE_DEVICES \
    "-drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-drive if=none,id=c,format=raw,file=@cd-c.iso@,readonly=on " \
    "-device virtio-scsi-pci,id=scsi -device qemu-xhci,id=xhci " \
    "-device scsi-cd,id=cd0,drive=c,bus=scsi.0,bootindex=1 " \
    "-device usb-storage,id=stick0,drive=a,bus=xhci.0,bootindex=2 "

/* The same without any boot index. */
#define PLAIN_DEVICES \
    "-drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-drive if=none,id=c,format=raw,file=@cd-c.iso@,readonly=on " \
    "-device ide-hd,drive=a -device ide-cd,drive=c,bus=ide.1 " \
    "-device e1000,romfile=@net-n.rom@ "

#define UEFI_DEVICES \
    "-m 256 -drive if=none,id=a,format=raw,file=@uefi-a.img@,snapshot=on " \
    "-drive if=none,id=c,format=raw,file=@uefi-c.iso@,readonly=on " \
    "-device ide-hd,id=disk0,drive=a,bootindex=1 " \
    "-device ide-cd,id=cd0,drive=c,bus=ide.1,bootindex=2 "

/* Without any index OVMF goes by its own variables: the CD comes first. */
#define UEFI_PLAIN_DEVICES \
    "-m 256 -drive if=none,id=a,format=raw,file=@uefi-a.img@,snapshot=on " \
    "-drive if=none,id=c,format=raw,file=@uefi-c.iso@,readonly=on " \
    "-device ide-hd,id=disk0,drive=a -device ide-cd,id=cd0,drive=c,bus=ide.1 "

typedef struct Case {
    const char *args;
    const char *normal; /* what it prints without an override */
    bool uefi;
} Case;

static void setup(TestLab *f, const void *data)
{
    const Case *c = data;
    g_autofree char *args = NULL;

    f->dir = test_dir_new();
    args = c->uefi ? test_vm_uefi_args(f->dir, c->args) : g_strdup(c->args);
    test_lab_start(f, args, c->normal);
}

static void teardown(TestLab *f, const void *data)
{
    test_lab_end(f);
}

/* Once: the next boot is the target's, the one after it is normal. */
static void once(TestLab *f, const char *target, const char *mark,
                 BootLabOrigin first)
{
    boot_lab_set(f, "Once", target);
    first(f);
    test_vm_wait_serial(f->vm, mark);
    boot_lab_wait_consumed(f);
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED A");
}

static void test_once_targets(TestLab *f, const void *data)
{
    once(f, "Cd", "BOOTED C", boot_lab_reset);
    once(f, "Pxe", "BOOTED N", boot_lab_reset);
    once(f, "Hdd", "BOOTED A", boot_lab_reset);
    once(f, "Cd", "BOOTED C", boot_lab_reset);
}

/* What MAAS does: switch off, leave an override behind, much later on. */
static void test_once_while_off(TestLab *f, const void *data)
{
    g_autofree char *enabled = NULL;

    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "power off", NULL), ==, 0);
    test_bmc_wait_power(f->bmc, "Off");
    boot_lab_set(f, "Once", "Pxe");
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "power off", NULL), ==, 0);
    enabled = boot_lab_enabled(f);
    g_assert_cmpstr(enabled, ==, "Once");
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "power on", NULL), ==, 0);
    test_vm_wait_serial(f->vm, "BOOTED N");
    boot_lab_wait_consumed(f);
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED A");
}

static void test_once_survives_off(TestLab *f, const void *data)
{
    boot_lab_set(f, "Once", "Cd");
    boot_lab_off_and_on(f);
    test_vm_wait_serial(f->vm, "BOOTED C");
    boot_lab_wait_consumed(f);
    boot_lab_guest_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED A");
}

static void test_continuous(TestLab *f, const void *data)
{
    g_autofree char *enabled = NULL;
    unsigned i;

    boot_lab_set(f, "Continuous", "Cd");
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED C");
    for (i = 0; i < 2; i++) {
        /* Longer than the time in which "once" would be consumed. */
        g_usleep(3 * G_USEC_PER_SEC);
        boot_lab_guest_reset(f);
        test_vm_wait_serial(f->vm, "BOOTED C");
    }
    enabled = boot_lab_enabled(f);
    g_assert_cmpstr(enabled, ==, "Continuous");
    boot_lab_set(f, "Disabled", "None");
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED A");
}

static void test_cleared(TestLab *f, const void *data)
{
    boot_lab_set(f, "Once", "Cd");
    boot_lab_set(f, "Disabled", "None");
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED A");
    boot_lab_set(f, "Once", "Cd");
    boot_lab_set(f, "Once", "Pxe");
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED N");
}

static void test_qemu_restarted(TestLab *f, const void *data)
{
    const Case *c = data;

    boot_lab_set(f, "Once", "Cd");
    test_vm_kill(f->vm);
    test_bmc_wait_power(f->bmc, "Off");
    test_vm_free(f->vm);
    f->vm = test_vm_start(f->dir, c->args);
    /* Started by somebody else without the override: at its next reset. */
    test_vm_wait_serial(f->vm, "BOOTED A");
    test_bmc_wait_power(f->bmc, "On");
    test_bmc_wait_log(f->bmc, "effective from the next reset");
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED C");
}

static void test_ipmitool(TestLab *f, const void *data)
{
    g_autofree char *out = NULL;

    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "chassis bootdev cdrom", &out),
                    ==, 0);
    g_assert_nonnull(strstr(out, "Set Boot Device to cdrom"));
    g_free(out);
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "chassis bootparam get 5",
                                      &out), ==, 0);
    g_assert_nonnull(strstr(out, "Force Boot from CD/DVD"));
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED C");
    boot_lab_wait_consumed(f);
    boot_lab_guest_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED A");
}

static void patch_boot(TestLab *f, const char *boot, int expected)
{
    g_autofree char *body = g_strdup_printf("{\"Boot\":{%s}}", boot);
    g_autoptr(JsonObject) answer = NULL;

    g_assert_cmpint(test_bmc_redfish(f->bmc, "PATCH", "/Systems/1", body,
                                     &answer), ==, expected);
}

static void assert_order(TestLab *f, const char *expected)
{
    g_autoptr(JsonObject) system = NULL;
    g_autoptr(GString) order = g_string_new(NULL);
    JsonArray *array;

    test_bmc_redfish(f->bmc, "GET", "/Systems/1", NULL, &system);
    array = json_object_get_array_member(
        json_object_get_object_member(system, "Boot"), "BootOrder");
    for (unsigned i = 0; i < json_array_get_length(array); i++) {
        g_string_append_printf(order, "%s%s", i ? " " : "",
                               json_array_get_string_element(array, i));
    }
    g_assert_cmpstr(order->str, ==, expected);
}

/* The order is for good; an override stands before it. */
static void test_order(TestLab *f, const void *data)
{
    g_autoptr(JsonObject) answer = NULL;

    assert_order(f, "disk0 cd0 nic0");
    patch_boot(f, "\"BootOrder\":[\"nic0\",\"disk0\",\"cd0\"]", 200);
    assert_order(f, "nic0 disk0 cd0");
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED N");
    boot_lab_guest_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED N");
    boot_lab_set(f, "Once", "Cd");
    assert_order(f, "nic0 disk0 cd0");
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED C");
    boot_lab_wait_consumed(f);
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED N");
    patch_boot(f, "\"BootOrder\":[\"cd0\",\"nothing\"]", 400);
    patch_boot(f, "\"BootOrder\":[\"cd0\",\"cd0\"]", 400);
    patch_boot(f, "\"BootOrder\":[]", 400);
    patch_boot(f, "\"BootOrder\":[\"cd0\"]", 200);
    assert_order(f, "cd0 disk0 nic0");
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED C");
    g_assert_cmpint(test_bmc_redfish(
        f->bmc, "POST",
        "/Systems/1/Actions/ComputerSystem.SetDefaultBootOrder", "{}",
        &answer), <, 300);
    assert_order(f, "disk0 cd0 nic0");
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED A");
}

static void test_order_kept(TestLab *f, const void *data)
{
    const Case *c = data;

    patch_boot(f, "\"BootOrder\":[\"cd0\",\"nic0\"]", 200);
    boot_lab_restart_helper(f);
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED C");
    test_vm_kill(f->vm);
    test_bmc_wait_power(f->bmc, "Off");
    test_vm_free(f->vm);
    f->vm = test_vm_start(f->dir, c->args);
    test_vm_wait_serial(f->vm, "BOOTED A");
    test_bmc_wait_power(f->bmc, "On");
    test_bmc_wait_log(f->bmc, "boot order: in place, effective from the "
                              "next reset");
    assert_order(f, "cd0 nic0 disk0");
    boot_lab_guest_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED C");
}

#define NEXT(reference) "\"BootSourceOverrideTarget\":\"UefiBootNext\"," \
    "\"BootNext\":\"" reference "\""

static void test_next(TestLab *f, const void *data)
{
    const Case *c = data;
    g_autofree char *out = NULL;

    patch_boot(f, NEXT("nothing"), 400);
    patch_boot(f, NEXT("cd0") ",\"BootSourceOverrideEnabled\":"
               "\"Continuous\"", 400);
    patch_boot(f, c->uefi ? NEXT("cd0") : NEXT("nic0"), 200);
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "chassis bootparam get 5",
                                      &out), ==, 0);
    g_assert_nonnull(strstr(out, c->uefi ? "Force Boot from CD/DVD"
                                         : "Force PXE"));
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, c->uefi ? "BOOTED C" : "BOOTED N");
    boot_lab_wait_consumed(f);
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED A");
}

static void test_uefi_order(TestLab *f, const void *data)
{
    patch_boot(f, "\"BootOrder\":[\"cd0\",\"disk0\"]", 200);
    boot_lab_guest_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED C");
    boot_lab_set(f, "Once", "Hdd");
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED A");
    boot_lab_wait_consumed(f);
    boot_lab_off_and_on(f);
    test_vm_wait_serial(f->vm, "BOOTED C");
    patch_boot(f, "\"BootOrder\":[\"disk0\",\"cd0\"]", 200);
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED A");
}

/* A USB disk, by its own name and by that which IPMI has. */
static void test_usb(TestLab *f, const void *data)
{
    boot_lab_set(f, "Once", "Usb");
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED A");
    boot_lab_wait_consumed(f);
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED C");
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "chassis bootdev floppy", NULL),
                    ==, 0);
    boot_lab_reset(f);
    test_vm_wait_serial(f->vm, "BOOTED A");
    boot_lab_wait_consumed(f);
    patch_boot(f, "\"BootSourceOverrideTarget\":\"Hdd\"", 400);
    patch_boot(f, "\"BootSourceOverrideTarget\":\"Floppy\"", 400);
}

static const Case removable = {
    "-M q35 " REMOVABLE_DEVICES, "BOOTED C", false
};
static const Case q35 = { "-M q35 " DEVICES, "BOOTED A", false };
static const Case pc = { "-M pc " DEVICES, "BOOTED A", false };
static const Case q35_plain = {
    "-M q35 " PLAIN_DEVICES, "BOOTED A", false
};
static const Case pc_plain = {
    "-M pc " PLAIN_DEVICES, "BOOTED A", false
};
static const Case uefi = { "-M q35 " UEFI_DEVICES, "BOOTED A", true };
static const Case uefi_plain = {
    "-M q35 " UEFI_PLAIN_DEVICES, "BOOTED C", true
};

/*
 * OVMF remembers in its variables what it was told last, and nobody can ask
 * it what it had before. So the order in which BIOSes try devices is made
 * explicit: what follows an override is the disk, never the target again.
 */
static void test_uefi_plain(TestLab *f, const void *data)
{
    once(f, "Cd", "BOOTED C", boot_lab_reset);
    once(f, "Cd", "BOOTED C", boot_lab_guest_reset);
}

#define ADD(name, c, func) \
    g_test_add("/boot/" name, TestLab, &c, setup, func, teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("q35/once-targets", q35, test_once_targets);
    ADD("pc/once-targets", pc, test_once_targets);
    ADD("q35-plain/once-targets", q35_plain, test_once_targets);
    ADD("pc-plain/once-targets", pc_plain, test_once_targets);
    ADD("q35/once-while-off", q35, test_once_while_off);
    ADD("q35/once-survives-off", q35, test_once_survives_off);
    ADD("q35/continuous", q35, test_continuous);
    ADD("q35/cleared", q35, test_cleared);
    ADD("q35/qemu-restarted", q35, test_qemu_restarted);
    ADD("q35/ipmitool", q35, test_ipmitool);
    ADD("q35/order", q35, test_order);
    ADD("pc/order", pc, test_order);
    ADD("q35/order-kept", q35, test_order_kept);
    ADD("q35/next", q35, test_next);
    ADD("q35/usb", removable, test_usb);
    ADD("uefi/order", uefi, test_uefi_order);
    ADD("uefi/next", uefi, test_next);
    ADD("uefi-plain", uefi_plain, test_uefi_plain);
    return g_test_run();
}
