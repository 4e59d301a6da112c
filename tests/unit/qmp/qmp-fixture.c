/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the QMP client share. */
#include "osdep.h"

#include "qmp-fixture.h"

#define WAIT_MS 5000

void qmp_fixture_init(QmpFixture *f, MockQmp *mock,
                         const QmpClientOptions *options)
{
    f->mock = mock;
    f->clock = clock_new_fake();
    f->client = qmp_client_new(mock_qmp_address(mock), f->clock, options);
}

void qmp_fixture_clear(QmpFixture *f)
{
    qmp_client_free(f->client);
    test_drain();
    clock_unref(f->clock);
    mock_qmp_free(f->mock);
}

bool qmp_fixture_is_ready(void *opaque)
{
    return qmp_client_get_state(opaque) == QMP_CLIENT_READY;
}

bool qmp_fixture_is_disconnected(void *opaque)
{
    return qmp_client_get_state(opaque) == QMP_CLIENT_DISCONNECTED;
}

bool qmp_fixture_is_negotiating(void *opaque)
{
    return qmp_client_get_state(opaque) == QMP_CLIENT_NEGOTIATING;
}

bool qmp_fixture_has_error(void *opaque)
{
    return qmp_client_get_error(opaque) != NULL;
}

bool qmp_fixture_is_held(void *opaque)
{
    return mock_qmp_get_held(opaque) == 1;
}

void qmp_fixture_wait(bool (*cond)(void *), void *opaque)
{
    g_assert_true(test_wait_until(cond, opaque, WAIT_MS));
}

void qmp_fixture_start(QmpFixture *f)
{
    qmp_client_start(f->client);
    qmp_fixture_wait(qmp_fixture_is_ready, f->client);
}

/* Run a command to its end; the value as text, or NULL and @errp. */
char *qmp_fixture_run(QmpClient *client, const QmpCommand *command, GError **errp)
{
    g_auto(TestSync) sync = { 0 };
    g_autoptr(JsonNode) node = NULL;

    qmp_client_command_async(client, command, NULL, test_sync_ready, &sync);
    g_assert_null(sync.result);
    node = qmp_client_execute_finish(test_sync_wait(&sync), errp);
    return node ? json_to_string(node, FALSE) : NULL;
}

char *qmp_fixture_run_name(QmpClient *client, const char *name, GError **errp)
{
    QmpCommand command = { .name = name };

    return qmp_fixture_run(client, &command, errp);
}

bool qmp_fixture_is_done(void *opaque)
{
    return ((TestSync *)opaque)->result != NULL;
}

void qmp_fixture_assert_fails(TestSync *sync, GQuark domain, int code)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(JsonNode) node =
        qmp_client_execute_finish(test_sync_wait(sync), &err);

    g_assert_null(node);
    g_assert_error(err, domain, code);
}

bool qmp_fixture_is_freed(void *opaque)
{
    return ((QmpFixture *)opaque)->client == NULL;
}
