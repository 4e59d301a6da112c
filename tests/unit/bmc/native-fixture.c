/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hub on a machine whose QEMU has a boot override of its own. */
#include "osdep.h"

#include "native-fixture.h"

const BmcOrigin native_lan = {
    .channel = BMC_CHANNEL_LAN,
};

void native_init(Fixture *fix, MachineState state)
{
    fixture_init(fix, state);
    mock_machine_set_native(fix->mock, false);
    mock_machine_add_device(fix->mock, "disk", MACHINE_BOOT_HDD, 1);
    mock_machine_add_device(fix->mock, "cd", MACHINE_BOOT_CD, 2);
    mock_machine_add_device(fix->mock, "nic", MACHINE_BOOT_NIC, 3);
    fixture_start(fix);
}

void native_assert_boot(Fixture *fix, BmcBootEnabled enabled,
                        BmcBootTarget target)
{
    const BmcBoot *boot = bmc_boot_get(fix->bmc);

    g_assert_cmpint(boot->enabled, ==, enabled);
    g_assert_cmpint(boot->target, ==, target);
    g_assert_cmpint(boot->ipmi_flags[0] >> 7, ==,
                    enabled != BMC_BOOT_DISABLED);
}

void native_assert_override(Fixture *fix, const char *expected)
{
    g_autofree char *override = mock_machine_override(fix->mock);

    g_assert_cmpstr(override, ==, expected);
}

/* Indices are never touched as long as each device has one. */
void native_assert_indices(Fixture *fix)
{
    fixture_assert_indices(fix, "disk=1 cd=2 nic=3");
}

void native_set_once(Fixture *fix, BmcBootTarget target)
{
    g_assert_cmpint(fixture_boot(fix, BMC_BOOT_ONCE, target), ==, -1);
    native_assert_boot(fix, BMC_BOOT_ONCE, target);
}

void native_reset(Fixture *fix, const char *from)
{
    mock_machine_reset(fix->mock, true);
    fixture_settle(fix);
    g_assert_cmpstr(mock_machine_boots_from(fix->mock), ==, from);
}

void native_assert_disabled(Fixture *fix)
{
    native_assert_boot(fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    native_assert_indices(fix);
}

void native_helper_away(Fixture *fix)
{
    g_clear_pointer(&fix->bmc, bmc_free);
    test_drain();
}
