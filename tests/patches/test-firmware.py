#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The boot override of a patched QEMU with real firmware.

test-firmware.py [CELL...]

For each firmware, machine, mode and way to reset it: the override is set
while the guest runs, the machine is reset, and what the guest says tells from
where it was booted, at that boot and the next one. TEST_QEMU names the
program, TEST_GUESTS the directory of the guests' images. Cells like
bios/pc/once can be chosen by how they begin. Prints TAP.
"""

import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GUESTS = Path(os.environ.get('TEST_GUESTS', '.'))
OVMF = Path('/usr/share/OVMF')
WAIT = 120              # for anything; a loaded host and OVMF take long
# Who resets the machine
BIOS_ORIGINS = ('host', 'stopped', 'cf9', 'keyboard', 'triple-fault', 'off-on')
UEFI_ORIGINS = ('host', 'stopped', 'cf9')
LETTERS = {'cf9': 'r', 'keyboard': 'k', 'triple-fault': 't', 'off-on': 'p'}


class Failed(Exception):
    """What was not as it should be."""


class Lines:
    """A connected socket, read by lines or until some text."""

    def __init__(self, sock):
        self.sock = sock
        self.buffer = b''

    def fill(self, deadline):
        left = deadline - time.monotonic()
        if left <= 0:
            raise Failed('nothing came in time; so far: %r'
                         % self.buffer[-200:])
        self.sock.settimeout(left)
        try:
            data = self.sock.recv(65536)
        except socket.timeout:
            return
        if not data:
            raise Failed('QEMU has ended')
        self.buffer += data

    def line(self, deadline):
        while b'\n' not in self.buffer:
            self.fill(deadline)
        line, _, self.buffer = self.buffer.partition(b'\n')
        return line

    def after(self, text):
        """The byte after text, which is awaited; drops all until there."""
        deadline = time.monotonic() + WAIT
        while True:
            head, found, tail = self.buffer.partition(text)
            if found and tail:
                self.buffer = tail[1:]
                return tail[:1].decode()
            self.fill(deadline)


class Machine:
    """A QEMU with two disks: A has the lower boot index, B gets booted by the
    override."""

    def __init__(self, directory, machine, firmware):
        self.events = []
        kind = 'uefi' if firmware == 'uefi' else 'disk'
        args = []
        if firmware == 'uefi':
            variables = Path(directory) / 'vars.fd'
            shutil.copyfile(OVMF / 'OVMF_VARS_4M.fd', variables)
            args = ['-drive', 'if=pflash,unit=0,format=raw,readonly=on,file='
                    + str(OVMF / 'OVMF_CODE_4M.fd'), '-drive',
                    'if=pflash,unit=1,format=raw,file=%s' % variables]
        for number, name in enumerate('ab'):
            args += ['-drive', 'if=none,id=%s,format=raw,readonly=on,file=%s'
                     % (name, GUESTS / ('%s-%s.img' % (kind, name))),
                     '-device', 'virtio-blk-pci,id=disk-%s,drive=%s,'
                     'bootindex=%d' % (name, name, 10 + number)]
        ours = {}
        for name in ('qmp', 'serial'):
            ours[name], theirs = socket.socketpair()
            args += ['-chardev', 'socket,id=%s,fd=%d' % (name,
                                                         theirs.fileno())]
            ours[name + '-peer'] = theirs
        self.process = subprocess.Popen(
            [os.environ.get('TEST_QEMU', 'qemu-system-x86_64'), '-M', machine,
             '-accel', 'tcg', '-m', '256', '-nodefaults', '-display', 'none',
             '-no-shutdown', '-serial', 'chardev:serial',
             '-mon', 'chardev=qmp,mode=control'] + args,
            pass_fds=[ours[n + '-peer'].fileno() for n in ('qmp', 'serial')])
        for name in ('qmp', 'serial'):
            ours[name + '-peer'].close()
        self.qmp = Lines(ours['qmp'])
        self.serial = Lines(ours['serial'])
        self.qmp.line(time.monotonic() + WAIT)
        self.command('qmp_capabilities')

    def close(self):
        self.process.kill()
        self.process.wait()
        self.qmp.sock.close()
        self.serial.sock.close()

    def receive(self, deadline):
        """The next answer; keeps the events before it."""
        while True:
            message = json.loads(self.qmp.line(deadline))
            if 'event' not in message:
                return message
            self.events.append((message['event'], message.get('data', {})))

    def command(self, name, **arguments):
        self.qmp.sock.sendall(json.dumps(
            {'execute': name, 'arguments': arguments}).encode() + b'\n')
        answer = self.receive(time.monotonic() + WAIT)
        if 'return' not in answer:
            raise Failed('%s: %s' % (name, answer))
        return answer['return']

    def wait_status(self, status):
        deadline = time.monotonic() + WAIT
        while self.command('query-status')['status'] != status:
            if time.monotonic() > deadline:
                raise Failed('not %s in time' % status)
            time.sleep(0.01)

    def booted(self):
        """The letter of the disk that the guest was booted from."""
        return self.serial.after(b'BOOTED ')

    def reset(self, origin):
        if origin in ('host', 'stopped'):
            if origin == 'stopped':
                self.command('stop')
            self.command('system_reset')
            if origin == 'stopped':
                self.command('cont')
            return
        self.serial.sock.sendall(LETTERS[origin].encode())
        if origin == 'off-on':
            self.wait_status('shutdown')
            self.command('system_reset')
            self.command('cont')

    def override_events(self):
        """The names and states of the events since the last call."""
        self.command('query-status')
        events = [(name.rpartition('_')[2].lower(), data['state'])
                  for name, data in self.events if name.startswith('BOOT_')]
        self.events = []
        return events


def expect(what, found, expected):
    if found != expected:
        raise Failed('%s: %r instead of %r' % (what, found, expected))


def check(vm, origin, mode):
    """One cell of the matrix; the guest has been booted from A before."""
    vm.command('set-boot-override', device='disk-b', mode=mode)
    expect('events of setting it', vm.override_events(),
           [('changed', 'armed')])

    vm.reset(origin)
    expect('first boot', vm.booted(), 'B')
    expect('events of the first boot', vm.override_events(),
           [('consumed', 'consumed')])
    expect('state after the first boot',
           vm.command('query-boot-override')['state'], 'consumed')

    vm.reset(origin)
    if mode == 'once':
        expect('second boot', vm.booted(), 'A')
        expect('events of the second boot', vm.override_events(),
               [('changed', 'none')])
    else:
        expect('second boot', vm.booted(), 'B')
        expect('events of the second boot', vm.override_events(),
               [('changed', 'armed'), ('consumed', 'consumed')])
        vm.command('set-boot-override')
        expect('events of clearing it', vm.override_events(),
               [('changed', 'none')])
        vm.reset(origin)
        expect('third boot', vm.booted(), 'A')
    expect('events at the end', vm.override_events(), [])
    expect('state at the end', vm.command('query-boot-override'),
           {'state': 'none'})


def main():
    """Run the matrix."""
    cells = [('bios', machine, mode, origin) for machine, mode, origin in
             itertools.product(('pc', 'q35'), ('once', 'persistent'),
                               BIOS_ORIGINS)]
    cells += [('uefi', machine, mode, origin) for machine, mode, origin in
              itertools.product(('pc', 'q35'), ('once', 'persistent'),
                                UEFI_ORIGINS)]
    if len(sys.argv) > 1:
        cells = [cell for cell in cells
                 if '/'.join(cell).startswith(tuple(sys.argv[1:]))]
    bad = False
    print('TAP version 13\n1..%d' % len(cells), flush=True)
    number = 0
    for (firmware, machine), group in itertools.groupby(
            cells, key=lambda cell: cell[:2]):
        with tempfile.TemporaryDirectory() as directory:
            vm = None
            for cell in group:
                number += 1
                try:
                    if vm is None:
                        vm = Machine(directory, machine, firmware)
                        expect('boot before', vm.booted(), 'A')
                    check(vm, cell[3], cell[2])
                    print('ok %d - %s' % (number, '/'.join(cell)), flush=True)
                except Failed as e:
                    bad = True
                    print('not ok %d - %s\n# %s' % (number, '/'.join(cell), e),
                          flush=True)
                    if vm:
                        vm.close()
                        vm = None
            if vm:
                vm.close()
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
