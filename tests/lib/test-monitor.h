/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For functional tests: another monitor of a QEMU that has a helper, which
 * asks and tells QEMU without it, and sees the events that it sees.
 */
#ifndef QEMU_BMC_TESTS_TEST_MONITOR_H
#define QEMU_BMC_TESTS_TEST_MONITOR_H

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "test-util.h"

/**
 * TestMonitor: a connection, spoken to in turns.
 *
 * @path: of its socket
 * @event: (nullable): called for each event, while one of the functions
 *         below runs
 * @opaque: handed to @event
 */
typedef struct TestMonitor {
    char *path;
    GSocketConnection *conn;
    GDataInputStream *in;
    void (*event)(void *opaque, JsonObject *event);
    void *opaque;
} TestMonitor;

/**
 * test_monitor_args: what makes QEMU listen for one.
 *
 * @dir: where its socket goes
 *
 * Returns: (transfer full): arguments, as test_vm_start() has them
 */
char *test_monitor_args(const TestDir *dir);

/**
 * test_monitor_open: connect, as soon as QEMU listens.
 *
 * @dir: as test_monitor_args()
 *
 * Returns: (transfer full): the monitor
 */
TestMonitor *test_monitor_open(const TestDir *dir);

/**
 * test_monitor_free: disconnect and free.
 *
 * @monitor: the monitor, or NULL
 */
void test_monitor_free(TestMonitor *monitor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestMonitor, test_monitor_free)

/**
 * test_monitor_run: run a command; an error ends the test.
 *
 * @monitor: the monitor
 * @command: the command
 * @arguments: (nullable): what stands between the braces of its arguments
 *
 * Returns: (transfer full): QEMU's reply, with the member "return"
 */
JsonObject *test_monitor_run(TestMonitor *monitor, const char *command,
                             const char *arguments);

/**
 * test_monitor_do: the same without a look at the reply.
 *
 * @monitor: the monitor
 * @command: the command
 */
void test_monitor_do(TestMonitor *monitor, const char *command);

/**
 * test_monitor_status: QEMU's run state. All events that came before it have
 * been handed out when it returns.
 *
 * @monitor: the monitor
 *
 * Returns: (transfer full): "running", "paused", ...
 */
char *test_monitor_status(TestMonitor *monitor);

/**
 * test_monitor_boot_index: the boot index of a device.
 *
 * @monitor: the monitor
 * @device: its id
 *
 * Returns: the index, -1 for none
 */
int64_t test_monitor_boot_index(TestMonitor *monitor, const char *device);

#endif /* QEMU_BMC_TESTS_TEST_MONITOR_H */
