#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Check that docs/interop/tables.txt says what the program does.

check-tables.py [--tap | --update] QEMU-BMC

The file is the output of "qemu-bmc --dump-tables"; --update writes it, and
the table of power in docs/devel/power.rst.
"""

import difflib
import pathlib
import subprocess
import sys

POWER = pathlib.Path(__file__).resolve().parents[2] / 'docs/devel/power.rst'
DOC = pathlib.Path(__file__).resolve().parents[2] / 'docs/interop/tables.txt'
HEAD = '# SPDX-License-Identifier: GPL-2.0-or-later\n' \
       '# Output of qemu-bmc --dump-tables; tests/lint/check-tables.py ' \
       '--update writes it.\n\n'


def power_text(tables):
    """The text of power.rst with the table as it is."""
    table = tables[tables.rindex('\npower ') + 1:]
    lines = POWER.read_text(encoding='utf-8').splitlines(keepends=True)
    at = [n for n, line in enumerate(lines) if line.startswith('    power ')]
    end = lines.index('\n', at[0]) if at else 0
    return ''.join(lines[:at[0]] +
                   ['    ' + row + '\n' for row in table.splitlines()] +
                   lines[end:])


def compare(path, text):
    """The differences of a file."""
    old = path.read_text(encoding='utf-8') if path.exists() else ''
    return list(difflib.unified_diff(old.splitlines(), text.splitlines(),
                                     str(path.name), '--dump-tables',
                                     lineterm='', n=0))


def main(args):
    """Compare or write the file."""
    options = {arg for arg in args if arg.startswith('--')}
    programs = [arg for arg in args if not arg.startswith('--')]
    if len(programs) != 1 or options - {'--tap', '--update'}:
        sys.exit(__doc__)
    text = HEAD + subprocess.run([programs[0], '--dump-tables'], check=True,
                                 capture_output=True, text=True).stdout
    power = power_text(text)
    if '--update' in options:
        DOC.write_text(text, encoding='utf-8')
        POWER.write_text(power, encoding='utf-8')
        return 0
    diff = compare(DOC, text) + compare(POWER, power)
    if '--tap' in options:
        print('TAP version 13\n1..1')
        print('\n'.join('# ' + line for line in diff))
        print(f'{"not ok" if diff else "ok"} 1 - tables')
    else:
        print('\n'.join(diff))
    return 1 if diff else 0


sys.exit(main(sys.argv[1:]))
