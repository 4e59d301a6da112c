#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run codespell, shellcheck and Python's parser over the sources.

check-tools.py [--tap]
"""

import re
import shutil
import subprocess
import sys

from lintlib import ROOT, interpreter, read_text, report, tracked_files

NOT_OURS = re.compile(r'^(COPYING|LICENSES/.*|tests/data/.*'
                      r'|tests/fuzz/corpus/.*)$')


def run(program, *args):
    """The lines that a program prints when it is not content."""
    if not shutil.which(program):
        return ['%s is not installed' % program]
    done = subprocess.run([program, *args], cwd=ROOT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    if done.returncode == 0:
        return []
    return done.stdout.splitlines() or ['%s failed' % program]


def main():
    if '-h' in sys.argv or '--help' in sys.argv:
        print(__doc__.strip())
        return 0
    texts = {name: read_text(ROOT / name) for name in tracked_files(ROOT)
             if not NOT_OURS.match(name)}
    texts = {name: text for name, text in texts.items() if text}
    shell = [name for name, text in texts.items()
             if interpreter(text) in ('sh', 'bash', 'dash')]
    findings = {
        'codespell': run('codespell', '-I', 'tests/lint/codespell-words.txt',
                         '--', *texts),
        'shellcheck': run('shellcheck', '-x', '-P', 'SCRIPTDIR', '--',
                          *shell) if shell else [],
        'python': [],
    }
    for name, text in texts.items():
        if not name.endswith('.py') and interpreter(text) != 'python3':
            continue
        try:
            compile(text, name, 'exec')
        except SyntaxError as error:
            findings['python'].append('%s:%s: %s' % (name, error.lineno,
                                                     error.msg))
    return report(list(findings), findings, [], '--tap' in sys.argv)


if __name__ == '__main__':
    sys.exit(main())
