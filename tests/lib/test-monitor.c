/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QMP monitor of the test's own; it waits for each answer. */
#include "osdep.h"

#include "test-monitor.h"

#include <gio/gunixsocketaddress.h>

#include "util/json.h"

#define WAIT_MS 60000
#define STEP_MS 10

struct TestMonitor {
    GSocketConnection *connection;
    GDataInputStream *in;
    GHashTable *events;
};

static char *socket_path(const TestDir *dir)
{
    return test_dir_file(dir, "monitor.sock");
}

char *test_monitor_args(const TestDir *dir)
{
    g_autofree char *path = socket_path(dir);

    return g_strdup_printf("-qmp unix:%s,server=on,wait=off", path);
}

static JsonObject *read_line(TestMonitor *monitor)
{
    g_autoptr(GError) err = NULL;
    size_t len;
    g_autofree char *line = g_data_input_stream_read_line(
        monitor->in, &len, NULL, &err);
    JsonObject *object;

    g_assert_no_error(err);
    if (!line) {
        g_error("QEMU has closed the test's monitor");
    }
    object = json_parse_object(line, len, &err);
    g_assert_no_error(err);
    return object;
}

static void count_event(TestMonitor *monitor, const char *name)
{
    unsigned n = test_monitor_events(monitor, name);

    g_hash_table_insert(monitor->events, g_strdup(name),
                        GUINT_TO_POINTER(n + 1));
}

TestMonitor *test_monitor_open(const TestDir *dir)
{
    TestMonitor *monitor = g_new0(TestMonitor, 1);
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autofree char *path = socket_path(dir);
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(path);
    unsigned waited;

    for (waited = 0; !monitor->connection && waited < WAIT_MS;
         waited += STEP_MS) {
        monitor->connection = g_socket_client_connect(
            client, G_SOCKET_CONNECTABLE(addr), NULL, NULL);
        if (!monitor->connection) {
            g_usleep(STEP_MS * 1000);
        }
    }
    g_assert_nonnull(monitor->connection);
    monitor->events = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                            NULL);
    monitor->in = g_data_input_stream_new(g_io_stream_get_input_stream(
        G_IO_STREAM(monitor->connection)));
    g_socket_set_timeout(
        g_socket_connection_get_socket(monitor->connection), WAIT_MS / 1000);
    json_object_unref(read_line(monitor));
    json_object_unref(test_monitor_run(monitor, "qmp_capabilities", NULL));
    return monitor;
}

void test_monitor_free(TestMonitor *monitor)
{
    if (monitor) {
        g_object_unref(monitor->in);
        g_object_unref(monitor->connection);
        g_hash_table_unref(monitor->events);
        g_free(monitor);
    }
}

JsonObject *test_monitor_run(TestMonitor *monitor, const char *command,
                             const char *arguments)
{
    g_autofree char *text = g_strdup_printf(
        "{\"execute\":\"%s\",\"arguments\":%s}\n", command,
        arguments ? arguments : "{}");
    g_autoptr(GError) err = NULL;

    g_output_stream_write_all(
        g_io_stream_get_output_stream(G_IO_STREAM(monitor->connection)),
        text, strlen(text), NULL, NULL, &err);
    g_assert_no_error(err);
    for (;;) {
        JsonObject *object = read_line(monitor);
        const char *name;

        if (json_get_string(object, "event", &name) != JSON_GET_OK) {
            return object;
        }
        count_event(monitor, name);
        json_object_unref(object);
    }
}

static char *qom_path(const char *device)
{
    return *device == '/' ? g_strdup(device) :
           g_strconcat("/machine/peripheral/", device, NULL);
}

int test_monitor_index(TestMonitor *monitor, const char *device)
{
    g_autofree char *path = qom_path(device);
    g_autofree char *arguments = g_strdup_printf(
        "{\"path\":\"%s\",\"property\":\"bootindex\"}", path);
    g_autoptr(JsonObject) answer = test_monitor_run(monitor, "qom-get",
                                                    arguments);
    int64_t index;

    g_assert_cmpint(json_get_int(answer, "return", &index), ==, JSON_GET_OK);
    return index;
}

void test_monitor_set_index(TestMonitor *monitor, const char *device,
                            int index)
{
    g_autofree char *path = qom_path(device);
    g_autofree char *arguments = g_strdup_printf(
        "{\"path\":\"%s\",\"property\":\"bootindex\",\"value\":%d}", path,
        index);
    g_autoptr(JsonObject) answer = test_monitor_run(monitor, "qom-set",
                                                    arguments);

    g_assert_true(json_object_has_member(answer, "return"));
}

unsigned test_monitor_events(TestMonitor *monitor, const char *name)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(monitor->events, name));
}
