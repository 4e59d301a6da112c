#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A web server for images, that can be made to misbehave.

media-server.py DIRECTORY [PORT [CERTIFICATE KEY]]

Serves DIRECTORY on 127.0.0.1, by ranges where asked, and prints its port.
What it was asked for goes into DIRECTORY/log. While DIRECTORY/stall is
there, whoever asks for something beyond the first half of a file gets no
answer. These paths are special:

/whole/FILE     no ranges: the whole file
/slow/FILE      the same, 64 KiB at a time, a tenth of a second between them
/huge/          a file of 900 GiB, it says
/secret/FILE    for user "media", password "geheim" only
/to/URL         a redirection
/loop/          a redirection to itself
"""

import base64
import http.server
import os
import re
import ssl
import sys
import time
import urllib.parse

SECRET = 'Basic ' + base64.b64encode(b'media:geheim').decode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *args):
        pass

    def note(self, text):
        with open(os.path.join(sys.argv[1], 'log'), 'a') as log:
            log.write(text + '\n')

    def answer(self, status, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if 'Content-Length' not in headers:
            self.send_header('Content-Length', '0')
        self.end_headers()

    def stall(self):
        flag = os.path.join(sys.argv[1], 'stall')
        if os.path.exists(flag):
            self.note('stalled')
        while os.path.exists(flag):
            time.sleep(0.05)

    def send_file(self, name, kind):
        try:
            file = open(os.path.join(sys.argv[1], name), 'rb')
        except OSError:
            self.answer(404, {})
            return
        with file:
            size = os.fstat(file.fileno()).st_size
            first, last, status = 0, size - 1, 200
            headers = {}
            found = re.fullmatch(r'bytes=(\d+)-(\d*)',
                                 self.headers.get('Range', ''))
            if kind not in ('whole', 'slow'):
                headers['Accept-Ranges'] = 'bytes'
                if found:
                    first = int(found[1])
                    last = min(last, int(found[2] or last))
                    status = 206
                    headers['Content-Range'] = 'bytes %d-%d/%d' % (
                        first, last, size)
            headers['Content-Length'] = str(last - first + 1)
            if first > size / 2:
                self.stall()
            self.answer(status, headers)
            if self.command == 'HEAD':
                return
            file.seek(first)
            left = last - first + 1
            while left:
                data = file.read(min(left, 65536))
                if left <= size / 2 and kind in ('whole', 'slow'):
                    self.stall()
                self.wfile.write(data)
                left -= len(data)
                if kind == 'slow':
                    time.sleep(0.1)

    def do_GET(self):
        self.note('%s %s %s %s' % (self.command, self.path,
                                   self.headers.get('Range', '-'),
                                   self.headers.get('Authorization', '-')))
        _, kind, *rest = self.path.split('/', 2)
        name = rest[0] if rest else kind
        if kind == 'to':
            self.answer(302, {'Location': urllib.parse.unquote(name)})
        elif kind == 'huge':
            self.answer(200, {'Content-Length': str(900 << 30)})
        elif kind == 'loop':
            self.answer(302, {'Location': '/loop/'})
        elif (kind == 'secret' and
              self.headers.get('Authorization') != SECRET):
            self.answer(401, {'WWW-Authenticate': 'Basic realm="images"'})
        else:
            self.send_file(name, kind)

    do_HEAD = do_GET


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *args):
        pass


def main():
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    server = Server(('127.0.0.1', port), Handler)
    if len(sys.argv) > 4:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
        server.socket = context.wrap_socket(server.socket, server_side=True,
                                            do_handshake_on_connect=False)
    print(server.server_address[1], flush=True)
    server.serve_forever()


main()
