#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Check the parts of the coding style that clang-format 14 cannot.

check-style.py [--tap] [FILE...]

Without files all of the project's are checked. Exit status 1 when something
was found.
"""

import re
import sys
from pathlib import Path

import cdoc
from lintlib import ROOT, CText, interpreter, read_text, report, tracked_files

CHECKS = ['spdx', 'whitespace', 'width', 'comments', 'braces',
          'banned-functions', 'cleanup-attributes', 'comparisons',
          'header-guards', 'include-order', 'doc-blocks', 'function-length',
          'nesting', 'file-length', 'leftovers']

WIDTH_NOTE = 80
WIDTH_ERROR = 90
FUNCTION_LINES = 80
FILE_NOTE = 500
FILE_ERROR = 700
NESTING = 3

# Formats without comments, and texts that are not ours to change.
NO_SPDX = re.compile(
    r'(^|/)(COPYING|VERSION|LICENSES/.*)$|\.(json|patch|pem|svg|csv|xml)$'
    r'|(^|/)series$|^tests/fuzz/corpus/|^tests/data/.*\.(txt|log)$'
    r'|^debian/(changelog|control|source/.*)$')
TABS_ALLOWED = re.compile(r'(^|/)(Makefile|COPYING)$|^debian/rules$'
                          r'|\.(patch|mk)$|^tests/(data|fuzz/corpus)/')
BLANKS_ALLOWED = re.compile(r'(^|/)COPYING$|\.patch$'
                            r'|^tests/(data|fuzz/corpus)/')
# These wait for other programs, which have no event to offer.
WAITS_ALLOWED = re.compile(r'tests/(bench|clients|functional|lib)/')

BANNED = {
    'malloc': 'g_new() or g_malloc()', 'calloc': 'g_new0()',
    'realloc': 'g_renew()', 'strdup': 'g_strdup()',
    'strndup': 'g_strndup()', 'strcpy': 'g_strlcpy()',
    'strncpy': 'g_strlcpy()', 'strcat': 'GString', 'strncat': 'GString',
    'sprintf': 'g_snprintf() or g_strdup_printf()',
    'vsprintf': 'g_vsnprintf()', 'asprintf': 'g_strdup_printf()',
    'strtok': 'g_strsplit()', 'gets': 'fgets()', 'alloca': 'g_new()',
    'atoi': 'g_ascii_string_to_signed()',
    'atol': 'g_ascii_string_to_signed()', 'atof': 'g_ascii_strtod()',
    'system': 'GSubprocess', 'popen': 'GSubprocess',
    'rand': 'secret_random()', 'random': 'secret_random()',
    'sleep': 'util/clock.h', 'usleep': 'util/clock.h',
    'g_usleep': 'util/clock.h', 'nanosleep': 'util/clock.h',
}
BANNED_CALL = re.compile(r'(?<![\w.>])(%s)\s*\(' % '|'.join(BANNED))
LEFTOVER = re.compile(r'\b(TO' r'DO|FIX' r'ME|XX' r'X|HA' r'CK)\b')


class Style:
    """The findings so far, and the file being checked."""

    def __init__(self, root):
        self.root = root
        self.findings = {}
        self.notes = []
        self.wide_lines = 0
        self.name = ''

    def found(self, check, line, text):
        self.findings.setdefault(check, []).append(
            '%s:%d: %s' % (self.name, line, text))

    def check_file(self, name):
        path = self.root / name
        text = read_text(path)
        if text is None:
            return
        self.name = name
        self.check_text(text)
        suffix = Path(name).suffix
        script = interpreter(text)
        if suffix in ('.c', '.h'):
            self.check_c(CText(text))
        if (suffix in ('.c', '.h', '.py', '.sh', '.asm', '.S')
                or script in ('sh', 'bash', 'dash', 'python3')
                or name.endswith('meson.build')):
            self.check_width(text)
            self.check_file_length(text)
            self.check_leftovers(text)

    def check_text(self, text):
        lines = text.split('\n')
        if not NO_SPDX.search(self.name) and text.strip():
            if not any('SPDX-License-Identifier: ' in line
                       for line in lines[:5]):
                self.found('spdx', 1, 'no SPDX-License-Identifier in the '
                           'first five lines')
        for number, line in enumerate(lines, 1):
            if '\t' in line and not TABS_ALLOWED.search(self.name):
                self.found('whitespace', number, 'tab')
            if line != line.rstrip() and \
                    not BLANKS_ALLOWED.search(self.name):
                self.found('whitespace', number, 'blank at the end of line')
        if text and not text.endswith('\n') and \
                not BLANKS_ALLOWED.search(self.name) and \
                Path(self.name).suffix != '.json':
            self.found('whitespace', len(lines), 'no newline at end of file')

    def check_width(self, text):
        for number, line in enumerate(text.split('\n'), 1):
            if len(line) > WIDTH_ERROR and '://' not in line:
                self.found('width', number, '%d columns' % len(line))
            elif len(line) > WIDTH_NOTE:
                self.wide_lines += 1

    def check_file_length(self, text):
        lines = text.count('\n')
        if lines > FILE_ERROR:
            self.found('file-length', 1, '%d lines; split it' % lines)
        elif lines > FILE_NOTE:
            self.notes.append('%s has %d lines' % (self.name, lines))

    def check_leftovers(self, text):
        for number, line in enumerate(text.split('\n'), 1):
            match = LEFTOVER.search(line)
            if match:
                self.found('leftovers', number, match.group())

    def check_c(self, c):
        for pos in c.line_comments:
            self.found('comments', c.line(pos), '// comment')
        self.check_braces(c)
        self.check_calls(c)
        self.check_declarations(c)
        self.check_functions(c)
        if self.name.endswith('.h'):
            self.check_guard(c)
            self.check_docs(c)
        else:
            self.check_include_order(c)

    def check_braces(self, c):
        for match in re.finditer(r'\b(if|else|for|while|do|switch)\b',
                                 c.code):
            keyword = match.group()
            at = c.next_code(match.end())
            if keyword not in ('else', 'do') and c.code[at:at + 1] == '(':
                at = c.next_code(c.matching(at) + 1)
            rest = c.code[at:at + 3]
            if rest.startswith('{') or \
                    keyword == 'else' and re.match(r'if\b', rest) or \
                    keyword == 'while' and closes_do(c, match.start()):
                continue
            self.found('braces', c.line(match.start()),
                       "no braces after '%s'" % keyword)
        for match in re.finditer(r'^\w[^;\n{}=]*\)[ \t]*\{', c.code, re.M):
            self.found('braces', c.line(match.start()),
                       "a function's brace has its own line")

    def check_calls(self, c):
        for match in BANNED_CALL.finditer(c.with_cpp):
            name = match.group(1)
            if 'sleep' in name and WAITS_ALLOWED.match(self.name):
                continue
            self.found('banned-functions', c.line(match.start()),
                       '%s(): use %s' % (name, BANNED[name]))

    def check_declarations(self, c):
        for match in re.finditer(
                r'^[ \t]+(?:g_autofree|g_auto(?:ptr|list|slist)?\(\w+\))'
                r'[^;=]*;', c.code, re.M):
            self.found('cleanup-attributes', c.line(match.start()),
                       'not initialised')
        for match in re.finditer(
                r'(?:\(|&&|\|\|)\s*(NULL|-?\d\w*)\s*[!=]=', c.code):
            self.found('comparisons', c.line(match.start(1)),
                       'the constant goes to the right')

    def check_functions(self, c):
        for match in re.finditer(r'^\{', c.code, re.M):
            start = c.code.rfind('\n\n', 0, match.start()) + 2
            start = max(start, c.code.rfind('}\n', 0, match.start()) + 2)
            start = c.next_code(start)
            end = c.matching(match.start())
            lines = c.line(end) - c.line(start) + 1
            if lines > FUNCTION_LINES:
                self.found('function-length', c.line(start),
                           'function of %d lines' % lines)
            self.check_nesting(c, match.start(), end)

    def check_nesting(self, c, start, end):
        stack = []
        for at in range(start, end):
            if c.code[at] == '{':
                before = c.code[:at].rstrip()
                control = before.endswith(')') or \
                    re.search(r'\b(else|do)$', before[-5:])
                stack.append(bool(control))
                if control and sum(stack[1:]) == NESTING + 1:
                    self.found('nesting', c.line(at),
                               'more than %d levels' % NESTING)
            elif c.code[at] == '}':
                stack.pop()

    def check_guard(self, c):
        match = re.search(r'^#ifndef (\w+)\n#define (\w+)$', c.with_cpp,
                          re.M)
        allowed = guard_names(self.name)
        if not match or match.group(1) != match.group(2):
            self.found('header-guards', 1, 'no header guard')
        elif match.group(1) not in allowed:
            self.found('header-guards', c.line(match.start()),
                       'guard is not %s' % allowed[0])
        elif not c.text.rstrip().endswith('#endif /* %s */'
                                          % match.group(1)):
            self.found('header-guards', c.text.count('\n'),
                       'does not end with #endif and the guard')

    def check_docs(self, c):
        if not re.match(r'(helper/\w+|tools|tests/lib)/', self.name):
            return
        for line, text in cdoc.check(c):
            self.found('doc-blocks', line, text)

    def check_include_order(self, c):
        words = ('"osdep.h"', 'the own header', '<...>', '"..."')
        last = 0
        for line, name, system in c.includes():
            kind = 2 if system else self.include_kind(name)
            if kind is None:
                continue
            if kind < last:
                self.found('include-order', line, '%s after %s'
                           % (words[kind], words[last]))
            last = max(last, kind)

    def include_kind(self, name):
        if name == 'osdep.h':
            return 0
        stem = Path(self.name).stem
        if Path(name).stem == stem:
            return 1
        # Several files of one module may share a private header.
        shared = re.fullmatch(r'(.+)-priv', Path(name).stem)
        if shared and (stem + '-').startswith(shared.group(1) + '-'):
            return None
        # What a test is about may stand first or with the others.
        if Path(name).stem == re.sub(r'^(test|fuzz|bench)-', '', stem):
            return None
        return 3


def closes_do(c, pos):
    """Whether the while at pos ends a do block."""
    before = c.code[:pos].rstrip()
    if not before.endswith('}'):
        return False
    depth = 0
    for at in range(len(before) - 1, -1, -1):
        if before[at] == '}':
            depth += 1
        elif before[at] == '{':
            depth -= 1
            if depth == 0:
                return bool(re.search(r'\bdo\s*$', before[:at]))
    return False


def guard_names(name):
    """The guards that a header may have, the preferred one first."""
    parts = list(Path(name).with_suffix('').parts)
    if parts[0] == 'helper':
        parts = parts[1:]
    names = []
    for chosen in (parts, [parts[0], parts[-1]], parts[-2:]):
        words = re.sub(r'[^A-Za-z0-9]', '_', '_'.join(chosen)).upper()
        names.append('QEMU_BMC_%s_H' % words)
    if parts[0] == 'tests':
        names[0], names[1] = names[1], names[0]
    return names


def main():
    args = sys.argv[1:]
    if '-h' in args or '--help' in args:
        print(__doc__.strip())
        return 0
    tap = '--tap' in args
    names = [a for a in args if not a.startswith('-')]
    style = Style(ROOT)
    if names:
        names = [str(Path(n).resolve().relative_to(ROOT)) for n in names]
    for name in names or tracked_files(ROOT):
        style.check_file(name)
    if style.wide_lines:
        style.notes.append('%d lines are wider than %d columns'
                           % (style.wide_lines, WIDTH_NOTE))
    return report(CHECKS, style.findings, style.notes, tap)


if __name__ == '__main__':
    sys.exit(main())
