#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Check that each layer includes only what lies below it.

check-layers.py [--tap]

    osdep < util < codec < qmp < machine     only machine-qmp uses qmp
    util, codec, machine/machine.h < bmc     and machine-media.h, no other of it
    bmc < console                            the serial line's hub
    bmc, console < ipmi | redfish            never each other
    everything < main.c                      and its siblings
    util, codec < client                     the outgoing side
    util, codec, qmp, client < tools
A test may include what the layer that it tests may include; the mocks, the
fuzzers and what tests the whole program may include any layer.
"""

import re
import sys
from pathlib import Path

from lintlib import ROOT, CText, read_text, report, tracked_files

CHECKS = ['layers', 'osdep', 'paths', 'cycles']

FRONT_END = {'util', 'codec', 'bmc', 'console'}
LAYERS = {
    'util': {'util'},
    'codec': {'util', 'codec'},
    'qmp': {'util', 'codec', 'qmp'},
    'machine': {'util', 'codec', 'machine'},
    'bmc': {'util', 'codec', 'bmc'},
    'console': {'util', 'codec', 'bmc', 'console'},
    'ipmi': FRONT_END | {'ipmi'},
    'redfish': FRONT_END | {'redfish'},
    'client': {'util', 'codec', 'client'},
    'tools': {'util', 'codec', 'qmp', 'client'},
}
# Single headers and files beside the rule of their layer.
EXTRA = [
    (r'^(bmc|ipmi|redfish|console)$', r'^machine/machine(-media)?\.h$'),
    (r'^machine/machine-qmp[^/]*$', r'^qmp/'),
    (r'^machine/test-machine-qmp[^/]*$', r'^qmp/'),
]
# Not built with the project: guests' programs, other projects' patches.
FOREIGN = re.compile(r'^(tests/guests|tests/data|qemu-patches|docs)/')


def layer_of(name):
    """The layer whose rule a file obeys; '' for no rule."""
    parts = Path(name).parts
    if parts[0] == 'helper':
        return parts[1] if len(parts) > 2 else ''
    if parts[0] == 'tools':
        return 'tools'
    if parts[:2] == ('tests', 'unit') and len(parts) > 3:
        return parts[2]
    return ''


class Layers:
    """The findings so far, and who includes whom."""

    def __init__(self, root, files):
        self.root = root
        self.files = [f for f in files if f.endswith(('.c', '.h'))
                      and not FOREIGN.match(f)]
        self.known = {f for f in files if f.endswith(('.c', '.h', '.c.inc'))}
        self.findings = {}
        self.edges = {}

    def found(self, check, name, line, text):
        self.findings.setdefault(check, []).append(
            '%s:%d: %s' % (name, line, text))

    def resolve(self, name, included):
        """The file that an #include "..." in a file means, or None."""
        here = Path(name).parent
        top = Path(*Path(name).parts[:1])
        for base in (here, Path('helper'), Path('.'), Path('tests/lib'),
                     top):
            path = (base / included).as_posix()
            if path in self.known:
                return path
        return None

    def check(self):
        for name in self.files:
            text = read_text(self.root / name)
            if text is not None:
                self.check_file(name, CText(text))
        self.check_cycles()

    def check_file(self, name, c):
        includes = c.includes()
        first = includes[0][1] if includes else ''
        if name.endswith('.c') and first != 'osdep.h':
            self.found('osdep', name, includes[0][0] if includes else 1,
                       '"osdep.h" is not included first')
        for line, included, system in includes:
            if system:
                continue
            if included == 'osdep.h' and name.endswith('.h'):
                self.found('osdep', name, line, 'osdep.h in a header')
            self.check_path(name, line, included)

    def check_path(self, name, line, included):
        if included == 'config-host.h':
            if name != 'helper/osdep.h':
                self.found('paths', name, line, 'only osdep.h includes it')
            return
        target = self.resolve(name, included)
        if '..' in Path(included).parts:
            self.found('paths', name, line, "'..' in an include path")
        elif included.endswith('.c'):
            self.found('paths', name, line, 'a .c file is included')
        elif target is None:
            self.found('paths', name, line, '%s does not exist' % included)
        else:
            self.edges.setdefault(name, []).append((target, line))
            self.check_layer(name, line, target)

    def check_layer(self, name, line, target):
        parts = Path(target).parts
        source = layer_of(name)
        if target == 'helper/osdep.h' or source not in LAYERS:
            return
        if parts[0] != 'helper':
            if name.startswith('helper/') or \
                    parts[0] == 'tests' and source == 'tools' and \
                    name.startswith('tools/'):
                self.found('layers', name, line, '%s is not below %s'
                           % (target, source))
            return
        wanted = '/'.join(parts[1:])
        if len(parts) > 2 and parts[1] in LAYERS[source]:
            return
        subjects = (source, source + '/' + Path(name).name)
        for who, what in EXTRA:
            if any(re.match(who, s) for s in subjects) and \
                    re.match(what, wanted):
                return
        self.found('layers', name, line, '%s may not include %s'
                   % (source, wanted))

    def check_cycles(self):
        done = set()

        def visit(name, path):
            for target, line in self.edges.get(name, []):
                if target in path:
                    self.found('cycles', name, line, 'includes %s, which '
                               'includes it' % target)
                elif target not in done:
                    visit(target, path + [target])
            done.add(name)

        for name in self.files:
            if name.endswith('.h') and name not in done:
                visit(name, [name])


def main():
    args = sys.argv[1:]
    if '-h' in args or '--help' in args:
        print(__doc__.strip())
        return 0
    layers = Layers(ROOT, tracked_files(ROOT))
    layers.check()
    return report(CHECKS, layers.findings, [], '--tap' in args)


if __name__ == '__main__':
    sys.exit(main())
