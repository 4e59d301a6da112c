/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the QMP client share. */
#ifndef QEMU_BMC_TESTS_QMP_FIXTURE_H
#define QEMU_BMC_TESTS_QMP_FIXTURE_H

#include "mock-qmp.h"
#include "qmp/qmp-client.h"
#include "test-util.h"

/**
 * QmpFixture: a client with a fake clock, and its server.
 *
 * @mock: the server
 * @clock: the client's clock
 * @client: the client; not started yet
 */
typedef struct QmpFixture {
    MockQmp *mock;
    Clock *clock;
    QmpClient *client;
} QmpFixture;

/**
 * qmp_fixture_init: set up.
 *
 * @f: uninitialised storage
 * @mock: (transfer full): the server
 * @options: the client's options, or NULL
 */
void qmp_fixture_init(QmpFixture *f, MockQmp *mock,
                      const QmpClientOptions *options);

/**
 * qmp_fixture_clear: tear down.
 *
 * @f: the fixture
 */
void qmp_fixture_clear(QmpFixture *f);

/**
 * qmp_fixture_start: start the client and wait until it is ready.
 *
 * @f: the fixture
 */
void qmp_fixture_start(QmpFixture *f);

/**
 * qmp_fixture_wait: wait for a condition; ends the test when it does not
 * come true.
 *
 * @cond: the condition
 * @opaque: handed to @cond
 */
void qmp_fixture_wait(bool (*cond)(void *), void *opaque);

/**
 * qmp_fixture_run: run a command to its end.
 *
 * @client: the client
 * @command: the command
 * @errp: its error
 *
 * Returns: (transfer full): the value returned, as text, or NULL
 */
char *qmp_fixture_run(QmpClient *client, const QmpCommand *command,
                      GError **errp);

/**
 * qmp_fixture_run_name: qmp_fixture_run() without arguments.
 *
 * @client: the client
 * @name: the command
 * @errp: its error
 *
 * Returns: (transfer full): the value returned, as text, or NULL
 */
char *qmp_fixture_run_name(QmpClient *client, const char *name,
                           GError **errp);

/**
 * qmp_fixture_assert_fails: wait for a command to fail.
 *
 * @sync: what was given to qmp_client_command_async()
 * @domain: domain of the error
 * @code: its code
 */
void qmp_fixture_assert_fails(TestSync *sync, GQuark domain, int code);

/**
 * qmp_fixture_is_ready: condition: the client is ready.
 *
 * @opaque: the QmpClient
 *
 * Returns: true if it is
 */
bool qmp_fixture_is_ready(void *opaque);

/**
 * qmp_fixture_is_disconnected: condition: the client is disconnected.
 *
 * @opaque: the QmpClient
 *
 * Returns: true if it is
 */
bool qmp_fixture_is_disconnected(void *opaque);

/**
 * qmp_fixture_is_negotiating: condition: the client is negotiating.
 *
 * @opaque: the QmpClient
 *
 * Returns: true if it is
 */
bool qmp_fixture_is_negotiating(void *opaque);

/**
 * qmp_fixture_has_error: condition: the client has an error.
 *
 * @opaque: the QmpClient
 *
 * Returns: true if it has
 */
bool qmp_fixture_has_error(void *opaque);

/**
 * qmp_fixture_is_held: condition: the server keeps back one reply.
 *
 * @opaque: the MockQmp
 *
 * Returns: true if it does
 */
bool qmp_fixture_is_held(void *opaque);

/**
 * qmp_fixture_is_done: condition: an operation is done.
 *
 * @opaque: the TestSync
 *
 * Returns: true if it is
 */
bool qmp_fixture_is_done(void *opaque);

/**
 * qmp_fixture_is_freed: condition: the client has been freed.
 *
 * @opaque: the QmpFixture
 *
 * Returns: true if it has
 */
bool qmp_fixture_is_freed(void *opaque);

#endif /* QEMU_BMC_TESTS_QMP_FIXTURE_H */
