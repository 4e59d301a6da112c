/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A helper whose QEMU others start, with its serial port in a file. */
#include "osdep.h"

#include "command-lab.h"

#include <gio/gunixsocketaddress.h>
#include <signal.h>

#define RESET "/Systems/1/Actions/ComputerSystem.Reset"
#define STEP_US 20000

static int64_t deadline(void)
{
    return g_get_monotonic_time() + TEST_VM_WAIT_MS * INT64_C(1000);
}

char *command_lab_file(const CommandLab *lab, const char *name)
{
    return test_dir_file(lab->dir, name);
}

bool command_lab_exists(const CommandLab *lab, const char *name)
{
    g_autofree char *path = command_lab_file(lab, name);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

char *command_lab_read(const CommandLab *lab, const char *name)
{
    g_autofree char *path = command_lab_file(lab, name);
    char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

void command_lab_wait_file(const CommandLab *lab, const char *name)
{
    int64_t end = deadline();

    while (!command_lab_exists(lab, name)) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(STEP_US);
    }
}

void command_lab_wait_serial(CommandLab *lab, const char *text)
{
    int64_t end = deadline();

    for (;;) {
        g_autofree char *log = command_lab_read(lab, "serial.log");
        const char *at = strlen(log) < lab->seen ? NULL :
                         strstr(log + lab->seen, text);

        if (at) {
            lab->seen = at - log + strlen(text);
            return;
        }
        if (g_get_monotonic_time() > end) {
            g_autofree char *bmc = command_lab_read(lab, "bmc.log");

            g_test_message("%s", bmc);
            g_error("the guest has not printed '%s' but '%s'", text, log);
        }
        g_usleep(STEP_US);
    }
}

void command_lab_send(CommandLab *lab, char letter)
{
    g_autofree char *path = command_lab_file(lab, "serial.sock");
    g_autofree char *echo = g_strdup_printf("%c", letter);
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(path);
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketConnection) serial = g_socket_client_connect(
        client, G_SOCKET_CONNECTABLE(addr), NULL, NULL);

    g_assert_nonnull(serial);
    g_assert_cmpint(g_output_stream_write(
                        g_io_stream_get_output_stream(G_IO_STREAM(serial)),
                        &letter, 1, NULL, NULL), ==, 1);
    command_lab_wait_serial(lab, echo);
}

void command_lab_wait_ended(GPid pid)
{
    int64_t end = deadline();

    g_assert_cmpint(pid, >, 0);
    while (!kill(pid, 0)) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(STEP_US);
    }
}

int command_lab_reset(const CommandLab *lab, const char *type)
{
    return test_bmc_reset(lab->bmc, type);
}

void command_lab_post_reset(const CommandLab *lab, const char *type)
{
    g_autofree char *line = g_strdup_printf(
        "curl -sk -m 60 -o /dev/null -u admin:password "
        "-H Content-Type:application/json -d '{\"ResetType\":\"%s\"}' "
        "%s/redfish/v1" RESET, type, lab->bmc->redfish);

    g_assert_true(g_spawn_command_line_async(line, NULL));
}

void command_lab_boot_from_cd(const CommandLab *lab)
{
    g_assert_cmpint(test_bmc_redfish(
                        lab->bmc, "PATCH", "/Systems/1",
                        "{\"Boot\":{\"BootSourceOverrideEnabled\":\"Once\","
                        "\"BootSourceOverrideTarget\":\"Cd\"}}", NULL),
                    ==, 200);
}

void command_lab_assert_fault(const CommandLab *lab, bool fault)
{
    g_autofree char *out = NULL;

    g_assert_cmpint(test_bmc_ipmitool(lab->bmc, "chassis status", &out), ==,
                    0);
    g_assert_true(g_pattern_match_simple(
                      fault ? "*Power Control Fault  : true*" :
                              "*Power Control Fault  : false*", out));
}
