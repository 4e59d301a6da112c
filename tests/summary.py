#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Count the results of a run of "meson test".

summary.py TESTLOG.json [SKIPS.txt]

Each case of a TAP test counts as one, as does each other test. A skipped case
counts as failed unless the file of skips names it or its test. Prints the
failed ones with the end of their output, then "N passed, N failed". Exit
status 1 when something failed or nothing was run.
"""

import json
import re
import sys

TAIL = 30
TAP_LINE = re.compile(r'(ok|not ok)\b *\d* *(?:- )?(.*?)'
                      r'(?: *# *(SKIP|TO' r'DO)\b *(.*))?$', re.I)
QUIET = re.compile(r'ok\b|# GLib-DEBUG: ')
GOOD = ('OK', 'EXPECTEDFAIL')


def read_skips(path):
    """{name: reason} of a file with "name: reason" lines."""
    skips = {}
    with open(path, encoding='utf-8') as file:
        for line in file:
            name, colon, reason = line.strip().partition(': ')
            if colon and reason and not name.startswith('#'):
                skips[name] = reason
    return skips


def test_name(record):
    """"suite/test" from meson's "project:suite / test"."""
    suite, slash, name = record['name'].rpartition(' / ')
    return suite.rpartition(':')[2] + '/' + name if slash else name


class Summary:
    """The counts, and what to say about them."""

    def __init__(self, skips):
        self.skips = skips
        self.passed = 0
        self.failed = []
        self.skipped = []

    def skip(self, test, case, why):
        reason = self.skips.get(case) or self.skips.get(test)
        if reason:
            self.skipped.append('%s: %s' % (case, reason))
            return False
        self.failed.append('%s (skipped: %s)' % (case, why or 'no reason'))
        return True

    def add(self, record):
        """Count one test; returns whether it has a failure to explain."""
        test = test_name(record)
        result = record['result']
        cases = 0
        bad = 0
        for line in (record.get('stdout') or '').splitlines():
            match = TAP_LINE.match(line)
            if not match:
                continue
            cases += 1
            case = '%s/%s' % (test, match.group(2).strip().lstrip('/'))
            directive = (match.group(3) or '').upper()
            if directive == 'SKIP':
                bad += self.skip(test, case, match.group(4))
            elif match.group(1) == 'ok':
                self.passed += 1
            elif not directive:
                self.failed.append(case)
                bad += 1
        if not bad and result == 'SKIP' and not cases:
            bad += self.skip(test, test, 'the whole test')
        elif not bad and result not in GOOD + ('SKIP',):
            # It crashed, hung or broke off between two cases.
            self.failed.append('%s (%s)' % (test, result.lower()))
            bad += 1
        elif not cases and result in GOOD:
            self.passed += 1
        return bad > 0


def tail(record):
    """The last lines that a test printed, passed cases left out."""
    lines = []
    for stream in ('stdout', 'stderr'):
        text = (record.get(stream) or '').splitlines()
        lines += [l for l in text if not QUIET.match(l)][-TAIL:]
    return lines


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith('-'):
        print(__doc__.strip())
        return 2
    summary = Summary(read_skips(sys.argv[2]) if len(sys.argv) > 2 else {})
    with open(sys.argv[1], encoding='utf-8') as file:
        records = [json.loads(line) for line in file if line.strip()]
    for record in records:
        if summary.add(record):
            print('\n--- %s: %s' % (test_name(record), record['result']))
            for line in tail(record):
                print('    ' + line)
    if summary.skipped:
        print('\nSkipped:')
        print('\n'.join('  ' + name for name in summary.skipped))
    if summary.failed:
        print('\nFailed:')
        print('\n'.join('  ' + name for name in summary.failed))
    if not records:
        print('no test was run')
    print('%d passed, %d failed' % (summary.passed, len(summary.failed)))
    return 1 if summary.failed or not summary.passed else 0


if __name__ == '__main__':
    sys.exit(main())
