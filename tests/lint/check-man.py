#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Check that --help and the manual page of a program name the same options.

check-man.py [--tap] PROGRAM PAGE.rst [PROGRAM PAGE.rst]...
"""

import re
import subprocess
import sys


def options_of_help(program):
    """Long options that --help prints."""
    text = subprocess.run([program, '--help'], check=True,
                          capture_output=True, text=True).stdout
    return set(re.findall(r'^  (?:-\w, )?--([\w-]+)', text, re.M)) - {'help'}


def options_of_page(page):
    """Long options that begin an entry of the page's option list."""
    with open(page, encoding='utf-8') as file:
        entries = re.findall(r'^(-.*)$', file.read(), re.M)
    return {name for entry in entries
            for name in re.findall(r'--([a-z][\w-]*)', entry)}


def main(args):
    """Compare each pair."""
    tap = '--tap' in args
    args = [arg for arg in args if arg != '--tap']
    if not args or len(args) % 2:
        sys.exit(__doc__)
    failed = False
    if tap:
        print(f'TAP version 13\n1..{len(args) // 2}')
    for number, program in enumerate(args[::2]):
        page = args[2 * number + 1]
        said = options_of_help(program)
        written = options_of_page(page)
        for name in sorted(said ^ written):
            print(f'{"# " if tap else ""}{page}: --{name} is only in '
                  f'{"--help" if name in said else "the page"}')
        failed = failed or said != written or not said
        if tap:
            print(f'{"ok" if said == written and said else "not ok"} '
                  f'{number + 1} - {page.rsplit("/", 1)[-1]}')
    return 1 if failed else 0


sys.exit(main(sys.argv[1:]))
