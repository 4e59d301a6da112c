/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Another monitor of the QEMU under test. */
#include "osdep.h"

#include "test-monitor.h"

#include <gio/gunixsocketaddress.h>

#include "test-vm.h"
#include "util/json.h"

#define TRIES 1200
#define TRY_US 50000

static char *socket_path(const TestDir *dir)
{
    return test_dir_file(dir, "other.sock");
}

char *test_monitor_args(const TestDir *dir)
{
    g_autofree char *path = socket_path(dir);

    return g_strdup_printf("-qmp unix:%s,server=on,wait=off", path);
}

static JsonObject *read_object(TestMonitor *monitor)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *line = NULL;
    JsonObject *object;

    line = g_data_input_stream_read_line(monitor->in, NULL, NULL, &err);
    g_assert_no_error(err);
    g_assert_nonnull(line);
    object = json_parse_object(line, strlen(line), &err);
    g_assert_no_error(err);
    return object;
}

JsonObject *test_monitor_run(TestMonitor *monitor, const char *command,
                             const char *arguments)
{
    GOutputStream *out =
        g_io_stream_get_output_stream(G_IO_STREAM(monitor->conn));
    g_autofree char *text = g_strdup_printf(
        "{\"execute\":\"%s\",\"arguments\":{%s}}\n", command,
        arguments ? arguments : "");

    g_assert_true(g_output_stream_write_all(out, text, strlen(text), NULL,
                                            NULL, NULL));
    for (;;) {
        g_autoptr(JsonObject) object = read_object(monitor);

        if (json_object_has_member(object, "error")) {
            g_autofree char *why = json_print(object);

            g_error("%s: %s", command, why);
        }
        if (json_object_has_member(object, "return")) {
            return g_steal_pointer(&object);
        }
        if (monitor->event) {
            monitor->event(monitor->opaque, object);
        }
    }
}

void test_monitor_do(TestMonitor *monitor, const char *command)
{
    g_autoptr(JsonObject) reply = test_monitor_run(monitor, command, NULL);

    g_assert_nonnull(reply);
}

TestMonitor *test_monitor_open(const TestDir *dir)
{
    TestMonitor *monitor = g_new0(TestMonitor, 1);
    g_autoptr(GSocketAddress) addr = NULL;
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(JsonObject) greeting = NULL;
    unsigned tries;

    monitor->path = socket_path(dir);
    addr = g_unix_socket_address_new(monitor->path);
    g_socket_client_set_timeout(client, TEST_VM_WAIT_MS / 1000);
    for (tries = 0; !monitor->conn; tries++) {
        /* The serial port comes up before the monitors do. */
        g_assert_cmpuint(tries, <, TRIES);
        g_usleep(TRY_US);
        monitor->conn = g_socket_client_connect(
            client, G_SOCKET_CONNECTABLE(addr), NULL, NULL);
    }
    monitor->in = g_data_input_stream_new(
        g_io_stream_get_input_stream(G_IO_STREAM(monitor->conn)));
    greeting = read_object(monitor);
    test_monitor_do(monitor, "qmp_capabilities");
    return monitor;
}

void test_monitor_free(TestMonitor *monitor)
{
    if (monitor) {
        g_object_unref(monitor->in);
        g_object_unref(monitor->conn);
        g_free(monitor->path);
        g_free(monitor);
    }
}

char *test_monitor_status(TestMonitor *monitor)
{
    g_autoptr(JsonObject) reply = test_monitor_run(monitor, "query-status",
                                                   NULL);
    JsonObject *value;
    const char *status;

    g_assert_cmpint(json_get_object(reply, "return", &value), ==,
                    JSON_GET_OK);
    g_assert_cmpint(json_get_string(value, "status", &status), ==,
                    JSON_GET_OK);
    return g_strdup(status);
}

int64_t test_monitor_boot_index(TestMonitor *monitor, const char *device)
{
    g_autofree char *arguments = g_strdup_printf(
        "\"path\":\"/machine/peripheral/%s\",\"property\":\"bootindex\"",
        device);
    g_autoptr(JsonObject) reply = test_monitor_run(monitor, "qom-get",
                                                   arguments);
    int64_t value;

    g_assert_cmpint(json_get_int(reply, "return", &value), ==, JSON_GET_OK);
    return value;
}
