# SPDX-License-Identifier: GPL-2.0-or-later
"""What the checkers share: the list of files, C text, findings, TAP."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def tracked_files(root=ROOT):
    """Paths of the sources, relative to root; works without git too."""
    try:
        out = subprocess.run(
            ['git', '-C', str(root), 'ls-files', '-z', '--cached',
             '--others', '--exclude-standard'],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
            env={**os.environ, 'GIT_CEILING_DIRECTORIES': str(root.parent)})
        names = sorted(set(out.stdout.decode().split('\0')) - {''})
        return [n for n in names if (root / n).is_file()]
    except (OSError, subprocess.CalledProcessError):
        return sorted(walk(root))


def walk(root):
    """The same for an unpacked tarball: all but build directories."""
    for directory, subdirs, names in os.walk(root):
        if 'build.ninja' in names or 'meson-private' in subdirs:
            subdirs.clear()
            continue
        subdirs[:] = [d for d in subdirs if d not in ('.git', '__pycache__')]
        for name in names:
            path = Path(directory, name)
            if path.suffix != '.pyc' and not path.is_symlink():
                yield str(path.relative_to(root))


def read_text(path):
    """The text of a file, or None when it is binary."""
    data = Path(path).read_bytes()
    if b'\0' in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def interpreter(text):
    """The program that a script's first line names, without its path."""
    match = re.match(r'#!\s*(\S+)(?:[ \t]+(\S+))?', text)
    if not match:
        return ''
    name = os.path.basename(match.group(1))
    return os.path.basename(match.group(2) or '') if name == 'env' else name


class CText:
    """C source with its comments and literals told from its code.

    code has the same length and lines as the source, with blanks in place
    of comments, the contents of literals and preprocessor lines; with_cpp
    keeps the preprocessor lines.
    """

    TOKEN = re.compile(r'''/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"'''
                       r"""|'(?:\\.|[^'\\\n])*'""", re.S)

    def __init__(self, text):
        self.text = text
        self.comments = []
        self.line_comments = []
        self.with_cpp = self.TOKEN.sub(self._blank, text)
        self.code = re.sub(r'^[ \t]*#(?:[^\n]*\\\n)*[^\n]*',
                           lambda m: blank(m.group()), self.with_cpp,
                           flags=re.M)

    def _blank(self, match):
        token = match.group()
        if token.startswith('/*'):
            self.comments.append((match.start(), match.end(), token))
        elif token.startswith('//'):
            self.line_comments.append(match.start())
        elif len(token) > 1:
            return token[0] + blank(token[1:-1]) + token[-1]
        return blank(token)

    def line(self, pos):
        """The line number of a position."""
        return self.text.count('\n', 0, pos) + 1

    def matching(self, pos):
        """The position of the bracket that closes the one at pos."""
        pairs = {'(': ')', '{': '}', '[': ']'}
        opening = self.code[pos]
        depth = 0
        for at in range(pos, len(self.code)):
            if self.code[at] == opening:
                depth += 1
            elif self.code[at] == pairs[opening]:
                depth -= 1
                if depth == 0:
                    return at
        return len(self.code) - 1

    def next_code(self, pos):
        """The position of the first code at or after pos."""
        while pos < len(self.code) and self.code[pos].isspace():
            pos += 1
        return pos

    def includes(self):
        """(line, name, is_system) of each #include."""
        pattern = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]*)',
                             re.M)
        return [(self.line(m.start()), m.group(2), m.group(1) == '<')
                for m in pattern.finditer(self.text)]


def blank(text):
    """Blanks, with the line ends kept."""
    return re.sub(r'[^\n]', ' ', text)


def report(checks, findings, notes, tap):
    """Print findings {check: [text]}; returns the exit status."""
    bad = sum(len(found) for found in findings.values())
    if tap:
        print('TAP version 13\n1..%d' % len(checks))
        for number, check in enumerate(checks, 1):
            found = findings.get(check, [])
            print('%s %d - %s' % ('not ok' if found else 'ok', number,
                                  check))
            for text in found:
                print('# ' + text)
    else:
        for check in checks:
            for text in findings.get(check, []):
                print(text)
    for text in notes:
        print(('# note: ' if tap else 'note: ') + text)
    sys.stdout.flush()
    return 1 if bad else 0
