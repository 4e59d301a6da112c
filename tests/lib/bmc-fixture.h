/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hub on a mock machine, a fake clock and a temporary state directory. */
#ifndef QEMU_BMC_TESTS_BMC_FIXTURE_H
#define QEMU_BMC_TESTS_BMC_FIXTURE_H

#include "bmc/bmc.h"
#include "bmc/boot.h"
#include "bmc/power.h"
#include "bmc/users.h"
#include "mock-machine.h"
#include "test-util.h"
#include "util/clock.h"

#define FIXTURE_UUID "ffeeddcc-bbaa-4988-8776-554433221100"
#define FIXTURE_SYSTEM_UUID "00112233-4455-4677-8899-aabbccddeeff"
#define FIXTURE_PASSWORD "password"

/* Slots of fixture_init_accounts(). */
#define FIXTURE_ADMIN 2
#define FIXTURE_OPER 3
#define FIXTURE_VIEWER 4
#define FIXTURE_CALLER 5
#define FIXTURE_GONE 6

/**
 * Fixture: what a test needs.
 *
 * @config: may be changed before fixture_start()
 */
typedef struct Fixture {
    TestDir *dir;
    Clock *clock;
    MockMachine *mock;
    BmcConfig config;
    Bmc *bmc;
} Fixture;

/**
 * fixture_init: make all but the hub.
 *
 * @fix: the fixture
 * @state: the machine's state
 */
void fixture_init(Fixture *fix, MachineState state);

/**
 * fixture_init_accounts: the same with a machine that has a disk, a CD drive
 * and a network adapter, known UUIDs, and an account of each privilege:
 * "admin", "oper", "viewer", "caller", and "gone", which is disabled. Their
 * password is %FIXTURE_PASSWORD.
 *
 * @fix: the fixture
 * @state: the machine's state
 */
void fixture_init_accounts(Fixture *fix, MachineState state);

/**
 * fixture_start: make the hub, which must succeed, and let it settle.
 *
 * @fix: the fixture
 */
void fixture_start(Fixture *fix);

/**
 * fixture_restart: free the hub and make another one on the same state.
 *
 * @fix: the fixture
 */
void fixture_restart(Fixture *fix);

/**
 * fixture_clear: free everything.
 *
 * @fix: the fixture
 */
void fixture_clear(Fixture *fix);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

/**
 * fixture_settle: let everything that has begun come to its end, the writer
 * thread's work too.
 *
 * @fix: the fixture
 */
void fixture_settle(Fixture *fix);

/**
 * fixture_advance: let time pass and everything settle.
 *
 * @fix: the fixture
 * @ms: milliseconds
 */
void fixture_advance(Fixture *fix, int64_t ms);

/**
 * fixture_set_user: change an account and tell everybody.
 *
 * @fix: the fixture
 * @slot: 1 to %BMC_USERS_MAX
 * @enabled: may log in
 * @privilege: highest privilege
 */
void fixture_set_user(Fixture *fix, unsigned slot, bool enabled,
                      BmcPrivilege privilege);

/**
 * fixture_set_system_uuid: the machine's UUID, as QEMU tells it.
 *
 * @fix: the fixture
 * @uuid: (nullable): the UUID
 */
void fixture_set_system_uuid(Fixture *fix, const char *uuid);

/**
 * fixture_power: request a power action and wait for its end.
 *
 * @fix: the fixture
 * @action: the action
 *
 * Returns: -1 on success, else the BmcError
 */
int fixture_power(Fixture *fix, BmcPowerAction action);

/**
 * fixture_boot: set the boot override and wait for its end.
 *
 * @fix: the fixture
 * @enabled: for how long
 * @target: the target
 *
 * Returns: -1 on success, else the BmcError
 */
int fixture_boot(Fixture *fix, BmcBootEnabled enabled, BmcBootTarget target);

/**
 * fixture_assert_log: assert what was asked of the machine since the last
 * call, listing of devices left out.
 *
 * @fix: the fixture
 * @expected: as mock_machine_take_log() has it
 */
void fixture_assert_log(Fixture *fix, const char *expected);

/**
 * fixture_log_count: how often an operation was asked of the machine since
 * the last call of this or of fixture_assert_log().
 *
 * @fix: the fixture
 * @what: its name, as mock_machine_take_log() has it
 *
 * Returns: the number
 */
unsigned fixture_log_count(Fixture *fix, const char *what);

/**
 * fixture_assert_indices: assert the boot indices.
 *
 * @fix: the fixture
 * @expected: as mock_machine_indices() has it
 */
void fixture_assert_indices(Fixture *fix, const char *expected);

#endif /* QEMU_BMC_TESTS_BMC_FIXTURE_H */
