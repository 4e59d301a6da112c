# SPDX-License-Identifier: GPL-2.0-or-later
"""Check the documentation blocks of a header's functions and structs."""

import re


def statements(c):
    """(start, end, text) of each top-level declaration or definition."""
    start = c.next_code(0)
    at = start
    while at < len(c.code):
        char = c.code[at]
        if char in '({[':
            close = c.matching(at)
            at = close + 1
            if char == '{' and is_function_body(c, start, close):
                yield start, at, c.code[start:at]
                start = at = c.next_code(at)
            continue
        at += 1
        if char == ';':
            yield start, at, c.code[start:at]
            start = at = c.next_code(at)
        elif char == '\n' and re.fullmatch(r'G_\w+\s*\([^;]*\)\s*',
                                           c.code[start:at]):
            start = at = c.next_code(at)


def is_function_body(c, start, close):
    """Whether the brace closed there needs no semicolon after it."""
    head = c.code[start:c.code.rfind('{', start, close)]
    return c.code[c.next_code(close + 1):][:1] != ';' and \
        not head.startswith(('typedef', 'struct', 'enum', 'union'))


def doc_before(c, pos):
    """The /** comment that ends right before a position, or None."""
    for start, end, text in c.comments:
        if end <= pos and not c.text[end:pos].strip():
            return text if text.startswith('/**') else None
    return None


def split_parameters(text):
    """The names of a parameter list."""
    names = []
    depth = 0
    part = ''
    for char in text + ',':
        if char == ',' and depth == 0:
            names.append(parameter_name(part))
            part = ''
            continue
        depth += {'(': 1, ')': -1}.get(char, 0)
        part += char
    return [n for n in names if n]


def parameter_name(part):
    part = part.strip()
    if part in ('', 'void', '...'):
        return ''
    pointer = re.search(r'\(\s*\*\s*(?:const\s+)?(\w+)', part)
    if pointer:
        return pointer.group(1)
    match = re.search(r'(\w+)\s*(?:\[[^\]]*\]\s*)*$', part)
    return match.group(1) if match else ''


def check_function(doc, name, result, parameters):
    """Yield what a function's block lacks."""
    if doc is None:
        yield '%s() has no /** block' % name
        return
    if not re.match(r'/\*\*\n \* %s: \S' % re.escape(name), doc):
        yield "the block of %s() does not begin with '%s: '" % (name, name)
    documented = re.findall(r'^ \* @(\w+):', doc, re.M)
    if '...' in re.findall(r'^ \* @(\.\.\.):', doc, re.M):
        documented.append('...')
    for parameter in parameters:
        if parameter not in documented:
            yield '%s(): @%s is not documented' % (name, parameter)
    for parameter in documented:
        if parameter not in parameters and parameter != '...':
            yield '%s(): there is no @%s' % (name, parameter)
    returns = re.search(r'^ \* Returns:', doc, re.M)
    if result == 'void' and returns:
        yield '%s() returns nothing' % name
    if result != 'void' and not returns:
        yield "%s(): no 'Returns:'" % name


def check(c):
    """Yield (line, text) for each finding in a header."""
    attribute = r'(?:\s*(?:G_GNUC_\w+|__attribute__)\s*(?:\(.*\))?)*'
    function = re.compile(r'(?:extern\s+)?(.*?)\b(\w+)\s*\((.*)\)%s\s*;'
                          % attribute, re.S)
    struct = re.compile(r'(?:typedef\s+)?(?:struct|union)\s+(\w+)\s*\{')
    for start, _, text in statements(c):
        line = c.line(start)
        found = struct.match(text)
        if found:
            doc = doc_before(c, start)
            name = found.group(1)
            if not doc or not re.match(r'/\*\*\n \* %s: \S' % name, doc):
                yield line, 'struct %s has no /** block' % name
            continue
        if text.startswith(('typedef', 'static')) or '{' in text:
            continue
        found = function.fullmatch(text.strip())
        if not found or re.fullmatch(r'[A-Z0-9_]+', found.group(2)) or \
                not found.group(1).strip():
            continue
        result = re.sub(r'\bextern\b|G_GNUC_\w+(\([^)]*\))?', '',
                        found.group(1)).strip()
        for finding in check_function(doc_before(c, start), found.group(2),
                                      result,
                                      split_parameters(found.group(3))):
            yield line, finding
