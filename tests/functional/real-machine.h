/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A real QEMU without a guest, and a machine: attached or launched. */
#ifndef QEMU_BMC_TESTS_REAL_MACHINE_H
#define QEMU_BMC_TESTS_REAL_MACHINE_H

#include <gio/gio.h>
#include <glib.h>
#include <stdbool.h>

#include "machine/machine.h"
#include "util/clock.h"
#include "util/error.h"

#include "test-util.h"

#define WAIT_MS 20000

/**
 * Fixture: a QEMU and a machine.
 *
 * @dir: for sockets and files
 * @socket: the QMP socket of fixture_qemu()
 * @disk: an image of zeros
 * @qemu: the process of fixture_qemu()
 * @clock: the real clock
 * @machine: set by the test, freed by fixture_clear()
 * @notifier: in the machine's list
 * @events: what the machine has told, as text
 * @gone: detail of the last MACHINE_EVENT_GONE
 */
typedef struct Fixture {
    TestDir *dir;
    char *socket;
    char *disk;
    GSubprocess *qemu;
    Clock *clock;
    Machine *machine;
    Notifier notifier;
    GString *events;
    char *gone;
} Fixture;

/**
 * fixture_program: the QEMU to run.
 *
 * Returns: its program
 */
const char *fixture_program(void);

/**
 * fixture_init: prepare; nothing runs yet.
 *
 * @f: the fixture
 */
void fixture_init(Fixture *f);

/**
 * fixture_watch: listen to @f->machine, which is there by now.
 *
 * @f: the fixture
 */
void fixture_watch(Fixture *f);

/**
 * fixture_qemu: start a QEMU with a QMP socket.
 *
 * @f: the fixture
 * @args: more arguments, separated by blanks; "@DISK@" stands for the
 *        image
 */
void fixture_qemu(Fixture *f, const char *args);

/**
 * fixture_qemu_reap: kill the QEMU of fixture_qemu() and reap it.
 *
 * @f: the fixture
 */
void fixture_qemu_reap(Fixture *f);

/**
 * fixture_clear: free the machine, end the QEMU of fixture_qemu(), and
 * release everything.
 *
 * @f: the fixture
 */
void fixture_clear(Fixture *f);

/**
 * fixture_wait_state_full: wait for a state; called by wait_state().
 *
 * @machine: the machine
 * @state: the state
 * @line: where
 */
void fixture_wait_state_full(Machine *machine, MachineState state, int line);

#define wait_state(machine, state) \
    fixture_wait_state_full(machine, MACHINE_STATE_ ## state, __LINE__)

/**
 * fixture_has_info: for test_wait_until(): the facts are known.
 *
 * @opaque: the Machine
 *
 * Returns: true if they are
 */
bool fixture_has_info(void *opaque);

/**
 * fixture_is_gone_told: for test_wait_until(): the end of QEMU was told.
 *
 * @opaque: the Fixture
 *
 * Returns: true if it was
 */
bool fixture_is_gone_told(void *opaque);

/**
 * fixture_run_op: run an operation and wait for its end.
 *
 * @machine: the machine
 * @op: the operation
 * @errp: as machine_run_op_finish()
 */
void fixture_run_op(Machine *machine, MachineOp op, GError **errp);

/**
 * fixture_run_op_ok: run an operation that must succeed.
 *
 * @machine: the machine
 * @op: the operation
 * @then: state that must hold when it is done
 */
void fixture_run_op_ok(Machine *machine, MachineOp op, MachineState then);

/**
 * fixture_run_op_refused: run an operation that must be refused, and
 * change nothing.
 *
 * @machine: the machine
 * @op: the operation
 * @code: the error
 */
void fixture_run_op_refused(Machine *machine, MachineOp op, BmcError code);

#endif /* QEMU_BMC_TESTS_REAL_MACHINE_H */
