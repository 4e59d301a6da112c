#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Use manager, chassis and versions through sushy, as Ironic does.

sushy-manager-check.py URL

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


def manager(root):
    """Ironic's inspection, its clock step, and kubevirtbmc#156."""
    bmc = root.get_manager('/redfish/v1/Managers/1')
    equal(bmc.manager_type, sushy.MANAGER_TYPE_BMC)
    equal([system.identity for system in bmc.systems], ['1'])
    equal([chassis.identity for chassis in bmc.chassis], ['1'])
    equal(bmc.serial_console.service_enabled, True)
    equal(bmc.serial_console.max_concurrent_sessions, 1)
    connection = root._conn
    path = '/redfish/v1/Managers/1'
    connection.patch(path, data={
        'DateTime': '2031-02-03T04:05:06+00:00',
        'DateTimeLocalOffset': '+00:00'})
    body = connection.get(path).json()
    equal(body['DateTime'][:16], '2031-02-03T04:05')
    ports = connection.get(path + '/NetworkProtocol').json()
    equal(ports['IPMI']['ProtocolEnabled'], True)
    bmc.reset_manager(sushy.RESET_MANAGER_FORCE_RESTART)
    bmc.reset_manager(sushy.RESET_MANAGER_GRACEFUL_RESTART)


def chassis(root):
    box = root.get_chassis('/redfish/v1/Chassis/1')
    equal(box.power_state, sushy.POWER_STATE_ON)
    box.reset_chassis(sushy.RESET_TYPE_FORCE_OFF)
    box.refresh(force=True)
    equal(box.power_state, sushy.POWER_STATE_OFF)
    box.reset_chassis(sushy.RESET_TYPE_ON)
    box.refresh(force=True)
    equal(box.power_state, sushy.POWER_STATE_ON)


def versions(root):
    service = root.get_update_service()
    names = [one.name for one in service.firmware_inventory.get_members()]
    equal(names, ['qemu-bmc', 'SeaBIOS'])
    names = [one.name for one in service.software_inventory.get_members()]
    equal(names, ['QEMU'])


def logs(root):
    """What Ansible's redfish_info reads: entries within collections."""
    for path in ('Systems/1/LogServices/SEL', 'Managers/1/LogServices/Log'):
        url = '/redfish/v1/' + path
        body = root._conn.get(url + '/Entries').json()
        if not body['Members']:
            raise AssertionError(path + ' is empty')
        for entry in body['Members']:
            entry['Message'], entry['Created'], entry['EntryType']
        root._conn.post(url + '/Actions/LogService.ClearLog', data={})


def main():
    # With this in the environment, requests would verify all the same.
    os.environ.pop('REQUESTS_CA_BUNDLE', None)
    os.environ.pop('CURL_CA_BUNDLE', None)
    root = sushy.Sushy(sys.argv[1], verify=False,
                       auth=sushy.auth.BasicAuth('admin', 'password'))
    for section in (chassis, manager, versions, logs):
        section(root)
        print(section.__name__ + ': ok')


main()
