/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that the tests of the boot override share. */
#include "osdep.h"

#include "boot-lab.h"

#include <stdio.h>

#include "util/json.h"

#define BOOTED "BOOTED "
#define TRIES 1200
#define TRY_US 50000

#define DRIVES(disk, cd) \
    "-drive if=none,id=a,format=raw,file=@" disk "@,snapshot=on " \
    "-drive if=none,id=c,format=raw,file=@" cd "@,readonly=on "

#define BIOS_DEVICES \
    DRIVES("disk-a.img", "cd-c.iso") \
    "-device virtio-scsi-pci,id=scsi " \
    "-device virtio-blk-pci,id=disk0,drive=a,bootindex=0 " \
    "-device scsi-cd,id=cd0,drive=c,bus=scsi.0,bootindex=1 " \
    "-device e1000,id=nic0,romfile=@net-n.rom@,bootindex=2"

#define UEFI_DEVICES \
    "-m 256 " DRIVES("uefi-a.img", "uefi-c.iso") \
    "-device ide-hd,id=disk0,drive=a,bootindex=0 " \
    "-device ide-cd,id=cd0,drive=c,bus=ide.1,bootindex=1"

char *boot_lab_args(const TestDir *dir, const char *machine, bool uefi)
{
    g_autofree char *monitor = test_monitor_args(dir);
    g_autofree char *args = g_strdup_printf(
        "-M %s %s %s", machine, monitor, uefi ? UEFI_DEVICES : BIOS_DEVICES);

    return uefi ? test_vm_uefi_args(dir, args) : g_steal_pointer(&args);
}

char boot_lab_next(TestLab *lab)
{
    size_t at;

    test_vm_wait_serial(lab->vm, BOOTED);
    at = lab->vm->seen;
    test_vm_wait_serial(lab->vm, "\n");
    return lab->vm->text->str[at];
}

void boot_lab_expect_next(TestLab *lab, char letter)
{
    char found = boot_lab_next(lab);

    if (found != letter) {
        g_error("booted from '%c' instead of '%c'", found, letter);
    }
}

bool boot_lab_has_next(TestLab *lab)
{
    test_vm_stays_silent(lab->vm, 0);
    return strstr(lab->vm->text->str + lab->vm->seen, BOOTED) != NULL;
}

void boot_lab_set(TestLab *lab, const char *enabled, const char *target)
{
    g_autofree char *body = g_strdup_printf(
        "{\"Boot\":{\"BootSourceOverrideEnabled\":\"%s\","
        "\"BootSourceOverrideTarget\":\"%s\"}}", enabled, target);
    g_autoptr(JsonObject) answer = NULL;
    int status = test_bmc_redfish(lab->bmc, "PATCH", "/Systems/1", body,
                                  &answer);

    g_assert_true(status == 200 || status == 204);
}

char *boot_lab_enabled(TestLab *lab)
{
    g_autoptr(JsonObject) system = NULL;
    JsonObject *boot;
    const char *value;

    test_bmc_redfish(lab->bmc, "GET", "/Systems/1", NULL, &system);
    g_assert_cmpint(json_get_object(system, "Boot", &boot), ==, JSON_GET_OK);
    g_assert_cmpint(json_get_string(boot, "BootSourceOverrideEnabled",
                                    &value), ==, JSON_GET_OK);
    return g_strdup(value);
}

void boot_lab_wait_consumed(TestLab *lab)
{
    unsigned tries;

    for (tries = 0; tries < TRIES; tries++) {
        g_autofree char *enabled = boot_lab_enabled(lab);

        if (g_str_equal(enabled, "Disabled")) {
            return;
        }
        g_usleep(TRY_US);
    }
    g_error("the override is not consumed");
}

/* Get System Boot Options: the version, the parameter, its five bytes. */
void boot_lab_ipmi_flags(TestLab *lab, uint8_t flags[5])
{
    g_autofree char *out = NULL;
    unsigned bytes[5];

    g_assert_cmpint(test_bmc_ipmitool(lab->bmc, "raw 0x00 0x09 0x05 0x00 0x00",
                                      &out), ==, 0);
    if (sscanf(out, " 01 05 %2x %2x %2x %2x %2x", &bytes[0], &bytes[1],
               &bytes[2], &bytes[3], &bytes[4]) != 5) {
        g_error("ipmitool: %s", out);
    }
    for (unsigned i = 0; i < 5; i++) {
        flags[i] = bytes[i];
    }
}

bool boot_lab_is_patched(TestMonitor *monitor)
{
    g_autoptr(JsonObject) reply = test_monitor_run(monitor, "query-commands",
                                                   NULL);
    g_autofree char *text = json_print(reply);

    return strstr(text, "\"set-boot-override\"") != NULL;
}

void boot_lab_start_helper(TestLab *lab)
{
    g_autofree char *qmp = g_strdup_printf("--qmp %s", lab->vm->qmp);

    lab->bmc = test_bmc_start(lab->dir, qmp);
    test_bmc_wait_power(lab->bmc, "On");
}

void boot_lab_kill_helper(TestLab *lab)
{
    test_bmc_kill(lab->bmc);
    g_clear_pointer(&lab->bmc, test_bmc_free);
}

void boot_lab_restart_helper(TestLab *lab)
{
    boot_lab_kill_helper(lab);
    boot_lab_start_helper(lab);
}

/* Over Redfish, which has more patience with a busy host than IPMI. */
static void reset_action(TestLab *lab, const char *type)
{
    g_assert_cmpint(test_bmc_reset(lab->bmc, type), ==, 204);
}

void boot_lab_reset(TestLab *lab)
{
    reset_action(lab, "ForceRestart");
}

void boot_lab_guest_reset(TestLab *lab)
{
    test_vm_send(lab->vm, 'r');
}

void boot_lab_keyboard_reset(TestLab *lab)
{
    test_vm_send(lab->vm, 'k');
}

void boot_lab_triple_fault(TestLab *lab)
{
    test_vm_send(lab->vm, 't');
}

void boot_lab_off(TestLab *lab)
{
    reset_action(lab, "ForceOff");
    test_bmc_wait_power(lab->bmc, "Off");
}

void boot_lab_on(TestLab *lab)
{
    reset_action(lab, "On");
}

void boot_lab_cycle(TestLab *lab)
{
    reset_action(lab, "PowerCycle");
}

void boot_lab_off_and_on(TestLab *lab)
{
    boot_lab_off(lab);
    boot_lab_on(lab);
}

void boot_lab_guest_off_and_on(TestLab *lab)
{
    test_vm_send(lab->vm, 'p');
    test_bmc_wait_power(lab->bmc, "Off");
    boot_lab_on(lab);
}
