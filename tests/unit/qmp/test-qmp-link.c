/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The QMP client: staying connected, events, out-of-band commands and
 * descriptors.
 */
#include "osdep.h"

#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "mock-qmp.h"
#include "qmp-fixture.h"
#include "qmp/qmp-client.h"
#include "test-util.h"
#include "util/error.h"
#include "util/json.h"

/* reconnect */

static void test_reconnect(void)
{
    QmpFixture f;
    g_auto(TestSync) sync = { 0 };
    g_auto(TestSync) retried = { 0 };
    g_autoptr(JsonNode) node = NULL;
    QmpCommand retry = { .name = "query-uuid", .flags = QMP_EXEC_RETRY };

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_reply(f.mock, "query-name", "{}");
    mock_qmp_set_reply(f.mock, "query-uuid", "{\"UUID\": \"u\"}");
    mock_qmp_hold(f.mock, NULL);
    qmp_fixture_start(&f);
    clock_advance(f.clock, 5000);
    qmp_client_execute_async(f.client, "query-name", NULL, NULL,
                             test_sync_ready, &sync);
    qmp_fixture_wait(qmp_fixture_is_held, f.mock);
    qmp_client_command_async(f.client, &retry, NULL, test_sync_ready,
                             &retried);
    mock_qmp_kill(f.mock, true);
    qmp_fixture_assert_fails(&sync, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    qmp_fixture_wait(qmp_fixture_is_disconnected, f.client);
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
    qmp_fixture_clear(&f);
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
    qmp_fixture_wait(qmp_fixture_has_error, client);
    g_assert_cmpint(g_mkdir(a, 0700), ==, 0);
    test_drain();
    g_assert_cmpint(g_mkdir(b, 0700), ==, 0);
    test_drain();
    g_assert_cmpint(rename(mock_qmp_path(mock), path), ==, 0);
    qmp_fixture_wait(qmp_fixture_is_ready, client);
    qmp_client_free(g_steal_pointer(&client));
    g_unlink(path);
}

/* A stale socket refuses; its replacement is noticed. */
static void test_reconnect_stale(void)
{
    QmpFixture f;
    unsigned i;

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_kill(f.mock, false);
    qmp_client_start(f.client);
    qmp_fixture_wait(qmp_fixture_has_error, f.client);
    g_assert_error(qmp_client_get_error(f.client), BMC_ERROR,
                   BMC_ERROR_UNAVAILABLE);
    for (i = 0; i < 20; i++) {
        clock_advance(f.clock, 10000);
        test_drain();
    }
    mock_qmp_listen(f.mock);
    qmp_fixture_wait(qmp_fixture_is_ready, f.client);
    qmp_fixture_clear(&f);
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
    qmp_fixture_wait(qmp_fixture_has_error, client);
    g_assert_true(g_socket_bind(sock, addr, FALSE, NULL));
    while (!g_error_matches(qmp_client_get_error(client), BMC_ERROR,
                            BMC_ERROR_UNAVAILABLE)) {
        g_main_context_iteration(NULL, TRUE);
    }
    g_assert_true(g_socket_listen(sock, NULL));
    clock_advance(clock, 1000);
    qmp_fixture_wait(qmp_fixture_is_negotiating, client);
}

/* A server that drops us at once is not called in a busy loop. */
static void test_reconnect_dropped(void)
{
    QmpFixture f;
    unsigned before;
    unsigned i;

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
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
    qmp_fixture_clear(&f);
}

static void test_stop(void)
{
    QmpFixture f;
    g_auto(TestSync) sync = { 0 };

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_reply(f.mock, "query-name", "{}");
    mock_qmp_hold(f.mock, NULL);
    qmp_fixture_start(&f);
    qmp_client_execute_async(f.client, "query-name", NULL, NULL,
                             test_sync_ready, &sync);
    qmp_client_stop(f.client);
    qmp_fixture_assert_fails(&sync, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    test_drain();
    g_assert_cmpint(qmp_client_get_state(f.client), ==,
                    QMP_CLIENT_DISCONNECTED);
    mock_qmp_release(f.mock, false);
    qmp_fixture_start(&f);
    qmp_fixture_clear(&f);
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
    QmpFixture f;
    QmpClientOptions options = { .event_ring = 2 };
    EventLog log = { .text = g_string_new(NULL) };
    const QmpEvent *event;
    const char *reason = NULL;
    g_autofree char *ret = NULL;

    qmp_fixture_init(&f, mock_qmp_new(), &options);
    qmp_client_add_event_notifier(f.client, &log.notifier, log_event, &log);
    mock_qmp_expect(f.mock, "query-name", NULL, "{}");
    mock_qmp_expect_event(f.mock, "STOP", NULL);
    qmp_fixture_start(&f);
    mock_qmp_event(f.mock, "RESET",
                   "{\"guest\": true, \"reason\": \"guest-reset\"}");
    mock_qmp_event(f.mock, "RESUME", NULL);
    ret = qmp_fixture_run_name(f.client, "query-name", NULL);
    g_assert_cmpstr(ret, ==, "{}");
    qmp_fixture_wait(has_three_events, f.client);
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
    qmp_fixture_clear(&f);
    g_string_free(log.text, TRUE);
}

/* An event between the greeting and the reply to qmp_capabilities. */
static void test_event_early(void)
{
    QmpFixture f;
    const QmpEvent *event;

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_hold(f.mock, "qmp_capabilities");
    qmp_client_start(f.client);
    qmp_fixture_wait(qmp_fixture_is_held, f.mock);
    mock_qmp_event(f.mock, "STOP", NULL);
    mock_qmp_release(f.mock, false);
    qmp_fixture_wait(qmp_fixture_is_ready, f.client);
    event = qmp_client_next_event(f.client, 0);
    g_assert_cmpstr(event->name, ==, "STOP");
    qmp_fixture_clear(&f);
}

static void free_on_event(void *opaque, const void *data)
{
    QmpFixture *f = opaque;

    qmp_client_free(g_steal_pointer(&f->client));
}

static void test_free_in_event(void)
{
    QmpFixture f;
    Notifier notifier = { 0 };

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    qmp_client_add_event_notifier(f.client, &notifier, free_on_event, &f);
    qmp_fixture_start(&f);
    mock_qmp_event(f.mock, "STOP", NULL);
    mock_qmp_event(f.mock, "RESUME", NULL);
    qmp_fixture_wait(qmp_fixture_is_freed, &f);
    g_assert_null(notifier.list);
    qmp_fixture_clear(&f);
}

/* The state notifier stops the client as soon as it is ready. */
static void stop_when_ready(void *opaque, const void *data)
{
    QmpFixture *f = opaque;

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
    QmpFixture f;
    Notifier notifier = { 0 };
    g_auto(TestSync) sync = { 0 };

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    qmp_client_add_state_notifier(f.client, &notifier, stop_when_ready, &f);
    qmp_client_start(f.client);
    qmp_client_execute_async(f.client, "query-name", NULL, NULL,
                             test_sync_ready, &sync);
    qmp_fixture_wait(has_connected_once, f.client);
    qmp_fixture_assert_fails(&sync, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    g_assert_cmpint(qmp_client_get_state(f.client), ==,
                    QMP_CLIENT_DISCONNECTED);
    g_assert_cmpuint(mock_qmp_get_count(f.mock, NULL), ==, 0);
    qmp_fixture_clear(&f);
}

/* out-of-band, descriptors */

static void test_oob(void)
{
    QmpFixture f;
    QmpClientOptions options = { .oob = true };
    QmpCommand oob = { .name = "yank", .flags = QMP_EXEC_OOB };
    TestSync syncs[20] = { 0 };
    g_autofree char *ret = NULL;
    unsigned i;

    qmp_fixture_init(&f, mock_qmp_new(), &options);
    mock_qmp_set_reply(f.mock, "query-name", "{}");
    mock_qmp_set_reply(f.mock, "yank", "{}");
    mock_qmp_hold(f.mock, "query-name");
    qmp_fixture_start(&f);
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
    ret = qmp_fixture_run(f.client, &oob, NULL);
    g_assert_cmpstr(ret, ==, "{}");
    g_assert_cmpuint(mock_qmp_get_held(f.mock), ==, QMP_OOB_INFLIGHT_MAX);
    mock_qmp_release(f.mock, false);
    for (i = 0; i < G_N_ELEMENTS(syncs); i++) {
        g_autoptr(JsonNode) node =
            qmp_client_execute_finish(test_sync_wait(&syncs[i]), NULL);

        g_assert_nonnull(node);
        test_sync_clear(&syncs[i]);
    }
    qmp_fixture_clear(&f);
}

static void test_oob_not_offered(void)
{
    QmpFixture f;
    QmpClientOptions options = { .oob = true };
    QmpCommand oob = { .name = "yank", .flags = QMP_EXEC_OOB };
    g_autoptr(GError) err = NULL;
    g_autofree char *ret = NULL;

    qmp_fixture_init(&f, mock_qmp_new(), &options);
    mock_qmp_set_greeting(f.mock, "{\"QMP\": {\"version\": {\"qemu\": "
                          "{\"micro\": 0, \"minor\": 11, \"major\": 2}, "
                          "\"package\": \"\"}, \"capabilities\": []}}\n");
    qmp_fixture_start(&f);
    ret = qmp_fixture_run(f.client, &oob, &err);
    g_assert_error(err, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED);
    qmp_fixture_clear(&f);
}

static void test_fd(void)
{
    QmpFixture f;
    g_autoptr(GUnixFDList) fds = g_unix_fd_list_new();
    QmpCommand command = { .name = "getfd", .fds = fds };
    g_autofree char *ret = NULL;
    struct stat want;
    struct stat got;
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int fd;

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_reply(f.mock, "getfd", "{}");
    qmp_fixture_start(&f);
    g_assert_cmpint(fstat(null, &want), ==, 0);
    g_assert_cmpint(g_unix_fd_list_append(fds, null, NULL), ==, 0);
    close(null);
    command.args = json_object_new();
    json_object_set_string_member(command.args, "fdname", "x");
    ret = qmp_fixture_run(f.client, &command, NULL);
    g_assert_cmpstr(ret, ==, "{}");
    fd = mock_qmp_take_fd(f.mock);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(fstat(fd, &got), ==, 0);
    g_assert_cmpuint(got.st_rdev, ==, want.st_rdev);
    close(fd);
    qmp_fixture_clear(&f);
}

/* The second set is sent when QEMU has taken the first. */
static void test_fd_one_at_a_time(void)
{
    QmpFixture f;
    g_autoptr(GUnixFDList) fds = g_unix_fd_list_new();
    TestSync syncs[2] = { 0 };
    unsigned i;

    qmp_fixture_init(&f, mock_qmp_new(), NULL);
    mock_qmp_set_reply(f.mock, "getfd", "{}");
    mock_qmp_hold(f.mock, "getfd");
    qmp_fixture_start(&f);
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
        qmp_fixture_wait(qmp_fixture_is_done, &syncs[i]);
        test_sync_clear(&syncs[i]);
    }
    g_assert_cmpuint(mock_qmp_get_count(f.mock, "getfd"), ==, 2);
    qmp_fixture_clear(&f);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/qmp-link/reconnect/restart", test_reconnect);
    g_test_add_func("/qmp-link/reconnect/directory",
                    test_reconnect_directory);
    g_test_add_func("/qmp-link/reconnect/stale", test_reconnect_stale);
    g_test_add_func("/qmp-link/reconnect/listen-late",
                    test_reconnect_listen_late);
    g_test_add_func("/qmp-link/reconnect/dropped", test_reconnect_dropped);
    g_test_add_func("/qmp-link/reconnect/stop", test_stop);
    g_test_add_func("/qmp-link/event/ring", test_events);
    g_test_add_func("/qmp-link/event/early", test_event_early);
    g_test_add_func("/qmp-link/event/free", test_free_in_event);
    g_test_add_func("/qmp-link/event/stop", test_stop_in_notifier);
    g_test_add_func("/qmp-link/oob/limit", test_oob);
    g_test_add_func("/qmp-link/oob/not-offered", test_oob_not_offered);
    g_test_add_func("/qmp-link/fd/passed", test_fd);
    g_test_add_func("/qmp-link/fd/one-at-a-time", test_fd_one_at_a_time);
    return g_test_run();
}
