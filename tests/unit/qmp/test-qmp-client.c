/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QMP client: connection, commands, errors, cancellation. */
#include "osdep.h"

#include "qmp/qmp-client.h"

#include <gio/gunixsocketaddress.h>
#include <sys/stat.h>

#include "mock-qmp.h"
#include "qmp-fixture.h"
#include "test-util.h"
#include "util/error.h"
#include "util/json.h"

/* connection */

static void test_connect(void)
{
    QmpFixture f;
    g_auto(TestSync) sync = { 0 };
    g_autoptr(GError) err = NULL;
    const QmpVersion *version;

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    g_assert_cmpint(qmp_client_get_state(f.client), ==,
                    QMP_CLIENT_DISCONNECTED);
    g_assert_null(qmp_client_get_version(f.client));
    g_assert_cmpuint(qmp_client_get_connection(f.client), ==, 0);
    qmp_client_connect_async(f.client, NULL, test_sync_ready, &sync);
    g_assert_true(qmp_client_connect_finish(test_sync_wait(&sync), &err));
    g_assert_no_error(err);
    g_assert_cmpint(qmp_client_get_state(f.client), ==, QMP_CLIENT_READY);
    g_assert_null(qmp_client_get_error(f.client));
    version = qmp_client_get_version(f.client);
    g_assert_cmpint(version->major, ==, 7);
    g_assert_cmpint(version->minor, ==, 2);
    g_assert_cmpstr(version->package, ==, "Debian");
    g_assert_cmpuint(qmp_client_get_connection(f.client), ==, 1);
    g_assert_cmpint(qmp_client_get_peer_pid(f.client), ==, getpid());
    g_assert_false(qmp_client_get_oob(f.client));
    g_assert_false(json_object_has_member(
        mock_qmp_get_args(f.mock, "qmp_capabilities"), "enable"));
    qmp_fixture_clear(&f);
}

static void test_connect_split(void)
{
    QmpFixture f;
    g_autofree char *ret = NULL;

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_chunk(f.mock, 1);
    mock_qmp_set_reply(f.mock, "query-name", "{\"name\":\"a{\\\"}b\"}");
    qmp_fixture_start(&f);
    ret = qmp_fixture_run_name(f.client, "query-name", NULL);
    g_assert_cmpstr(ret, ==, "{\"name\":\"a{\\\"}b\"}");
    qmp_fixture_clear(&f);
}

static void connect_error(const char *path, BmcError code, const char *text)
{
    g_autoptr(Clock) clock = clock_new_fake();
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(path);
    QmpClientOptions options = { .no_reconnect = true };
    g_autoptr(QmpClient) client = qmp_client_new(addr, clock, &options);
    g_auto(TestSync) sync = { 0 };
    g_autoptr(GError) err = NULL;

    qmp_client_connect_async(client, NULL, test_sync_ready, &sync);
    g_assert_false(qmp_client_connect_finish(test_sync_wait(&sync), &err));
    g_assert_error(err, BMC_ERROR, (int)code);
    g_assert_nonnull(strstr(err->message, text));
    g_assert_nonnull(strstr(err->message, path));
    g_assert_cmpint(qmp_client_get_state(client), ==,
                    QMP_CLIENT_DISCONNECTED);
}

static void test_connect_missing(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *path = test_dir_file(dir, "nowhere/qmp.sock");

    connect_error(path, BMC_ERROR_NOT_FOUND,
                  "No such file or directory (is QEMU running");
}

static void test_connect_refused(void)
{
    g_autoptr(MockQmp) mock = mock_qmp_new();

    mock_qmp_kill(mock, false);
    connect_error(mock_qmp_path(mock), BMC_ERROR_UNAVAILABLE, "refused");
}

static void test_connect_permission(void)
{
    g_autoptr(MockQmp) mock = mock_qmp_new();

    if (geteuid() == 0) {
        /* Root may everything: be somebody else in a child. */
        if (!g_test_subprocess()) {
            g_test_trap_subprocess(NULL, 0, 0);
            g_test_trap_assert_passed();
            return;
        }
        g_assert_cmpint(chmod(mock_qmp_path(mock), 0600), ==, 0);
        g_assert_cmpint(seteuid(65534), ==, 0);
        connect_error(mock_qmp_path(mock), BMC_ERROR_PERMISSION,
                      "permissions");
        g_assert_cmpint(seteuid(0), ==, 0);
        return;
    }
    g_assert_cmpint(chmod(mock_qmp_path(mock), 0), ==, 0);
    connect_error(mock_qmp_path(mock), BMC_ERROR_PERMISSION, "permissions");
}

static void test_no_greeting(void)
{
    QmpFixture f;
    g_auto(TestSync) sync = { 0 };
    g_autoptr(GError) err = NULL;

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_greeting(f.mock, NULL);
    qmp_client_connect_async(f.client, NULL, test_sync_ready, &sync);
    qmp_fixture_wait(qmp_fixture_is_negotiating, f.client);
    clock_advance(f.clock, QMP_GREETING_DEFAULT_MS - 1);
    g_assert_null(qmp_client_get_error(f.client));
    clock_advance(f.clock, 1);
    g_assert_false(qmp_client_connect_finish(test_sync_wait(&sync), &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_TIMEOUT);
    g_assert_nonnull(strstr(err->message, "another client holds it; give "
                            "qemu-bmc its own -qmp"));
    g_assert_nonnull(strstr(err->message, "5 s"));
    /* It waits on, and is served when the other client has left. */
    g_assert_cmpint(qmp_client_get_state(f.client), ==,
                    QMP_CLIENT_NEGOTIATING);
    mock_qmp_send_raw(f.mock, mock_qmp_greeting(), -1);
    qmp_fixture_wait(qmp_fixture_is_ready, f.client);
    g_assert_null(qmp_client_get_error(f.client));
    g_assert_cmpuint(mock_qmp_get_connections(f.mock), ==, 1);
    qmp_fixture_clear(&f);
}

static void test_no_capabilities_reply(void)
{
    QmpFixture f;

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_hold(f.mock, "qmp_capabilities");
    qmp_client_start(f.client);
    qmp_fixture_wait(qmp_fixture_is_held, f.mock);
    clock_advance(f.clock, QMP_GREETING_DEFAULT_MS);
    g_assert_error(qmp_client_get_error(f.client), BMC_ERROR,
                   BMC_ERROR_TIMEOUT);
    mock_qmp_release(f.mock, false);
    qmp_fixture_wait(qmp_fixture_is_ready, f.client);
    qmp_fixture_clear(&f);
}

static void garbage(const char *text, BmcError code)
{
    QmpFixture f;
    QmpClientOptions options = { .no_reconnect = true, .message_max = 1000 };

    qmp_fixture_init(&f, mock_qmp_new(), &options);
    mock_qmp_set_greeting(f.mock, text);
    qmp_client_start(f.client);
    qmp_fixture_wait(qmp_fixture_has_error, f.client);
    g_assert_error(qmp_client_get_error(f.client), BMC_ERROR, (int)code);
    g_assert_cmpint(qmp_client_get_state(f.client), ==,
                    QMP_CLIENT_DISCONNECTED);
    qmp_fixture_clear(&f);
}

static void test_garbage(void)
{
    g_autofree char *spaces = g_strnfill(2000, ' ');
    g_autofree char *longer = g_strdup_printf("{\"QMP\":%s", spaces);

    garbage("SSH-2.0-OpenSSH_9.2\r\n", BMC_ERROR_PROTOCOL);
    garbage("{\"QMP\": 1}\r\n", BMC_ERROR_PROTOCOL);
    garbage("{\"QMP\": {\"version\": {}}}\r\n", BMC_ERROR_PROTOCOL);
    garbage("{\"event\": \"STOP\"}\r\n", BMC_ERROR_PROTOCOL);
    garbage("{\"return\": {}, \"id\": 1}\r\n", BMC_ERROR_PROTOCOL);
    garbage("{\"QMP\": }\r\n", BMC_ERROR_PROTOCOL);
    garbage(longer, BMC_ERROR_LIMIT);
}

/* commands */

static void test_command(void)
{
    QmpFixture f;
    QmpCommand command = { .name = "qom-get" };
    g_autofree char *ret = NULL;
    const QmpMetrics *metrics;

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_expect(f.mock, "qom-get",
                    "{\"path\":\"/machine\",\"property\":\"type\"}",
                    "\"pc\"");
    qmp_fixture_start(&f);
    command.args = json_object_new();
    json_object_set_string_member(command.args, "property", "type");
    json_object_set_string_member(command.args, "path", "/machine");
    ret = qmp_fixture_run(f.client, &command, NULL);
    g_assert_cmpstr(ret, ==, "\"pc\"");
    mock_qmp_assert_done(f.mock);
    metrics = qmp_client_get_metrics(f.client);
    g_assert_cmpuint(metrics->commands, ==, 1);
    g_assert_cmpuint(metrics->returns, ==, 1);
    g_assert_cmpuint(metrics->errors, ==, 0);
    g_assert_cmpuint(metrics->latency_max_us, ==, metrics->latency_sum_us);
    g_assert_cmpuint(metrics->bytes_in, >, 0);
    g_assert_cmpuint(metrics->bytes_out, >, 0);
    qmp_fixture_clear(&f);
}

/* Integers at the ends of their ranges arrive as they left. */
static void test_integers(void)
{
    QmpFixture f;
    QmpCommand command = { .name = "qom-set" };
    JsonObject *seen;
    int64_t value;
    g_autofree char *ret = NULL;
    g_autofree char *big = NULL;

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_reply(f.mock, "qom-set", "{}");
    mock_qmp_expect(f.mock, "query-name", NULL,
                    "{\"name\": \"18446744073709551615\", "
                    "\"u\": 18446744073709551615, "
                    "\"i\": -9223372036854775808}");
    qmp_fixture_start(&f);
    command.args = json_object_new();
    json_object_set_string_member(command.args, "path", "/a");
    json_object_set_string_member(command.args, "property", "b");
    json_object_set_int_member(command.args, "value", INT64_MAX);
    ret = qmp_fixture_run(f.client, &command, NULL);
    g_assert_cmpstr(ret, ==, "{}");
    seen = mock_qmp_get_args(f.mock, "qom-set");
    g_assert_cmpint(json_get_int(seen, "value", &value), ==, JSON_GET_OK);
    g_assert_cmpint(value, ==, INT64_MAX);
    big = qmp_fixture_run_name(f.client, "query-name", NULL);
    g_assert_cmpstr(big, ==, "{\"name\":\"18446744073709551615\","
                    "\"u\":-1,\"i\":-9223372036854775808}");
    qmp_fixture_clear(&f);
}

static char *echo_path(MockQmp *mock, const char *command, JsonObject *args,
                       void *opaque)
{
    const char *path = NULL;

    json_get_string(args, "path", &path);
    return g_strdup_printf("\"%s\"", path);
}

#define N_CONCURRENT 10

static bool mock_holds_all(void *opaque)
{
    return mock_qmp_get_held(opaque) == N_CONCURRENT;
}

/* Ten commands in flight, answered in the reverse order. */
static void test_concurrent(void)
{
    QmpFixture f;
    TestSync syncs[N_CONCURRENT] = { 0 };
    unsigned i;

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_func(f.mock, "qom-get", echo_path, NULL);
    mock_qmp_hold(f.mock, "qom-get");
    qmp_fixture_start(&f);
    for (i = 0; i < N_CONCURRENT; i++) {
        g_autofree char *path = g_strdup_printf("/%u", i);
        JsonObject *args = json_object_new();

        json_object_set_string_member(args, "path", path);
        json_object_set_string_member(args, "property", "x");
        qmp_client_execute_async(f.client, "qom-get", args, NULL,
                                 test_sync_ready, &syncs[i]);
    }
    qmp_fixture_wait(mock_holds_all, f.mock);
    mock_qmp_release(f.mock, true);
    for (i = 0; i < N_CONCURRENT; i++) {
        g_autofree char *want = g_strdup_printf("/%u", i);
        g_autoptr(JsonNode) node =
            qmp_client_execute_finish(test_sync_wait(&syncs[i]), NULL);

        g_assert_cmpstr(json_node_get_string(node), ==, want);
        test_sync_clear(&syncs[i]);
    }
    qmp_fixture_clear(&f);
}

/* Commands given before the connection is there wait for it. */
static void test_wait_for_ready(void)
{
    QmpFixture f;
    QmpCommand now = { .name = "query-name", .flags = QMP_EXEC_NOW };
    g_auto(TestSync) sync = { 0 };
    g_autoptr(JsonNode) node = NULL;
    g_autoptr(GError) err = NULL;
    g_autofree char *ret = NULL;

    qmp_fixture_init(&f, mock_qmp_new_absent(), NULL);
    mock_qmp_set_reply(f.mock, "query-name", "{}");
    ret = qmp_fixture_run_name(f.client, "query-name", &err);
    g_assert_error(err, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    g_clear_error(&err);
    qmp_client_start(f.client);
    qmp_client_execute_async(f.client, "query-name", NULL, NULL,
                             test_sync_ready, &sync);
    qmp_fixture_wait(qmp_fixture_has_error, f.client);
    ret = qmp_fixture_run(f.client, &now, &err);
    g_assert_error(err, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    g_assert_null(sync.result);
    mock_qmp_listen(f.mock);
    node = qmp_client_execute_finish(test_sync_wait(&sync), NULL);
    g_assert_nonnull(node);
    qmp_fixture_clear(&f);
}

static void test_queue_limit(void)
{
    QmpFixture f;
    QmpClientOptions options = { .queue_max = 3 };
    TestSync syncs[3] = { 0 };
    g_autoptr(GError) err = NULL;
    g_autofree char *ret = NULL;
    unsigned i;

    qmp_fixture_init(&f, mock_qmp_new(), &options);
    qmp_fixture_start(&f);
    mock_qmp_set_deaf(f.mock, true);
    for (i = 0; i < 3; i++) {
        qmp_client_execute_async(f.client, "query-name", NULL, NULL,
                                 test_sync_ready, &syncs[i]);
    }
    ret = qmp_fixture_run_name(f.client, "query-name", &err);
    g_assert_error(err, BMC_ERROR, BMC_ERROR_LIMIT);
    qmp_client_free(g_steal_pointer(&f.client));
    for (i = 0; i < 3; i++) {
        qmp_fixture_assert_fails(&syncs[i], G_IO_ERROR, G_IO_ERROR_CANCELLED);
        test_sync_clear(&syncs[i]);
    }
    qmp_fixture_clear(&f);
}

/* More than a socket buffer takes: never blocks, nothing is lost. */
static void test_large_command(void)
{
    QmpFixture f;
    QmpCommand command = { .name = "qom-get" };
    g_auto(TestSync) sync = { 0 };
    g_autoptr(JsonNode) node = NULL;
    g_autofree char *path = g_strnfill(3 * 1024 * 1024, 'x');

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_func(f.mock, "qom-get", echo_path, NULL);
    qmp_fixture_start(&f);
    mock_qmp_set_deaf(f.mock, true);
    command.args = json_object_new();
    json_object_set_string_member(command.args, "path", path);
    json_object_set_string_member(command.args, "property", "x");
    qmp_client_command_async(f.client, &command, NULL, test_sync_ready,
                             &sync);
    test_drain();
    g_assert_null(sync.result);
    mock_qmp_set_deaf(f.mock, false);
    node = qmp_client_execute_finish(test_sync_wait(&sync), NULL);
    g_assert_cmpstr(json_node_get_string(node), ==, path);
    qmp_fixture_clear(&f);
}

/* errors */

static void test_errors(void)
{
    static const struct {
        const char *name;
        QmpError code;
    } cases[] = {
        { "GenericError", QMP_ERROR_GENERIC },
        { "CommandNotFound", QMP_ERROR_COMMAND_NOT_FOUND },
        { "DeviceNotFound", QMP_ERROR_DEVICE_NOT_FOUND },
        { "DeviceNotActive", QMP_ERROR_DEVICE_NOT_ACTIVE },
        { "KVMMissingCap", QMP_ERROR_KVM_MISSING_CAP },
        { "SomethingNew", QMP_ERROR_GENERIC },
    };
    QmpFixture f;
    unsigned i;

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    qmp_fixture_start(&f);
    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) err = NULL;
        g_autofree char *ret = NULL;

        mock_qmp_expect_error(f.mock, "query-name", NULL, cases[i].name,
                              "100% wrong");
        ret = qmp_fixture_run_name(f.client, "query-name", &err);
        g_assert_null(ret);
        g_assert_error(err, QMP_ERROR, (int)cases[i].code);
        g_assert_cmpstr(err->message, ==, "100% wrong");
    }
    g_assert_cmpuint(qmp_client_get_metrics(f.client)->errors, ==, i);
    qmp_fixture_clear(&f);
}

static void test_timeout(void)
{
    QmpFixture f;
    QmpCommand command = { .name = "query-name", .timeout_ms = 100 };
    g_auto(TestSync) sync = { 0 };
    g_autofree char *ret = NULL;

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_reply(f.mock, "query-name", "{}");
    mock_qmp_hold(f.mock, "query-name");
    qmp_fixture_start(&f);
    qmp_client_command_async(f.client, &command, NULL, test_sync_ready,
                             &sync);
    qmp_fixture_wait(qmp_fixture_is_held, f.mock);
    clock_advance(f.clock, 99);
    test_drain();
    g_assert_null(sync.result);
    clock_advance(f.clock, 1);
    qmp_fixture_assert_fails(&sync, BMC_ERROR, BMC_ERROR_TIMEOUT);
    /* The late reply is dropped and disturbs nobody. */
    mock_qmp_set_reply(f.mock, "query-uuid", "{\"UUID\": \"u\"}");
    mock_qmp_release(f.mock, false);
    ret = qmp_fixture_run_name(f.client, "query-uuid", NULL);
    g_assert_cmpstr(ret, ==, "{\"UUID\":\"u\"}");
    g_assert_cmpuint(qmp_client_get_metrics(f.client)->timeouts, ==, 1);
    g_assert_cmpuint(qmp_client_get_metrics(f.client)->late_replies, ==, 1);
    qmp_fixture_clear(&f);
}

/* What timed out before it was written is never written. */
static void test_timeout_unsent(void)
{
    QmpFixture f;
    QmpCommand command = { .name = "query-name", .timeout_ms = 100 };
    g_auto(TestSync) sync = { 0 };

    qmp_fixture_init(&f, mock_qmp_new_absent(), NULL);
    qmp_client_start(f.client);
    qmp_client_command_async(f.client, &command, NULL, test_sync_ready,
                             &sync);
    clock_advance(f.clock, 100);
    qmp_fixture_assert_fails(&sync, BMC_ERROR, BMC_ERROR_TIMEOUT);
    mock_qmp_listen(f.mock);
    qmp_fixture_wait(qmp_fixture_is_ready, f.client);
    test_drain();
    g_assert_cmpuint(mock_qmp_get_count(f.mock, NULL), ==, 0);
    qmp_fixture_clear(&f);
}

/* cancellation */

static void test_cancel(void)
{
    QmpFixture f;
    g_auto(TestSync) sync = { 0 };
    g_auto(TestSync) early = { 0 };
    g_autoptr(GCancellable) cancellable = g_cancellable_new();

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_reply(f.mock, "query-name", "{}");
    mock_qmp_hold(f.mock, "query-name");
    qmp_fixture_start(&f);
    qmp_client_execute_async(f.client, "query-name", NULL, cancellable,
                             test_sync_ready, &sync);
    qmp_fixture_wait(qmp_fixture_is_held, f.mock);
    g_cancellable_cancel(cancellable);
    g_assert_null(sync.result);
    qmp_fixture_assert_fails(&sync, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    /* One that is cancelled from the beginning is not sent. */
    qmp_client_execute_async(f.client, "query-uuid", NULL, cancellable,
                             test_sync_ready, &early);
    qmp_fixture_assert_fails(&early, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_assert_cmpuint(mock_qmp_get_count(f.mock, NULL), ==, 1);
    mock_qmp_release(f.mock, false);
    test_drain();
    g_assert_cmpint(qmp_client_get_state(f.client), ==, QMP_CLIENT_READY);
    qmp_fixture_clear(&f);
}

static void test_cancel_connect(void)
{
    QmpFixture f;
    g_auto(TestSync) sync = { 0 };
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GError) err = NULL;

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_greeting(f.mock, NULL);
    qmp_client_connect_async(f.client, cancellable, test_sync_ready, &sync);
    qmp_fixture_wait(qmp_fixture_is_negotiating, f.client);
    g_cancellable_cancel(cancellable);
    g_assert_false(qmp_client_connect_finish(test_sync_wait(&sync), &err));
    g_assert_error(err, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    mock_qmp_send_raw(f.mock, mock_qmp_greeting(), -1);
    qmp_fixture_wait(qmp_fixture_is_ready, f.client);
    qmp_fixture_clear(&f);
}

static void free_client(GObject *source, GAsyncResult *res, void *opaque)
{
    QmpFixture *f = opaque;
    g_autoptr(GError) err = NULL;
    G_GNUC_UNUSED g_autoptr(JsonNode) node =
        qmp_client_execute_finish(res, &err);

    if (!bmc_error_is_cancelled(err)) {
        qmp_client_free(g_steal_pointer(&f->client));
    }
}

/* A callback may free the client while more replies are in its buffer. */
static void test_free_in_callback(void)
{
    QmpFixture f;
    TestSync syncs[3] = { 0 };
    unsigned i;

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_reply(f.mock, "query-name", "{}");
    mock_qmp_hold(f.mock, NULL);
    qmp_fixture_start(&f);
    qmp_client_execute_async(f.client, "query-name", NULL, NULL, free_client,
                             &f);
    for (i = 0; i < 3; i++) {
        qmp_client_execute_async(f.client, "query-name", NULL, NULL,
                                 test_sync_ready, &syncs[i]);
    }
    test_drain();
    mock_qmp_release(f.mock, false);
    qmp_fixture_wait(qmp_fixture_is_freed, &f);
    for (i = 0; i < 3; i++) {
        qmp_fixture_assert_fails(&syncs[i], G_IO_ERROR, G_IO_ERROR_CANCELLED);
        test_sync_clear(&syncs[i]);
    }
    qmp_fixture_clear(&f);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/qmp-client/connection/ready", test_connect);
    g_test_add_func("/qmp-client/connection/split", test_connect_split);
    g_test_add_func("/qmp-client/connection/missing", test_connect_missing);
    g_test_add_func("/qmp-client/connection/refused", test_connect_refused);
    g_test_add_func("/qmp-client/connection/permission",
                    test_connect_permission);
    g_test_add_func("/qmp-client/connection/no-greeting", test_no_greeting);
    g_test_add_func("/qmp-client/connection/no-capabilities-reply",
                    test_no_capabilities_reply);
    g_test_add_func("/qmp-client/connection/garbage", test_garbage);
    g_test_add_func("/qmp-client/command/arguments", test_command);
    g_test_add_func("/qmp-client/command/integers", test_integers);
    g_test_add_func("/qmp-client/command/concurrent", test_concurrent);
    g_test_add_func("/qmp-client/command/wait-for-ready",
                    test_wait_for_ready);
    g_test_add_func("/qmp-client/command/queue-limit", test_queue_limit);
    g_test_add_func("/qmp-client/command/large", test_large_command);
    g_test_add_func("/qmp-client/error/class", test_errors);
    g_test_add_func("/qmp-client/error/timeout", test_timeout);
    g_test_add_func("/qmp-client/error/timeout-unsent", test_timeout_unsent);
    g_test_add_func("/qmp-client/cancel/command", test_cancel);
    g_test_add_func("/qmp-client/cancel/connect", test_cancel_connect);
    g_test_add_func("/qmp-client/cancel/free", test_free_in_callback);
    return g_test_run();
}
