#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Set up Secure Boot through sushy, as Ironic does before it deploys.

sushy-secure-boot-check.py URL

Ends with a traceback when something is not as it must be.
"""

import os
import sys
import warnings

import sushy

warnings.simplefilter('ignore')


def equal(got, expected):
    if got != expected:
        raise AssertionError('%r instead of %r' % (got, expected))


def check(secure, **expected):
    secure.refresh(force=True)
    for name, value in expected.items():
        equal(getattr(secure, name), value)


def restart(system):
    system.reset_system(sushy.RESET_FORCE_RESTART)
    system.refresh(force=True)
    equal(system.power_state, sushy.POWER_STATE_ON)


def enabling(system, secure):
    """What is set is shown, and what the machine has booted with."""
    check(secure, enabled=True, mode=sushy.SECURE_BOOT_MODE_USER)
    system.reset_system(sushy.RESET_ON)
    check(secure, current_boot=sushy.SECURE_BOOT_ENABLED)
    secure.set_enabled(False)
    check(secure, enabled=False, current_boot=sushy.SECURE_BOOT_ENABLED)
    restart(system)
    check(secure, enabled=False, current_boot=sushy.SECURE_BOOT_DISABLED)
    secure.set_enabled(True)
    restart(system)
    check(secure, enabled=True, current_boot=sushy.SECURE_BOOT_ENABLED)


def keys(system, secure):
    equal(secure.get_allowed_reset_keys_values(),
          {sushy.SECURE_BOOT_RESET_KEYS_TO_DEFAULT,
           sushy.SECURE_BOOT_RESET_KEYS_DELETE_ALL,
           sushy.SECURE_BOOT_RESET_KEYS_DELETE_PK})
    secure.reset_keys(sushy.SECURE_BOOT_RESET_KEYS_DELETE_ALL)
    check(secure, mode=sushy.SECURE_BOOT_MODE_USER)
    restart(system)
    check(secure, mode=sushy.SECURE_BOOT_MODE_SETUP, enabled=False,
          current_boot=sushy.SECURE_BOOT_DISABLED)
    secure.reset_keys(sushy.SECURE_BOOT_RESET_KEYS_TO_DEFAULT)
    restart(system)
    check(secure, mode=sushy.SECURE_BOOT_MODE_USER, enabled=True,
          current_boot=sushy.SECURE_BOOT_ENABLED)
    databases = {one.identity: one
                 for one in secure.databases.get_members()}
    equal(set(databases), {'PK', 'KEK', 'db', 'dbx'})
    databases['dbx'].reset_keys(sushy.SECURE_BOOT_RESET_KEYS_DELETE_ALL)


def main():
    # With this in the environment, requests would verify all the same.
    os.environ.pop('REQUESTS_CA_BUNDLE', None)
    os.environ.pop('CURL_CA_BUNDLE', None)
    root = sushy.Sushy(sys.argv[1], verify=False,
                       auth=sushy.auth.BasicAuth('admin', 'password'))
    system = root.get_system('/redfish/v1/Systems/1')
    enabling(system, system.secure_boot)
    keys(system, system.secure_boot)


main()
