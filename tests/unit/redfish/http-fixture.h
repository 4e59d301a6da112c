/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A server of redfish/http.h in the test's own process, and clients that
 * send and receive bytes as they are, over TCP, TLS or a unix socket.
 */
#ifndef QEMU_BMC_TESTS_HTTP_FIXTURE_H
#define QEMU_BMC_TESTS_HTTP_FIXTURE_H

#include <gio/gio.h>
#include <glib.h>
#include <stdbool.h>

#include "redfish/http.h"

/**
 * HttpFixture: the server and what its handler saw. It answers at once with
 * "METHOD PATH BODY-LENGTH", unless the path is "/wait": then the request is
 * kept in @pending; "/big" gets 1 MiB.
 */
typedef struct HttpFixture {
    HttpServer *server;
    GSocketAddress *addr;
    GTlsCertificate *certificate;
    GPtrArray *pending;
    unsigned n_requests;
    unsigned n_cancelled;
} HttpFixture;

typedef struct HttpClient {
    GIOStream *io;
    GSocket *socket;
    GSource *source;
    GString *in;
    bool ended; /* end of file or reset */
    bool reset;
    bool connected;
} HttpClient;

/* Serves on 127.0.0.1; with TLS if @tls. */
HttpFixture *http_fixture_new(const HttpLimits *limits, bool tls);
/* Serves on a unix socket at @path. */
HttpFixture *http_fixture_new_unix(const char *path);
void http_fixture_free(HttpFixture *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpFixture, http_fixture_free)
/* Waits for the handler to hold that many requests. */
void http_fixture_wait_pending(HttpFixture *f, unsigned n);

/* Connects; with TLS if the fixture has it. */
HttpClient *http_client_new(HttpFixture *f);
/* Connects from a given address, also from another one of loopback's. */
HttpClient *http_client_new_from(HttpFixture *f, const char *ip);
/* The same without waiting; @ip may be NULL. */
HttpClient *http_client_begin(HttpFixture *f, const char *ip);
void http_client_wait_connected(HttpClient *c);
/* Connects without TLS even so. */
HttpClient *http_client_new_plain(HttpFixture *f);
HttpClient *http_client_new_plain_from(HttpFixture *f, const char *ip);
void http_client_free(HttpClient *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpClient, http_client_free)
void http_client_send(HttpClient *c, const char *text);
void http_client_send_bytes(HttpClient *c, const void *data, size_t len);
/* Waits until what was received has @text; fails on end of file. */
void http_client_expect(HttpClient *c, const char *text);
/* Waits for end of file or reset. */
void http_client_expect_end(HttpClient *c);
/* Forgets what was received. */
void http_client_clear(HttpClient *c);

/* Descriptors that this process has open. */
unsigned http_count_fds(void);
/* Runs the main loop until so many are open at most. */
void http_wait_fds(unsigned n);

#endif /* QEMU_BMC_TESTS_HTTP_FIXTURE_H */
