#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Use a BMC through pyghmi, as OpenStack and Ansible do.

pyghmi-check.py PORT SECTION...

Each section is a function below. Prints "SECTION: ok" for each, and ends
with a traceback when one fails.
"""

import sys
import uuid

from pyghmi import exceptions
from pyghmi.ipmi import command

UUID = '7c0e3a52-9d5b-4f61-8a34-56789abcdef0'


def equal(got, expected):
    if got != expected:
        raise AssertionError('%r instead of %r' % (got, expected))


def power(bmc):
    equal(bmc.get_power(), {'powerstate': 'on'})
    bmc.set_power('off', wait=30)
    equal(bmc.get_power(), {'powerstate': 'off'})
    bmc.set_power('on', wait=30)
    equal(bmc.get_power(), {'powerstate': 'on'})
    bmc.set_power('reset')
    equal(bmc.get_power(), {'powerstate': 'on'})


def bootdev(bmc):
    for device, persist in (('network', False), ('hd', True),
                            ('optical', False), ('default', False)):
        bmc.set_bootdev(device, persist=persist)
        got = bmc.get_bootdev()
        equal(got['bootdev'], device)
        if device != 'default':
            equal(got['persistent'], persist)
    bmc.set_bootdev('network', uefiboot=True)
    equal(bmc.get_bootdev()['uefimode'], True)
    bmc.set_bootdev('default')


def identify(bmc):
    bmc.set_identify(True, duration=1)
    bmc.set_identify(False)


def raw(bmc):
    rsp = bmc.raw_command(netfn=6, command=1)
    equal(rsp['code'], 0)
    rsp = bmc.raw_command(netfn=6, command=0xee)
    equal(rsp['code'], 0xc1)


def inventory(bmc):
    parts = dict(bmc.get_inventory())
    equal(parts['System']['Product name'], 'matrix')
    # It takes the answer for SMBIOS's order of bytes; IPMI's is reversed.
    shown = uuid.UUID(bytes_le=uuid.UUID(UUID).bytes[::-1])
    got = bmc.get_inventory_of_component('System')
    equal(got['UUID'].lower(), str(shown))
    equal('UUID: ' + UUID in got['product_extra'], True)


def sensors(bmc):
    descriptions = list(bmc.get_sensor_descriptions())
    readings = list(bmc.get_sensor_data())
    equal(sorted(d['name'] for d in descriptions),
          sorted(r.name for r in readings))
    equal(bmc.get_health()['health'], 0)


def sel(bmc):
    list(bmc.get_event_log(clear=True))
    entries = list(bmc.get_event_log())
    # That it was cleared is the first thing in it.
    if len(entries) > 2:
        raise AssertionError(entries)


def users(bmc):
    uid = 7
    bmc.create_user(uid, 'pyghmi', 'secret123', privilege_level='operator')
    user = bmc.get_user(uid)
    equal(user['name'], 'pyghmi')
    equal(user['access']['privilege_level'], 'operator')
    other = command.Command(bmc='127.0.0.1', port=port, userid='pyghmi',
                            password='secret123', privlevel=3)
    equal(other.get_power(), {'powerstate': 'on'})
    other.ipmi_session.logout()
    bmc.user_delete(uid)
    equal(uid in bmc.get_users(), False)


def network(bmc):
    config = bmc.get_net_configuration()
    equal(config['ipv4_address'].split('/')[0], '127.0.0.1')
    equal(len(config['mac_address']), 17)
    bmc.get_alert_destination_count()


def login(bmc):
    """A wrong password is refused, and said to be."""
    try:
        command.Command(bmc='127.0.0.1', port=port, userid='admin',
                        password='wrong')
    except exceptions.IpmiException as err:
        if 'password' not in str(err):
            raise
    else:
        raise AssertionError('logged in with a wrong password')
    equal(bmc.get_power()['powerstate'], 'on')


port = int(sys.argv[1])


def main():
    bmc = command.Command(bmc='127.0.0.1', port=port, userid='admin',
                          password='password')
    for name in sys.argv[2:]:
        globals()[name](bmc)
        print('%s: ok' % name)
    bmc.ipmi_session.logout()


main()
