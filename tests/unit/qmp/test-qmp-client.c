/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QMP client against the scripted server. */
#include "osdep.h"

#include "qmp/qmp-client.h"

#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "mock-qmp.h"
#include "test-util.h"
#include "util/error.h"
#include "util/json.h"

#define WAIT_MS 5000

typedef struct Fixture {
    MockQmp *mock;
    Clock *clock;
    QmpClient *client;
} Fixture;

static void fixture_init(Fixture *f, MockQmp *mock,
                         const QmpClientOptions *options)
{
    f->mock = mock;
    f->clock = clock_new_fake();
    f->client = qmp_client_new(mock_qmp_address(mock), f->clock, options);
}

static void fixture_clear(Fixture *f)
{
    qmp_client_free(f->client);
    test_drain();
    clock_unref(f->clock);
    mock_qmp_free(f->mock);
}

static bool is_ready(void *opaque)
{
    return qmp_client_get_state(opaque) == QMP_CLIENT_READY;
}

static bool is_disconnected(void *opaque)
{
    return qmp_client_get_state(opaque) == QMP_CLIENT_DISCONNECTED;
}

static bool is_negotiating(void *opaque)
{
    return qmp_client_get_state(opaque) == QMP_CLIENT_NEGOTIATING;
}

static bool has_error(void *opaque)
{
    return qmp_client_get_error(opaque) != NULL;
}

static bool mock_is_held_one(void *opaque)
{
    return mock_qmp_get_held(opaque) == 1;
}

static void wait_for(bool (*cond)(void *), void *opaque)
{
    g_assert_true(test_wait_until(cond, opaque, WAIT_MS));
}

static void make_ready(Fixture *f)
{
    qmp_client_start(f->client);
    wait_for(is_ready, f->client);
}

/* Run a command to its end; the value as text, or NULL and @errp. */
static char *run(QmpClient *client, const QmpCommand *command, GError **errp)
{
    g_auto(TestSync) sync = { 0 };
    g_autoptr(JsonNode) node = NULL;

    qmp_client_command_async(client, command, NULL, test_sync_ready, &sync);
    g_assert_null(sync.result);
    node = qmp_client_execute_finish(test_sync_wait(&sync), errp);
    return node ? json_to_string(node, FALSE) : NULL;
}

static char *run_name(QmpClient *client, const char *name, GError **errp)
{
    QmpCommand command = { .name = name };

    return run(client, &command, errp);
}

static bool sync_is_done(void *opaque)
{
    return ((TestSync *)opaque)->result != NULL;
}

static void assert_fails(TestSync *sync, GQuark domain, int code)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(JsonNode) node =
        qmp_client_execute_finish(test_sync_wait(sync), &err);

    g_assert_null(node);
    g_assert_error(err, domain, code);
}

/* connection */

static void test_connect(void)
{
    Fixture f;
    g_auto(TestSync) sync = { 0 };
    g_autoptr(GError) err = NULL;
    const QmpVersion *version;

    fixture_init(&f, mock_qmp_new(), NULL);
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
    fixture_clear(&f);
}

static void test_connect_split(void)
{
    Fixture f;
    g_autofree char *ret = NULL;

    fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_chunk(f.mock, 1);
    mock_qmp_set_reply(f.mock, "query-name", "{\"name\":\"a{\\\"}b\"}");
    make_ready(&f);
    ret = run_name(f.client, "query-name", NULL);
    g_assert_cmpstr(ret, ==, "{\"name\":\"a{\\\"}b\"}");
    fixture_clear(&f);
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

    connect_error(path, BMC_ERROR_NOT_FOUND, "not found");
    connect_error(path, BMC_ERROR_NOT_FOUND, "No such file or directory");
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
    Fixture f;
    g_auto(TestSync) sync = { 0 };
    g_autoptr(GError) err = NULL;

    fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_greeting(f.mock, NULL);
    qmp_client_connect_async(f.client, NULL, test_sync_ready, &sync);
    wait_for(is_negotiating, f.client);
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
    wait_for(is_ready, f.client);
    g_assert_null(qmp_client_get_error(f.client));
    g_assert_cmpuint(mock_qmp_get_connections(f.mock), ==, 1);
    fixture_clear(&f);
}

static void test_no_capabilities_reply(void)
{
    Fixture f;

    fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_hold(f.mock, "qmp_capabilities");
    qmp_client_start(f.client);
    wait_for(mock_is_held_one, f.mock);
    clock_advance(f.clock, QMP_GREETING_DEFAULT_MS);
    g_assert_error(qmp_client_get_error(f.client), BMC_ERROR,
                   BMC_ERROR_TIMEOUT);
    mock_qmp_release(f.mock, false);
    wait_for(is_ready, f.client);
    fixture_clear(&f);
}

static void garbage(const char *text, BmcError code)
{
    Fixture f;
    QmpClientOptions options = { .no_reconnect = true, .message_max = 1000 };

    fixture_init(&f, mock_qmp_new(), &options);
    mock_qmp_set_greeting(f.mock, text);
    qmp_client_start(f.client);
    wait_for(has_error, f.client);
    g_assert_error(qmp_client_get_error(f.client), BMC_ERROR, (int)code);
    g_assert_cmpint(qmp_client_get_state(f.client), ==,
                    QMP_CLIENT_DISCONNECTED);
    fixture_clear(&f);
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
    Fixture f;
    QmpCommand command = { .name = "qom-get" };
    g_autofree char *ret = NULL;
    const QmpMetrics *metrics;

    fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_expect(f.mock, "qom-get",
                    "{\"path\":\"/machine\",\"property\":\"type\"}",
                    "\"pc\"");
    make_ready(&f);
    command.args = json_object_new();
    json_object_set_string_member(command.args, "property", "type");
    json_object_set_string_member(command.args, "path", "/machine");
    ret = run(f.client, &command, NULL);
    g_assert_cmpstr(ret, ==, "\"pc\"");
    mock_qmp_assert_done(f.mock);
    metrics = qmp_client_get_metrics(f.client);
    g_assert_cmpuint(metrics->commands, ==, 1);
    g_assert_cmpuint(metrics->returns, ==, 1);
    g_assert_cmpuint(metrics->errors, ==, 0);
    g_assert_cmpuint(metrics->latency_max_us, ==, metrics->latency_sum_us);
    g_assert_cmpuint(metrics->bytes_in, >, 0);
    g_assert_cmpuint(metrics->bytes_out, >, 0);
    fixture_clear(&f);
}

/* Integers at the ends of their ranges arrive as they left. */
static void test_integers(void)
{
    Fixture f;
    QmpCommand command = { .name = "qom-set" };
    JsonObject *seen;
    int64_t value;
    g_autofree char *ret = NULL;
    g_autofree char *big = NULL;

    fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_reply(f.mock, "qom-set", "{}");
    mock_qmp_expect(f.mock, "query-name", NULL,
                    "{\"name\": \"18446744073709551615\", "
                    "\"u\": 18446744073709551615, "
                    "\"i\": -9223372036854775808}");
    make_ready(&f);
    command.args = json_object_new();
    json_object_set_string_member(command.args, "path", "/a");
    json_object_set_string_member(command.args, "property", "b");
    json_object_set_int_member(command.args, "value", INT64_MAX);
    ret = run(f.client, &command, NULL);
    g_assert_cmpstr(ret, ==, "{}");
    seen = mock_qmp_get_args(f.mock, "qom-set");
    g_assert_cmpint(json_get_int(seen, "value", &value), ==, JSON_GET_OK);
    g_assert_cmpint(value, ==, INT64_MAX);
    big = run_name(f.client, "query-name", NULL);
    g_assert_cmpstr(big, ==, "{\"name\":\"18446744073709551615\","
                    "\"u\":-1,\"i\":-9223372036854775808}");
    fixture_clear(&f);
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
    Fixture f;
    TestSync syncs[N_CONCURRENT] = { 0 };
    unsigned i;

    fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_func(f.mock, "qom-get", echo_path, NULL);
    mock_qmp_hold(f.mock, "qom-get");
    make_ready(&f);
    for (i = 0; i < N_CONCURRENT; i++) {
        g_autofree char *path = g_strdup_printf("/%u", i);
        JsonObject *args = json_object_new();

        json_object_set_string_member(args, "path", path);
        json_object_set_string_member(args, "property", "x");
        qmp_client_execute_async(f.client, "qom-get", args, NULL,
                                 test_sync_ready, &syncs[i]);
    }
    wait_for(mock_holds_all, f.mock);
    mock_qmp_release(f.mock, true);
    for (i = 0; i < N_CONCURRENT; i++) {
        g_autofree char *want = g_strdup_printf("/%u", i);
        g_autoptr(JsonNode) node =
            qmp_client_execute_finish(test_sync_wait(&syncs[i]), NULL);

        g_assert_cmpstr(json_node_get_string(node), ==, want);
        test_sync_clear(&syncs[i]);
    }
    fixture_clear(&f);
}

/* Commands given before the connection is there wait for it. */
static void test_wait_for_ready(void)
{
    Fixture f;
    QmpCommand now = { .name = "query-name", .flags = QMP_EXEC_NOW };
    g_auto(TestSync) sync = { 0 };
    g_autoptr(JsonNode) node = NULL;
    g_autoptr(GError) err = NULL;
    g_autofree char *ret = NULL;

    fixture_init(&f, mock_qmp_new_absent(), NULL);
    mock_qmp_set_reply(f.mock, "query-name", "{}");
    ret = run_name(f.client, "query-name", &err);
    g_assert_error(err, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    g_clear_error(&err);
    qmp_client_start(f.client);
    qmp_client_execute_async(f.client, "query-name", NULL, NULL,
                             test_sync_ready, &sync);
    wait_for(has_error, f.client);
    ret = run(f.client, &now, &err);
    g_assert_error(err, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    g_assert_null(sync.result);
    mock_qmp_listen(f.mock);
    node = qmp_client_execute_finish(test_sync_wait(&sync), NULL);
    g_assert_nonnull(node);
    fixture_clear(&f);
}

static void test_queue_limit(void)
{
    Fixture f;
    QmpClientOptions options = { .queue_max = 3 };
    TestSync syncs[3] = { 0 };
    g_autoptr(GError) err = NULL;
    g_autofree char *ret = NULL;
    unsigned i;

    fixture_init(&f, mock_qmp_new(), &options);
    make_ready(&f);
    mock_qmp_set_deaf(f.mock, true);
    for (i = 0; i < 3; i++) {
        qmp_client_execute_async(f.client, "query-name", NULL, NULL,
                                 test_sync_ready, &syncs[i]);
    }
    ret = run_name(f.client, "query-name", &err);
    g_assert_error(err, BMC_ERROR, BMC_ERROR_LIMIT);
    qmp_client_free(g_steal_pointer(&f.client));
    for (i = 0; i < 3; i++) {
        assert_fails(&syncs[i], G_IO_ERROR, G_IO_ERROR_CANCELLED);
        test_sync_clear(&syncs[i]);
    }
    fixture_clear(&f);
}

/* More than a socket buffer takes: never blocks, nothing is lost. */
static void test_large_command(void)
{
    Fixture f;
    QmpCommand command = { .name = "qom-get" };
    g_auto(TestSync) sync = { 0 };
    g_autoptr(JsonNode) node = NULL;
    g_autofree char *path = g_strnfill(3 * 1024 * 1024, 'x');

    fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_func(f.mock, "qom-get", echo_path, NULL);
    make_ready(&f);
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
    fixture_clear(&f);
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
    Fixture f;
    unsigned i;

    fixture_init(&f, mock_qmp_new(), NULL);
    make_ready(&f);
    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) err = NULL;
        g_autofree char *ret = NULL;

        mock_qmp_expect_error(f.mock, "query-name", NULL, cases[i].name,
                              "100% wrong");
        ret = run_name(f.client, "query-name", &err);
        g_assert_null(ret);
        g_assert_error(err, QMP_ERROR, (int)cases[i].code);
        g_assert_cmpstr(err->message, ==, "100% wrong");
    }
    g_assert_cmpuint(qmp_client_get_metrics(f.client)->errors, ==, i);
    fixture_clear(&f);
}

static void test_timeout(void)
{
    Fixture f;
    QmpCommand command = { .name = "query-name", .timeout_ms = 100 };
    g_auto(TestSync) sync = { 0 };
    g_autofree char *ret = NULL;

    fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_reply(f.mock, "query-name", "{}");
    mock_qmp_hold(f.mock, "query-name");
    make_ready(&f);
    qmp_client_command_async(f.client, &command, NULL, test_sync_ready,
                             &sync);
    wait_for(mock_is_held_one, f.mock);
    clock_advance(f.clock, 99);
    test_drain();
    g_assert_null(sync.result);
    clock_advance(f.clock, 1);
    assert_fails(&sync, BMC_ERROR, BMC_ERROR_TIMEOUT);
    /* The late reply is dropped and disturbs nobody. */
    mock_qmp_set_reply(f.mock, "query-uuid", "{\"UUID\": \"u\"}");
    mock_qmp_release(f.mock, false);
    ret = run_name(f.client, "query-uuid", NULL);
    g_assert_cmpstr(ret, ==, "{\"UUID\":\"u\"}");
    g_assert_cmpuint(qmp_client_get_metrics(f.client)->timeouts, ==, 1);
    g_assert_cmpuint(qmp_client_get_metrics(f.client)->late_replies, ==, 1);
    fixture_clear(&f);
}

/* What timed out before it was written is never written. */
static void test_timeout_unsent(void)
{
    Fixture f;
    QmpCommand command = { .name = "query-name", .timeout_ms = 100 };
    g_auto(TestSync) sync = { 0 };

    fixture_init(&f, mock_qmp_new_absent(), NULL);
    qmp_client_start(f.client);
    qmp_client_command_async(f.client, &command, NULL, test_sync_ready,
                             &sync);
    clock_advance(f.clock, 100);
    assert_fails(&sync, BMC_ERROR, BMC_ERROR_TIMEOUT);
    mock_qmp_listen(f.mock);
    wait_for(is_ready, f.client);
    test_drain();
    g_assert_cmpuint(mock_qmp_get_count(f.mock, NULL), ==, 0);
    fixture_clear(&f);
}

/* cancellation */

static void test_cancel(void)
{
    Fixture f;
    g_auto(TestSync) sync = { 0 };
    g_auto(TestSync) early = { 0 };
    g_autoptr(GCancellable) cancellable = g_cancellable_new();

    fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_reply(f.mock, "query-name", "{}");
    mock_qmp_hold(f.mock, "query-name");
    make_ready(&f);
    qmp_client_execute_async(f.client, "query-name", NULL, cancellable,
                             test_sync_ready, &sync);
    wait_for(mock_is_held_one, f.mock);
    g_cancellable_cancel(cancellable);
    g_assert_null(sync.result);
    assert_fails(&sync, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    /* One that is cancelled from the beginning is not sent. */
    qmp_client_execute_async(f.client, "query-uuid", NULL, cancellable,
                             test_sync_ready, &early);
    assert_fails(&early, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_assert_cmpuint(mock_qmp_get_count(f.mock, NULL), ==, 1);
    mock_qmp_release(f.mock, false);
    test_drain();
    g_assert_cmpint(qmp_client_get_state(f.client), ==, QMP_CLIENT_READY);
    fixture_clear(&f);
}

static void test_cancel_connect(void)
{
    Fixture f;
    g_auto(TestSync) sync = { 0 };
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GError) err = NULL;

    fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_greeting(f.mock, NULL);
    qmp_client_connect_async(f.client, cancellable, test_sync_ready, &sync);
    wait_for(is_negotiating, f.client);
    g_cancellable_cancel(cancellable);
    g_assert_false(qmp_client_connect_finish(test_sync_wait(&sync), &err));
    g_assert_error(err, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    mock_qmp_send_raw(f.mock, mock_qmp_greeting(), -1);
    wait_for(is_ready, f.client);
    fixture_clear(&f);
}

static void free_client(GObject *source, GAsyncResult *res, void *opaque)
{
    Fixture *f = opaque;
    g_autoptr(GError) err = NULL;
    g_autoptr(JsonNode) node = qmp_client_execute_finish(res, &err);

    if (!bmc_error_is_cancelled(err)) {
        qmp_client_free(g_steal_pointer(&f->client));
    }
}

static bool is_freed(void *opaque)
{
    return ((Fixture *)opaque)->client == NULL;
}

/* A callback may free the client while more replies are in its buffer. */
static void test_free_in_callback(void)
{
    Fixture f;
    TestSync syncs[3] = { 0 };
    unsigned i;

    fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_reply(f.mock, "query-name", "{}");
    mock_qmp_hold(f.mock, NULL);
    make_ready(&f);
    qmp_client_execute_async(f.client, "query-name", NULL, NULL, free_client,
                             &f);
    for (i = 0; i < 3; i++) {
        qmp_client_execute_async(f.client, "query-name", NULL, NULL,
                                 test_sync_ready, &syncs[i]);
    }
    test_drain();
    mock_qmp_release(f.mock, false);
    wait_for(is_freed, &f);
    for (i = 0; i < 3; i++) {
        assert_fails(&syncs[i], G_IO_ERROR, G_IO_ERROR_CANCELLED);
        test_sync_clear(&syncs[i]);
    }
    fixture_clear(&f);
}

/* reconnect */

static void test_reconnect(void)
{
    Fixture f;
    g_auto(TestSync) sync = { 0 };
    g_auto(TestSync) retried = { 0 };
    g_autoptr(JsonNode) node = NULL;
    QmpCommand retry = { .name = "query-uuid", .flags = QMP_EXEC_RETRY };

    fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_reply(f.mock, "query-name", "{}");
    mock_qmp_set_reply(f.mock, "query-uuid", "{\"UUID\": \"u\"}");
    mock_qmp_hold(f.mock, NULL);
    make_ready(&f);
    clock_advance(f.clock, 5000);
    qmp_client_execute_async(f.client, "query-name", NULL, NULL,
                             test_sync_ready, &sync);
    wait_for(mock_is_held_one, f.mock);
    qmp_client_command_async(f.client, &retry, NULL, test_sync_ready,
                             &retried);
    mock_qmp_kill(f.mock, true);
    assert_fails(&sync, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    wait_for(is_disconnected, f.client);
    g_assert_null(retried.result);
    test_drain();
    g_assert_error(qmp_client_get_error(f.client), BMC_ERROR,
                   BMC_ERROR_NOT_FOUND);
    mock_qmp_release(f.mock, false);
    mock_qmp_listen(f.mock);
    node = qmp_client_execute_finish(test_sync_wait(&retried), NULL);
    g_assert_nonnull(node);
    g_assert_cmpuint(qmp_client_get_connection(f.client), ==, 2);
    g_assert_cmpuint(qmp_client_get_metrics(f.client)->reconnects, ==, 1);
    fixture_clear(&f);
}

/* The directory is made later, too: the clock is fake, so no timer helps. */
static void test_reconnect_directory(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *a = test_dir_file(dir, "a");
    g_autofree char *b = g_build_filename(a, "b", NULL);
    g_autofree char *path = g_build_filename(b, "qmp.sock", NULL);
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(path);
    g_autoptr(Clock) clock = clock_new_fake();
    g_autoptr(QmpClient) client = qmp_client_new(addr, clock, NULL);
    g_autoptr(MockQmp) mock = mock_qmp_new();

    qmp_client_start(client);
    wait_for(has_error, client);
    g_assert_cmpint(g_mkdir(a, 0700), ==, 0);
    test_drain();
    g_assert_cmpint(g_mkdir(b, 0700), ==, 0);
    test_drain();
    g_assert_cmpint(rename(mock_qmp_path(mock), path), ==, 0);
    wait_for(is_ready, client);
    qmp_client_free(g_steal_pointer(&client));
    g_unlink(path);
}

/* A stale socket refuses; its replacement is noticed. */
static void test_reconnect_stale(void)
{
    Fixture f;
    unsigned i;

    fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_kill(f.mock, false);
    qmp_client_start(f.client);
    wait_for(has_error, f.client);
    g_assert_error(qmp_client_get_error(f.client), BMC_ERROR,
                   BMC_ERROR_UNAVAILABLE);
    for (i = 0; i < 20; i++) {
        clock_advance(f.clock, 10000);
        test_drain();
    }
    mock_qmp_listen(f.mock);
    wait_for(is_ready, f.client);
    fixture_clear(&f);
}

/* bind() and listen() are not one: the event comes before the latter. */
static void test_reconnect_listen_late(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *path = test_dir_file(dir, "qmp.sock");
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(path);
    g_autoptr(Clock) clock = clock_new_fake();
    g_autoptr(QmpClient) client = qmp_client_new(addr, clock, NULL);
    g_autoptr(GSocket) sock = g_socket_new(G_SOCKET_FAMILY_UNIX,
                                           G_SOCKET_TYPE_STREAM,
                                           G_SOCKET_PROTOCOL_DEFAULT, NULL);

    qmp_client_start(client);
    wait_for(has_error, client);
    g_assert_true(g_socket_bind(sock, addr, FALSE, NULL));
    while (!g_error_matches(qmp_client_get_error(client), BMC_ERROR,
                            BMC_ERROR_UNAVAILABLE)) {
        g_main_context_iteration(NULL, TRUE);
    }
    g_assert_true(g_socket_listen(sock, NULL));
    clock_advance(clock, 1000);
    wait_for(is_negotiating, client);
}

/* A server that drops us at once is not called in a busy loop. */
static void test_reconnect_dropped(void)
{
    Fixture f;
    unsigned before;
    unsigned i;

    fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_greeting(f.mock, "HTTP/1.1 400 Bad Request\r\n");
    qmp_client_start(f.client);
    for (i = 0; i < 10; i++) {
        test_drain();
    }
    before = mock_qmp_get_connections(f.mock);
    g_assert_cmpuint(before, <=, 3);
    for (i = 0; i < 6; i++) {
        clock_advance(f.clock, 30000);
        test_drain();
    }
    g_assert_cmpuint(mock_qmp_get_connections(f.mock), >, before);
    g_assert_cmpuint(mock_qmp_get_connections(f.mock), <=, before + 7);
    fixture_clear(&f);
}

static void test_stop(void)
{
    Fixture f;
    g_auto(TestSync) sync = { 0 };

    fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_reply(f.mock, "query-name", "{}");
    mock_qmp_hold(f.mock, NULL);
    make_ready(&f);
    qmp_client_execute_async(f.client, "query-name", NULL, NULL,
                             test_sync_ready, &sync);
    qmp_client_stop(f.client);
    assert_fails(&sync, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    test_drain();
    g_assert_cmpint(qmp_client_get_state(f.client), ==,
                    QMP_CLIENT_DISCONNECTED);
    mock_qmp_release(f.mock, false);
    make_ready(&f);
    fixture_clear(&f);
}

/* events */

typedef struct EventLog {
    Notifier notifier;
    GString *text;
} EventLog;

static void log_event(void *opaque, const void *data)
{
    EventLog *log = opaque;
    const QmpEvent *event = data;

    g_string_append_printf(log->text, "%" PRIu64 ":%s ", event->seq,
                           event->name);
}

static bool has_three_events(void *opaque)
{
    return qmp_client_get_metrics(opaque)->events == 3;
}

static void test_events(void)
{
    Fixture f;
    QmpClientOptions options = { .event_ring = 2 };
    EventLog log = { .text = g_string_new(NULL) };
    const QmpEvent *event;
    const char *reason = NULL;
    g_autofree char *ret = NULL;

    fixture_init(&f, mock_qmp_new(), &options);
    qmp_client_add_event_notifier(f.client, &log.notifier, log_event, &log);
    mock_qmp_expect(f.mock, "query-name", NULL, "{}");
    mock_qmp_expect_event(f.mock, "STOP", NULL);
    make_ready(&f);
    mock_qmp_event(f.mock, "RESET",
                   "{\"guest\": true, \"reason\": \"guest-reset\"}");
    mock_qmp_event(f.mock, "RESUME", NULL);
    ret = run_name(f.client, "query-name", NULL);
    g_assert_cmpstr(ret, ==, "{}");
    wait_for(has_three_events, f.client);
    g_assert_cmpstr(log.text->str, ==, "1:RESET 2:RESUME 3:STOP ");
    /* The ring has two: the first is gone, which the number shows. */
    event = qmp_client_next_event(f.client, 0);
    g_assert_cmpuint(event->seq, ==, 2);
    g_assert_cmpstr(event->name, ==, "RESUME");
    g_assert_null(event->data);
    g_assert_cmpuint(event->connection, ==, 1);
    g_assert_cmpint(ABS(g_get_real_time() - event->time_us), <,
                    60 * G_USEC_PER_SEC);
    event = qmp_client_next_event(f.client, 2);
    g_assert_cmpstr(event->name, ==, "STOP");
    g_assert_null(qmp_client_next_event(f.client, 3));
    g_assert_null(qmp_client_next_event(f.client, UINT64_MAX));
    mock_qmp_event(f.mock, "SHUTDOWN",
                   "{\"guest\": true, \"reason\": \"guest-shutdown\"}");
    test_drain();
    event = qmp_client_next_event(f.client, 3);
    json_get_string(event->data, "reason", &reason);
    g_assert_cmpstr(reason, ==, "guest-shutdown");
    fixture_clear(&f);
    g_string_free(log.text, TRUE);
}

/* An event between the greeting and the reply to qmp_capabilities. */
static void test_event_early(void)
{
    Fixture f;
    const QmpEvent *event;

    fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_hold(f.mock, "qmp_capabilities");
    qmp_client_start(f.client);
    wait_for(mock_is_held_one, f.mock);
    mock_qmp_event(f.mock, "STOP", NULL);
    mock_qmp_release(f.mock, false);
    wait_for(is_ready, f.client);
    event = qmp_client_next_event(f.client, 0);
    g_assert_cmpstr(event->name, ==, "STOP");
    fixture_clear(&f);
}

static void free_on_event(void *opaque, const void *data)
{
    Fixture *f = opaque;

    qmp_client_free(g_steal_pointer(&f->client));
}

static void test_free_in_event(void)
{
    Fixture f;
    Notifier notifier = { 0 };

    fixture_init(&f, mock_qmp_new(), NULL);
    qmp_client_add_event_notifier(f.client, &notifier, free_on_event, &f);
    make_ready(&f);
    mock_qmp_event(f.mock, "STOP", NULL);
    mock_qmp_event(f.mock, "RESUME", NULL);
    wait_for(is_freed, &f);
    g_assert_null(notifier.list);
    fixture_clear(&f);
}

/* The state notifier stops the client as soon as it is ready. */
static void stop_when_ready(void *opaque, const void *data)
{
    Fixture *f = opaque;

    if (qmp_client_get_state(f->client) == QMP_CLIENT_READY) {
        qmp_client_stop(f->client);
    }
}

static bool has_connected_once(void *opaque)
{
    return qmp_client_get_metrics(opaque)->connects == 1;
}

static void test_stop_in_notifier(void)
{
    Fixture f;
    Notifier notifier = { 0 };
    g_auto(TestSync) sync = { 0 };

    fixture_init(&f, mock_qmp_new(), NULL);
    qmp_client_add_state_notifier(f.client, &notifier, stop_when_ready, &f);
    qmp_client_start(f.client);
    qmp_client_execute_async(f.client, "query-name", NULL, NULL,
                             test_sync_ready, &sync);
    wait_for(has_connected_once, f.client);
    assert_fails(&sync, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    g_assert_cmpint(qmp_client_get_state(f.client), ==,
                    QMP_CLIENT_DISCONNECTED);
    g_assert_cmpuint(mock_qmp_get_count(f.mock, NULL), ==, 0);
    fixture_clear(&f);
}

/* out-of-band, descriptors */

static void test_oob(void)
{
    Fixture f;
    QmpClientOptions options = { .oob = true };
    QmpCommand oob = { .name = "yank", .flags = QMP_EXEC_OOB };
    TestSync syncs[20] = { 0 };
    g_autofree char *ret = NULL;
    unsigned i;

    fixture_init(&f, mock_qmp_new(), &options);
    mock_qmp_set_reply(f.mock, "query-name", "{}");
    mock_qmp_set_reply(f.mock, "yank", "{}");
    mock_qmp_hold(f.mock, "query-name");
    make_ready(&f);
    g_assert_true(qmp_client_get_oob(f.client));
    for (i = 0; i < G_N_ELEMENTS(syncs); i++) {
        qmp_client_execute_async(f.client, "query-name", NULL, NULL,
                                 test_sync_ready, &syncs[i]);
    }
    test_drain();
    g_assert_cmpuint(mock_qmp_get_held(f.mock), ==, QMP_OOB_INFLIGHT_MAX);
    /* It overtakes those that wait. */
    oob.args = json_object_new();
    json_object_set_array_member(oob.args, "instances", json_array_new());
    ret = run(f.client, &oob, NULL);
    g_assert_cmpstr(ret, ==, "{}");
    g_assert_cmpuint(mock_qmp_get_held(f.mock), ==, QMP_OOB_INFLIGHT_MAX);
    mock_qmp_release(f.mock, false);
    for (i = 0; i < G_N_ELEMENTS(syncs); i++) {
        g_autoptr(JsonNode) node =
            qmp_client_execute_finish(test_sync_wait(&syncs[i]), NULL);

        g_assert_nonnull(node);
        test_sync_clear(&syncs[i]);
    }
    fixture_clear(&f);
}

static void test_oob_not_offered(void)
{
    Fixture f;
    QmpClientOptions options = { .oob = true };
    QmpCommand oob = { .name = "yank", .flags = QMP_EXEC_OOB };
    g_autoptr(GError) err = NULL;
    g_autofree char *ret = NULL;

    fixture_init(&f, mock_qmp_new(), &options);
    mock_qmp_set_greeting(f.mock, "{\"QMP\": {\"version\": {\"qemu\": "
                          "{\"micro\": 0, \"minor\": 11, \"major\": 2}, "
                          "\"package\": \"\"}, \"capabilities\": []}}\n");
    make_ready(&f);
    ret = run(f.client, &oob, &err);
    g_assert_error(err, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED);
    fixture_clear(&f);
}

static void test_fd(void)
{
    Fixture f;
    g_autoptr(GUnixFDList) fds = g_unix_fd_list_new();
    QmpCommand command = { .name = "getfd", .fds = fds };
    g_autofree char *ret = NULL;
    struct stat want;
    struct stat got;
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int fd;

    fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_reply(f.mock, "getfd", "{}");
    make_ready(&f);
    g_assert_cmpint(fstat(null, &want), ==, 0);
    g_assert_cmpint(g_unix_fd_list_append(fds, null, NULL), ==, 0);
    close(null);
    command.args = json_object_new();
    json_object_set_string_member(command.args, "fdname", "x");
    ret = run(f.client, &command, NULL);
    g_assert_cmpstr(ret, ==, "{}");
    fd = mock_qmp_take_fd(f.mock);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(fstat(fd, &got), ==, 0);
    g_assert_cmpuint(got.st_rdev, ==, want.st_rdev);
    close(fd);
    fixture_clear(&f);
}

/* The second set is sent when QEMU has taken the first. */
static void test_fd_one_at_a_time(void)
{
    Fixture f;
    g_autoptr(GUnixFDList) fds = g_unix_fd_list_new();
    TestSync syncs[2] = { 0 };
    unsigned i;

    fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_reply(f.mock, "getfd", "{}");
    mock_qmp_hold(f.mock, "getfd");
    make_ready(&f);
    g_unix_fd_list_append(fds, 0, NULL);
    for (i = 0; i < 2; i++) {
        QmpCommand command = { .name = "getfd", .fds = fds };

        command.args = json_object_new();
        json_object_set_string_member(command.args, "fdname", "x");
        qmp_client_command_async(f.client, &command, NULL, test_sync_ready,
                                 &syncs[i]);
    }
    test_drain();
    g_assert_cmpuint(mock_qmp_get_count(f.mock, "getfd"), ==, 1);
    mock_qmp_release(f.mock, false);
    for (i = 0; i < 2; i++) {
        wait_for(sync_is_done, &syncs[i]);
        test_sync_clear(&syncs[i]);
    }
    g_assert_cmpuint(mock_qmp_get_count(f.mock, "getfd"), ==, 2);
    fixture_clear(&f);
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
    g_test_add_func("/qmp-client/reconnect/restart", test_reconnect);
    g_test_add_func("/qmp-client/reconnect/directory",
                    test_reconnect_directory);
    g_test_add_func("/qmp-client/reconnect/stale", test_reconnect_stale);
    g_test_add_func("/qmp-client/reconnect/listen-late",
                    test_reconnect_listen_late);
    g_test_add_func("/qmp-client/reconnect/dropped", test_reconnect_dropped);
    g_test_add_func("/qmp-client/reconnect/stop", test_stop);
    g_test_add_func("/qmp-client/event/ring", test_events);
    g_test_add_func("/qmp-client/event/early", test_event_early);
    g_test_add_func("/qmp-client/event/free", test_free_in_event);
    g_test_add_func("/qmp-client/event/stop", test_stop_in_notifier);
    g_test_add_func("/qmp-client/oob/limit", test_oob);
    g_test_add_func("/qmp-client/oob/not-offered", test_oob_not_offered);
    g_test_add_func("/qmp-client/fd/passed", test_fd);
    g_test_add_func("/qmp-client/fd/one-at-a-time", test_fd_one_at_a_time);
    return g_test_run();
}
