#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Look at memory, network cards and PCI devices while they change.

sushy-hardware-check.py URL QMP-SOCKET

The socket is a second one of the QEMU behind URL, so that devices are added
without the service having a part in it. Ends with a traceback when something
is not as it must be.
"""

import json
import os
import socket
import sys
import time
import warnings

import requests
import sushy

warnings.simplefilter('ignore')
os.environ.pop('REQUESTS_CA_BUNDLE', None)
os.environ.pop('CURL_CA_BUNDLE', None)

SYSTEM = '/redfish/v1/Systems/1'
NICS = SYSTEM + '/EthernetInterfaces'
MEMORY = SYSTEM + '/Memory'
DEVICES = '/redfish/v1/Chassis/1/PCIeDevices'
STORAGE = SYSTEM + '/Storage'
GIB = 1 << 30
CARD = '52:54:00:00:00:%02x'
WAIT = 60


def equal(got, expected):
    if got != expected:
        raise AssertionError('%r instead of %r' % (got, expected))


class Qmp:
    """The least of a QMP client."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.file = self.socket.makefile('rw')
        self.file.readline()
        self.run('qmp_capabilities')

    def run(self, command, **arguments):
        self.file.write(json.dumps({'execute': command,
                                    'arguments': arguments}) + '\n')
        self.file.flush()
        while True:
            answer = json.loads(self.file.readline())
            if 'event' not in answer:
                return answer['return']

    def wait_event(self, name, device):
        while True:
            answer = json.loads(self.file.readline())
            if (answer.get('event') == name and
                    answer['data'].get('device') == device):
                return


class Service:
    """Plain GETs, and the stream of events."""

    def __init__(self, url):
        self.url = url
        self.session = requests.Session()
        self.session.auth = ('admin', 'password')
        self.session.verify = False

    def get(self, path):
        return self.session.get(self.url + path)

    def body(self, path):
        answer = self.get(path)
        equal(answer.status_code, 200)
        return answer.json()

    def members(self, path):
        return [m['@odata.id'] for m in self.body(path)['Members']]

    def events(self):
        answer = self.session.get(self.url + '/redfish/v1/EventService/SSE',
                                  stream=True, timeout=WAIT)
        equal(answer.status_code, 200)
        return answer.iter_lines()


def wait_event(lines, message, uri):
    """Returns when somebody who listens has been told."""
    for line in lines:
        if not line.startswith(b'data:'):
            continue
        for event in json.loads(line[5:]).get('Events', []):
            if (event['MessageId'].endswith('.' + message) and
                    event['OriginOfCondition']['@odata.id'] == uri):
                return
    raise AssertionError('no %s for %s' % (message, uri))


def wait_until(what, condition):
    """Firmware numbers buses when it likes, and QEMU does not tell."""
    end = time.monotonic() + WAIT
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(what)
        time.sleep(0.1)
    return value


def summary(url):
    """What Ironic's inspection reads, as Ironic does: all anew."""
    root = sushy.Sushy(url, auth=sushy.auth.BasicAuth('admin', 'password'),
                       verify=False)
    return root.get_system(SYSTEM).ethernet_interfaces.summary


def nic_function(service, nic):
    """Find the PCI function of a network card by the link from there."""
    for device in service.members(DEVICES):
        answer = service.get(device + '/PCIeFunctions?$expand=.')
        if answer.status_code == 404:
            continue  # its bus has lost its number meanwhile
        for body in answer.json()['Members']:
            equal(body['Links']['PCIeDevice']['@odata.id'], device)
            cards = body['Links'].get('EthernetInterfaces', [])
            if {'@odata.id': nic} in cards:
                return body
    return None


def check_nics(url, service, models):
    """Every model has its address, and is linked with what it is."""
    equal(summary(url), {CARD % i: sushy.STATE_ENABLED
                         for i in range(len(models))})
    by_mac = {}
    for uri in service.members(NICS):
        body = service.body(uri)
        equal(body['Links']['Chassis']['@odata.id'], '/redfish/v1/Chassis/1')
        equal(body['MACAddress'], body['PermanentMACAddress'])
        for unknown in 'LinkStatus', 'SpeedMbps', 'UefiDevicePath':
            equal(unknown in body, False)
        by_mac[body['MACAddress']] = body
    for number, (model, ids) in enumerate(models):
        body = by_mac[CARD % number]
        equal(body['Description'], model)
        function = nic_function(service, body['@odata.id'])
        if ids is None:
            equal(function, None)
        else:
            equal((function['VendorId'], function['DeviceId']), ids)
            equal(function['DeviceClass'], 'NetworkController')
    equal(by_mac[CARD % 2].get('MTUSize'), 1400)
    equal('MTUSize' in by_mac[CARD % 0], False)


def check_devices(service):
    """Links are there both ways, and function numbers are true."""
    system = service.body(SYSTEM)
    devices = service.members(DEVICES)
    equal([d['@odata.id'] for d in system['PCIeDevices']], devices)
    functions = []
    for device in devices:
        body = service.body(device)
        equal(body['Links']['Chassis'],
              [{'@odata.id': '/redfish/v1/Chassis/1'}])
        mine = service.members(device + '/PCIeFunctions')
        equal(body['DeviceType'],
              'MultiFunction' if len(mine) > 1 else 'SingleFunction')
        functions += mine
    equal([f['@odata.id'] for f in system['PCIeFunctions']], functions)
    smbus = service.body(DEVICES + '/00-1f/PCIeFunctions/3')
    equal((smbus['DeviceNumber'], smbus['FunctionNumber'],
           smbus['FunctionId'], smbus['DeviceClass']),
          ('0x1F', '0x3', 3, 'SerialBusController'))
    equal((smbus['VendorId'], smbus['SubsystemVendorId']),
          ('0x8086', '0x1AF4'))
    equal(service.get(DEVICES + '/00-1f/PCIeFunctions/1').status_code, 404)
    equal(service.get(DEVICES + '/00-1e').status_code, 404)


def check_graphics(service):
    (uri,) = service.members(SYSTEM + '/GraphicsControllers')
    body = service.body(uri)
    device = body['Links']['PCIeDevice']['@odata.id']
    function = service.body(device + '/PCIeFunctions/0')
    equal(function['DeviceClass'], 'DisplayController')
    equal(body['Name'], 'vga0')


def check_bridge(service):
    """What is behind a bridge is there once the bus has a number."""
    behind = DEVICES + '/00-01.0-00'
    wait_until('no device behind the bridge',
               lambda: behind in service.members(DEVICES))
    bridge = service.body(DEVICES + '/00-01/PCIeFunctions/0')
    function = service.body(behind + '/PCIeFunctions/0')
    equal(bridge['DeviceClass'], 'Bridge')
    equal(bridge['BusNumber'], '0x00')
    equal(int(function['BusNumber'], 16) > 0, True)


def check_plug(service, qmp):
    """A card comes and goes; nobody has told the service of the first."""
    plugged = NICS + '/plugged'
    events = service.events()
    before = service.get(NICS)
    equal(plugged in service.members(NICS), False)
    time.sleep(0.2)  # what was seen just now need not be looked at again
    qmp.run('device_add', driver='e1000', id='plugged', mac=CARD % 0x77,
            bus="slots", addr="3")
    # At once, unless QEMU is too busy to answer in time.
    wait_until('no new card', lambda: plugged in service.members(NICS))
    after = service.get(NICS)
    equal(before.headers['ETag'] == after.headers['ETag'], False)
    body = service.body(plugged)
    equal(body['MACAddress'], CARD % 0x77)
    wait_event(events, 'ResourceCreated', plugged)
    qmp.run('system_reset')
    function = wait_until('no function of the new card',
                          lambda: nic_function(service, plugged))
    equal(function['@odata.id'],
          DEVICES + '/00-02.0-03/PCIeFunctions/0')

    # Without a guest that plays along, a reset makes it go.
    qmp.run('device_del', id='plugged')
    qmp.run('system_reset')
    wait_event(events, 'ResourceRemoved', plugged)
    equal(service.get(plugged).status_code, 404)
    wait_until('the function of a card that has gone',
               lambda: DEVICES + '/00-02.0-03' not in
               service.members(DEVICES))


def memory(service):
    """The pieces, by id; they are what the system has in all."""
    bodies = [service.body(uri) for uri in service.members(MEMORY)]
    summary = service.body(SYSTEM)['MemorySummary']
    volatile = sum(b['VolatileSizeMiB'] for b in bodies)
    persistent = sum(b['NonVolatileSizeMiB'] for b in bodies)
    equal(summary['TotalSystemMemoryGiB'], volatile / 1024)
    equal(summary['TotalSystemPersistentMemoryGiB'], persistent / 1024)
    return {b['Id']: b for b in bodies}


def check_memory(url, service, qmp):
    """Modules of all kinds, and one that comes."""
    plugged = MEMORY + '/module'
    events = service.events()
    pieces = memory(service)
    equal({i: (b['CapacityMiB'], b['MemoryType'])
           for i, b in pieces.items()},
          {'Base': (1024, 'DRAM'), 'slot0': (128, 'DRAM'),
           'nv': (62, 'NVDIMM_F')})
    equal(pieces['Base']['PartNumber'], 'part-17')
    equal(pieces['slot0']['MemoryLocation']['Slot'], 0)
    equal('MemoryLocation' in pieces['Base'], False)
    root = sushy.Sushy(url, auth=sushy.auth.BasicAuth('admin', 'password'),
                       verify=False)
    equal(root.get_system(SYSTEM).memory_summary.size_gib, 1)
    before = service.get(SYSTEM).headers['ETag']
    time.sleep(0.2)  # as in check_plug()
    qmp.run('object-add', id='more', size=1 << 30,
            **{'qom-type': 'memory-backend-ram'})
    qmp.run('device_add', driver='pc-dimm', id='module', memdev='more')
    wait_until('no new module', lambda: plugged in service.members(MEMORY))
    equal(memory(service)['module']['CapacityMiB'], 1024)
    wait_event(events, 'ResourceCreated', plugged)
    equal(before == service.get(SYSTEM).headers['ETag'], False)
    equal(root.get_system(SYSTEM).memory_summary.size_gib, 2)
    # Only a guest that plays along lets a module go.
    equal(sorted(memory(service)), ['Base', 'module', 'nv', 'slot0'])


def check_storage(url, service):
    """Disks by controller, the sizes that Ironic takes from them."""
    root = sushy.Sushy(url, auth=sushy.auth.BasicAuth('admin', 'password'),
                       verify=False)
    system = root.get_system(SYSTEM)
    drives = {}
    for storage in system.storage.get_members():
        for drive in storage.drives:
            drives[drive.identity] = (storage, drive)
    equal(len(drives), 3)
    storage, drive = drives['nv0']
    equal((drive.capacity_bytes, drive.serial_number, drive.protocol),
          (GIB, 'NV1', sushy.PROTOCOL_TYPE_NVMe))
    storage, drive = drives['sd0']
    equal(storage.identity, 'scsi0')
    equal(drive.media_type, 'SSD')
    equal(drive.identifiers[0].durable_name, '5000C500A1B2C3D4')
    equal(max(system.simple_storage.disks_sizes_bytes), GIB)
    equal(system.storage.drives_sizes_bytes,
          system.simple_storage.disks_sizes_bytes)
    sata = [d for s, d in drives.values()
            if d.protocol == sushy.PROTOCOL_TYPE_SATA]
    equal([d.serial_number for d in sata], ['IDE1'])
    chassis = service.body('/redfish/v1/Chassis/1')
    equal(len(chassis['Links']['Drives']), 3)
    for link in chassis['Links']['Drives']:
        body = service.body(link['@odata.id'])
        equal(body['Links']['Chassis']['@odata.id'], '/redfish/v1/Chassis/1')


def check_plug_disk(service, qmp):
    """A disk comes and goes, as a card does."""
    drive = STORAGE + '/vd9/Drives/vd9'
    events = service.events()
    qmp.run('blockdev-add', **{'driver': 'null-co', 'node-name': 'd',
                               'size': GIB, 'read-zeroes': True})
    time.sleep(0.2)
    equal(STORAGE + '/vd9' in service.members(STORAGE), False)
    time.sleep(0.2)
    qmp.run('device_add', driver='virtio-blk-pci', id='vd9', drive='d',
            bus='slots', addr='4')
    wait_until('no new disk',
               lambda: STORAGE + '/vd9' in service.members(STORAGE))
    equal(service.body(drive)['CapacityBytes'], GIB)
    wait_event(events, 'ResourceCreated', STORAGE + '/vd9')
    qmp.run('device_del', id='vd9')
    qmp.run('system_reset')
    wait_event(events, 'ResourceRemoved', STORAGE + '/vd9')
    equal(service.get(drive).status_code, 404)


def main():
    url, path = sys.argv[1:3]
    service = Service(url)
    models = [
        ('e1000e', ('0x8086', '0x10D3')),
        ('e1000', ('0x8086', '0x100E')),
        ('virtio-net-pci', ('0x1AF4', '0x1000')),
        ('rtl8139', ('0x10EC', '0x8139')),
        ('usb-net', None),
        ('vmxnet3', ('0x15AD', '0x07B0')),
        ('pcnet', ('0x1022', '0x2000')),
        ('ne2k_pci', ('0x10EC', '0x8029')),
        ('tulip', ('0x1011', '0x0019')),
        ('i82559c', ('0x8086', '0x1229')),
    ]
    check_bridge(service)
    check_nics(url, service, models)
    check_devices(service)
    check_graphics(service)
    check_storage(url, service)
    qmp = Qmp(path)
    check_memory(url, service, qmp)
    check_plug(service, qmp)
    check_plug_disk(service, qmp)


main()
