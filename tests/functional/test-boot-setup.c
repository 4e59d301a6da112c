/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The override that leads into the firmware's setup, with real OVMF, seen by
 * what it writes to the serial port: the setup comes and nothing is booted,
 * and the boot after it is as always.
 */
#include "osdep.h"

#include "test-vm.h"
#include "util/json.h"

#define DISK \
    "-m 256 -drive if=none,id=a,format=raw,file=@uefi-a.img@,snapshot=on " \
    "-device ide-hd,id=disk0,drive=a,bootindex=1 "
#define USB_KEYBOARD "-M q35,i8042=off -device qemu-xhci -device usb-kbd "

#define SETUP "BdsDxe: starting Boot0000 \"UiApp\""
/* A word of its first page, which is drawn after that. */
#define SETUP_PAGE "Boot Manager"
#define DISK_BOOTED "BOOTED A"

/* OVMF wants variables that it may write. */
static char *uefi_args(const TestDir *dir, const char *args)
{
    g_autofree char *vars = test_dir_file(dir, "vars.fd");
    g_autofree char *copy = g_strdup_printf(
        "cp /usr/share/OVMF/OVMF_VARS_4M.fd %s", vars);

    g_assert_cmpint(test_run(NULL, copy), ==, 0);
    return g_strdup_printf(
        "%s -drive if=pflash,unit=0,format=raw,readonly=on,"
        "file=/usr/share/OVMF/OVMF_CODE_4M.fd "
        "-drive if=pflash,unit=1,format=raw,file=%s", args, vars);
}

/* As test_lab_start(), with more patience. */
static void start(TestLab *f, const char *args, const char *text)
{
    g_autofree char *qmp = NULL;

    f->vm = test_vm_start(f->dir, args);
    qmp = g_strdup_printf("--qmp %s", f->vm->qmp);
    f->bmc = test_bmc_start(f->dir, qmp);
    test_vm_wait_firmware(f->vm, text);
    test_bmc_wait_power(f->bmc, "On");
}

static void lab_start(TestLab *f, const char *args, bool uefi)
{
    g_autofree char *all = NULL;

    f->dir = test_dir_new();
    all = uefi ? uefi_args(f->dir, args) : g_strdup(args);
    start(f, all, DISK_BOOTED);
}

static int patch_boot(TestLab *f, const char *enabled, const char *target)
{
    g_autofree char *body = g_strdup_printf(
        "{\"Boot\":{\"BootSourceOverrideEnabled\":\"%s\","
        "\"BootSourceOverrideTarget\":\"%s\"}}", enabled, target);

    return test_bmc_redfish(f->bmc, "PATCH", "/Systems/1", body, NULL);
}

static JsonObject *get_boot(TestLab *f)
{
    g_autoptr(JsonObject) system = NULL;

    test_bmc_redfish(f->bmc, "GET", "/Systems/1", NULL, &system);
    return json_object_ref(json_object_get_object_member(system, "Boot"));
}

static bool is_allowed(TestLab *f)
{
    g_autoptr(JsonObject) boot = get_boot(f);
    JsonArray *targets = json_object_get_array_member(
        boot, "BootSourceOverrideTarget@Redfish.AllowableValues");
    bool found = false;

    for (guint i = 0; i < json_array_get_length(targets); i++) {
        found |= g_str_equal(json_array_get_string_element(targets, i),
                             "BiosSetup");
    }
    return found;
}

static bool is_disabled(TestLab *f)
{
    g_autoptr(JsonObject) boot = get_boot(f);

    return g_str_equal(json_object_get_string_member(
                           boot, "BootSourceOverrideEnabled"), "Disabled");
}

static void wait_consumed(TestLab *f)
{
    for (unsigned tries = 0; tries < 1000; tries++) {
        if (is_disabled(f)) {
            return;
        }
        g_usleep(300000);
    }
    g_error("the override is not consumed");
}

static void host_reset(TestLab *f)
{
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "power reset", NULL), ==, 0);
}

/* The disk must not have been booted on the way. */
static void wait_setup(TestLab *f)
{
    g_autofree char *way = NULL;
    size_t from = f->vm->seen;

    test_vm_wait_firmware(f->vm, SETUP);
    way = g_strndup(f->vm->text->str + from, f->vm->seen - from);
    g_assert_null(strstr(way, DISK_BOOTED));
    test_vm_wait_firmware(f->vm, SETUP_PAGE);
}

/* It is over while the setup waits; the next boot is as always. */
static void test_once(TestLab *f, const void *data)
{
    lab_start(f, "-M q35 " DISK, true);
    g_assert_true(is_allowed(f));
    g_assert_cmpint(patch_boot(f, "Once", "BiosSetup"), ==, 200);
    g_assert_false(is_disabled(f));
    host_reset(f);
    wait_setup(f);
    wait_consumed(f);
    host_reset(f);
    test_vm_wait_firmware(f->vm, DISK_BOOTED);
    test_lab_end(f);
}

/* By IPMI, from off, with a keyboard on USB; two keyboards less are none. */
static void test_usb_keyboard(TestLab *f, const void *data)
{
    g_autofree char *out = NULL;

    lab_start(f, USB_KEYBOARD DISK, true);
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "power off", NULL), ==, 0);
    test_bmc_wait_power(f->bmc, "Off");
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "chassis bootdev bios", NULL),
                    ==, 0);
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "chassis bootparam get 5",
                                      &out), ==, 0);
    g_assert_nonnull(strstr(out, "Force Boot into BIOS Setup"));
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "power on", NULL), ==, 0);
    wait_setup(f);
    wait_consumed(f);
    test_lab_end(f);
}

/*
 * Also when another helper has it to do, and with firmware that is told to
 * wait; what comes second counts.
 */
static void test_always(TestLab *f, const void *data)
{
    g_autofree char *qmp = NULL;

    lab_start(f, "-M pc -device VGA -boot menu=on,splash-time=3000 " DISK,
              true);
    qmp = g_strdup_printf("--qmp %s", f->vm->qmp);
    g_assert_cmpint(patch_boot(f, "Continuous", "BiosSetup"), ==, 200);
    test_bmc_kill(f->bmc);
    test_bmc_free(f->bmc);
    f->bmc = test_bmc_start(f->dir, qmp);
    test_bmc_wait_power(f->bmc, "On");
    for (unsigned i = 0; i < 2; i++) {
        host_reset(f);
        wait_setup(f);
        g_assert_false(is_disabled(f));
    }
    g_assert_cmpint(patch_boot(f, "Disabled", "None"), ==, 200);
    host_reset(f);
    test_vm_wait_firmware(f->vm, DISK_BOOTED);
    test_lab_end(f);
}

/* What the helper reads from a serial port ends it at once. */
static void test_told(TestLab *f, const void *data)
{
    g_autofree char *args = NULL;
    g_autofree char *line = NULL;
    g_autofree char *port = NULL;
    g_autofree char *bmc = NULL;

    f->dir = test_dir_new();
    port = test_dir_file(f->dir, "com2");
    line = g_strdup_printf("-M q35 " DISK "-device isa-serial,chardev=com2 "
                           "-chardev socket,id=com2,path=%s,server=on,"
                           "wait=off ", port);
    args = uefi_args(f->dir, line);
    f->vm = test_vm_start(f->dir, args);
    bmc = g_strdup_printf("--qmp %s --serial %s", f->vm->qmp, port);
    f->bmc = test_bmc_start(f->dir, bmc);
    test_vm_wait_firmware(f->vm, DISK_BOOTED);
    test_bmc_wait_power(f->bmc, "On");
    g_assert_cmpint(patch_boot(f, "Once", "BiosSetup"), ==, 200);
    host_reset(f);
    wait_setup(f);
    wait_consumed(f);
    g_assert_true(test_bmc_logged(f->bmc, "firmware setup: the setup has "
                                          "been reached"));
    test_lab_end(f);
}

static void refused(TestLab *f)
{
    g_autofree char *out = NULL;

    g_assert_false(is_allowed(f));
    g_assert_cmpint(patch_boot(f, "Once", "BiosSetup"), ==, 400);
    /* ipmitool ends with 0 all the same */
    test_bmc_ipmitool(f->bmc, "chassis bootdev bios", &out);
    g_assert_nonnull(strstr(out, "Invalid data field in request"));
    g_assert_true(is_disabled(f));
    test_lab_end(f);
}

static void test_no_setup(TestLab *f, const void *data)
{
    lab_start(f, "-drive if=none,id=a,format=raw,file=@disk-a.img@,"
              "snapshot=on -device ide-hd,drive=a", false);
    refused(f);
}

static void test_no_keyboard(TestLab *f, const void *data)
{
    lab_start(f, "-M q35,i8042=off " DISK, true);
    refused(f);
}

#define ADD(name, function) \
    g_test_add("/boot-setup/" name, TestLab, NULL, NULL, function, NULL)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("once", test_once);
    ADD("usb-keyboard", test_usb_keyboard);
    ADD("always", test_always);
    ADD("told", test_told);
    ADD("no-setup", test_no_setup);
    ADD("no-keyboard", test_no_keyboard);
    return g_test_run();
}
