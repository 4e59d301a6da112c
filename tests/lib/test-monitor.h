/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For functional tests: a QMP monitor of the test's own, beside the helper's,
 * to see what is true in QEMU and to play another client.
 */
#ifndef QEMU_BMC_TESTS_TEST_MONITOR_H
#define QEMU_BMC_TESTS_TEST_MONITOR_H

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "test-util.h"

typedef struct TestMonitor TestMonitor;

/**
 * test_monitor_args: what QEMU's command line needs for one.
 *
 * @dir: where its socket goes
 *
 * Returns: (transfer full): arguments, separated by blanks
 */
char *test_monitor_args(const TestDir *dir);

/**
 * test_monitor_open: connect, waiting for QEMU.
 *
 * @dir: as test_monitor_args()
 *
 * Returns: (transfer full): the monitor
 */
TestMonitor *test_monitor_open(const TestDir *dir);

/**
 * test_monitor_free: disconnect.
 *
 * @monitor: the monitor, or NULL
 */
void test_monitor_free(TestMonitor *monitor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestMonitor, test_monitor_free)

/**
 * test_monitor_run: execute a command and wait for its end.
 *
 * @monitor: the monitor
 * @command: its name
 * @arguments: (nullable): JSON of its arguments
 *
 * Returns: (transfer full): QEMU's answer, with "return" or "error"
 */
JsonObject *test_monitor_run(TestMonitor *monitor, const char *command,
                             const char *arguments);

/**
 * test_monitor_index: the boot index of a device.
 *
 * @monitor: the monitor
 * @device: its id or QOM path
 *
 * Returns: the index; -1 when it has none
 */
int test_monitor_index(TestMonitor *monitor, const char *device);

/**
 * test_monitor_set_index: set it; that must succeed.
 *
 * @monitor: the monitor
 * @device: its id or QOM path
 * @index: the index
 */
void test_monitor_set_index(TestMonitor *monitor, const char *device,
                            int index);

/**
 * test_monitor_events: how many events of a kind have come so far.
 *
 * @monitor: the monitor
 * @name: e.g. "RESET"
 *
 * Returns: the number, as of the last answer
 */
unsigned test_monitor_events(TestMonitor *monitor, const char *name);

#endif /* QEMU_BMC_TESTS_TEST_MONITOR_H */
