#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sessions and accounts in the orders in which known clients use them.

redfish-accounts-check.py URL SECTION...

Each section is a function below. Prints "SECTION: ok" for each, and ends
with a traceback when one fails.
"""

import base64
import json
import ssl
import sys
import urllib.error
import urllib.request

ROOT = '/redfish/v1/'


class Client:
    """HTTP with the headers that a client like gofish sends."""

    def __init__(self, url):
        self.url = url
        self.headers = {'Accept': 'application/json',
                        'Content-Type': 'application/json',
                        'OData-Version': '4.0'}
        self.tls = ssl.create_default_context()
        self.tls.check_hostname = False
        self.tls.verify_mode = ssl.CERT_NONE

    def basic(self, name, password):
        pair = base64.b64encode(('%s:%s' % (name, password)).encode())
        self.headers['Authorization'] = 'Basic ' + pair.decode()
        return self

    def __call__(self, method, path, body=None, status=200):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data,
                                         headers=self.headers, method=method)
        try:
            answer = urllib.request.urlopen(request, context=self.tls)
        except urllib.error.HTTPError as err:
            answer = err
        text = answer.read()
        if answer.status != status:
            raise AssertionError('%s %s: %d instead of %d: %r' % (
                method, path, answer.status, status, text))
        return answer.headers, json.loads(text) if text else None


def equal(got, expected):
    if got != expected:
        raise AssertionError('%r instead of %r' % (got, expected))


def gofish(url):
    """C-44: sessions by way of ServiceRoot's Links."""
    client = Client(url)
    root = client('GET', ROOT)[1]
    sessions = root['Links']['Sessions']['@odata.id']
    headers, session = client('POST', sessions, {
        'UserName': 'admin', 'Password': 'password'}, 201)
    client.headers['X-Auth-Token'] = headers['X-Auth-Token']
    equal(headers['Location'], session['@odata.id'])
    client('GET', root['Systems']['@odata.id'])
    members = client('GET', sessions)[1]['Members']
    equal({'@odata.id': headers['Location']} in members, True)
    service = client('GET', root['AccountService']['@odata.id'])[1]
    for link in client('GET', service['Accounts']['@odata.id'])[1]['Members']:
        account = client('GET', link['@odata.id'])[1]
        equal(account['Password'], None)
        client('GET', account['Links']['Role']['@odata.id'])
    client('DELETE', headers['Location'], None, 204)
    client('GET', root['Systems']['@odata.id'], None, 401)


def find_account(client, name):
    service = client('GET', client('GET', ROOT)[1]['AccountService']
                     ['@odata.id'])[1]
    for link in client('GET', service['Accounts']['@odata.id'])[1]['Members']:
        headers, account = client('GET', link['@odata.id'])
        if account['UserName'] == name:
            return link['@odata.id'], headers.get('ETag')
    return None, None


def ansible(url):
    """C-54: redfish_command's account categories; PATCH with If-Match."""
    client = Client(url).basic('admin', 'password')
    equal(find_account(client, 'ansible'), (None, None))
    client('POST', '/redfish/v1/AccountService/Accounts', {
        'UserName': 'ansible', 'Password': 'first-word',
        'RoleId': 'Operator'}, 201)
    for change in ({'Enabled': False}, {'Enabled': True},
                   {'RoleId': 'ReadOnly'}, {'Password': 'second-word'}):
        uri, etag = find_account(client, 'ansible')
        client.headers['If-Match'] = etag
        client('PATCH', uri, change)
        del client.headers['If-Match']
    user = Client(url).basic('ansible', 'second-word')
    user('GET', '/redfish/v1/Systems')
    user('PATCH', uri, {'UserName': 'other'}, 403)
    client('PATCH', uri, {'UserName': 'renamed'})
    user('GET', '/redfish/v1/Systems', None, 401)
    client('PATCH', '/redfish/v1/AccountService', {
        'AccountLockoutThreshold': 5, 'AccountLockoutDuration': 60,
        'AccountLockoutCounterResetAfter': 60})
    client('DELETE', uri, None, 204)
    equal(find_account(client, 'renamed'), (None, None))


def sushy(url):
    """Ironic's library with a session, which it renews by itself."""
    # pylint: disable=import-outside-toplevel
    from sushy import auth, main
    login = auth.SessionAuth('admin', 'password')
    root = main.Sushy(url, verify=False, auth=login)
    equal(root.get_system().power_state.value, 'On')
    service = root.get_session_service()
    equal(service.session_timeout, 1800)
    session = login.get_session_resource_id()
    equal(session in [member.path for member in
                      service.sessions.get_members()], True)
    # Somebody ends it: the next request logs in again.
    Client(url).basic('admin', 'password')('DELETE', session, None, 204)
    root.get_system().refresh(force=True)
    equal(login.get_session_resource_id() != session, True)
    login.close()


def main_():
    for name in sys.argv[2:]:
        globals()[name](sys.argv[1])
        print('%s: ok' % name)


if __name__ == '__main__':
    main_()
