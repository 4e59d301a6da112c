#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Use a BMC through python-ipmi.

python-ipmi-check.py rmcp|ipmitool PORT

rmcp is the library's own IPMI 1.5, ipmitool its way to IPMI 2.0. Prints
"all: ok", or ends with a traceback.
"""

import sys

import pyipmi
import pyipmi.errors
import pyipmi.interfaces


def connect(name, port):
    if name == 'rmcp':
        interface = pyipmi.interfaces.create_interface(
            'rmcp', slave_address=0x81, host_target_address=0x20,
            keep_alive_interval=0)
    else:
        interface = pyipmi.interfaces.create_interface(
            'ipmitool', interface_type='lanplus')
    bmc = pyipmi.create_connection(interface)
    bmc.target = pyipmi.Target(0x20)
    bmc.session.set_session_type_rmcp('127.0.0.1', port=port)
    bmc.session.set_auth_type_user('admin', 'password')
    bmc.session.establish()
    return bmc


def equal(got, expected):
    if got != expected:
        raise AssertionError('%r instead of %r' % (got, expected))


def check(bmc):
    device = bmc.get_device_id()
    equal(device.device_id, 0x20)
    for function in 'sensor', 'sdr_repository', 'sel', 'fru_inventory':
        assert device.supports_function(function), function
    assert bmc.get_chassis_status().power_on
    equal(len(bmc.get_sel_entries()), bmc.get_sel_entries_count())
    equal(bmc.get_fru_inventory_area_info(), 2048)
    equal(bmc.get_watchdog_timer().is_running, False)
    names = {}
    for sdr in bmc.sdr_repository_entries():
        name = sdr.device_id_string
        names[name.decode() if isinstance(name, bytes) else name] = sdr
    equal(len(names), bmc.get_sdr_repository_info().record_count)
    sdr = names['Memory Used']
    raw, states = bmc.get_sensor_reading(sdr.number)
    assert 0 < sdr.convert_sensor_raw_to_value(raw) <= 100
    equal(states & 0x3f, 0)
    # The chassis device can, a shelf manager cannot.
    bmc.chassis_control_diagnostic_interrupt()
    try:
        bmc.get_picmg_properties()
    except pyipmi.errors.CompletionCodeError as err:
        equal(err.cc, 0xc1)
    else:
        raise AssertionError('PICMG properties')


def main():
    bmc = connect(sys.argv[1], int(sys.argv[2]))
    check(bmc)
    bmc.session.close()
    print('all: ok')


main()
