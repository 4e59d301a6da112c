/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of a launched QEMU: what is refused, what is added. */
#include "osdep.h"

#include <glib/gstdio.h>

#include "machine/machine-launch.h"
#include "util/error.h"

#include "test-util.h"

/* What is always at the end. */
#define TAIL "|-chardev|socket,id=serial0,path=/run/s.sock,server=on,wait=off" \
    "|-serial|chardev:serial0" \
    "|-qmp|unix:path=/run/vm/qmp.sock,server=on,wait=off" \
    "|-pidfile|/run/vm/qemu.pid|-S"
#define END TAIL "|-no-shutdown"
#define DEFAULTS "-machine|q35|-m|2048|-smp|2|-vga|std|-display|none"

static char **build_in(const char *line, const char *run_dir,
                       const char *serial, bool uefi, GError **errp)
{
    g_auto(GStrv) argv = g_strsplit(line, "|", -1);
    MachineLaunchConfig config = {
        .argv = (const char *const *)argv,
        .run_dir = run_dir,
        .serial = serial,
        .uefi = uefi,
        .state_dir = "/state,1",
    };

    return machine_launch_build_argv(&config, errp);
}

static char **build(const char *line, bool uefi, GError **errp)
{
    return build_in(line, "/run/vm", "/run/s.sock", uefi, errp);
}

typedef struct Accept {
    const char *name;
    const char *line;
    const char *result;
} Accept;

static const Accept accept_table[] = {
    { "bare", "qemu-system-x86_64", "qemu-system-x86_64|" DEFAULTS END },
    { "path", "/opt/q/qemu-system-i386", "/opt/q/qemu-system-i386|" DEFAULTS
      END },
    { "kvm", "kvm", "kvm|" DEFAULTS END },
    { "machine", "qemu-system-x86_64|-machine|pc,accel=tcg",
      "qemu-system-x86_64|-m|2048|-smp|2|-vga|std|-display|none"
      "|-machine|pc,accel=tcg" END },
    { "machine-type-key", "qemu-system-x86_64|-machine|accel=tcg,type=pc",
      "qemu-system-x86_64|-m|2048|-smp|2|-vga|std|-display|none"
      "|-machine|accel=tcg,type=pc" END },
    { "machine-no-type", "qemu-system-x86_64|-machine|accel=tcg",
      "qemu-system-x86_64|" DEFAULTS "|-machine|accel=tcg" END },
    { "machine-short", "qemu-system-x86_64|-M|q35",
      "qemu-system-x86_64|-m|2048|-smp|2|-vga|std|-display|none|-M|q35"
      END },
    { "two-dashes", "qemu-system-x86_64|--machine|pc|--m|64|--smp|1|--vga|"
      "none|--display|gtk",
      "qemu-system-x86_64|--machine|pc|--m|64|--smp|1|--vga|none|--display|"
      "gtk" END },
    { "memory-backend", "qemu-system-x86_64|-M|q35,memory-backend=ram",
      "qemu-system-x86_64|-smp|2|-vga|std|-display|none|-M|"
      "q35,memory-backend=ram" END },
    { "nodefaults", "qemu-system-x86_64|-nodefaults|-m|64",
      "qemu-system-x86_64|-machine|q35|-smp|2|-display|none|-nodefaults|-m|"
      "64" END },
    { "vnc", "qemu-system-x86_64|-vnc|:1",
      "qemu-system-x86_64|-machine|q35|-m|2048|-smp|2|-vga|std|-vnc|:1"
      END },
    { "spice", "qemu-system-x86_64|-spice|port=1",
      "qemu-system-x86_64|-machine|q35|-m|2048|-smp|2|-vga|std|-spice|port=1"
      END },
    { "vga-device", "qemu-system-x86_64|-device|virtio-vga,id=v",
      "qemu-system-x86_64|-machine|q35|-m|2048|-smp|2|-display|none"
      "|-device|virtio-vga,id=v" END },
    { "vga-device-key", "qemu-system-x86_64|-device|id=v,driver=VGA",
      "qemu-system-x86_64|-machine|q35|-m|2048|-smp|2|-display|none"
      "|-device|id=v,driver=VGA" END },
    { "vga-secondary", "qemu-system-x86_64|-device|secondary-vga",
      "qemu-system-x86_64|" DEFAULTS "|-device|secondary-vga" END },
    { "no-shutdown", "qemu-system-x86_64|-no-shutdown",
      "qemu-system-x86_64|" DEFAULTS "|-no-shutdown" TAIL },
    { "not-a-pc", "qemu-system-aarch64|-machine|virt",
      "qemu-system-aarch64|-m|2048|-smp|2|-display|none|-machine|virt" END },
    { "image", "qemu-system-x86_64|disk.img",
      "qemu-system-x86_64|" DEFAULTS "|disk.img" END },
    /* A value is not taken for an option, nor a flag's neighbour for one. */
    { "value", "qemu-system-x86_64|-name|-serial|-snapshot",
      "qemu-system-x86_64|" DEFAULTS "|-name|-serial|-snapshot" END },
    { "chardev", "qemu-system-x86_64|-chardev|null,id=serial01",
      "qemu-system-x86_64|" DEFAULTS "|-chardev|null,id=serial01" END },
    { "chardev-comma", "qemu-system-x86_64|-chardev|"
      "file,path=a,,id=serial0,id=x",
      "qemu-system-x86_64|" DEFAULTS "|-chardev|"
      "file,path=a,,id=serial0,id=x" END },
    { "monitor", "qemu-system-x86_64|-monitor|none|-action|reboot=reset",
      "qemu-system-x86_64|" DEFAULTS "|-monitor|none|-action|reboot=reset"
      END },
};

static void test_accept(const void *data)
{
    const Accept *row = data;
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) argv = build(row->line, false, &error);
    g_autofree char *joined = NULL;

    g_assert_no_error(error);
    joined = g_strjoinv("|", argv);
    g_assert_cmpstr(joined, ==, row->result);
}

typedef struct Refuse {
    const char *name;
    const char *line;
    const char *says;
} Refuse;

static const Refuse refuse_table[] = {
    { "qmp", "q|-qmp|stdio", "-qmp cannot" },
    { "qmp-dashes", "q|--qmp|tcp:1", "-qmp cannot" },
    { "qmp-pretty", "q|-qmp-pretty|x", "-qmp-pretty cannot" },
    { "serial", "q|-serial|stdio", "serial console" },
    { "serial-dashes", "q|--serial|none", "serial console" },
    { "serial-last", "q|-serial", "serial console" },
    { "chardev", "q|-chardev|null,id=serial0", "serial0" },
    { "chardev-first", "q|-chardev|id=serial0,backend=null", "serial0" },
    { "chardev-stdio", "q|-chardev|stdio,id=x", "terminal" },
    { "monitor", "q|-monitor|stdio", "terminal" },
    { "monitor-dashes", "q|--monitor|stdio", "terminal" },
    { "monitor-mux", "q|-monitor|mon:stdio", "terminal" },
    { "daemonize", "q|-daemonize", "watches the process" },
    { "daemonize-dashes", "q|--daemonize", "watches the process" },
    { "S", "q|-S", "decides when" },
    { "S-dashes", "q|--S", "decides when" },
    { "nographic", "q|-nographic", "serial port" },
    { "curses", "q|-curses", "terminal" },
    { "display-curses", "q|-display|curses,charset=CP850", "terminal" },
    { "pidfile", "q|-pidfile|x", "its own" },
    { "no-reboot", "q|-no-reboot", "end QEMU" },
    { "action-reboot", "q|-action|panic=none,reboot=shutdown", "reset" },
    { "action-shutdown", "q|-action|shutdown=poweroff", "stay" },
    { "preconfig", "q|--preconfig", "not there yet" },
    { "after-flag", "q|-snapshot|-S", "decides when" },
    { "after-value", "q|-m|64|disk.img|-S", "decides when" },
    { "empty", "", "no QEMU program" },
};

static void test_refuse(const void *data)
{
    const Refuse *row = data;
    g_autoptr(GError) error = NULL;

    g_assert_null(build(row->line, false, &error));
    g_assert_error(error, BMC_ERROR, BMC_ERROR_USAGE);
    if (!strstr(error->message, row->says)) {
        g_error("\"%s\" does not say \"%s\"", error->message, row->says);
    }
}

static void test_commas(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) argv = build_in("q", "/run/a=b,c", "/run/s,1", false,
                                  &error);

    g_assert_no_error(error);
    g_assert_true(g_strv_contains((const char *const *)argv,
        "unix:path=/run/a=b,,c/qmp.sock,server=on,wait=off"));
    g_assert_true(g_strv_contains((const char *const *)argv,
        "socket,id=serial0,path=/run/s,,1,server=on,wait=off"));
    /* This one is no option list. */
    g_assert_true(g_strv_contains((const char *const *)argv,
                                  "/run/a=b,c/qemu.pid"));
}

static void test_serial_tcp(void)
{
    static const struct {
        const char *serial;
        const char *option;
    } rows[] = {
        { "localhost:9002", "host=127.0.0.1,port=9002" },
        { ":9002", "host=127.0.0.1,port=9002" },
        { "[::1]:9002", "host=::1,port=9002" },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(GStrv) argv = build_in("q", "/run", rows[i].serial, false,
                                      &error);
        g_autofree char *want = g_strdup_printf(
            "socket,id=serial0,%s,server=on,wait=off", rows[i].option);

        g_assert_no_error(error);
        g_assert_true(g_strv_contains((const char *const *)argv, want));
    }
}

static void test_long_path(void)
{
    g_autofree char *dir = g_strnfill(100, 'd');
    g_autofree char *path = g_strconcat("/", dir, NULL);
    g_autoptr(GError) error = NULL;

    g_assert_null(build_in("q", path, "/run/s", false, &error));
    g_assert_error(error, BMC_ERROR, BMC_ERROR_USAGE);
    g_clear_error(&error);
    g_free(path);
    path = g_strconcat("/run/", dir, "/ssssssssss", NULL);
    g_assert_null(build_in("q", "/run", path, false, &error));
    g_assert_error(error, BMC_ERROR, BMC_ERROR_USAGE);
}

/* A channel for the guest agent, unless there is one. */
static void test_guest_agent(void)
{
    const char *const own[] = {
        "q", "-device", "virtserialport,name=org.qemu.guest_agent.0", NULL
    };
    MachineLaunchConfig config = {
        .argv = (const char *const[]) { "q", NULL },
        .run_dir = "/run/1,2", .serial = "/run/s", .guest_agent = true,
    };
    g_auto(GStrv) argv = machine_launch_build_argv(&config, NULL);
    g_auto(GStrv) with_own = NULL;

    g_assert_nonnull(argv);
    g_assert_true(g_strv_contains((const char *const *)argv,
        "socket,id=bmc-agent,path=/run/1,,2/agent.sock,server=on,wait=off"));
    g_assert_true(g_strv_contains((const char *const *)argv,
        "virtserialport,bus=bmc-serial.0,chardev=bmc-agent,id=bmc-agent,"
        "name=org.qemu.guest_agent.0"));
    config.argv = own;
    with_own = machine_launch_build_argv(&config, NULL);
    g_assert_nonnull(with_own);
    g_assert_false(g_strv_contains((const char *const *)with_own,
                                   "virtio-serial-pci,id=bmc-serial"));
}

static void test_uefi(void)
{
    static const char *const own[] = {
        "q|-bios|OVMF.fd", "q|-pflash|x", "q|-drive|if=pflash,file=x",
        "q|-drive|file=x,if=pflash", "q|-machine|q35,pflash0=x",
        "q|-M|firmware=x", "qemu-system-aarch64|-machine|virt",
    };
    static const char vars[] =
        "if=pflash,unit=1,format=raw,file=/state,,1/OVMF_VARS.fd";
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) argv = NULL;
    g_auto(GStrv) pc = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(own); i++) {
        g_auto(GStrv) with = build(own[i], true, &error);
        g_auto(GStrv) without = NULL;

        g_assert_no_error(error);
        without = build(own[i], false, &error);
        g_assert_no_error(error);
        g_assert_true(g_strv_equal((const char *const *)with,
                                   (const char *const *)without));
    }
    argv = build("q", true, &error);
    if (g_access("/usr/share/OVMF/OVMF_CODE_4M.fd", R_OK)) {
        g_test_skip("OVMF is not installed where Debian has it");
        return;
    }
    g_assert_no_error(error);
    g_assert_true(g_strv_contains((const char *const *)argv, vars));
    g_assert_true(g_strv_contains((const char *const *)argv,
        "if=pflash,unit=0,format=raw,readonly=on,"
        "file=/usr/share/OVMF/OVMF_CODE_4M.fd"));
    pc = build("q|-drive|if=virtio,file=pflash", true, &error);
    g_assert_no_error(error);
    g_assert_true(g_strv_contains((const char *const *)pc, vars));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    for (size_t i = 0; i < G_N_ELEMENTS(accept_table); i++) {
        g_autofree char *path = g_strconcat("/machine-launch-argv/accept/",
                                            accept_table[i].name, NULL);

        g_test_add_data_func(path, &accept_table[i], test_accept);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(refuse_table); i++) {
        g_autofree char *path = g_strconcat("/machine-launch-argv/refuse/",
                                            refuse_table[i].name, NULL);

        g_test_add_data_func(path, &refuse_table[i], test_refuse);
    }
    g_test_add_func("/machine-launch-argv/commas", test_commas);
    g_test_add_func("/machine-launch-argv/serial-tcp", test_serial_tcp);
    g_test_add_func("/machine-launch-argv/long-path", test_long_path);
    g_test_add_func("/machine-launch-argv/guest-agent", test_guest_agent);
    g_test_add_func("/machine-launch-argv/uefi", test_uefi);
    return g_test_run();
}
