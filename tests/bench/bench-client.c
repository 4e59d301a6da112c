/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Load generator for the HTTP front: requests per second over keep-alive
 * connections, and what connections, idle or dropped, cost the server. One
 * thread per connection, with GnuTLS underneath, so that the client is not
 * what is measured.
 */
#include "osdep.h"

#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>

#include "util/addr.h"

typedef struct BenchConn {
    int fd;
    gnutls_session_t tls; /* NULL for plain HTTP */
} BenchConn;

typedef struct Worker {
    GThread *thread;
    unsigned requests;
    int64_t *latency_us;
    char *error;
} Worker;

static GSocketAddress *address;
static gnutls_certificate_credentials_t credentials;
static char *request_text;

static int opt_requests = 1000;
static int opt_connections = 1;
static int opt_pid;
static int opt_pace;
static char *opt_path;
static char *opt_user;
static char *opt_token;
static char *opt_mode;
static gboolean opt_plain;

static const GOptionEntry options[] = {
    { "mode", 'm', 0, G_OPTION_ARG_STRING, &opt_mode,
      "rate (default), drop, idle or events", "MODE" },
    { "requests", 'n', 0, G_OPTION_ARG_INT, &opt_requests,
      "Requests in all, or connections to drop (default 1000)", "N" },
    { "connections", 'c', 0, G_OPTION_ARG_INT, &opt_connections,
      "Connections at a time (default 1)", "N" },
    { "path", 'P', 0, G_OPTION_ARG_STRING, &opt_path,
      "What to get (default /redfish/v1/)", "PATH" },
    { "user", 'u', 0, G_OPTION_ARG_STRING, &opt_user,
      "Basic authentication", "USER:PASSWORD" },
    { "token", 't', 0, G_OPTION_ARG_STRING, &opt_token,
      "X-Auth-Token", "TOKEN" },
    { "plain", 'p', 0, G_OPTION_ARG_NONE, &opt_plain,
      "No TLS (always so on a unix socket)", NULL },
    { "pace", 0, 0, G_OPTION_ARG_INT, &opt_pace,
      "Wait that long after each request", "MS" },
    { "pid", 0, 0, G_OPTION_ARG_INT, &opt_pid,
      "Show memory and descriptors of this process before and after", "PID" },
    { NULL },
};

/* Kilobytes of a field of smaps_rollup, or -1. */
static long read_memory(const char *field)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/smaps_rollup", opt_pid);
    g_autofree char *text = NULL;
    const char *at;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return -1;
    }
    at = strstr(text, field);
    return at ? strtol(at + strlen(field), NULL, 10) : -1;
}

static int count_fds(void)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/fd", opt_pid);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    int n = 0;

    while (dir && g_dir_read_name(dir)) {
        n++;
    }
    return n;
}

static void show_process(const char *when)
{
    if (opt_pid) {
        printf("%s: Private_Dirty %ld kB, Rss %ld kB, %d descriptors\n", when,
               read_memory("Private_Dirty:"), read_memory("Rss:"),
               count_fds());
    }
}

static void conn_close(BenchConn *conn)
{
    if (conn->tls) {
        gnutls_deinit(conn->tls);
    }
    if (conn->fd >= 0) {
        close(conn->fd);
    }
}

static bool conn_open(BenchConn *conn, bool tls, char **error)
{
    struct sockaddr_storage sa;
    gssize len = g_socket_address_get_native_size(address);
    int one = 1;
    int rc;

    *conn = (BenchConn) { .fd = -1 };
    g_socket_address_to_native(address, &sa, sizeof(sa), NULL);
    conn->fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (conn->fd < 0 || connect(conn->fd, (struct sockaddr *)&sa, len) < 0) {
        *error = g_strdup_printf("connect: %s", g_strerror(errno));
        return false;
    }
    setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (!tls) {
        return true;
    }
    gnutls_init(&conn->tls, GNUTLS_CLIENT);
    gnutls_set_default_priority(conn->tls);
    gnutls_credentials_set(conn->tls, GNUTLS_CRD_CERTIFICATE, credentials);
    gnutls_transport_set_int(conn->tls, conn->fd);
    do {
        rc = gnutls_handshake(conn->tls);
    } while (rc < 0 && !gnutls_error_is_fatal(rc));
    if (rc < 0) {
        *error = g_strdup_printf("handshake: %s", gnutls_strerror(rc));
        return false;
    }
    return true;
}

static ssize_t conn_read(BenchConn *conn, void *buf, size_t len)
{
    ssize_t n;

    if (!conn->tls) {
        return read(conn->fd, buf, len);
    }
    do {
        n = gnutls_record_recv(conn->tls, buf, len);
    } while (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED);
    return n;
}

static bool conn_send(BenchConn *conn, const char *text)
{
    ssize_t len = strlen(text);

    return (conn->tls ? gnutls_record_send(conn->tls, text, len)
                      : write(conn->fd, text, len)) == len;
}

/* One request and its whole answer. */
static bool conn_request(BenchConn *conn, GString *in, char **error)
{
    char buf[16 * 1024];
    const char *end;
    const char *field;
    size_t want = 0;
    ssize_t n;

    g_string_truncate(in, 0);
    if (!conn_send(conn, request_text)) {
        *error = g_strdup("cannot send");
        return false;
    }
    do {
        n = conn_read(conn, buf, sizeof(buf));
        if (n <= 0) {
            *error = g_strdup("closed before the answer");
            return false;
        }
        g_string_append_len(in, buf, n);
        end = want ? NULL : strstr(in->str, "\r\n\r\n");
        if (end) {
            field = strcasestr(in->str, "\r\nContent-Length:");
            want = end + 4 - in->str +
                   (field && field < end ? strtoul(field + 17, NULL, 10) : 0);
        }
    } while (!want || in->len < want);
    if (!g_str_has_prefix(in->str, "HTTP/1.1 2")) {
        *error = g_strdup_printf("answer: %.20s", in->str);
        return false;
    }
    return true;
}

static void *work(void *opaque)
{
    Worker *worker = opaque;
    g_autoptr(GString) in = g_string_new(NULL);
    BenchConn conn;
    unsigned i;
    bool ok = conn_open(&conn, credentials != NULL, &worker->error);

    for (i = 0; ok && i < worker->requests; i++) {
        int64_t start = g_get_monotonic_time();

        ok = conn_request(&conn, in, &worker->error);
        worker->latency_us[i] = g_get_monotonic_time() - start;
        if (opt_pace) {
            g_usleep(opt_pace * 1000);
        }
    }
    conn_close(&conn);
    return NULL;
}

static int compare_latency(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static int run_rate(void)
{
    g_autofree Worker *workers = g_new0(Worker, opt_connections);
    g_autofree int64_t *latency = NULL;
    unsigned each = MAX(1, opt_requests / opt_connections);
    unsigned all = each * opt_connections;
    int64_t start;
    double seconds;
    int rc = 0;
    int i;

    latency = g_new0(int64_t, all);
    start = g_get_monotonic_time();
    for (i = 0; i < opt_connections; i++) {
        workers[i].requests = each;
        workers[i].latency_us = latency + (size_t)i * each;
        workers[i].thread = g_thread_new("worker", work, &workers[i]);
    }
    for (i = 0; i < opt_connections; i++) {
        g_thread_join(workers[i].thread);
        if (workers[i].error) {
            fprintf(stderr, "bench-client: %s\n", workers[i].error);
            g_free(workers[i].error);
            rc = 1;
        }
    }
    seconds = (g_get_monotonic_time() - start) / 1e6;
    qsort(latency, all, sizeof(*latency), compare_latency);
    printf("%u requests, %d connections: %.0f requests/s, "
           "p50 %.2f ms, p99 %.2f ms\n", all, opt_connections, all / seconds,
           latency[all / 2] / 1e3, latency[all * 99 / 100] / 1e3);
    return rc;
}

/* Connections that vanish: before, during and after a request. */
static int run_drop(void)
{
    g_autoptr(GString) in = g_string_new(NULL);
    int i;

    for (i = 0; i < opt_requests; i++) {
        g_autofree char *error = NULL;
        bool tls = credentials && i % 4;
        BenchConn conn;

        if (!conn_open(&conn, tls, &error)) {
            fprintf(stderr, "bench-client: %s\n", error);
            conn_close(&conn);
            return 1;
        }
        if (i % 4 == 1) {
            conn_send(&conn, "GET /redfish/v1 HTT");
        } else if (i % 4 == 2) {
            conn_send(&conn, request_text);
        } else if (i % 4 == 3 && !conn_request(&conn, in, &error)) {
            fprintf(stderr, "bench-client: %s\n", error);
        }
        conn_close(&conn);
    }
    printf("%d connections dropped\n", opt_requests);
    return 0;
}

/* Connections that stay open after one request. */
static int run_idle(void)
{
    g_autofree BenchConn *conns = g_new0(BenchConn, opt_connections);
    g_autoptr(GString) in = g_string_new(NULL);
    g_autofree char *error = NULL;
    long before = opt_pid ? read_memory("Private_Dirty:") : 0;
    bool ok = true;
    int n;

    for (n = 0; ok && n < opt_connections; n++) {
        ok = conn_open(&conns[n], credentials != NULL, &error) &&
             conn_request(&conns[n], in, &error);
    }
    /* Pool threads and the like are given time to go. */
    g_usleep(G_USEC_PER_SEC);
    show_process("idle");
    if (!ok) {
        fprintf(stderr, "bench-client: connection %d: %s\n", n, error);
    } else if (opt_pid) {
        printf("%d connections: %.1f kB each\n", n,
               (double)(read_memory("Private_Dirty:") - before) / n);
    }
    while (n > 0) {
        conn_close(&conns[--n]);
    }
    return ok ? 0 : 1;
}

/* Counts events; an event cut by a read is made whole by the next one. */
static unsigned count_events(GString *in)
{
    static const char mark[] = "\"EventId\":";
    unsigned n = 0;
    const char *at = in->str;
    const char *next;

    while ((next = memmem(at, in->len - (at - in->str), mark,
                          strlen(mark)))) {
        n++;
        at = next + strlen(mark);
    }
    g_string_erase(in, 0, MAX(at - in->str,
                              (gssize)in->len - (gssize)strlen(mark) + 1));
    return n;
}

static int n_streams; /* atomic: whose header has come */

/* Reads a stream until it has had all that it is to have. */
static void *listen_to(void *opaque)
{
    Worker *worker = opaque;
    g_autoptr(GString) in = g_string_new(NULL);
    char buf[16 * 1024];
    unsigned wanted = worker->requests;
    BenchConn conn;
    ssize_t n;

    worker->requests = 0;
    if (conn_open(&conn, credentials != NULL, &worker->error) &&
        conn_send(&conn, request_text)) {
        bool open = false;

        while (worker->requests < wanted &&
               (n = conn_read(&conn, buf, sizeof(buf))) > 0) {
            if (!open) {
                open = true;
                g_atomic_int_inc(&n_streams);
            }
            g_string_append_len(in, buf, n);
            worker->requests += count_events(in);
        }
    }
    conn_close(&conn);
    return NULL;
}

/* Streams of events: says when all are open, and what each one has had. */
static int run_events(void)
{
    g_autofree Worker *workers = g_new0(Worker, opt_connections);
    unsigned least = UINT_MAX;
    int i;

    for (i = 0; i < opt_connections; i++) {
        workers[i].requests = opt_requests;
        workers[i].thread = g_thread_new("worker", listen_to, &workers[i]);
    }
    for (i = 0; i < 600 && g_atomic_int_get(&n_streams) < opt_connections;
         i++) {
        g_usleep(100 * 1000);
    }
    printf("%d streams\n", g_atomic_int_get(&n_streams));
    fflush(stdout);
    for (i = 0; i < opt_connections; i++) {
        g_thread_join(workers[i].thread);
        least = MIN(least, workers[i].requests);
        if (workers[i].error) {
            fprintf(stderr, "bench-client: %s\n", workers[i].error);
        }
    }
    printf("%u of %d events at least\n", least, opt_requests);
    return least == (unsigned)opt_requests ? 0 : 1;
}

static char *make_request(void)
{
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "GET %s HTTP/1.1\r\nHost: bmc\r\n",
                           opt_path ?: "/redfish/v1/");
    if (opt_user) {
        g_autofree char *coded = g_base64_encode((const guchar *)opt_user,
                                                 strlen(opt_user));

        g_string_append_printf(text, "Authorization: Basic %s\r\n", coded);
    }
    if (opt_token) {
        g_string_append_printf(text, "X-Auth-Token: %s\r\n", opt_token);
    }
    g_string_append(text, "\r\n");
    return g_string_free(text, FALSE);
}

static const struct {
    const char *name;
    int (*run)(void);
} modes[] = {
    { "rate", run_rate },
    { "drop", run_drop },
    { "idle", run_idle },
    { "events", run_events },
};

static int run_mode(void)
{
    unsigned i;
    int rc;

    for (i = 0; i < G_N_ELEMENTS(modes); i++) {
        if (g_strcmp0(opt_mode ?: "rate", modes[i].name) == 0) {
            show_process("before");
            rc = modes[i].run();
            g_usleep(G_USEC_PER_SEC);
            show_process("after");
            return rc;
        }
    }
    fprintf(stderr, "bench-client: no such mode: %s\n", opt_mode);
    return 2;
}

int main(int argc, char **argv)
{
    g_autoptr(GOptionContext) context = NULL;
    g_autoptr(GError) err = NULL;

    context = g_option_context_new("ADDRESS");
    g_option_context_set_summary(
        context, "Load the service at ADDRESS (HOST:PORT or a path).");
    g_option_context_add_main_entries(context, options, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &err)) {
        fprintf(stderr, "bench-client: %s\n", err->message);
        return 2;
    }
    if (argc != 2 || opt_requests < 1 || opt_connections < 1) {
        fprintf(stderr, "bench-client: one address is needed; see --help\n");
        return 2;
    }
    address = addr_parse(argv[1], "127.0.0.1", -1, &err);
    if (!address) {
        fprintf(stderr, "bench-client: %s\n", err->message);
        return 2;
    }
    if (!opt_plain &&
        g_socket_address_get_family(address) != G_SOCKET_FAMILY_UNIX) {
        gnutls_certificate_allocate_credentials(&credentials);
    }
    request_text = make_request();
    return run_mode();
}
