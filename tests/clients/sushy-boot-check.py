#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Set the boot override of a UEFI machine through sushy, as Ironic does.

sushy-boot-check.py URL

Ends with a traceback when something is not as it must be.
"""

import os
import sys
import warnings

import sushy

warnings.simplefilter('ignore')

TARGETS = (sushy.BOOT_SOURCE_TARGET_BIOS_SETUP, sushy.BOOT_SOURCE_TARGET_PXE,
           sushy.BOOT_SOURCE_TARGET_HDD, sushy.BOOT_SOURCE_TARGET_CD)
NONE = (sushy.BOOT_SOURCE_TARGET_NONE, sushy.BOOT_SOURCE_ENABLED_DISABLED)


def equal(got, expected):
    if got != expected:
        raise AssertionError('%r instead of %r' % (got, expected))


def state(system):
    system.refresh(force=True)
    return system.boot.target, system.boot.enabled


def targets(system):
    """All that it offers is taken, with and without the mode."""
    allowed = system.get_allowed_system_boot_source_values()
    equal(set(TARGETS) - set(allowed), set())
    for target in TARGETS:
        for enabled in (sushy.BOOT_SOURCE_ENABLED_ONCE,
                        sushy.BOOT_SOURCE_ENABLED_CONTINUOUS):
            for mode in (None, sushy.BOOT_SOURCE_MODE_UEFI):
                system.set_system_boot_options(target, enabled=enabled,
                                               mode=mode)
                equal(state(system), (target, enabled))


def clearing(system):
    """What clears it, together and apart."""
    for options in ({'enabled': sushy.BOOT_SOURCE_ENABLED_DISABLED},
                    {'target': sushy.BOOT_SOURCE_TARGET_NONE},
                    {'target': sushy.BOOT_SOURCE_TARGET_NONE,
                     'enabled': sushy.BOOT_SOURCE_ENABLED_ONCE}):
        system.set_system_boot_options(
            sushy.BOOT_SOURCE_TARGET_PXE,
            enabled=sushy.BOOT_SOURCE_ENABLED_ONCE)
        equal(state(system), (sushy.BOOT_SOURCE_TARGET_PXE,
                              sushy.BOOT_SOURCE_ENABLED_ONCE))
        system.set_system_boot_options(**options)
        equal(state(system), NONE)


def other_mode(system):
    """The firmware's mode is the one that it can have."""
    try:
        system.set_system_boot_options(sushy.BOOT_SOURCE_TARGET_PXE,
                                       mode=sushy.BOOT_SOURCE_MODE_BIOS)
    except sushy.exceptions.BadRequestError:
        equal(state(system), NONE)
        return
    raise AssertionError('another mode was taken')


def main():
    # With this in the environment, requests would verify all the same.
    os.environ.pop('REQUESTS_CA_BUNDLE', None)
    os.environ.pop('CURL_CA_BUNDLE', None)
    root = sushy.Sushy(sys.argv[1], verify=False,
                       auth=sushy.auth.BasicAuth('admin', 'password'))
    system = root.get_system('/redfish/v1/Systems/1')
    for section in (targets, clearing, other_mode):
        section(system)
        print(section.__name__ + ': ok')


main()
