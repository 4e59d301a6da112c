/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc, of ourselves; and SMBIOS values on a command line. */
#include "osdep.h"

#include "machine/machine-host.h"

#include <unistd.h>

#include "machine/machine-smbios.h"
#include "test-util.h"

static void clear(char *smbios[MACHINE_SMBIOS__MAX])
{
    unsigned i;

    for (i = 0; i < MACHINE_SMBIOS__MAX; i++) {
        g_clear_pointer(&smbios[i], g_free);
    }
}

static void test_smbios(void)
{
    static const char *const argv[] = {
        "qemu-system-x86_64", "-smbios",
        "type=1,manufacturer=ACME,, Inc.,product=Old,serial=1", "-smbios",
        "type=1,product=New=2,serial=", "--smbios", "asset=A7,type=3",
        "-smbios", "file=/x,type=1", "-smbios", "type=4,serial=cpu",
        "-smbios", "type=17,part=P1,loc_pfx=DIMM",
        "-name", "-smbios", NULL
    };
    char *smbios[MACHINE_SMBIOS__MAX];
    unsigned i;

    machine_smbios_parse(argv, smbios);
    for (i = 0; i < MACHINE_SMBIOS__MAX; i++) {
        static const char *const wanted[MACHINE_SMBIOS__MAX] = {
            [MACHINE_SMBIOS_SYSTEM_MANUFACTURER] = "ACME, Inc.",
            [MACHINE_SMBIOS_SYSTEM_PRODUCT] = "New=2",
            [MACHINE_SMBIOS_CHASSIS_ASSET] = "A7",
            [MACHINE_SMBIOS_MEMORY_PART] = "P1",
        };

        g_assert_cmpstr(smbios[i], ==, wanted[i]);
    }
    clear(smbios);
}

static void test_self(void)
{
    int threads[] = { getpid(), 0 };
    MachineInfo info = { 0 };
    uint64_t before = 0;
    uint64_t after = 0;
    uint64_t bytes = 0;

    g_assert_true(machine_host_has_thread(getpid(), getpid()));
    g_assert_false(machine_host_has_thread(getpid(), 1 << 30));
    g_assert_false(machine_host_has_thread(getpid(), 0));
    g_assert_true(machine_host_read_cpu_us(getpid(), threads, &before));
    do {
        g_assert_true(machine_host_read_cpu_us(getpid(), threads, &after));
    } while (after < before + 20000);
    g_assert_true(machine_host_read_memory(getpid(), &bytes));
    g_assert_cmpuint(bytes, >, 100 * 1024);
    machine_host_read_argv(getpid(), &info);
    g_assert_null(info.smbios[0]);
    g_assert_cmpint(info.settings.value[MACHINE_SETTING_WATCHDOG], ==, 0);
    g_assert_cmpuint(info.settings.known, ==, 1 << MACHINE_SETTING_WATCHDOG);
}

static void test_started(void)
{
    int64_t now = g_get_real_time();
    int64_t started = machine_host_started(getpid());

    /* Whatever is slow here, a test does not run for an hour. */
    g_assert_cmpint(started, <=, now + G_USEC_PER_SEC);
    g_assert_cmpint(started, >, now - G_TIME_SPAN_HOUR);
    g_assert_cmpint(machine_host_started(0), ==, 0);
}

static void test_none(void)
{
    int threads[] = { 1 << 30, 0 };
    MachineInfo info = { 0 };
    uint64_t value;

    g_assert_false(machine_host_read_cpu_us(1 << 30, threads, &value));
    g_assert_false(machine_host_read_memory(1 << 30, &value));
    machine_host_read_argv(1 << 30, &info);
    g_assert_null(info.smbios[0]);
    g_assert_cmpuint(info.settings.known, ==, 0);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/machine-host/smbios", test_smbios);
    g_test_add_func("/machine-host/self", test_self);
    g_test_add_func("/machine-host/none", test_none);
    g_test_add_func("/machine-host/started", test_started);
    return g_test_run();
}
