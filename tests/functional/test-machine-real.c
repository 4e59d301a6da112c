/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine layer against a real QEMU, attached and launched. */
#include "osdep.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>

#include "machine/machine-launch.h"
#include "machine/machine-qmp.h"
#include "util/clock.h"
#include "util/error.h"

#include "test-util.h"

#define WAIT_MS 20000
#define DISK_BYTES (1440 * 1024)

/* A QEMU that the test runs, and a machine attached to it. */
typedef struct Fixture {
    TestDir *dir;
    char *socket;
    char *disk;
    GSubprocess *qemu;
    Clock *clock;
    Machine *machine;
    Notifier notifier;
    GString *events;
    char *gone;
} Fixture;

static const char *qemu_program(void)
{
    const char *program = g_getenv("TEST_QEMU");

    return program ? program : "qemu-system-x86_64";
}

static void on_event(void *opaque, const void *data)
{
    static const char *const names[] = {
        "STATE", "INFO", "RESET", "SHUTDOWN", "POWERDOWN", "PANIC",
        "WATCHDOG", "GONE", "DEVICES",
    };
    Fixture *f = opaque;
    const MachineEvent *event = data;

    g_string_append_printf(f->events, "%s%s%s ", names[event->type],
                           event->type == MACHINE_EVENT_STATE ? "=" : "",
                           event->type == MACHINE_EVENT_STATE ?
                           machine_state_to_string(f->machine->state) : "");
    if (event->type == MACHINE_EVENT_GONE) {
        g_free(f->gone);
        f->gone = g_strdup(event->detail);
    }
}

static void fixture_init(Fixture *f)
{
    g_autofree char *zeros = g_malloc0(DISK_BYTES);

    memset(f, 0, sizeof(*f));
    f->dir = test_dir_new();
    f->socket = test_dir_file(f->dir, "qmp.sock");
    f->disk = test_dir_file(f->dir, "disk.img");
    g_assert_true(g_file_set_contents(f->disk, zeros, DISK_BYTES, NULL));
    f->clock = clock_new();
    f->events = g_string_new(NULL);
}

static void fixture_watch(Fixture *f)
{
    notifier_list_add(&f->machine->notifiers, &f->notifier, on_event, f);
}

static void fixture_qemu(Fixture *f, const char *args)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) line = g_string_new(args);
    g_auto(GStrv) more = NULL;

    g_string_replace(line, "@DISK@", f->disk, 0);
    more = g_strsplit(line->str, " ", -1);
    g_ptr_array_add(argv, g_strdup(qemu_program()));
    g_ptr_array_add(argv, g_strdup("-accel"));
    g_ptr_array_add(argv, g_strdup("tcg"));
    g_ptr_array_add(argv, g_strdup("-display"));
    g_ptr_array_add(argv, g_strdup("none"));
    g_ptr_array_add(argv, g_strdup("-qmp"));
    g_ptr_array_add(argv, g_strdup_printf("unix:%s,server=on,wait=off",
                                          f->socket));
    for (size_t i = 0; more[i]; i++) {
        if (more[i][0]) {
            g_ptr_array_add(argv, g_strdup(more[i]));
        }
    }
    g_ptr_array_add(argv, NULL);
    f->qemu = g_subprocess_newv((const char *const *)argv->pdata,
                                G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                                G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
    g_assert_no_error(error);
}

static void fixture_qemu_reap(Fixture *f)
{
    if (f->qemu) {
        g_subprocess_force_exit(f->qemu);
        g_assert_true(g_subprocess_wait(f->qemu, NULL, NULL));
        g_clear_object(&f->qemu);
    }
}

static void fixture_clear(Fixture *f)
{
    notifier_remove(&f->notifier);
    machine_free(f->machine);
    fixture_qemu_reap(f);
    test_drain();
    clock_unref(f->clock);
    g_string_free(f->events, TRUE);
    g_free(f->gone);
    g_free(f->socket);
    g_free(f->disk);
    test_dir_free(f->dir);
}

typedef struct StateWait {
    const Machine *machine;
    MachineState state;
} StateWait;

static bool has_state(void *opaque)
{
    const StateWait *wait = opaque;

    return wait->machine->state == wait->state;
}

static void wait_state_full(Machine *machine, MachineState state, int line)
{
    StateWait wait = { machine, state };

    if (!test_wait_until(has_state, &wait, WAIT_MS)) {
        g_error("line %d: state is %s, not %s", line,
                machine_state_to_string(machine->state),
                machine_state_to_string(state));
    }
}

#define wait_state(machine, state) \
    wait_state_full(machine, MACHINE_STATE_ ## state, __LINE__)

static bool has_info(void *opaque)
{
    const Machine *machine = opaque;

    return machine->info.machine_type != NULL;
}

static bool is_gone_told(void *opaque)
{
    const Fixture *f = opaque;

    return f->gone != NULL;
}

static bool is_true(void *opaque)
{
    return *(bool *)opaque;
}

static void set_true(void *opaque)
{
    *(bool *)opaque = true;
}

/* Lets the guest run for a while. */
static void let_run(Fixture *f, unsigned ms)
{
    ClockTimer *timer = NULL;
    bool over = false;

    clock_timer_start(f->clock, &timer, ms, set_true, &over);
    g_assert_true(test_wait_until(is_true, &over, WAIT_MS));
}

static void run_op(Machine *machine, MachineOp op, GError **errp)
{
    g_auto(TestSync) sync = { 0 };

    machine_run_op_async(machine, op, NULL, test_sync_ready, &sync);
    g_assert_null(sync.result);
    machine_run_op_finish(test_sync_wait(&sync), errp);
}

static void run_op_ok(Machine *machine, MachineOp op, MachineState then)
{
    g_autoptr(GError) error = NULL;

    run_op(machine, op, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(machine_state_to_string(machine->state), ==,
                    machine_state_to_string(then));
}

static void run_op_refused(Machine *machine, MachineOp op, BmcError code)
{
    g_autoptr(GError) error = NULL;
    MachineState before = machine->state;

    run_op(machine, op, &error);
    g_assert_error(error, BMC_ERROR, (int)code);
    g_assert_cmpint(machine->state, ==, before);
}

static void attach(Fixture *f, const char *args)
{
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(f->socket);

    fixture_qemu(f, args);
    f->machine = machine_qmp_new(addr, f->clock);
    fixture_watch(f);
    g_assert_true(test_wait_until(has_info, f->machine, WAIT_MS));
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
    run_op_refused(f.machine, MACHINE_OP_RESET, BMC_ERROR_STATE);
    run_op_refused(f.machine, MACHINE_OP_BUTTON, BMC_ERROR_STATE);
    run_op_refused(f.machine, MACHINE_OP_NMI, BMC_ERROR_STATE);
    run_op_ok(f.machine, MACHINE_OP_STOP, MACHINE_STATE_PRELAUNCH);
    /* It is not known whether firmware sees the present boot order. */
    run_op_ok(f.machine, MACHINE_OP_START, MACHINE_STATE_RUNNING);
    g_assert_nonnull(strstr(f.events->str, "RESET STATE=running"));
    run_op_ok(f.machine, MACHINE_OP_START, MACHINE_STATE_RUNNING);
    run_op_ok(f.machine, MACHINE_OP_NMI, MACHINE_STATE_RUNNING);
    run_op_ok(f.machine, MACHINE_OP_BUTTON, MACHINE_STATE_RUNNING);
    g_assert_nonnull(strstr(f.events->str, "POWERDOWN"));
    g_string_truncate(f.events, 0);
    run_op_ok(f.machine, MACHINE_OP_RESET, MACHINE_STATE_RUNNING);
    g_assert_true(g_str_has_prefix(f.events->str, "RESET"));
    run_op_ok(f.machine, MACHINE_OP_STOP, MACHINE_STATE_PRELAUNCH);
    run_op_ok(f.machine, MACHINE_OP_START, MACHINE_STATE_RUNNING);
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
    run_op_refused(f.machine, MACHINE_OP_NMI, BMC_ERROR_STATE);
    run_op_ok(f.machine, MACHINE_OP_BUTTON, MACHINE_STATE_PAUSED);
    run_op_ok(f.machine, MACHINE_OP_START, MACHINE_STATE_RUNNING);
    hmp(other, "stop");
    wait_state(f.machine, PAUSED);
    run_op_ok(f.machine, MACHINE_OP_RESET, MACHINE_STATE_RUNNING);
    hmp(other, "stop");
    wait_state(f.machine, PAUSED);
    run_op_ok(f.machine, MACHINE_OP_STOP, MACHINE_STATE_PRELAUNCH);
    hmp(other, "cont");
    wait_state(f.machine, RUNNING);
    hmp(other, "quit");
    g_assert_true(test_wait_until(is_gone_told, &f, WAIT_MS));
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
    run_op(f.machine, MACHINE_OP_RESET, &error);
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
    g_assert_true(test_wait_until(is_gone_told, &f, WAIT_MS));
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_GONE);
    g_assert_false(f.machine->connected);
    g_assert_cmpstr(f.gone, ==, "QEMU closed its QMP connection");
    g_assert_nonnull(strstr(f.machine->problem, f.socket));
    run_op(f.machine, MACHINE_OP_START, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    run_op_ok(f.machine, MACHINE_OP_STOP, MACHINE_STATE_GONE);
    g_clear_pointer(&f.gone, g_free);

    fixture_qemu(&f, "-S -machine pc -m 64");
    wait_state(f.machine, PRELAUNCH);
    g_assert_null(f.machine->problem);
    g_subprocess_send_signal(f.qemu, SIGTERM);
    g_assert_true(test_wait_until(is_gone_told, &f, WAIT_MS));
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
    g_assert_error(error, BMC_ERROR, BMC_ERROR_FAILED);
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

static Machine *launch(Fixture *f, const char *const *argv, bool uefi,
                       GError **errp)
{
    g_autofree char *serial = test_dir_file(f->dir, "serial.sock");
    MachineLaunchConfig config = {
        .argv = argv,
        .run_dir = f->dir->path,
        .serial_path = serial,
        .uefi = uefi,
        .state_dir = f->dir->path,
    };

    return machine_launch_new(&config, f->clock, errp);
}

static void launch_ready(Machine *machine, GError **errp)
{
    g_auto(TestSync) sync = { 0 };

    machine_launch_ready_async(machine, test_sync_ready, &sync);
    machine_launch_ready_finish(test_sync_wait(&sync), errp);
}

static void launch_end(Machine *machine)
{
    g_auto(TestSync) sync = { 0 };
    g_autoptr(GError) error = NULL;

    machine_launch_end_async(machine, test_sync_ready, &sync);
    machine_launch_end_finish(test_sync_wait(&sync), &error);
    g_assert_no_error(error);
    g_assert_cmpint(machine->state, ==, MACHINE_STATE_GONE);
    g_assert_false(machine->can_start_process);
}

static pid_t read_pid(Fixture *f)
{
    g_autofree char *path = test_dir_file(f->dir, "qemu.pid");
    g_autofree char *text = NULL;
    gint64 pid = 0;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_true(g_ascii_string_to_signed(g_strchomp(text), 10, 1, INT_MAX,
                                           &pid, NULL));
    return pid;
}

static const char *const small_argv[] = {
    "qemu-system-x86_64", "-accel", "tcg", "-m", "64", "-nodefaults",
    "-device", "e1000,id=nic0,romfile=", NULL,
};

static void test_launch_life(void)
{
    g_autoptr(GError) error = NULL;
    Fixture f;

    fixture_init(&f);
    f.machine = launch(&f, small_argv, false, &error);
    g_assert_no_error(error);
    fixture_watch(&f);
    launch_ready(f.machine, &error);
    g_assert_no_error(error);
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_PRELAUNCH);
    g_assert_true(f.machine->can_start_process);
    /* Fresh from -S, it needs no reset. */
    run_op_ok(f.machine, MACHINE_OP_START, MACHINE_STATE_RUNNING);
    g_assert_null(strstr(f.events->str, "RESET STATE=running"));
    run_op_ok(f.machine, MACHINE_OP_STOP, MACHINE_STATE_PRELAUNCH);
    run_op_ok(f.machine, MACHINE_OP_START, MACHINE_STATE_RUNNING);

    kill(read_pid(&f), SIGKILL);
    g_assert_true(test_wait_until(is_gone_told, &f, WAIT_MS));
    g_assert_cmpstr(f.gone, ==, "QEMU was killed by signal 9 (Killed)");
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_GONE);
    g_assert_cmpstr(f.machine->problem, ==, f.gone);
    /* It stays so until it is asked for. */
    let_run(&f, 200);
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_GONE);
    run_op_ok(f.machine, MACHINE_OP_START, MACHINE_STATE_RUNNING);
    g_assert_null(f.machine->problem);
    g_clear_pointer(&f.gone, g_free);
    launch_end(f.machine);
    g_assert_cmpstr(f.gone, ==, "QEMU was told to quit over QMP");
    run_op_refused(f.machine, MACHINE_OP_START, BMC_ERROR_UNAVAILABLE);
    fixture_clear(&f);
}

/* A boot index set by who sees that QEMU is there comes before the boot. */
typedef struct Arm {
    Machine *machine;
    Notifier notifier;
    bool begun;
    bool done;
    MachineState state_when_set;
} Arm;

static void arm_set(GObject *source, GAsyncResult *res, gpointer opaque)
{
    Arm *arm = opaque;

    g_assert_true(machine_set_boot_index_finish(res, NULL));
    arm->state_when_set = arm->machine->state;
    arm->done = true;
}

static void arm_listed(GObject *source, GAsyncResult *res, gpointer opaque)
{
    Arm *arm = opaque;
    g_autoptr(GPtrArray) devices = machine_list_boot_devices_finish(res,
                                                                    NULL);
    const MachineBootDevice *d;

    g_assert_nonnull(devices);
    g_assert_cmpuint(devices->len, ==, 1);
    d = devices->pdata[0];
    machine_set_boot_index_async(arm->machine, d->path, d->property, 0, NULL,
                                 arm_set, arm);
}

static void arm_event(void *opaque, const void *data)
{
    Arm *arm = opaque;

    if (arm->machine->connected && !arm->begun) {
        arm->begun = true;
        machine_list_boot_devices_async(arm->machine, NULL, arm_listed, arm);
    }
}

static void test_launch_arm(void)
{
    g_autoptr(GError) error = NULL;
    Arm arm = { 0 };
    Fixture f;

    fixture_init(&f);
    f.machine = launch(&f, small_argv, false, &error);
    g_assert_no_error(error);
    fixture_watch(&f);
    launch_ready(f.machine, &error);
    kill(read_pid(&f), SIGKILL);
    g_assert_true(test_wait_until(is_gone_told, &f, WAIT_MS));
    arm.machine = f.machine;
    notifier_list_add(&f.machine->notifiers, &arm.notifier, arm_event, &arm);
    g_string_truncate(f.events, 0);
    run_op_ok(f.machine, MACHINE_OP_START, MACHINE_STATE_RUNNING);
    g_assert_true(arm.done);
    g_assert_cmpint(arm.state_when_set, ==, MACHINE_STATE_PRELAUNCH);
    g_assert_nonnull(strstr(f.events->str, "RESET STATE=running"));
    notifier_remove(&arm.notifier);
    launch_end(f.machine);
    fixture_clear(&f);
}

static void test_launch_adopt(void)
{
    g_autoptr(GError) error = NULL;
    Fixture f;
    pid_t pid;

    fixture_init(&f);
    f.machine = launch(&f, small_argv, false, &error);
    g_assert_no_error(error);
    launch_ready(f.machine, &error);
    g_assert_no_error(error);
    run_op_ok(f.machine, MACHINE_OP_START, MACHINE_STATE_RUNNING);
    pid = read_pid(&f);
    g_clear_pointer(&f.machine, machine_free);

    f.machine = launch(&f, small_argv, false, &error);
    g_assert_no_error(error);
    fixture_watch(&f);
    launch_ready(f.machine, &error);
    g_assert_no_error(error);
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_RUNNING);
    g_assert_cmpint(read_pid(&f), ==, pid);
    kill(pid, SIGKILL);
    g_assert_true(test_wait_until(is_gone_told, &f, WAIT_MS));
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_GONE);
    run_op_ok(f.machine, MACHINE_OP_START, MACHINE_STATE_RUNNING);
    launch_end(f.machine);
    fixture_clear(&f);
}

static void test_launch_bad_option(void)
{
    const char *argv[] = {
        qemu_program(), "-accel", "tcg", "-device", "no-such-device", NULL,
    };
    g_autoptr(GError) error = NULL;
    Fixture f;

    fixture_init(&f);
    f.machine = launch(&f, argv, false, &error);
    g_assert_no_error(error);
    fixture_watch(&f);
    launch_ready(f.machine, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, "exit status 1"));
    g_assert_nonnull(strstr(error->message, "no-such-device"));
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_GONE);
    g_clear_error(&error);
    run_op(f.machine, MACHINE_OP_START, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, "no-such-device"));
    fixture_clear(&f);
}

static void test_launch_no_program(void)
{
    const char *argv[] = { "/nonexistent/qemu", NULL };
    g_autoptr(GError) error = NULL;
    Fixture f;

    fixture_init(&f);
    g_assert_null(launch(&f, argv, false, &error));
    g_assert_error(error, BMC_ERROR, BMC_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, "/nonexistent/qemu"));
    fixture_clear(&f);
}

static void test_launch_uefi(void)
{
    const char *argv[] = { qemu_program(), "-accel", "tcg", NULL };
    g_autoptr(GError) error = NULL;
    g_autofree char *vars = NULL;
    GStatBuf st;
    Fixture f;

    if (g_access("/usr/share/OVMF/OVMF_CODE_4M.fd", R_OK)) {
        g_test_skip("OVMF is not installed");
        return;
    }
    fixture_init(&f);
    f.machine = launch(&f, argv, true, &error);
    g_assert_no_error(error);
    launch_ready(f.machine, &error);
    g_assert_no_error(error);
    g_assert_true(test_wait_until(has_info, f.machine, WAIT_MS));
    g_assert_cmpint(f.machine->info.firmware, ==, MACHINE_FIRMWARE_UEFI);
    g_assert_cmpuint(f.machine->info.memory_bytes, ==, 2048ull << 20);
    g_assert_cmpuint(f.machine->info.n_cpus, ==, 2);
    vars = test_dir_file(f.dir, "OVMF_VARS.fd");
    g_assert_cmpint(g_stat(vars, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0600);
    launch_end(f.machine);
    fixture_clear(&f);
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
    g_test_add_func("/machine-real/launch/life", test_launch_life);
    g_test_add_func("/machine-real/launch/arm", test_launch_arm);
    g_test_add_func("/machine-real/launch/adopt", test_launch_adopt);
    g_test_add_func("/machine-real/launch/bad-option",
                    test_launch_bad_option);
    g_test_add_func("/machine-real/launch/no-program",
                    test_launch_no_program);
    g_test_add_func("/machine-real/launch/uefi", test_launch_uefi);
    return g_test_run();
}
