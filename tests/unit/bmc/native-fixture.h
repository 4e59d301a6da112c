/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hub on a machine whose QEMU has a boot override of its own. */
#ifndef QEMU_BMC_TESTS_NATIVE_FIXTURE_H
#define QEMU_BMC_TESTS_NATIVE_FIXTURE_H

#include "bmc-fixture.h"

extern const BmcOrigin native_lan;

/**
 * native_init: make all, with a disk, a CD drive and a network adapter, which
 * have the boot indices 1, 2 and 3.
 *
 * @fix: the fixture
 * @state: the machine's state
 */
void native_init(Fixture *fix, MachineState state);

/**
 * native_assert_boot: assert what the hub shows.
 *
 * @fix: the fixture
 * @enabled: for how long
 * @target: the target
 */
void native_assert_boot(Fixture *fix, BmcBootEnabled enabled,
                        BmcBootTarget target);

/**
 * native_assert_override: assert what QEMU has.
 *
 * @fix: the fixture
 * @expected: as mock_machine_override() has it
 */
void native_assert_override(Fixture *fix, const char *expected);

/**
 * native_assert_indices: assert that boot indices are as at first.
 *
 * @fix: the fixture
 */
void native_assert_indices(Fixture *fix);

/**
 * native_set_once: set an override for one boot.
 *
 * @fix: the fixture
 * @target: the target
 */
void native_set_once(Fixture *fix, BmcBootTarget target);

/**
 * native_reset: the guest resets the machine.
 *
 * @fix: the fixture
 * @from: what firmware is to boot from then
 */
void native_reset(Fixture *fix, const char *from);

/**
 * native_assert_disabled: assert that there is no override, and that indices
 * are as at first.
 *
 * @fix: the fixture
 */
void native_assert_disabled(Fixture *fix);

/**
 * native_helper_away: the helper ends; fixture_start() starts another one.
 *
 * @fix: the fixture
 */
void native_helper_away(Fixture *fix);

#endif /* QEMU_BMC_TESTS_NATIVE_FIXTURE_H */
