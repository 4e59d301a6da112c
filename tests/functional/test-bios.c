/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings of firmware over Redfish, as SeaBIOS shows them: its debug console
 * says whether there is a boot menu, and with redirection its texts are on the
 * serial port.
 */
#include "osdep.h"

#include <gio/gunixsocketaddress.h>

#include "test-vm.h"
#include "util/json.h"

#define SETTINGS "/Systems/1/Bios/Settings"
#define RESET "/Systems/1/Actions/ComputerSystem.Reset"

/* Nobody tells when QEMU writes to a file. */
static void wait_file(const char *path, const char *text)
{
    int64_t end = g_get_monotonic_time() + TEST_VM_WAIT_MS * 1000;

    while (g_get_monotonic_time() < end) {
        g_autofree char *content = NULL;

        if (g_file_get_contents(path, &content, NULL, NULL) &&
            strstr(content, text)) {
            return;
        }
        g_usleep(20000);
    }
    g_error("%s does not hold \"%s\"", path, text);
}

static void wait_serial(TestDir *dir, const char *wanted)
{
    g_autofree char *path = test_dir_file(dir, "run/serial.sock");
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(path);
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketConnection) serial = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) err = NULL;
    GInputStream *in;
    char c;

    g_socket_client_set_timeout(client, TEST_VM_WAIT_MS / 1000);
    serial = g_socket_client_connect(client, G_SOCKET_CONNECTABLE(addr), NULL,
                                     &err);
    g_assert_no_error(err);
    in = g_io_stream_get_input_stream(G_IO_STREAM(serial));
    while (!strstr(text->str, wanted)) {
        g_assert_cmpint(g_input_stream_read(in, &c, 1, NULL, NULL), ==, 1);
        g_string_append_c(text, c);
    }
}

static void set(TestBmc *bmc, const char *attributes)
{
    g_autofree char *body = g_strdup_printf("{\"Attributes\": {%s}}",
                                            attributes);

    g_assert_cmpint(test_bmc_redfish(bmc, "PATCH", SETTINGS, body, NULL), ==,
                    200);
}

static void reset(TestBmc *bmc, const char *type)
{
    g_autofree char *body = g_strdup_printf("{\"ResetType\": \"%s\"}", type);

    g_assert_cmpint(test_bmc_redfish(bmc, "POST", RESET, body, NULL), ==,
                    204);
}

static void assert_attribute(TestBmc *bmc, const char *name,
                             const char *value)
{
    g_autoptr(JsonObject) bios = NULL;
    JsonObject *attributes = NULL;
    const char *found = NULL;

    g_assert_cmpint(test_bmc_redfish(bmc, "GET", "/Systems/1/Bios", NULL,
                                     &bios), ==, 200);
    json_get_object(bios, "Attributes", &attributes);
    g_assert_nonnull(attributes);
    json_get_string(attributes, name, &found);
    g_assert_cmpstr(found, ==, value);
}

static void test_launch(void)
{
    TestDir *dir = test_dir_new();
    g_autofree char *debug = test_dir_file(dir, "debug");
    g_autofree char *args = g_strdup_printf(
        "-- qemu-system-x86_64 -accel tcg -nodefaults -m 64 "
        "-chardev file,id=d,path=%s -device isa-debugcon,iobase=0x402,"
        "chardev=d", debug);
    g_autofree char *before = NULL;
    TestBmc *bmc = test_bmc_start(dir, args);

    test_bmc_wait_power(bmc, "Off");
    reset(bmc, "On");
    wait_file(debug, "No bootable device");
    g_assert_true(g_file_get_contents(debug, &before, NULL, NULL));
    g_assert_null(strstr(before, "boot menu"));

    set(bmc, "\"BootMenu\": \"Enabled\", \"BootMenuTimeout\": 100, "
        "\"BootRetryTimeout\": 1000, \"SerialRedirection\": \"Enabled\"");
    assert_attribute(bmc, "BootMenu", "Disabled");
    reset(bmc, "ForceRestart");
    wait_file(debug, "for boot menu");
    /* Again and again: nobody looked at the serial port in time */
    wait_serial(dir, "Retrying in 1 seconds");
    assert_attribute(bmc, "BootMenu", "Enabled");
    test_bmc_wait_power(bmc, "On");

    /* Another helper begins with what was set. */
    test_bmc_stop(bmc);
    test_bmc_free(bmc);
    bmc = test_bmc_start(dir, args);
    reset(bmc, "On");
    wait_file(debug, "for boot menu");
    test_bmc_stop(bmc);
    test_bmc_free(bmc);
    test_dir_free(dir);
}

/* The watchdog of the guest expires: QEMU does what was set. */
static void test_attach(void)
{
    TestLab lab = { 0 };

    test_lab_start(&lab, "-device ib700 -drive if=none,id=a,format=raw,"
                   "file=@disk-a.img@,snapshot=on -device ide-hd,drive=a",
                   "BOOTED A");
    assert_attribute(lab.bmc, "BootMenu", "Disabled");
    set(lab.bmc, "\"WatchdogAction\": \"Pause\", "
        "\"StrictBoot\": \"Enabled\"");
    assert_attribute(lab.bmc, "WatchdogAction", "Reset");
    reset(lab.bmc, "ForceRestart");
    test_vm_wait_serial(lab.vm, "BOOTED A");
    assert_attribute(lab.bmc, "WatchdogAction", "Pause");
    assert_attribute(lab.bmc, "StrictBoot", "Enabled");
    test_vm_send(lab.vm, 'w');
    test_bmc_wait_power(lab.bmc, "Paused");
    g_assert_cmpint(test_bmc_redfish(lab.bmc, "PATCH", SETTINGS,
                                     "{\"Attributes\": {\"BootMenu\": "
                                     "\"Enabled\"}}", NULL), ==, 400);
    test_lab_end(&lab);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bios/launch", test_launch);
    g_test_add_func("/bios/attach", test_attach);
    return g_test_run();
}
