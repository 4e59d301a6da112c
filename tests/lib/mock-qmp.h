/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A QEMU monitor for tests: a scripted QMP server on a unix socket in a
 * temporary directory, run by the test's own main context.
 *
 * Every command it receives is checked against the schema recorded from a
 * real QEMU (tests/data/qmp): an unknown command, an unknown or missing
 * argument or a wrong type fails the test on the spot. So does an event
 * whose name QEMU does not know.
 *
 * Three ways to answer, tried in this order:
 *   1. a script: mock_qmp_expect*(): each command once, in this order (or in
 *      any, see mock_qmp_set_any_order()); a command out of order fails the
 *      test unless 2 or 3 know it;
 *   2. a function: mock_qmp_set_func(): for behaviour with a state;
 *   3. a standing reply: mock_qmp_set_reply(), mock_qmp_set_error(): any
 *      number of times.
 * A command that none of them knows fails the test, except qmp_capabilities,
 * which is always answered. A typical use:
 *
 *     g_autoptr(MockQmp) mock = mock_qmp_new();
 *
 *     mock_qmp_set_reply(mock, "query-name", "{}");
 *     mock_qmp_set_run_state(mock, "running");      (answers query-status)
 *     mock_qmp_expect(mock, "system_reset", NULL, "{}");
 *     client = qmp_client_new(mock_qmp_address(mock), clock, NULL);
 *     ...
 *     mock_qmp_event(mock, "RESET", "{\"guest\": false,
 *                    \"reason\": \"host-qmp-system-reset\"}");
 *     mock_qmp_assert_done(mock);
 *
 * Like QEMU it serves one client at a time: the next one waits in the
 * backlog.
 */
#ifndef QEMU_BMC_TESTS_MOCK_QMP_H
#define QEMU_BMC_TESTS_MOCK_QMP_H

#include <gio/gio.h>
#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "mock-schema.h"

typedef struct MockQmp MockQmp;

/**
 * MockQmpFunc: answer a command.
 *
 * @mock: the server; events may be sent, they come before the reply
 * @command: the command
 * @args: its arguments; an empty object when it has none
 * @opaque: as given to mock_qmp_set_func()
 *
 * Returns: (transfer full): JSON of the value to return, or of an error:
 * {"class": ..., "desc": ...} made by mock_qmp_error_new()
 */
typedef char *(*MockQmpFunc)(MockQmp *mock, const char *command,
                             JsonObject *args, void *opaque);

/**
 * mock_qmp_new: a server that listens, with a greeting.
 *
 * Returns: (transfer full): the server
 */
MockQmp *mock_qmp_new(void);

/**
 * mock_qmp_new_absent: a server whose socket does not exist yet; see
 * mock_qmp_listen().
 *
 * Returns: (transfer full): the server
 */
MockQmp *mock_qmp_new_absent(void);

/**
 * mock_qmp_free: end the server and remove its directory.
 *
 * @mock: the server, or NULL
 */
void mock_qmp_free(MockQmp *mock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MockQmp, mock_qmp_free)

/**
 * mock_qmp_address: where to connect.
 *
 * @mock: the server
 *
 * Returns: the address; belongs to @mock
 */
GSocketAddress *mock_qmp_address(MockQmp *mock);

/**
 * mock_qmp_path: the socket's path.
 *
 * @mock: the server
 *
 * Returns: the path; belongs to @mock
 */
const char *mock_qmp_path(MockQmp *mock);

/**
 * mock_qmp_get_schema: the recorded schema.
 *
 * @mock: the server
 *
 * Returns: the schema; belongs to @mock
 */
MockSchema *mock_qmp_get_schema(MockQmp *mock);

/**
 * mock_qmp_listen: make the socket, in place of one that is there already,
 * as a QEMU that starts does.
 *
 * @mock: the server
 */
void mock_qmp_listen(MockQmp *mock);

/**
 * mock_qmp_kill: as when QEMU is killed: close the connection and stop
 * listening.
 *
 * @mock: the server
 * @unlink_it: remove the socket too, as a QEMU that ends by itself does
 */
void mock_qmp_kill(MockQmp *mock, bool unlink_it);

/**
 * mock_qmp_close: close the client's connection and go on listening.
 *
 * @mock: the server
 */
void mock_qmp_close(MockQmp *mock);

/**
 * mock_qmp_is_ready: tell whether a client has negotiated.
 *
 * @mock: the server
 *
 * Returns: true after qmp_capabilities
 */
bool mock_qmp_is_ready(MockQmp *mock);

/**
 * mock_qmp_get_connections: count accepted connections.
 *
 * @mock: the server
 *
 * Returns: how many clients were accepted so far
 */
unsigned mock_qmp_get_connections(MockQmp *mock);

/**
 * mock_qmp_set_greeting: choose the greeting of connections to come.
 *
 * @mock: the server
 * @json: the line, or NULL to send none (as when another client holds the
 *        monitor); mock_qmp_send_raw() can send it later
 */
void mock_qmp_set_greeting(MockQmp *mock, const char *json);

/**
 * mock_qmp_greeting: the greeting that is used by default (QEMU 7.2, with
 * out-of-band).
 *
 * Returns: the line, with line end
 */
const char *mock_qmp_greeting(void);

/**
 * mock_qmp_expect: script a reply.
 *
 * @mock: the server
 * @command: the command that must come next
 * @args: JSON of the arguments that it must have, exactly, or NULL for any
 * @ret: JSON of the value to return
 */
void mock_qmp_expect(MockQmp *mock, const char *command, const char *args,
                     const char *ret);

/**
 * mock_qmp_expect_error: script an error reply.
 *
 * @mock: the server
 * @command: the command that must come next
 * @args: as mock_qmp_expect()
 * @class_name: "GenericError"
 * @desc: text
 */
void mock_qmp_expect_error(MockQmp *mock, const char *command,
                           const char *args, const char *class_name,
                           const char *desc);

/**
 * mock_qmp_expect_silence: script a command that is never answered.
 *
 * @mock: the server
 * @command: the command that must come next
 */
void mock_qmp_expect_silence(MockQmp *mock, const char *command);

/**
 * mock_qmp_expect_event: script an event, sent after the reply to the
 * command scripted before it.
 *
 * @mock: the server
 * @event: its name
 * @data: JSON of its data, or NULL
 */
void mock_qmp_expect_event(MockQmp *mock, const char *event,
                           const char *data);

/**
 * mock_qmp_set_any_order: let scripted commands come in any order.
 *
 * @mock: the server
 * @any: true for any order
 */
void mock_qmp_set_any_order(MockQmp *mock, bool any);

/**
 * mock_qmp_assert_done: fail the test unless all that was scripted has come.
 *
 * @mock: the server
 */
void mock_qmp_assert_done(MockQmp *mock);

/**
 * mock_qmp_set_func: answer a command by a function, from now on.
 *
 * @mock: the server
 * @command: the command, or NULL for every one that nothing else answers
 * @func: the function, or NULL for none again
 * @opaque: handed to @func
 */
void mock_qmp_set_func(MockQmp *mock, const char *command, MockQmpFunc func,
                       void *opaque);

/**
 * mock_qmp_error_new: make an error for a MockQmpFunc to return.
 *
 * @class_name: "GenericError"
 * @desc: text
 *
 * Returns: (transfer full): text
 */
char *mock_qmp_error_new(const char *class_name, const char *desc);

/**
 * mock_qmp_set_reply: answer a command in the same way from now on.
 *
 * @mock: the server
 * @command: the command
 * @ret: JSON of the value to return
 */
void mock_qmp_set_reply(MockQmp *mock, const char *command, const char *ret);

/**
 * mock_qmp_set_error: refuse a command from now on.
 *
 * @mock: the server
 * @command: the command
 * @class_name: "GenericError"
 * @desc: text
 */
void mock_qmp_set_error(MockQmp *mock, const char *command,
                        const char *class_name, const char *desc);

/**
 * mock_qmp_set_run_state: what query-status answers from now on.
 *
 * @mock: the server
 * @state: QAPI RunState: "running", "paused", "prelaunch" ...
 */
void mock_qmp_set_run_state(MockQmp *mock, const char *state);

/**
 * mock_qmp_hold: keep the replies to a command back.
 *
 * @mock: the server
 * @command: the command, or NULL for all but qmp_capabilities
 */
void mock_qmp_hold(MockQmp *mock, const char *command);

/**
 * mock_qmp_release: answer what was kept back, and keep back no more.
 *
 * @mock: the server
 * @reverse: last command first
 */
void mock_qmp_release(MockQmp *mock, bool reverse);

/**
 * mock_qmp_get_held: count the commands whose replies are kept back.
 *
 * @mock: the server
 *
 * Returns: their number
 */
unsigned mock_qmp_get_held(MockQmp *mock);

/**
 * mock_qmp_event: send an event.
 *
 * @mock: the server, connected
 * @event: its name
 * @data: JSON of its data, or NULL
 */
void mock_qmp_event(MockQmp *mock, const char *event, const char *data);

/**
 * mock_qmp_send_raw: send bytes as they are.
 *
 * @mock: the server, connected
 * @text: the bytes
 * @len: their number, or -1 when terminated
 */
void mock_qmp_send_raw(MockQmp *mock, const char *text, gssize len);

/**
 * mock_qmp_set_chunk: send everything in pieces, one per turn of the main
 * loop.
 *
 * @mock: the server
 * @size: bytes per piece; 0 for as much as possible
 */
void mock_qmp_set_chunk(MockQmp *mock, size_t size);

/**
 * mock_qmp_set_deaf: stop reading, as a QEMU that hangs does, or go on.
 *
 * @mock: the server
 * @deaf: true to stop reading
 */
void mock_qmp_set_deaf(MockQmp *mock, bool deaf);

/**
 * mock_qmp_get_count: count commands.
 *
 * @mock: the server
 * @command: the command, or NULL for all but qmp_capabilities
 *
 * Returns: how often it came so far
 */
unsigned mock_qmp_get_count(MockQmp *mock, const char *command);

/**
 * mock_qmp_get_args: look at the arguments of a command's last use.
 *
 * @mock: the server
 * @command: the command
 *
 * Returns: the arguments, or NULL when it never came; belong to @mock
 */
JsonObject *mock_qmp_get_args(MockQmp *mock, const char *command);

/**
 * mock_qmp_take_fd: take the descriptor that came with the last command.
 *
 * @mock: the server
 *
 * Returns: the descriptor, which the caller closes, or -1 when none came
 */
int mock_qmp_take_fd(MockQmp *mock);

#endif /* QEMU_BMC_TESTS_MOCK_QMP_H */
