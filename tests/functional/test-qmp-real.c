/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QMP client against a real QEMU. */
#include "osdep.h"

#include <gio/gunixsocketaddress.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "qmp/qmp-caps.h"
#include "qmp/qmp-client.h"
#include "qmp/qmp-cmds.h"
#include "qmp/qmp-shutdown.h"
#include "test-util.h"
#include "util/json.h"

#define WAIT_MS 30000
#define N_PIPELINED 200

typedef struct Fixture {
    TestDir *dir;
    char *path;
    GSocketAddress *addr;
    Clock *clock;
    GPid pid;
} Fixture;

/* A test that is killed must not leave a QEMU behind. */
static void die_with_parent(void *opaque)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void spawn_qemu(Fixture *f)
{
    g_autofree char *qmp = g_strdup_printf("unix:%s,server=on,wait=off",
                                           f->path);
    const char *argv[] = {
        g_getenv("TEST_QEMU"), "-machine", "q35", "-accel", "tcg", "-m", "32",
        "-display", "none", "-nodefaults", "-S", "-qmp", qmp, NULL
    };
    g_autoptr(GError) err = NULL;

    g_spawn_async(NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD,
                  die_with_parent, NULL, &f->pid, &err);
    g_assert_no_error(err);
}

static void kill_qemu(Fixture *f)
{
    if (f->pid) {
        kill(f->pid, SIGKILL);
        waitpid(f->pid, NULL, 0);
        f->pid = 0;
    }
}

static void fixture_init(Fixture *f)
{
    *f = (Fixture) { .dir = test_dir_new(), .clock = clock_new() };
    f->path = test_dir_file(f->dir, "qmp.sock");
    f->addr = g_unix_socket_address_new(f->path);
}

static void fixture_clear(Fixture *f)
{
    kill_qemu(f);
    test_drain();
    clock_unref(f->clock);
    g_object_unref(f->addr);
    g_free(f->path);
    test_dir_free(f->dir);
}

static bool is_ready(void *opaque)
{
    return qmp_client_get_state(opaque) == QMP_CLIENT_READY;
}

static bool is_not_ready(void *opaque)
{
    return !is_ready(opaque);
}

static bool has_error(void *opaque)
{
    return qmp_client_get_error(opaque) != NULL;
}

static void wait_for(bool (*cond)(void *), void *opaque)
{
    g_assert_true(test_wait_until(cond, opaque, WAIT_MS));
}

/* Started before QEMU is: the socket's appearance is what connects it. */
static QmpClient *start_both(Fixture *f, const QmpClientOptions *options)
{
    QmpClient *client = qmp_client_new(f->addr, f->clock, options);

    qmp_client_start(client);
    wait_for(has_error, client);
    spawn_qemu(f);
    wait_for(is_ready, client);
    return client;
}

static void run_void(QmpClient *client,
                     void (*func)(QmpClient *, GCancellable *,
                                  GAsyncReadyCallback, void *))
{
    g_auto(TestSync) sync = { 0 };
    g_autoptr(GError) err = NULL;

    func(client, NULL, test_sync_ready, &sync);
    g_assert_true(qmp_void_finish(test_sync_wait(&sync), &err));
    g_assert_no_error(err);
}

static void pipeline(QmpClient *client)
{
    g_autofree TestSync *syncs = g_new0(TestSync, N_PIPELINED);
    unsigned i;

    for (i = 0; i < N_PIPELINED; i++) {
        qmp_query_status_async(client, NULL, test_sync_ready, &syncs[i]);
    }
    for (i = 0; i < N_PIPELINED; i++) {
        QmpRunState state;
        bool running;

        g_assert_true(qmp_query_status_finish(test_sync_wait(&syncs[i]),
                                              &state, &running, NULL));
        g_assert_cmpint(state, ==, QMP_RUN_STATE_PRELAUNCH);
        g_assert_false(running);
        test_sync_clear(&syncs[i]);
    }
}

static void test_pipeline(void)
{
    Fixture f;
    g_autoptr(QmpClient) client = NULL;

    fixture_init(&f);
    client = start_both(&f, NULL);
    g_assert_cmpint(qmp_client_get_version(client)->major, >=, 5);
    g_assert_cmpint(qmp_client_get_peer_pid(client), ==, f.pid);
    pipeline(client);
    g_assert_cmpuint(qmp_client_get_metrics(client)->returns, ==,
                     N_PIPELINED);
    fixture_clear(&f);
}

static void test_oob(void)
{
    Fixture f;
    QmpClientOptions options = { .oob = true };
    g_autoptr(QmpClient) client = NULL;

    fixture_init(&f);
    client = start_both(&f, &options);
    g_assert_true(qmp_client_get_oob(client));
    pipeline(client);
    fixture_clear(&f);
}

/* The first event with that name after @after, waiting for it if need be. */
static const QmpEvent *expect_event(QmpClient *client, uint64_t after,
                                    const char *name)
{
    const QmpEvent *event;

    do {
        event = qmp_client_next_event(client, after);
        if (event) {
            after = event->seq;
        } else {
            g_main_context_iteration(NULL, TRUE);
        }
    } while (!event || !g_str_equal(event->name, name));
    return event;
}

static void test_events(void)
{
    Fixture f;
    g_autoptr(QmpClient) client = NULL;
    const QmpEvent *event;
    const char *reason = NULL;
    uint64_t seq;

    fixture_init(&f);
    client = start_both(&f, NULL);
    run_void(client, qmp_cont_async);
    seq = expect_event(client, 0, "RESUME")->seq;
    run_void(client, qmp_stop_async);
    seq = expect_event(client, seq, "STOP")->seq;
    run_void(client, qmp_system_reset_async);
    event = expect_event(client, seq, "RESET");
    json_get_string(event->data, "reason", &reason);
    g_assert_cmpstr(reason, ==, "host-qmp-system-reset");
    g_assert_cmpint(event->time_us, >, 0);
    fixture_clear(&f);
}

static void test_errors(void)
{
    Fixture f;
    g_autoptr(QmpClient) client = NULL;
    g_auto(TestSync) sync = { 0 };
    g_autoptr(GError) err = NULL;
    g_autofree char *type = NULL;

    fixture_init(&f);
    client = start_both(&f, NULL);
    qmp_client_execute_async(client, "no-such-command", NULL, NULL,
                             test_sync_ready, &sync);
    g_assert_null(qmp_client_execute_finish(test_sync_wait(&sync), &err));
    g_assert_error(err, QMP_ERROR, QMP_ERROR_COMMAND_NOT_FOUND);
    g_clear_error(&err);
    test_sync_clear(&sync);
    qmp_qom_get_async(client, "/nowhere", "x", NULL, test_sync_ready, &sync);
    g_assert_null(qmp_qom_get_finish_string(test_sync_wait(&sync), &err));
    g_assert_error(err, QMP_ERROR, QMP_ERROR_DEVICE_NOT_FOUND);
    test_sync_clear(&sync);
    qmp_qom_get_async(client, "/machine", "type", NULL, test_sync_ready,
                      &sync);
    type = qmp_qom_get_finish_string(test_sync_wait(&sync), NULL);
    g_assert_true(g_str_has_prefix(type, "pc-q35-"));
    fixture_clear(&f);
}

static void send_fd(QmpClient *client, GUnixFDList *fds, const char *name,
                    TestSync *sync)
{
    QmpCommand command = { .name = "getfd", .fds = fds };

    command.args = json_object_new();
    json_object_set_string_member(command.args, "fdname", name);
    qmp_client_command_async(client, &command, NULL, test_sync_ready, sync);
}

/* Several at once, with out-of-band on: the hard case. */
static void test_getfd(void)
{
    Fixture f;
    QmpClientOptions options = { .oob = true };
    g_autoptr(QmpClient) client = NULL;
    g_autoptr(GUnixFDList) fds = g_unix_fd_list_new();
    g_autoptr(GError) err = NULL;
    TestSync syncs[5] = { 0 };
    unsigned i;

    fixture_init(&f);
    client = start_both(&f, &options);
    g_assert_cmpint(g_unix_fd_list_append(fds, 0, NULL), ==, 0);
    send_fd(client, fds, "a", &syncs[0]);
    qmp_query_status_async(client, NULL, test_sync_ready, &syncs[1]);
    send_fd(client, fds, "b", &syncs[2]);
    send_fd(client, fds, "c", &syncs[3]);
    send_fd(client, NULL, "d", &syncs[4]);
    for (i = 0; i < 4; i++) {
        g_assert_true(qmp_void_finish(test_sync_wait(&syncs[i]), &err));
        g_assert_no_error(err);
    }
    /* Without a descriptor QEMU has nothing to keep. */
    g_assert_false(qmp_void_finish(test_sync_wait(&syncs[4]), &err));
    g_assert_error(err, QMP_ERROR, QMP_ERROR_GENERIC);
    for (i = 0; i < 5; i++) {
        test_sync_clear(&syncs[i]);
    }
    fixture_clear(&f);
}

static void test_restart(void)
{
    Fixture f;
    g_autoptr(QmpClient) client = NULL;
    unsigned i;

    fixture_init(&f);
    client = start_both(&f, NULL);
    for (i = 0; i < 3; i++) {
        /* Killed, it leaves its socket behind. */
        kill_qemu(&f);
        wait_for(is_not_ready, client);
        wait_for(has_error, client);
        g_assert_true(g_file_test(f.path, G_FILE_TEST_EXISTS));
        spawn_qemu(&f);
        wait_for(is_ready, client);
        pipeline(client);
    }
    g_assert_cmpuint(qmp_client_get_connection(client), ==, 4);
    fixture_clear(&f);
}

static void test_second_client(void)
{
    Fixture f;
    QmpClientOptions options = { .greeting_ms = 200 };
    g_autoptr(QmpClient) first = NULL;
    g_autoptr(QmpClient) second = NULL;

    fixture_init(&f);
    first = start_both(&f, NULL);
    second = qmp_client_new(f.addr, f.clock, &options);
    qmp_client_start(second);
    wait_for(has_error, second);
    g_assert_error(qmp_client_get_error(second), BMC_ERROR,
                   BMC_ERROR_TIMEOUT);
    g_assert_nonnull(strstr(qmp_client_get_error(second)->message,
                            "another client holds it"));
    /* QEMU turns to it when the first has left. */
    qmp_client_stop(first);
    wait_for(is_ready, second);
    pipeline(second);
    fixture_clear(&f);
}

static void test_caps(void)
{
    Fixture f;
    g_autoptr(QmpClient) client = NULL;
    g_autoptr(QmpCaps) caps = NULL;
    g_autoptr(GError) err = NULL;
    g_auto(TestSync) sync = { 0 };

    fixture_init(&f);
    client = start_both(&f, NULL);
    qmp_caps_probe_async(client, QMP_CAPS_SCHEMA, NULL, test_sync_ready,
                         &sync);
    caps = qmp_caps_probe_finish(test_sync_wait(&sync), &err);
    g_assert_no_error(err);
    g_assert_true(qmp_caps_has_command(caps, "system_reset"));
    g_assert_true(qmp_caps_has_event(caps, "RESET"));
    g_assert_true(qmp_caps_command_has_arg(caps, "blockdev-add", "node-name"));
    fixture_clear(&f);
}

/* Nothing in the guest hears the button, so it ends by force. */
static void test_shutdown(void)
{
    Fixture f;
    g_autoptr(QmpClient) client = NULL;
    g_autoptr(GError) err = NULL;
    g_auto(TestSync) sync = { 0 };
    QmpShutdownHow how;

    fixture_init(&f);
    client = start_both(&f, NULL);
    qmp_shutdown_async(client, 100, true, NULL, test_sync_ready, &sync);
    g_assert_true(qmp_shutdown_finish(test_sync_wait(&sync), &how, &err));
    g_assert_cmpint(how, ==, QMP_SHUTDOWN_FORCED);
    g_assert_cmpint(waitpid(f.pid, NULL, 0), ==, f.pid);
    f.pid = 0;
    fixture_clear(&f);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/qmp-real/pipeline", test_pipeline);
    g_test_add_func("/qmp-real/oob", test_oob);
    g_test_add_func("/qmp-real/events", test_events);
    g_test_add_func("/qmp-real/errors", test_errors);
    g_test_add_func("/qmp-real/getfd", test_getfd);
    g_test_add_func("/qmp-real/restart", test_restart);
    g_test_add_func("/qmp-real/second-client", test_second_client);
    g_test_add_func("/qmp-real/caps", test_caps);
    g_test_add_func("/qmp-real/shutdown", test_shutdown);
    return g_test_run();
}
