#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Check that docs/interop/tables.txt says what the program does.

check-tables.py [--tap | --update] QEMU-BMC

The file is the output of "qemu-bmc --dump-tables"; --update writes it.
"""

import difflib
import pathlib
import subprocess
import sys

DOC = pathlib.Path(__file__).resolve().parents[2] / 'docs/interop/tables.txt'
HEAD = '# SPDX-License-Identifier: GPL-2.0-or-later\n' \
       '# Output of qemu-bmc --dump-tables; tests/lint/check-tables.py ' \
       '--update writes it.\n\n'


def main(args):
    """Compare or write the file."""
    options = {arg for arg in args if arg.startswith('--')}
    programs = [arg for arg in args if not arg.startswith('--')]
    if len(programs) != 1 or options - {'--tap', '--update'}:
        sys.exit(__doc__)
    text = HEAD + subprocess.run([programs[0], '--dump-tables'], check=True,
                                 capture_output=True, text=True).stdout
    if '--update' in options:
        DOC.write_text(text, encoding='utf-8')
        return 0
    old = DOC.read_text(encoding='utf-8') if DOC.exists() else ''
    diff = list(difflib.unified_diff(old.splitlines(), text.splitlines(),
                                     str(DOC.name), '--dump-tables',
                                     lineterm='', n=0))
    if '--tap' in options:
        print('TAP version 13\n1..1')
        print('\n'.join('# ' + line for line in diff))
        print(f'{"not ok" if diff else "ok"} 1 - tables')
    else:
        print('\n'.join(diff))
    return 1 if diff else 0


sys.exit(main(sys.argv[1:]))
