#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Feed the checkers bad snippets and expect each finding. Prints TAP."""

import importlib
import sys
import tempfile
from pathlib import Path

import lintlib

style = importlib.import_module('check-style')
layers = importlib.import_module('check-layers')

SPDX = '/* SPDX-License-Identifier: GPL-2.0-or-later */\n'
TOP = SPDX + '#include "osdep.h"\n\n'
DOC = '/**\n * util_run: run.\n *\n * @n: count\n *\n * Returns: n\n */\n'
DECL = 'int util_run(int n);\n'


def function(body):
    return TOP + 'int util_run(int n)\n{\n' + body + '}\n'


def header(text, guard='QEMU_BMC_UTIL_X_H'):
    return (SPDX + '#ifndef %s\n#define %s\n\n' % (guard, guard) + text +
            '\n#endif /* %s */\n' % guard)


# (what, file, text, check that must find something or None)
STYLE = [
    ('good function', 'helper/util/x.c',
     function('    if (n) {\n        return 1;\n    } else if (!n) {\n'
              '        n = 2;\n    }\n    do {\n        n++;\n'
              '    } while (n < 5);\n    return n;\n'), None),
    ('good header', 'helper/util/x.h', header(DOC + DECL), None),
    ('no SPDX', 'helper/util/x.c', '#include "osdep.h"\n', 'spdx'),
    ('no SPDX in a script', 'tests/x', '#!/bin/sh\ntrue\n', 'spdx'),
    ('JSON needs no SPDX', 'tests/x.json', '{}\n', None),
    ('tab', 'helper/util/x.c', function('\treturn n;\n'), 'whitespace'),
    ('trailing blank', 'helper/util/x.c', function('    return n; \n'),
     'whitespace'),
    ('no newline at the end', 'docs/x.rst',
     '.. SPDX-License-Identifier: GPL-2.0-or-later\ntext', 'whitespace'),
    ('91 columns', 'helper/util/x.c', TOP + '/* %s */\n' % ('x' * 85),
     'width'),
    ('90 columns', 'helper/util/x.c', TOP + '/* %s */\n' % ('x' * 84), None),
    ('line comment', 'helper/util/x.c', function('    return n; // n\n'),
     'comments'),
    ('slashes in a string', 'helper/util/x.c',
     function('    puts("http://x");\n    return n;\n'), None),
    ('if without braces', 'helper/util/x.c',
     function('    if (n)\n        n = 1;\n    return n;\n'), 'braces'),
    ('else without braces', 'helper/util/x.c',
     function('    if (n) {\n        n = 1;\n    } else\n        n = 2;\n'
              '    return n;\n'), 'braces'),
    ('for without braces', 'helper/util/x.c',
     function('    for (; n < 5; n++)\n        ;\n    return n;\n'),
     'braces'),
    ('while without braces', 'helper/util/x.c',
     function('    while (n++ < 5);\n    return n;\n'), 'braces'),
    ('do without braces', 'helper/util/x.c',
     function('    do n++; while (n < 5);\n    return n;\n'), 'braces'),
    ('brace on the function line', 'helper/util/x.c',
     TOP + 'int util_run(int n) {\n    return n;\n}\n', 'braces'),
    ('malloc', 'helper/util/x.c', function('    return !malloc(n);\n'),
     'banned-functions'),
    ('sprintf', 'helper/util/x.c',
     function('    sprintf(buf, "x");\n    return n;\n'),
     'banned-functions'),
    ('g_malloc', 'helper/util/x.c', function('    return !g_malloc(n);\n'),
     None),
    ('malloc in a comment', 'helper/util/x.c',
     TOP + '/* not malloc() */\n', None),
    ('uninitialised g_autofree', 'helper/util/x.c',
     function('    g_autofree char *p;\n\n    return n;\n'),
     'cleanup-attributes'),
    ('uninitialised g_autoptr', 'helper/util/x.c',
     function('    g_autoptr(GError) err;\n\n    return n;\n'),
     'cleanup-attributes'),
    ('constant on the left', 'helper/util/x.c',
     function('    if (0 == n) {\n        n = 1;\n    }\n    return n;\n'),
     'comparisons'),
    ('wrong guard', 'helper/util/x.h', header(DOC + DECL, 'X_H'),
     'header-guards'),
    ('no guard', 'helper/util/x.h', SPDX + DOC + DECL, 'header-guards'),
    ('own header late', 'helper/util/x.c',
     TOP + '#include <stdio.h>\n#include "util/x.h"\n', 'include-order'),
    ('system header late', 'helper/util/x.c',
     TOP + '#include "util/x.h"\n#include "util/y.h"\n#include <stdio.h>\n',
     'include-order'),
    ('private header of the module', 'helper/util/x-two.c',
     TOP + '#include "util/x-priv.h"\n#include <stdio.h>\n', None),
    ('private header of another module', 'helper/util/z.c',
     TOP + '#include "util/x-priv.h"\n#include <stdio.h>\n',
     'include-order'),
    ('good includes', 'helper/util/x.c',
     TOP + '#include "util/x.h"\n#include <stdio.h>\n#include "util/y.h"\n',
     None),
    ('function without block', 'helper/util/x.h', header(DECL),
     'doc-blocks'),
    ('plain comment as block', 'helper/util/x.h',
     header('/* util_run: run. */\n' + DECL), 'doc-blocks'),
    ('block of another function', 'helper/util/x.h',
     header(DOC.replace('util_run', 'util_walk') + DECL), 'doc-blocks'),
    ('undocumented parameter', 'helper/util/x.h',
     header(DOC + 'int util_run(int n, const char *name);\n'),
     'doc-blocks'),
    ('undocumented callback', 'helper/util/x.h',
     header(DOC + 'int util_run(int n, void (*func)(int n, char *s));\n'),
     'doc-blocks'),
    ('parameter that is gone', 'helper/util/x.h',
     header(DOC + 'int util_run(void);\n'), 'doc-blocks'),
    ('no Returns:', 'helper/util/x.h',
     header(DOC.replace('Returns', 'Gives') + DECL), 'doc-blocks'),
    ('void needs no Returns:', 'helper/util/x.h',
     header('/**\n * util_stop: stop.\n */\nvoid util_stop(void);\n'), None),
    ('macro before a function', 'helper/util/x.h',
     header(DOC + DECL + 'G_DEFINE_AUTOPTR_CLEANUP_FUNC(Util, util_free)\n'
            '\nint util_walk(void);\n'), 'doc-blocks'),
    ('static inline function', 'helper/util/x.h',
     header('static inline int util_one(void)\n{\n    return 1;\n}\n'),
     None),
    ('struct without block', 'helper/util/x.h',
     header('typedef struct Util {\n    int n;\n} Util;\n'), 'doc-blocks'),
    ('struct with block', 'helper/util/x.h',
     header('/**\n * Util: it.\n */\ntypedef struct Util {\n    int n;\n'
            '} Util;\n'), None),
    ('function of 81 lines', 'helper/util/x.c',
     function('    n++;\n' * 78), 'function-length'),
    ('function of 80 lines', 'helper/util/x.c',
     function('    n++;\n' * 77), None),
    ('four levels', 'helper/util/x.c',
     function(' if (n) {\n for (;;) {\n while (n) {\n if (n) {\n n++;\n'
              ' }\n }\n }\n }\n'), 'nesting'),
    ('three levels', 'helper/util/x.c',
     function(' if (n) {\n for (;;) {\n while (n) {\n n++;\n }\n }\n }\n'),
     None),
    ('file of 701 lines', 'helper/util/x.c', TOP + '\n' * 698,
     'file-length'),
    ('leftover', 'helper/util/x.c', TOP + '/* FIX' 'ME */\n', 'leftovers'),
]

# (what, file, text, check that must find something or None)
LAYERS = [
    ('good include', 'helper/codec/x.c', TOP + '#include "util/y.h"\n',
     None),
    ('layer above', 'helper/util/x.c', TOP + '#include "bmc/y.h"\n',
     'layers'),
    ('front end of the other kind', 'helper/ipmi/x.c',
     TOP + '#include "redfish/y.h"\n', 'layers'),
    ('QMP in the hub', 'helper/bmc/x.c', TOP + '#include "qmp/y.h"\n',
     'layers'),
    ('machine.h in the hub', 'helper/bmc/x.c',
     TOP + '#include "machine/machine.h"\n', None),
    ('machine-qmp.h in the hub', 'helper/bmc/x.c',
     TOP + '#include "machine/machine-qmp.h"\n', 'layers'),
    ('QMP in machine-qmp', 'helper/machine/machine-qmp.c',
     TOP + '#include "qmp/y.h"\n', None),
    ('QMP in machine-launch', 'helper/machine/machine-launch.c',
     TOP + '#include "qmp/y.h"\n', 'layers'),
    ('all in main', 'helper/main.c',
     TOP + '#include "qmp/y.h"\n#include "redfish/y.h"\n', None),
    ('QMP in a tool', 'tools/x.c', TOP + '#include "qmp/y.h"\n', None),
    ('hub in a tool', 'tools/x.c', TOP + '#include "bmc/y.h"\n', 'layers'),
    ('test of a layer', 'tests/unit/util/test-x.c',
     TOP + '#include "bmc/y.h"\n', 'layers'),
    ('test library', 'tests/unit/util/test-x.c',
     TOP + '#include "test-util.h"\n', None),
    ('test library in the program', 'helper/util/x.c',
     TOP + '#include "tests/lib/test-util.h"\n', 'layers'),
    ('no osdep.h', 'helper/util/x.c', SPDX + '#include <stdio.h>\n',
     'osdep'),
    ('osdep.h in a header', 'helper/util/x.h', '#include "osdep.h"\n',
     'osdep'),
    ('missing file', 'helper/util/x.c', TOP + '#include "util/z.h"\n',
     'paths'),
    ('parent directory', 'helper/util/x.c', TOP + '#include "../osdep.h"\n',
     'paths'),
    ('cycle', 'helper/util/y.h', '#include "util/w.h"\n', 'cycles'),
]
PRESENT = {
    'helper/osdep.h': '', 'helper/util/w.h': '#include "util/y.h"\n',
    'helper/machine/machine.h': '', 'helper/machine/machine-qmp.h': '',
    'tests/lib/test-util.h': '',
    **{'helper/%s/y.h' % layer: '' for layer in
       ('util', 'codec', 'qmp', 'bmc', 'ipmi', 'redfish')},
}


def write(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def style_findings(root, name, text):
    write(root, name, text)
    checker = style.Style(root)
    checker.check_file(name)
    return checker.findings


def layer_findings(root, name, text):
    for present, content in PRESENT.items():
        write(root, present, content)
    write(root, name, text)
    checker = layers.Layers(root, lintlib.tracked_files(root))
    checker.check()
    return checker.findings


def main():
    cases = [('style', style_findings, case) for case in STYLE] + \
        [('layers', layer_findings, case) for case in LAYERS]
    failed = 0
    print('TAP version 13\n1..%d' % len(cases))
    for number, (group, check, case) in enumerate(cases, 1):
        what, name, text, expected = case
        with tempfile.TemporaryDirectory() as directory:
            findings = check(Path(directory), name, text)
        good = sorted(findings) == ([expected] if expected else [])
        failed += not good
        print('%s %d - %s: %s' % ('ok' if good else 'not ok', number, group,
                                  what))
        if not good:
            print('# expected %s, found %s' % (expected, findings))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
