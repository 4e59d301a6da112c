/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot override of a patched QEMU over QMP. */
#include "osdep.h"

#include "machine/machine-qmp-priv.h"
#include "util/error.h"
#include "util/json.h"

#include "machine-fixture.h"

#define BACKEND "/machine/peripheral/vda/virtio-backend"
#define ARMED "{\"state\": \"armed\", \"mode\": \"once\", " \
    "\"device\": \"" BACKEND "\"}"
#define CONSUMED "{\"state\": \"consumed\", \"mode\": \"persistent\", " \
    "\"device\": \"" BACKEND "\"}"
#define STOCK "[{\"name\": \"system_reset\"}]"
#define PATCHED "[{\"name\": \"set-boot-override\"}]"

static void query(Fixture *f, GError **errp)
{
    g_auto(TestSync) sync = { 0 };

    machine_query_override_async(f->machine, NULL, test_sync_ready, &sync);
    g_assert_null(sync.result);
    machine_query_override_finish(test_sync_wait(&sync), errp);
}

static void set(Fixture *f, const char *device, bool persistent,
                GError **errp)
{
    g_auto(TestSync) sync = { 0 };

    machine_set_override_async(f->machine, device, persistent, NULL,
                               test_sync_ready, &sync);
    g_assert_null(sync.result);
    machine_set_override_finish(test_sync_wait(&sync), errp);
}

static void connect_patched(Fixture *f, const char *reply)
{
    g_autoptr(GError) error = NULL;

    fixture_connect(f, "running");
    mock_qmp_set_reply(f->mock, "query-commands", PATCHED);
    mock_qmp_set_reply(f->mock, "query-boot-override", reply);
    query(f, &error);
    g_assert_no_error(error);
    g_assert_true(f->machine->has_override);
}

static void assert_override(Fixture *f, MachineOverrideState state,
                            const char *device, bool persistent)
{
    const MachineOverride *override = &f->machine->override;

    g_assert_cmpint(override->state, ==, state);
    g_assert_cmpstr(override->device, ==, device);
    g_assert_cmpint(override->persistent, ==, persistent);
}

static void test_stock(void)
{
    g_autoptr(GError) error = NULL;
    Fixture f;

    fixture_connect(&f, "running");
    mock_qmp_set_reply(f.mock, "query-commands", STOCK);
    query(&f, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED);
    g_assert_false(f.machine->has_override);
    g_clear_error(&error);
    /* What a connection has told once is not asked again */
    mock_qmp_set_error(f.mock, "query-commands", "GenericError", "no");
    query(&f, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED);
    fixture_clear(&f);
}

static void test_events(void)
{
    g_autoptr(GError) error = NULL;
    Fixture f;

    connect_patched(&f, "{\"state\": \"none\"}");
    assert_override(&f, MACHINE_OVERRIDE_NONE, NULL, false);
    mock_qmp_event(f.mock, "BOOT_OVERRIDE_CHANGED", ARMED);
    wait_event(&f, "OVERRIDE()");
    assert_override(&f, MACHINE_OVERRIDE_ARMED, BACKEND, false);
    mock_qmp_event(f.mock, "BOOT_OVERRIDE_CONSUMED", CONSUMED);
    wait_event(&f, "OVERRIDE() OVERRIDE()");
    assert_override(&f, MACHINE_OVERRIDE_CONSUMED, BACKEND, true);
    /* It is known: nobody asks again, and the answer would be an old one */
    query(&f, &error);
    g_assert_no_error(error);
    assert_override(&f, MACHINE_OVERRIDE_CONSUMED, BACKEND, true);
    mock_qmp_event(f.mock, "BOOT_OVERRIDE_CHANGED", "{\"state\": \"none\"}");
    wait_event(&f, "OVERRIDE() OVERRIDE() OVERRIDE()");
    assert_override(&f, MACHINE_OVERRIDE_NONE, NULL, false);
    /* Another connection begins anew */
    mock_qmp_kill(f.mock, true);
    wait_event(&f, "STATE=gone");
    g_assert_false(f.machine->has_override);
    query(&f, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    fixture_clear(&f);
}

static char *answer_late(MockQmp *mock, const char *command, JsonObject *args,
                         void *opaque)
{
    mock_qmp_event(mock, "BOOT_OVERRIDE_CONSUMED", CONSUMED);
    return g_strdup(ARMED);
}

/* The event is newer than an answer that reaches us after it. */
static void test_late_answer(void)
{
    g_autoptr(GError) error = NULL;
    Fixture f;

    fixture_connect(&f, "running");
    mock_qmp_set_reply(f.mock, "query-commands", PATCHED);
    mock_qmp_set_func(f.mock, "query-boot-override", answer_late, NULL);
    query(&f, &error);
    g_assert_no_error(error);
    assert_override(&f, MACHINE_OVERRIDE_CONSUMED, BACKEND, true);
    fixture_clear(&f);
}

static void test_set(void)
{
    g_autoptr(GError) error = NULL;
    Fixture f;

    connect_patched(&f, "{\"state\": \"none\"}");
    mock_qmp_expect(f.mock, "set-boot-override", "{\"device\": \"vda\", "
                    "\"mode\": \"once\"}", "{}");
    set(&f, "vda", false, &error);
    g_assert_no_error(error);
    mock_qmp_expect(f.mock, "set-boot-override", "{\"device\": \"vda\", "
                    "\"mode\": \"persistent\"}", "{}");
    set(&f, "vda", true, &error);
    g_assert_no_error(error);
    mock_qmp_expect(f.mock, "set-boot-override", "{}", "{}");
    set(&f, NULL, false, &error);
    g_assert_no_error(error);
    mock_qmp_assert_done(f.mock);
    mock_qmp_set_error(f.mock, "set-boot-override", "DeviceNotFound",
                       "Device 'vda' not found");
    set(&f, "vda", false, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_NOT_FOUND);
    g_clear_error(&error);
    mock_qmp_set_error(f.mock, "set-boot-override", "GenericError",
                       "Device 'vda' has no boot index");
    set(&f, "vda", false, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_STATE);
    g_clear_error(&error);
    mock_qmp_set_error(f.mock, "set-boot-override", "GenericError",
                       "This machine does not support a boot override");
    set(&f, "vda", false, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_FAILED);
    fixture_clear(&f);
}

/* A start from "prelaunch" resets first: else firmware would not see it. */
static void test_needs_reset(void)
{
    g_autoptr(GError) error = NULL;
    Fixture f;

    connect_patched(&f, "{\"state\": \"none\"}");
    fixture_run_op(&f, MACHINE_OP_STOP, &error);
    g_assert_no_error(error);
    g_string_truncate(f.commands, 0);
    mock_qmp_event(f.mock, "BOOT_OVERRIDE_CHANGED", ARMED);
    wait_event(&f, "OVERRIDE()");
    fixture_run_op(&f, MACHINE_OP_START, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(f.commands->str, ==, "system_reset cont ");
    fixture_clear(&f);
}

static void test_parse(void)
{
    static const char *const bad[] = {
        "{}",
        "{\"state\": 1}",
        "{\"state\": \"other\"}",
        "{\"state\": \"armed\"}",
        "{\"state\": \"armed\", \"device\": \"/machine\"}",
        "{\"state\": \"armed\", \"mode\": \"once\"}",
        "{\"state\": \"consumed\", \"mode\": \"once\", \"device\": null}",
    };
    MachineOverride override = { .state = MACHINE_OVERRIDE_CONSUMED };
    size_t i;

    g_assert_false(machine_qmp_override_parse(NULL, &override));
    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(JsonObject) object = json_parse_object(
            bad[i], strlen(bad[i]), NULL);

        g_assert_false(machine_qmp_override_parse(object, &override));
        g_assert_cmpint(override.state, ==, MACHINE_OVERRIDE_CONSUMED);
    }
}

static void test_is_of(void)
{
    MachineOverride override = {
        .state = MACHINE_OVERRIDE_ARMED,
        .device = (char *)BACKEND,
    };

    g_assert_true(machine_override_is_of(&override, BACKEND));
    g_assert_true(machine_override_is_of(&override,
                                         "/machine/peripheral/vda"));
    g_assert_false(machine_override_is_of(&override,
                                          "/machine/peripheral/vd"));
    g_assert_false(machine_override_is_of(&override, BACKEND "/x"));
    override.state = MACHINE_OVERRIDE_NONE;
    g_assert_false(machine_override_is_of(&override, BACKEND));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/machine-override/stock", test_stock);
    g_test_add_func("/machine-override/events", test_events);
    g_test_add_func("/machine-override/late-answer", test_late_answer);
    g_test_add_func("/machine-override/set", test_set);
    g_test_add_func("/machine-override/needs-reset", test_needs_reset);
    g_test_add_func("/machine-override/parse", test_parse);
    g_test_add_func("/machine-override/is-of", test_is_of);
    return g_test_run();
}
