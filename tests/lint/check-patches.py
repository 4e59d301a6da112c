#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Check the patch series for QEMU.

check-patches.py [--tap]

For each series: the list names the files that there are; each patch is one
that "git format-patch" made, numbered, with a message, without trailers of
people; it adds no wide lines, no tabs and no white space at ends of lines. If
the source of that QEMU is at hand (qemu-patches/build has unpacked it, or
QEMU_PATCHES_SOURCE_7_2 and the like name a directory), the series applies to
it exactly; else that is skipped.
"""

import os
import re
import subprocess
import sys

from lintlib import ROOT, read_text

PATCHES = ROOT / 'qemu-patches'
SKIP = 77
MAX_WIDTH = 80


def series_names():
    """Versions in their order: 7.2 before 10.0."""
    names = [d.name for d in PATCHES.iterdir() if (d / 'series').is_file()]
    return sorted(names, key=lambda n: [int(x) for x in n.split('.')])


def listed(name):
    """The patches that the list of a series names."""
    text = (PATCHES / name / 'series').read_text(encoding='utf-8')
    return [line for line in text.splitlines()
            if line and not line.startswith('#')]


def check_form(name):
    """Findings on a series' files, without any source."""
    names = listed(name)
    there = sorted(p.name for p in (PATCHES / name).glob('*.patch'))
    found = []
    if sorted(names) != there:
        found.append('%s/series does not name the patches there are' % name)
    for number, patch in enumerate(names, 1):
        path = PATCHES / name / patch
        if path.is_file():
            found += ['%s/%s: %s' % (name, patch, text) for text in
                      check_patch(read_text(path) or '', number, len(names))]
    return found


def check_patch(text, number, count):
    """Findings on one patch."""
    head, _, _ = text.partition('\ndiff --git ')
    message, rule, stat = head.partition('\n---\n')
    subject = re.search(r'^Subject: \[PATCH 0*(\d+)/0*(\d+)\] '
                        r'([\w/ -]+): \S', message, re.M)
    if not message.startswith('From ') or not rule or \
            not re.search(r'\d+ files? changed', stat):
        yield 'not made by "git format-patch"'
    if not subject:
        yield 'no "[PATCH n/m] part: what it does" in the subject'
    elif (int(subject.group(1)), int(subject.group(2))) != (number, count):
        yield 'numbered %s of %s, but is %d of %d' % (
            subject.group(1), subject.group(2), number, count)
    if '\n\n' not in message.rstrip('\n'):
        yield 'no message'
    if re.search(r'^[A-Z][a-z]+(-[a-z]+)*-by: ', message, re.M):
        yield 'a trailer that speaks for somebody'
    for line in re.findall(r'^\+(?!\+\+ )(.*)$', text, re.M):
        if '\t' in line or line != line.rstrip() or len(line) > MAX_WIDTH:
            yield 'adds a bad line: ' + line


def check_applies(name):
    """Findings, or None when there is no source to try it on."""
    argv = [sys.executable, str(PATCHES / 'build'), '--check', name]
    source = os.environ.get('QEMU_PATCHES_SOURCE_' + name.replace('.', '_'))
    if source:
        argv += ['--source', source]
    result = subprocess.run(argv, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, check=False)
    if result.returncode == SKIP:
        return None
    return result.stdout.splitlines() if result.returncode else []


def main():
    """Check all series."""
    tap = '--tap' in sys.argv[1:]
    results = []
    for name in series_names():
        results.append((name + '-form', check_form(name)))
        results.append((name + '-applies', check_applies(name)))
    bad = False
    if tap:
        print('TAP version 13\n1..%d' % len(results))
    for number, (check, found) in enumerate(results, 1):
        bad = bad or bool(found)
        if tap:
            print('%s %d - %s%s' % (
                'not ok' if found else 'ok', number, check,
                ' # SKIP the source of QEMU is not at hand'
                if found is None else ''))
        for text in found or []:
            print(('# ' if tap else '') + text)
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
