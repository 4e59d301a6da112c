/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Typed commands, capabilities and graceful shutdown. */
#include "osdep.h"

#include "qmp/qmp-cmds.h"

#include "mock-qmp.h"
#include "qmp/qmp-caps.h"
#include "qmp/qmp-shutdown.h"
#include "test-util.h"
#include "util/error.h"
#include "util/json.h"

typedef struct Fixture {
    MockQmp *mock;
    Clock *clock;
    QmpClient *client;
    TestSync sync;
} Fixture;

static bool is_ready(void *opaque)
{
    return qmp_client_get_state(opaque) == QMP_CLIENT_READY;
}

static void fixture_init(Fixture *f)
{
    *f = (Fixture) { .mock = mock_qmp_new(), .clock = clock_new_fake() };
    f->client = qmp_client_new(mock_qmp_address(f->mock), f->clock, NULL);
    qmp_client_start(f->client);
    g_assert_true(test_wait_until(is_ready, f->client, 5000));
}

static void fixture_clear(Fixture *f)
{
    qmp_client_free(f->client);
    test_drain();
    test_sync_clear(&f->sync);
    clock_unref(f->clock);
    mock_qmp_free(f->mock);
}

/* Wait for the result of what was just started with &f->sync. */
static GAsyncResult *done(Fixture *f)
{
    return test_sync_wait(&f->sync);
}

static void test_status(void)
{
    Fixture f;
    QmpRunState state;
    bool running;
    g_autoptr(GError) err = NULL;

    fixture_init(&f);
    mock_qmp_set_run_state(f.mock, "guest-panicked");
    qmp_query_status_async(f.client, NULL, test_sync_ready, &f.sync);
    g_assert_true(qmp_query_status_finish(done(&f), &state, &running, NULL));
    g_assert_cmpint(state, ==, QMP_RUN_STATE_GUEST_PANICKED);
    g_assert_false(running);
    g_assert_cmpstr(qmp_run_state_to_string(state), ==, "guest-panicked");
    test_sync_clear(&f.sync);
    /* Newer QEMU has no "singlestep", and may have other states. */
    mock_qmp_set_reply(f.mock, "query-status",
                       "{\"status\": \"dreaming\", \"running\": true}");
    qmp_query_status_async(f.client, NULL, test_sync_ready, &f.sync);
    g_assert_true(qmp_query_status_finish(done(&f), &state, &running, NULL));
    g_assert_cmpint(state, ==, QMP_RUN_STATE_UNKNOWN);
    g_assert_true(running);
    test_sync_clear(&f.sync);
    mock_qmp_set_reply(f.mock, "query-status", "[]");
    qmp_query_status_async(f.client, NULL, test_sync_ready, &f.sync);
    g_assert_false(qmp_query_status_finish(done(&f), &state, NULL, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_PROTOCOL);
    fixture_clear(&f);
}

static void test_identity(void)
{
    Fixture f;
    g_autofree char *name = NULL;
    g_autofree char *uuid = NULL;
    g_autofree char *arch = NULL;
    QmpVersion version = { 0 };
    uint64_t base;
    uint64_t plugged;

    fixture_init(&f);
    mock_qmp_set_reply(f.mock, "query-name", "{\"name\": \"vm1\"}");
    mock_qmp_set_reply(f.mock, "query-uuid", "{\"UUID\": \"1-2\"}");
    mock_qmp_set_reply(f.mock, "query-target", "{\"arch\": \"x86_64\"}");
    mock_qmp_set_reply(f.mock, "query-version", "{\"qemu\": {\"major\": 7, "
                       "\"minor\": 2, \"micro\": 22}, \"package\": \"p\"}");
    mock_qmp_set_reply(f.mock, "query-memory-size-summary",
                       "{\"base-memory\": 2147483648}");
    qmp_query_name_async(f.client, NULL, test_sync_ready, &f.sync);
    g_assert_true(qmp_query_name_finish(done(&f), &name, NULL));
    g_assert_cmpstr(name, ==, "vm1");
    test_sync_clear(&f.sync);
    qmp_query_uuid_async(f.client, NULL, test_sync_ready, &f.sync);
    uuid = qmp_query_uuid_finish(done(&f), NULL);
    g_assert_cmpstr(uuid, ==, "1-2");
    test_sync_clear(&f.sync);
    qmp_query_target_async(f.client, NULL, test_sync_ready, &f.sync);
    arch = qmp_query_target_finish(done(&f), NULL);
    g_assert_cmpstr(arch, ==, "x86_64");
    test_sync_clear(&f.sync);
    qmp_query_version_async(f.client, NULL, test_sync_ready, &f.sync);
    g_assert_true(qmp_query_version_finish(done(&f), &version, NULL));
    g_assert_cmpint(version.micro, ==, 22);
    qmp_version_clear(&version);
    test_sync_clear(&f.sync);
    qmp_query_memory_async(f.client, NULL, test_sync_ready, &f.sync);
    g_assert_true(qmp_query_memory_finish(done(&f), &base, &plugged, NULL));
    g_assert_cmpuint(base, ==, 2147483648);
    g_assert_cmpuint(plugged, ==, 0);
    fixture_clear(&f);
}

static void test_arrays(void)
{
    Fixture f;
    g_autoptr(GPtrArray) cpus = NULL;
    g_autoptr(GPtrArray) blocks = NULL;
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(GError) err = NULL;
    const QmpBlock *block;

    fixture_init(&f);
    mock_qmp_set_reply(f.mock, "query-cpus-fast", "[{\"cpu-index\": 0, "
                       "\"qom-path\": \"/c\", \"thread-id\": 5}]");
    mock_qmp_set_reply(f.mock, "query-block",
                       "[{\"device\": \"\", \"qdev\": \"cd0\", "
                       "\"removable\": true, \"locked\": false, "
                       "\"tray_open\": true}, {\"device\": \"hda\", "
                       "\"inserted\": {\"file\": \"/d\", \"drv\": \"raw\", "
                       "\"ro\": true, \"image\": {\"virtual-size\": 512}}}]");
    mock_qmp_set_reply(f.mock, "qom-list",
                       "[{\"name\": \"a\", \"type\": \"child<e1000>\"}]");
    qmp_query_cpus_async(f.client, NULL, test_sync_ready, &f.sync);
    cpus = qmp_query_cpus_finish(done(&f), NULL);
    g_assert_cmpuint(cpus->len, ==, 1);
    g_assert_cmpint(((QmpCpu *)cpus->pdata[0])->thread_id, ==, 5);
    test_sync_clear(&f.sync);
    qmp_query_block_async(f.client, NULL, test_sync_ready, &f.sync);
    blocks = qmp_query_block_finish(done(&f), NULL);
    g_assert_cmpuint(blocks->len, ==, 2);
    block = blocks->pdata[0];
    g_assert_cmpstr(block->qdev, ==, "cd0");
    g_assert_true(block->has_tray && block->tray_open && block->removable);
    g_assert_false(block->inserted);
    block = blocks->pdata[1];
    g_assert_true(block->inserted && block->read_only && !block->has_tray);
    g_assert_cmpint(block->size, ==, 512);
    test_sync_clear(&f.sync);
    qmp_qom_list_async(f.client, "/machine", NULL, test_sync_ready, &f.sync);
    list = qmp_qom_list_finish(done(&f), NULL);
    g_assert_cmpstr(((QmpProperty *)list->pdata[0])->type, ==,
                    "child<e1000>");
    test_sync_clear(&f.sync);
    mock_qmp_set_reply(f.mock, "query-block", "[1]");
    qmp_query_block_async(f.client, NULL, test_sync_ready, &f.sync);
    g_assert_null(qmp_query_block_finish(done(&f), &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_PROTOCOL);
    fixture_clear(&f);
}

static void test_qom(void)
{
    Fixture f;
    int64_t value;
    g_autoptr(GError) err = NULL;

    fixture_init(&f);
    mock_qmp_set_reply(f.mock, "qom-get", "-1");
    qmp_qom_get_async(f.client, "cd0", "bootindex", NULL, test_sync_ready,
                      &f.sync);
    g_assert_true(qmp_qom_get_finish_int(done(&f), &value, NULL));
    g_assert_cmpint(value, ==, -1);
    test_sync_clear(&f.sync);
    qmp_qom_get_async(f.client, "cd0", "bootindex", NULL, test_sync_ready,
                      &f.sync);
    g_assert_null(qmp_qom_get_finish_string(done(&f), &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_PROTOCOL);
    g_clear_error(&err);
    test_sync_clear(&f.sync);
    mock_qmp_expect(f.mock, "qom-set", "{\"path\": \"cd0\", \"property\": "
                    "\"bootindex\", \"value\": 0}", "{}");
    qmp_qom_set_int_async(f.client, "cd0", "bootindex", 0, NULL,
                          test_sync_ready, &f.sync);
    g_assert_true(qmp_void_finish(done(&f), NULL));
    test_sync_clear(&f.sync);
    mock_qmp_expect_error(f.mock, "qom-set", NULL, "DeviceNotFound", "no");
    qmp_qom_set_int_async(f.client, "cd1", "bootindex", 0, NULL,
                          test_sync_ready, &f.sync);
    g_assert_false(qmp_void_finish(done(&f), &err));
    g_assert_error(err, QMP_ERROR, QMP_ERROR_DEVICE_NOT_FOUND);
    fixture_clear(&f);
}

/* Each is the command it says it is; none waits for a later connection. */
static void test_actions(void)
{
    static void (*const funcs[])(QmpClient *, GCancellable *,
                                 GAsyncReadyCallback, void *) = {
        qmp_stop_async, qmp_cont_async, qmp_system_reset_async,
        qmp_system_powerdown_async, qmp_inject_nmi_async, qmp_quit_async,
    };
    static const char *const names[] = {
        "stop", "cont", "system_reset", "system_powerdown", "inject-nmi",
        "quit",
    };
    QmpActions actions = { .reboot = "reset", .shutdown = "pause" };
    Fixture f;
    unsigned i;

    fixture_init(&f);
    for (i = 0; i < G_N_ELEMENTS(funcs); i++) {
        mock_qmp_expect(f.mock, names[i], "{}", "{}");
        funcs[i](f.client, NULL, test_sync_ready, &f.sync);
        g_assert_true(qmp_void_finish(done(&f), NULL));
        test_sync_clear(&f.sync);
    }
    mock_qmp_expect(f.mock, "set-action",
                    "{\"reboot\": \"reset\", \"shutdown\": \"pause\"}", "{}");
    qmp_set_action_async(f.client, &actions, NULL, test_sync_ready, &f.sync);
    g_assert_true(qmp_void_finish(done(&f), NULL));
    mock_qmp_assert_done(f.mock);
    qmp_client_stop(f.client);
    qmp_client_start(f.client);
    for (i = 0; i < G_N_ELEMENTS(funcs); i++) {
        g_autoptr(GError) err = NULL;

        test_sync_clear(&f.sync);
        funcs[i](f.client, NULL, test_sync_ready, &f.sync);
        g_assert_false(qmp_void_finish(done(&f), &err));
        g_assert_error(err, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
        qmp_client_stop(f.client);
        qmp_client_start(f.client);
    }
    fixture_clear(&f);
}

/* capabilities */

static void test_caps(void)
{
    Fixture f;
    g_autoptr(QmpCaps) caps = NULL;
    g_autoptr(QmpCaps) again = NULL;
    g_autoptr(JsonNode) schema = json_node_new(JSON_NODE_ARRAY);
    g_autofree char *text = NULL;

    fixture_init(&f);
    json_node_set_array(schema, mock_schema_get_reply(
        mock_qmp_get_schema(f.mock)));
    text = json_to_string(schema, FALSE);
    mock_qmp_set_reply(f.mock, "query-commands",
                       "[{\"name\": \"set-action\"}, {\"name\": \"stop\"}]");
    mock_qmp_set_reply(f.mock, "query-qmp-schema", text);
    qmp_caps_probe_async(f.client, QMP_CAPS_COMMANDS, NULL, test_sync_ready,
                         &f.sync);
    caps = qmp_caps_probe_finish(done(&f), NULL);
    test_sync_clear(&f.sync);
    g_assert_true(qmp_caps_has_command(caps, "set-action"));
    g_assert_false(qmp_caps_has_command(caps, "cont"));
    g_assert_cmpint(qmp_caps_get_depth(caps), ==, QMP_CAPS_COMMANDS);
    g_clear_pointer(&caps, qmp_caps_unref);
    qmp_caps_probe_async(f.client, QMP_CAPS_SCHEMA, NULL, test_sync_ready,
                         &f.sync);
    caps = qmp_caps_probe_finish(done(&f), NULL);
    test_sync_clear(&f.sync);
    g_assert_true(qmp_caps_has_event(caps, "SHUTDOWN"));
    g_assert_false(qmp_caps_has_event(caps, "BOOT_OVERRIDE_CHANGED"));
    g_assert_true(qmp_caps_command_has_arg(caps, "set-action", "panic"));
    g_assert_false(qmp_caps_command_has_arg(caps, "set-action", "no"));
    g_assert_true(qmp_caps_command_has_arg(caps, "blockdev-add",
                                           "filename"));
    /* Asked once per connection. */
    qmp_caps_probe_async(f.client, QMP_CAPS_COMMANDS, NULL, test_sync_ready,
                         &f.sync);
    again = qmp_caps_probe_finish(done(&f), NULL);
    g_assert_true(again == caps);
    g_assert_cmpuint(mock_qmp_get_count(f.mock, "query-qmp-schema"), ==, 1);
    mock_qmp_close(f.mock);
    test_drain();
    g_assert_true(test_wait_until(is_ready, f.client, 5000));
    test_sync_clear(&f.sync);
    qmp_caps_probe_async(f.client, QMP_CAPS_COMMANDS, NULL, test_sync_ready,
                         &f.sync);
    g_clear_pointer(&again, qmp_caps_unref);
    again = qmp_caps_probe_finish(done(&f), NULL);
    g_assert_true(again != caps);
    fixture_clear(&f);
}

static void test_caps_malformed(void)
{
    Fixture f;
    g_autoptr(GError) err = NULL;

    fixture_init(&f);
    mock_qmp_set_reply(f.mock, "query-commands", "[{\"name\": 1}]");
    qmp_caps_probe_async(f.client, QMP_CAPS_COMMANDS, NULL, test_sync_ready,
                         &f.sync);
    g_assert_null(qmp_caps_probe_finish(done(&f), &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_PROTOCOL);
    fixture_clear(&f);
}

/* shutdown */

static bool got_powerdown(void *opaque)
{
    return mock_qmp_get_count(opaque, "system_powerdown") == 1;
}

static bool got_quit(void *opaque)
{
    return mock_qmp_get_count(opaque, "quit") == 1;
}

static void start_shutdown(Fixture *f, bool force, GCancellable *cancellable)
{
    fixture_init(f);
    mock_qmp_set_run_state(f->mock, "running");
    mock_qmp_set_reply(f->mock, "system_powerdown", "{}");
    mock_qmp_set_reply(f->mock, "quit", "{}");
    qmp_shutdown_async(f->client, 20000, force, cancellable, test_sync_ready,
                       &f->sync);
    g_assert_true(test_wait_until(got_powerdown, f->mock, 5000));
    mock_qmp_event(f->mock, "POWERDOWN", NULL);
    test_drain();
    g_assert_null(f->sync.result);
}

static void test_shutdown_guest(void)
{
    Fixture f;
    QmpShutdownHow how;

    start_shutdown(&f, true, NULL);
    clock_advance(f.clock, 19999);
    mock_qmp_event(f.mock, "SHUTDOWN",
                   "{\"guest\": true, \"reason\": \"guest-shutdown\"}");
    g_assert_true(qmp_shutdown_finish(done(&f), &how, NULL));
    g_assert_cmpint(how, ==, QMP_SHUTDOWN_GUEST);
    clock_advance(f.clock, 100000);
    test_drain();
    g_assert_false(got_quit(f.mock));
    fixture_clear(&f);
}

static void test_shutdown_forced(void)
{
    Fixture f;
    QmpShutdownHow how;

    start_shutdown(&f, true, NULL);
    clock_advance(f.clock, 20000);
    g_assert_true(test_wait_until(got_quit, f.mock, 5000));
    mock_qmp_event(f.mock, "SHUTDOWN",
                   "{\"guest\": false, \"reason\": \"host-qmp-quit\"}");
    test_drain();
    g_assert_null(f.sync.result);
    mock_qmp_kill(f.mock, true);
    g_assert_true(qmp_shutdown_finish(done(&f), &how, NULL));
    g_assert_cmpint(how, ==, QMP_SHUTDOWN_FORCED);
    fixture_clear(&f);
}

static void test_shutdown_timeout(void)
{
    Fixture f;
    g_autoptr(GError) err = NULL;

    start_shutdown(&f, false, NULL);
    clock_advance(f.clock, 20000);
    g_assert_false(qmp_shutdown_finish(done(&f), NULL, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_TIMEOUT);
    test_drain();
    g_assert_false(got_quit(f.mock));
    fixture_clear(&f);
}

static void test_shutdown_dies(void)
{
    Fixture f;
    QmpShutdownHow how;

    start_shutdown(&f, false, NULL);
    mock_qmp_kill(f.mock, true);
    g_assert_true(qmp_shutdown_finish(done(&f), &how, NULL));
    g_assert_cmpint(how, ==, QMP_SHUTDOWN_GUEST);
    fixture_clear(&f);
}

static void test_shutdown_off(void)
{
    Fixture f;

    fixture_init(&f);
    mock_qmp_set_run_state(f.mock, "shutdown");
    qmp_shutdown_async(f.client, 1000, true, NULL, test_sync_ready, &f.sync);
    g_assert_true(qmp_shutdown_finish(done(&f), NULL, NULL));
    g_assert_cmpuint(mock_qmp_get_count(f.mock, NULL), ==, 1);
    fixture_clear(&f);
}

static void test_shutdown_cancel(void)
{
    Fixture f;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GError) err = NULL;

    start_shutdown(&f, true, cancellable);
    g_cancellable_cancel(cancellable);
    g_assert_false(qmp_shutdown_finish(done(&f), NULL, &err));
    g_assert_error(err, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    clock_advance(f.clock, 100000);
    test_drain();
    g_assert_false(got_quit(f.mock));
    fixture_clear(&f);
}

static void test_shutdown_free(void)
{
    Fixture f;
    g_autoptr(GError) err = NULL;

    start_shutdown(&f, true, NULL);
    qmp_client_free(g_steal_pointer(&f.client));
    g_assert_false(qmp_shutdown_finish(done(&f), NULL, &err));
    g_assert_error(err, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    fixture_clear(&f);
}

static void test_shutdown_disconnected(void)
{
    Fixture f;
    g_autoptr(GError) err = NULL;

    fixture_init(&f);
    qmp_client_stop(f.client);
    qmp_shutdown_async(f.client, 1000, true, NULL, test_sync_ready, &f.sync);
    g_assert_false(qmp_shutdown_finish(done(&f), NULL, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    fixture_clear(&f);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/qmp-cmds/status", test_status);
    g_test_add_func("/qmp-cmds/identity", test_identity);
    g_test_add_func("/qmp-cmds/arrays", test_arrays);
    g_test_add_func("/qmp-cmds/qom", test_qom);
    g_test_add_func("/qmp-cmds/actions", test_actions);
    g_test_add_func("/qmp-caps/probe", test_caps);
    g_test_add_func("/qmp-caps/malformed", test_caps_malformed);
    g_test_add_func("/qmp-shutdown/guest", test_shutdown_guest);
    g_test_add_func("/qmp-shutdown/forced", test_shutdown_forced);
    g_test_add_func("/qmp-shutdown/timeout", test_shutdown_timeout);
    g_test_add_func("/qmp-shutdown/dies", test_shutdown_dies);
    g_test_add_func("/qmp-shutdown/off", test_shutdown_off);
    g_test_add_func("/qmp-shutdown/cancel", test_shutdown_cancel);
    g_test_add_func("/qmp-shutdown/free", test_shutdown_free);
    g_test_add_func("/qmp-shutdown/disconnected",
                    test_shutdown_disconnected);
    return g_test_run();
}
