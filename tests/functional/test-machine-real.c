/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine layer attached to a real QEMU. */
#include "osdep.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>

#include "machine/machine-qmp.h"

#include "real-machine.h"

static void attach(Fixture *f, const char *args)
{
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(f->socket);

    fixture_qemu(f, args);
    f->machine = machine_qmp_new(addr, f->clock);
    fixture_watch(f);
    g_assert_true(test_wait_until(fixture_has_info, f->machine, WAIT_MS));
}

/* One QMP command through a monitor of the test's own. */
static void hmp(const char *socket, const char *command)
{
    g_autofree char *line = g_strdup_printf(
        "{\"execute\":\"qmp_capabilities\"}\n{\"execute\":\"%s\"}\n",
        command);
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(socket);
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocketConnection) connection = NULL;
    g_autoptr(GDataInputStream) in = NULL;

    connection = g_socket_client_connect(client,
                                         G_SOCKET_CONNECTABLE(addr), NULL,
                                         &error);
    g_assert_no_error(error);
    g_output_stream_write_all(
        g_io_stream_get_output_stream(G_IO_STREAM(connection)), line,
        strlen(line), NULL, NULL, &error);
    g_assert_no_error(error);
    in = g_data_input_stream_new(
        g_io_stream_get_input_stream(G_IO_STREAM(connection)));
    for (unsigned returns = 0; returns < 2; ) {
        g_autofree char *got = g_data_input_stream_read_line(in, NULL, NULL,
                                                             &error);

        g_assert_no_error(error);
        if (!got) {
            break;
        }
        returns += strstr(got, "\"return\"") != NULL;
    }
}

static void test_attach_info(void)
{
    Fixture f;

    fixture_init(&f);
    attach(&f, "-S -machine q35 -m 256 -smp 2 -name web "
           "-uuid 12345678-ABCD-4321-8765-1234567890AB");
    wait_state(f.machine, PRELAUNCH);
    g_assert_cmpstr(f.machine->info.name, ==, "web");
    g_assert_cmpstr(f.machine->info.uuid, ==,
                    "12345678-abcd-4321-8765-1234567890ab");
    g_assert_cmpuint(f.machine->info.memory_bytes, ==, 256 << 20);
    g_assert_cmpuint(f.machine->info.n_cpus, ==, 2);
    g_assert_cmpstr(f.machine->info.arch, ==, "x86_64");
    g_assert_true(g_str_has_prefix(f.machine->info.machine_type,
                                   "pc-q35-"));
    g_assert_false(g_str_has_suffix(f.machine->info.machine_type,
                                    "-machine"));
    g_assert_nonnull(f.machine->info.qemu_version);
    g_assert_cmpint(f.machine->info.firmware, ==, MACHINE_FIRMWARE_BIOS);
    g_assert_null(f.machine->problem);
    fixture_clear(&f);
}

static void test_attach_ops(void)
{
    Fixture f;

    fixture_init(&f);
    attach(&f, "-S -machine pc -m 64");
    wait_state(f.machine, PRELAUNCH);
    fixture_run_op_refused(f.machine, MACHINE_OP_RESET, BMC_ERROR_STATE);
    fixture_run_op_refused(f.machine, MACHINE_OP_BUTTON, BMC_ERROR_STATE);
    fixture_run_op_refused(f.machine, MACHINE_OP_NMI, BMC_ERROR_STATE);
    fixture_run_op_ok(f.machine, MACHINE_OP_STOP, MACHINE_STATE_PRELAUNCH);
    /* It is not known whether firmware sees the present boot order. */
    fixture_run_op_ok(f.machine, MACHINE_OP_START, MACHINE_STATE_RUNNING);
    g_assert_nonnull(strstr(f.events->str, "RESET STATE=running"));
    fixture_run_op_ok(f.machine, MACHINE_OP_START, MACHINE_STATE_RUNNING);
    fixture_run_op_ok(f.machine, MACHINE_OP_NMI, MACHINE_STATE_RUNNING);
    fixture_run_op_ok(f.machine, MACHINE_OP_BUTTON, MACHINE_STATE_RUNNING);
    g_assert_nonnull(strstr(f.events->str, "POWERDOWN"));
    g_string_truncate(f.events, 0);
    fixture_run_op_ok(f.machine, MACHINE_OP_RESET, MACHINE_STATE_RUNNING);
    g_assert_true(g_str_has_prefix(f.events->str, "RESET"));
    fixture_run_op_ok(f.machine, MACHINE_OP_STOP, MACHINE_STATE_PRELAUNCH);
    fixture_run_op_ok(f.machine, MACHINE_OP_START, MACHINE_STATE_RUNNING);
    fixture_clear(&f);
}

/* Somebody else pauses the machine by a monitor of his own. */
static void test_attach_paused(void)
{
    Fixture f;
    g_autofree char *other = NULL;
    g_autofree char *args = NULL;

    fixture_init(&f);
    other = test_dir_file(f.dir, "other.sock");
    args = g_strdup_printf("-machine q35 -m 64 -chardev socket,id=o,path=%s,"
                           "server=on,wait=off -mon chardev=o,mode=control",
                           other);
    attach(&f, args);
    wait_state(f.machine, RUNNING);
    hmp(other, "stop");
    wait_state(f.machine, PAUSED);
    fixture_run_op_refused(f.machine, MACHINE_OP_NMI, BMC_ERROR_STATE);
    fixture_run_op_ok(f.machine, MACHINE_OP_BUTTON, MACHINE_STATE_PAUSED);
    fixture_run_op_ok(f.machine, MACHINE_OP_START, MACHINE_STATE_RUNNING);
    hmp(other, "stop");
    wait_state(f.machine, PAUSED);
    fixture_run_op_ok(f.machine, MACHINE_OP_RESET, MACHINE_STATE_RUNNING);
    hmp(other, "stop");
    wait_state(f.machine, PAUSED);
    fixture_run_op_ok(f.machine, MACHINE_OP_STOP, MACHINE_STATE_PRELAUNCH);
    hmp(other, "cont");
    wait_state(f.machine, RUNNING);
    hmp(other, "quit");
    g_assert_true(test_wait_until(fixture_is_gone_told, &f, WAIT_MS));
    g_assert_cmpstr(f.gone, ==, "QEMU was told to quit over QMP");
    fixture_clear(&f);
}

/* -no-reboot turns a reset into a shutdown, which must not hang us. */
static void test_attach_no_reboot(void)
{
    g_autoptr(GError) error = NULL;
    Fixture f;

    fixture_init(&f);
    attach(&f, "-machine q35 -m 64 -no-reboot");
    wait_state(f.machine, RUNNING);
    fixture_run_op(f.machine, MACHINE_OP_RESET, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, "-no-reboot"));
    wait_state(f.machine, SHUTDOWN);
    fixture_clear(&f);
}

static void test_attach_lost(void)
{
    g_autoptr(GError) error = NULL;
    Fixture f;

    fixture_init(&f);
    attach(&f, "-S -machine q35 -m 64");
    wait_state(f.machine, PRELAUNCH);
    g_subprocess_send_signal(f.qemu, SIGKILL);
    fixture_qemu_reap(&f);
    g_assert_true(test_wait_until(fixture_is_gone_told, &f, WAIT_MS));
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_GONE);
    g_assert_false(f.machine->connected);
    g_assert_cmpstr(f.gone, ==, "QEMU closed its QMP connection");
    g_assert_nonnull(strstr(f.machine->problem, f.socket));
    fixture_run_op(f.machine, MACHINE_OP_START, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    fixture_run_op_ok(f.machine, MACHINE_OP_STOP, MACHINE_STATE_GONE);
    g_clear_pointer(&f.gone, g_free);

    fixture_qemu(&f, "-S -machine pc -m 64");
    wait_state(f.machine, PRELAUNCH);
    g_assert_null(f.machine->problem);
    g_subprocess_send_signal(f.qemu, SIGTERM);
    g_assert_true(test_wait_until(fixture_is_gone_told, &f, WAIT_MS));
    g_assert_cmpstr(f.gone, ==, "QEMU was ended by a signal");
    fixture_clear(&f);
}

static void test_attach_later(void)
{
    Fixture f;
    g_autoptr(GSocketAddress) addr = NULL;

    fixture_init(&f);
    addr = g_unix_socket_address_new(f.socket);
    f.machine = machine_qmp_new(addr, f.clock);
    fixture_watch(&f);
    wait_state(f.machine, GONE);
    g_assert_nonnull(strstr(f.machine->problem, f.socket));
    g_assert_nonnull(strstr(f.machine->problem, "-qmp unix:"));
    g_assert_null(f.gone);
    fixture_qemu(&f, "-S -machine pc -m 64");
    wait_state(f.machine, PRELAUNCH);
    fixture_clear(&f);
}

typedef struct BootExpect {
    const char *name; /* end of the name */
    MachineBootKind kind;
    int32_t index;
    const char *property;
} BootExpect;

static const char *const full_args =
    "-S -m 64 -nodefaults "
    "-blockdev driver=file,node-name=f0,filename=@DISK@,locking=off "
    "-drive if=none,id=d0,format=raw,file.locking=off,file=@DISK@,"
    "readonly=on "
    "-drive if=none,id=d1,format=raw,file.locking=off,file=@DISK@ "
    "-drive if=none,id=d2,format=raw,file.locking=off,file=@DISK@ "
    "-drive if=none,id=d3,format=raw,file.locking=off,file=@DISK@ "
    "-drive if=none,id=d4,format=raw,file.locking=off,file=@DISK@ "
    "-drive if=none,id=d5,format=raw,file.locking=off,file=@DISK@ "
    "-drive if=none,id=d6,format=raw,file.locking=off,file=@DISK@ "
    "-device virtio-blk-pci,id=vblk,drive=f0,bootindex=10 "
    "-device virtio-scsi-pci,id=vs "
    "-device scsi-cd,id=scd,bus=vs.0,drive=d0 "
    "-device scsi-hd,bus=vs.0,drive=d1 "
    "-device nvme,id=nv,drive=d2,serial=1 "
    "-device nvme,id=nvns,serial=2 -device nvme-ns,id=ns,drive=d3,bus=nvns "
    "-device qemu-xhci -device usb-storage,id=stick,drive=d4,removable=on "
    "-device usb-bot,id=ub -device scsi-hd,id=uhd,bus=ub.0,drive=d5 "
    "-device usb-bot,id=uc -device scsi-cd,id=ucd,bus=uc.0 "
    "-netdev user,id=n0,restrict=on "
    "-device e1000,id=nic0,netdev=n0,bootindex=20 "
    "-device virtio-net-pci -device usb-net,id=unet "
    "-device ide-cd,id=cd0,bus=ide.1 ";

static const BootExpect full_expect[] = {
    { "vblk", MACHINE_BOOT_HDD, 10, "bootindex" },
    { "scd", MACHINE_BOOT_CD, -1, "bootindex" },
    { "/machine/peripheral-anon/device[0]", MACHINE_BOOT_HDD, -1,
      "bootindex" },
    { "nv", MACHINE_BOOT_HDD, -1, "bootindex" },
    { "ns", MACHINE_BOOT_HDD, -1, "bootindex" },
    { "stick", MACHINE_BOOT_USB, -1, "bootindex" },
    { "uhd", MACHINE_BOOT_USB, -1, "bootindex" },
    { "ucd", MACHINE_BOOT_CD, -1, "bootindex" },
    { "nic0", MACHINE_BOOT_NIC, 20, "bootindex" },
    { "/machine/peripheral-anon/device[2]", MACHINE_BOOT_NIC, -1,
      "bootindex" },
    { "unet", MACHINE_BOOT_NIC, -1, "bootindex" },
    { "cd0", MACHINE_BOOT_CD, -1, "bootindex" },
};

static const BootExpect pc_default_expect[] = {
    { "/machine/unattached/device[", MACHINE_BOOT_HDD, -1, "bootindex" },
    { "/machine/unattached/device[", MACHINE_BOOT_CD, -1, "bootindex" },
    { "/machine/unattached/device[", MACHINE_BOOT_NIC, -1, "bootindex" },
    { "/machine/unattached/device[", MACHINE_BOOT_FLOPPY, -1, "bootindexA" },
};

static GPtrArray *list_devices(Machine *machine)
{
    g_auto(TestSync) sync = { 0 };
    g_autoptr(GError) error = NULL;
    GPtrArray *devices;

    machine_list_boot_devices_async(machine, NULL, test_sync_ready, &sync);
    devices = machine_list_boot_devices_finish(test_sync_wait(&sync),
                                               &error);
    g_assert_no_error(error);
    return devices;
}

static void check_devices(Machine *machine, const BootExpect *expect,
                          size_t n)
{
    g_autoptr(GPtrArray) devices = list_devices(machine);

    for (guint i = 0; i < devices->len; i++) {
        const MachineBootDevice *d = devices->pdata[i];

        g_test_message("%s %s kind %d index %d", d->name, d->property,
                       d->kind, d->index);
    }
    for (size_t i = 0; i < n; i++) {
        bool found = false;

        for (guint j = 0; j < devices->len && !found; j++) {
            const MachineBootDevice *d = devices->pdata[j];

            found = g_str_has_prefix(d->name, expect[i].name) &&
                    d->kind == expect[i].kind &&
                    d->index == expect[i].index &&
                    g_str_equal(d->property, expect[i].property);
        }
        if (!found) {
            g_error("%s not found as expected", expect[i].name);
        }
    }
    g_assert_cmpuint(devices->len, ==, n);
}

static void set_index(Machine *machine, const char *path, int32_t index,
                      GError **errp)
{
    g_auto(TestSync) sync = { 0 };

    machine_set_boot_index_async(machine, path, "bootindex", index, NULL,
                                 test_sync_ready, &sync);
    machine_set_boot_index_finish(test_sync_wait(&sync), errp);
}

static void test_boot_full(const void *machine_type)
{
    g_autofree char *args = g_strconcat("-machine ", machine_type, " ",
                                        full_args, NULL);
    g_autoptr(GPtrArray) devices = NULL;
    g_autoptr(GError) error = NULL;
    Fixture f;

    fixture_init(&f);
    attach(&f, args);
    wait_state(f.machine, PRELAUNCH);
    check_devices(f.machine, full_expect, G_N_ELEMENTS(full_expect));
    /* Again, now that the types are known. */
    check_devices(f.machine, full_expect, G_N_ELEMENTS(full_expect));

    /* Whatever was found can be set. */
    devices = list_devices(f.machine);
    for (guint i = 0; i < devices->len; i++) {
        const MachineBootDevice *d = devices->pdata[i];

        set_index(f.machine, d->path, 100 + i, &error);
        g_assert_no_error(error);
    }
    set_index(f.machine, "/machine/peripheral/vblk", 101, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_EXISTS);
    g_clear_error(&error);
    set_index(f.machine, "/machine/peripheral/none", 1, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_NOT_FOUND);
    fixture_clear(&f);
}

static void test_boot_defaults(void)
{
    Fixture f;

    fixture_init(&f);
    attach(&f, "-S -machine pc -m 64 -hda @DISK@ -snapshot -nic user "
           "-cdrom @DISK@");
    wait_state(f.machine, PRELAUNCH);
    check_devices(f.machine, pc_default_expect,
                  G_N_ELEMENTS(pc_default_expect));
    fixture_clear(&f);

    /* The same without a floppy controller. */
    fixture_init(&f);
    attach(&f, "-S -machine q35 -m 64 -hda @DISK@ -snapshot -nic user "
           "-cdrom @DISK@");
    wait_state(f.machine, PRELAUNCH);
    check_devices(f.machine, pc_default_expect,
                  G_N_ELEMENTS(pc_default_expect) - 1);
    fixture_clear(&f);
}

static void check_firmware(const char *args, MachineFirmware firmware)
{
    Fixture f;

    fixture_init(&f);
    attach(&f, args);
    g_assert_cmpint(f.machine->info.firmware, ==, firmware);
    fixture_clear(&f);
}

static void test_firmware(void)
{
    static const char code[] = "/usr/share/OVMF/OVMF_CODE_4M.fd";
    static const char whole[] = "/usr/share/ovmf/OVMF.fd";
    static const char *const types[] = { "pc", "q35" };

    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autofree char *plain = g_strdup_printf("-S -machine %s", types[i]);
        g_autofree char *drive = g_strdup_printf(
            "%s -drive if=pflash,format=raw,readonly=on,file=%s", plain,
            code);
        g_autofree char *node = g_strdup_printf(
            "-blockdev driver=file,node-name=c,read-only=on,filename=%s "
            "%s,pflash0=c", code, plain);
        g_autofree char *bios = g_strdup_printf("%s -bios %s", plain, whole);

        check_firmware(plain, MACHINE_FIRMWARE_BIOS);
        if (g_access(code, R_OK) == 0 && g_access(whole, R_OK) == 0) {
            check_firmware(drive, MACHINE_FIRMWARE_UEFI);
            check_firmware(node, MACHINE_FIRMWARE_UEFI);
            check_firmware(bios, MACHINE_FIRMWARE_UEFI);
        } else {
            g_test_message("OVMF is not installed");
        }
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/machine-real/attach/info", test_attach_info);
    g_test_add_func("/machine-real/attach/ops", test_attach_ops);
    g_test_add_func("/machine-real/attach/paused", test_attach_paused);
    g_test_add_func("/machine-real/attach/no-reboot", test_attach_no_reboot);
    g_test_add_func("/machine-real/attach/lost", test_attach_lost);
    g_test_add_func("/machine-real/attach/later", test_attach_later);
    g_test_add_data_func("/machine-real/boot/pc", "pc", test_boot_full);
    g_test_add_data_func("/machine-real/boot/q35", "q35", test_boot_full);
    g_test_add_func("/machine-real/boot/defaults", test_boot_defaults);
    g_test_add_func("/machine-real/firmware", test_firmware);
    return g_test_run();
}
