/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A monitor that behaves as QEMU does, and a machine attached to it. */
#ifndef QEMU_BMC_TESTS_MACHINE_FIXTURE_H
#define QEMU_BMC_TESTS_MACHINE_FIXTURE_H

#include <glib.h>
#include <stdbool.h>

#include "machine/machine.h"
#include "util/clock.h"

#include "mock-qmp.h"
#include "test-util.h"

#define WAIT_MS 5000

/**
 * Fixture: a mock QEMU and the machine attached to it.
 *
 * @mock: the monitor
 * @clock: a fake clock
 * @machine: the machine, or NULL before fixture_attach()
 * @notifier: in the machine's list
 * @events: what the machine has told, as text
 * @commands: the commands that change something, in order
 * @run_state: the mock's run state
 * @reset_silently: system_reset is answered, but nothing happens yet
 */
typedef struct Fixture {
    MockQmp *mock;
    Clock *clock;
    Machine *machine;
    Notifier notifier;
    GString *events;
    GString *commands;
    char *run_state;
    bool reset_silently;
} Fixture;

/**
 * fixture_init: make the mock; nothing is attached yet.
 *
 * @f: the fixture
 * @absent: there is no socket yet
 */
void fixture_init(Fixture *f, bool absent);

/**
 * fixture_attach: make the machine.
 *
 * @f: the fixture
 */
void fixture_attach(Fixture *f);

/**
 * fixture_connect: fixture_init(), fixture_attach(), and wait until state
 * and facts are known.
 *
 * @f: the fixture
 * @run_state: the mock's run state
 */
void fixture_connect(Fixture *f, const char *run_state);

/**
 * fixture_clear: release everything.
 *
 * @f: the fixture
 */
void fixture_clear(Fixture *f);

/**
 * fixture_set_run_state: what the mock answers to query-status.
 *
 * @f: the fixture
 * @state: QAPI RunState
 */
void fixture_set_run_state(Fixture *f, const char *state);

/**
 * fixture_is_connected: for test_wait_until(): state and facts are known.
 *
 * @opaque: the Machine
 *
 * Returns: true if they are
 */
bool fixture_is_connected(void *opaque);

/**
 * fixture_wait_event_full: wait until the machine has told something; called
 * by wait_event().
 *
 * @f: the fixture
 * @text: what, as in Fixture.events
 * @line: where
 */
void fixture_wait_event_full(Fixture *f, const char *text, int line);

#define wait_event(f, text) fixture_wait_event_full(f, text, __LINE__)

/**
 * fixture_run_op: run an operation and wait for its end.
 *
 * @f: the fixture
 * @op: the operation
 * @errp: as machine_run_op_finish()
 */
void fixture_run_op(Fixture *f, MachineOp op, GError **errp);

#endif /* QEMU_BMC_TESTS_MACHINE_FIXTURE_H */
