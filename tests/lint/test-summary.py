#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Test tests/summary.py: nothing bad may be counted as good."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import summary  # noqa: E402  the path has to be set first

# (what, meson's record, passed, failed)
CASES = [
    ('all good', ('OK', 'TAP version 13\n1..2\nok 1 /a/b\nok 2 - c\n'),
     2, []),
    ('one fails', ('ERROR', '1..2\nok 1 /a\nnot ok 2 - /b\n'),
     1, ['unit/x/b']),
    ('breaks off', ('ERROR', '1..2\nok 1 /a\n'), 1, ['unit/x (error)']),
    ('hangs', ('TIMEOUT', 'ok 1 /a\n'), 1, ['unit/x (timeout)']),
    ('bad status', ('FAIL', '1..1\nok 1 /a\n'), 1, ['unit/x (fail)']),
    ('not TAP, good', ('OK', ''), 1, []),
    ('not TAP, fails', ('FAIL', 'bad\n'), 0, ['unit/x (fail)']),
    ('skip without leave', ('OK', 'ok 1 /a # SKIP no disk\n'), 0,
     ['unit/x/a (skipped: no disk)']),
    ('skip with leave', ('OK', 'ok 1 /may # SKIP no disk\nok 2 /b\n'),
     1, []),
    ('skipped as a whole', ('SKIP', ''), 0,
     ['unit/x (skipped: the whole test)']),
    ('known to fail', ('OK', 'ok 1 /a\nnot ok 2 /b # TO' 'DO later\n'),
     1, []),
]


def main():
    failed = 0
    print('TAP version 13\n1..%d' % len(CASES))
    for number, (what, (result, stdout), passed, bad) in enumerate(CASES, 1):
        counts = summary.Summary({'unit/x/may': 'needs a disk'})
        counts.add({'name': 'qemu-bmc:unit / x', 'result': result,
                    'stdout': stdout})
        good = counts.passed == passed and counts.failed == bad
        failed += not good
        print('%s %d - %s' % ('ok' if good else 'not ok', number, what))
        if not good:
            print('# %d passed, failed: %s' % (counts.passed, counts.failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
