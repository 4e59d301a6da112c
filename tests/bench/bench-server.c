/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The HTTP front with a bare handler, which answers every request with the
 * bytes of one file: what the rate of a real service is compared to.
 */
#include "osdep.h"

#include <glib-unix.h>
#include <stdio.h>

#include "redfish/http.h"
#include "util/addr.h"
#include "util/tls.h"

typedef struct BenchServer {
    GBytes *body;
    GMainLoop *loop;
} BenchServer;

static char *opt_address;
static char *opt_file;
static char *opt_type;
static gboolean opt_plain;

static const GOptionEntry options[] = {
    { "listen", 'l', 0, G_OPTION_ARG_STRING, &opt_address,
      "Address to listen on (default 127.0.0.1:0)", "ADDRESS" },
    { "file", 'f', 0, G_OPTION_ARG_FILENAME, &opt_file,
      "What to answer with (default \"{}\")", "FILE" },
    { "type", 't', 0, G_OPTION_ARG_STRING, &opt_type,
      "Content-Type of it (default application/json)", "TYPE" },
    { "plain", 'p', 0, G_OPTION_ARG_NONE, &opt_plain, "No TLS", NULL },
    { NULL },
};

static void handle(HttpRequest *request, void *opaque)
{
    BenchServer *bench = opaque;

    http_request_respond(request, 200, opt_type ?: "application/json",
                         bench->body);
}

static gboolean quit(void *opaque)
{
    g_main_loop_quit(opaque);
    return G_SOURCE_CONTINUE;
}

static GBytes *read_body(GError **errp)
{
    char *text;
    size_t len;

    if (!opt_file) {
        return g_bytes_new_static("{}", 2);
    }
    if (!g_file_get_contents(opt_file, &text, &len, errp)) {
        return NULL;
    }
    return g_bytes_new_take(text, len);
}

/* A certificate made for this run. */
static GTlsCertificate *make_certificate(GError **errp)
{
    g_autofree char *dir = g_dir_make_tmp("bench-server-XXXXXX", errp);
    g_autofree char *cert = NULL;
    g_autofree char *key = NULL;
    GTlsCertificate *certificate;

    if (!dir) {
        return NULL;
    }
    certificate = tls_load_or_generate(dir, "bench-server", NULL, errp);
    cert = g_build_filename(dir, "tls-cert.pem", NULL);
    key = g_build_filename(dir, "tls-key.pem", NULL);
    unlink(cert);
    unlink(key);
    rmdir(dir);
    if (certificate && !tls_set_server_defaults(certificate, errp)) {
        g_clear_object(&certificate);
    }
    return certificate;
}

static int run(GError **errp)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_autoptr(GTlsCertificate) certificate = NULL;
    g_autoptr(HttpServer) server = NULL;
    g_autoptr(GSocketAddress) addr = NULL;
    g_autoptr(GSocketAddress) bound = NULL;
    g_autoptr(GBytes) body = NULL;
    g_autofree char *where = NULL;
    BenchServer bench = { .loop = loop };

    body = read_body(errp);
    addr = body ? addr_parse(opt_address ?: "127.0.0.1:0", "127.0.0.1", -1,
                             errp) : NULL;
    if (!addr) {
        return 1;
    }
    if (!opt_plain) {
        certificate = make_certificate(errp);
        if (!certificate) {
            return 1;
        }
    }
    bench.body = body;
    server = http_server_new(NULL, NULL, handle, &bench);
    bound = http_server_listen(server, addr, certificate, errp);
    if (!bound) {
        return 1;
    }
    where = addr_to_string(bound);
    printf("%s %d\n", where, getpid());
    fflush(stdout);
    g_unix_signal_add(SIGINT, quit, loop);
    g_unix_signal_add(SIGTERM, quit, loop);
    g_main_loop_run(loop);
    return 0;
}

int main(int argc, char **argv)
{
    g_autoptr(GOptionContext) context = NULL;
    g_autoptr(GError) err = NULL;
    int rc = 2;

    context = g_option_context_new(NULL);
    g_option_context_set_summary(
        context, "Serve the bytes of one file through qemu-bmc's HTTP front; "
                 "prints the\naddress and the process id.");
    g_option_context_add_main_entries(context, options, NULL);
    if (g_option_context_parse(context, &argc, &argv, &err)) {
        rc = run(&err);
    }
    if (rc) {
        fprintf(stderr, "bench-server: %s\n", err->message);
    }
    return rc;
}
