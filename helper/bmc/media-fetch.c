/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thread with a session of libsoup's own for each server that it is sent
 * to, since a session holds where it may connect to.
 */
#include "osdep.h"

#include "bmc/media-fetch.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <sys/statvfs.h>

#include "util/error.h"
#include "util/log.h"
#include "util/secret.h"
#include "util/target.h"
#include "util/tls.h"

#define REDIRECTIONS_MAX 5
/* A server that says nothing that long has failed. */
#define IDLE_TIMEOUT_S 30
#define LOOK_TIMEOUT_S 8
#define CHUNK (256 * 1024)
/* How much of the disk others must find free. */
#define DISK_RESERVE (64 * 1024 * 1024)

typedef struct Fetch {
    char *image;
    char *user;
    char *password;
    bool verify;
    GTlsDatabase *database; /* whom to trust instead of the system */
    char **allow;
    bool host;
    char *path;
    uint64_t max_bytes;
    unsigned max_s;
    MediaProgress progress;
    void *opaque;
    bool own;
    int percent;    /* atomic */
} Fetch;

static void fetch_free(void *opaque)
{
    Fetch *fetch = opaque;

    g_free(fetch->image);
    g_free(fetch->user);
    secret_free(fetch->password);
    g_clear_object(&fetch->database);
    g_strfreev(fetch->allow);
    g_free(fetch->path);
    g_free(fetch);
}

void media_fetched_free(MediaFetched *fetched)
{
    if (fetched) {
        g_free(fetched->image);
        g_free(fetched);
    }
}

static int port_of(GUri *uri)
{
    int port = g_uri_get_port(uri);

    return port > 0 ? port :
           g_str_equal(g_uri_get_scheme(uri), "https") ? 443 : 80;
}

static gboolean authenticate(SoupMessage *msg, SoupAuth *auth,
                             gboolean retrying, void *opaque)
{
    Fetch *fetch = opaque;

    if (!fetch->own || !fetch->user || retrying) {
        return FALSE;
    }
    soup_auth_authenticate(auth, fetch->user,
                           fetch->password ? fetch->password : "");
    return TRUE;
}

static gboolean accept_certificate(SoupMessage *msg, GTlsCertificate *cert,
                                   GTlsCertificateFlags errors, void *opaque)
{
    return !((Fetch *)opaque)->verify;
}

/* Whom to trust; NULL where nobody asks. */
static GTlsDatabase *trusted(const Fetch *fetch, GUri *uri)
{
    if (!fetch->verify || !g_str_equal(g_uri_get_scheme(uri), "https")) {
        return NULL;
    }
    return fetch->database ? g_object_ref(fetch->database)
                           : tls_system_database();
}

static SoupSession *new_session(const Fetch *fetch, GUri *uri)
{
    g_autoptr(GSocketConnectable) target = target_new(
        g_uri_get_host(uri), port_of(uri),
        (const char *const *)fetch->allow, fetch->host);
    g_autoptr(GTlsDatabase) database = trusted(fetch, uri);
    SoupSession *session = g_object_new(
        SOUP_TYPE_SESSION, "remote-connectable", target, "timeout",
        fetch->path ? IDLE_TIMEOUT_S : LOOK_TIMEOUT_S, "tls-database",
        database, "proxy-resolver", NULL, "user-agent", "qemu-bmc", NULL);

    /* The image as it is, not one to be unpacked on the way */
    soup_session_remove_feature_by_type(session, SOUP_TYPE_CONTENT_DECODER);
    return session;
}

static SoupMessage *new_message(Fetch *fetch, GUri *uri)
{
    g_autofree char *text = g_uri_to_string(uri);
    SoupMessage *msg = soup_message_new("GET", text);

    if (!msg) {
        return NULL;
    }
    soup_message_add_flags(msg, SOUP_MESSAGE_NO_REDIRECT);
    if (!fetch->path) {
        soup_message_headers_set_range(soup_message_get_request_headers(msg),
                                       0, 0);
    }
    g_signal_connect(msg, "authenticate", G_CALLBACK(authenticate), fetch);
    g_signal_connect(msg, "accept-certificate",
                     G_CALLBACK(accept_certificate), fetch);
    return msg;
}

static bool is_redirection(unsigned status)
{
    return status == 301 || status == 302 || status == 303 ||
           status == 307 || status == 308;
}

/* From https only to https; what is not the same server gets no password. */
static GUri *follow(Fetch *fetch, GUri *uri, SoupMessage *msg, GError **errp)
{
    const char *to = soup_message_headers_get_one(
        soup_message_get_response_headers(msg), "Location");
    g_autoptr(GUri) next = to ? g_uri_parse_relative(
        uri, to, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE,
        NULL) : NULL;
    const char *scheme = next ? g_uri_get_scheme(next) : "";
    bool tls = g_str_equal(g_uri_get_scheme(uri), "https");

    if (!g_str_equal(scheme, "https") &&
        (tls || !g_str_equal(scheme, "http"))) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PERMISSION,
                    "the server leads to where it may not");
        return NULL;
    }
    if (!g_uri_get_host(next) || !*g_uri_get_host(next) ||
        g_uri_get_userinfo(next)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_UNAVAILABLE,
                    "the server leads to no address");
        return NULL;
    }
    fetch->own = fetch->own && port_of(uri) == port_of(next) &&
                 !g_ascii_strcasecmp(g_uri_get_host(uri),
                                     g_uri_get_host(next)) &&
                 g_str_equal(scheme, g_uri_get_scheme(uri));
    return g_steal_pointer(&next);
}

static GError *unavailable(const GError *err)
{
    if (err->domain == BMC_ERROR || bmc_error_is_cancelled(err)) {
        return g_error_copy(err);
    }
    return g_error_new(BMC_ERROR, BMC_ERROR_UNAVAILABLE, "%s", err->message);
}

static gboolean report(void *opaque)
{
    GTask *task = opaque;
    Fetch *fetch = g_task_get_task_data(task);

    if (!g_task_get_completed(task) &&
        !g_cancellable_is_cancelled(g_task_get_cancellable(task))) {
        fetch->progress(fetch->opaque, g_atomic_int_get(&fetch->percent));
    }
    return G_SOURCE_REMOVE;
}

static void note_progress(GTask *task, uint64_t done, goffset size)
{
    Fetch *fetch = g_task_get_task_data(task);
    int percent = size > 0 ? MIN(done * 100 / size, 100) : 0;

    if (fetch->progress && percent != fetch->percent) {
        g_atomic_int_set(&fetch->percent, percent);
        g_idle_add_full(G_PRIORITY_DEFAULT, report,
                        g_object_ref(task), g_object_unref);
    }
}

/* @more bytes must fit into the quota and on the disk. */
static bool has_room(const Fetch *fetch, uint64_t done, uint64_t more,
                     GError **errp)
{
    g_autofree char *folder = g_path_get_dirname(fetch->path);
    struct statvfs fs;

    if (done + more > fetch->max_bytes) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                    "the image is larger than the %" PRIu64 " MiB that are "
                    "allowed", fetch->max_bytes >> 20);
        return false;
    }
    if (statvfs(folder, &fs) == 0 &&
        (uint64_t)fs.f_bavail * fs.f_frsize < more + DISK_RESERVE) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                    "there is no room for the image on the disk");
        return false;
    }
    return true;
}

static bool write_all(int fd, const char *data, gssize n, GError **errp)
{
    while (n > 0) {
        gssize written = write(fd, data, n);

        if (written < 0 && errno != EINTR) {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                        "the image cannot be kept: %s", g_strerror(errno));
            return false;
        }
        data += MAX(written, 0);
        n -= MAX(written, 0);
    }
    return true;
}

static bool copy(GTask *task, GInputStream *stream, goffset size, int fd,
                 GError **errp)
{
    Fetch *fetch = g_task_get_task_data(task);
    gint64 end = g_get_monotonic_time() +
                 (gint64)fetch->max_s * G_USEC_PER_SEC;
    g_autofree char *buffer = g_malloc(CHUNK);
    uint64_t done = 0;

    if (size > 0 && !has_room(fetch, 0, size, errp)) {
        return false;
    }
    for (;;) {
        gssize n = g_input_stream_read(stream, buffer, CHUNK,
                                       g_task_get_cancellable(task), errp);

        if (n <= 0) {
            if (n == 0 && size > 0 && done != (uint64_t)size) {
                g_set_error(errp, BMC_ERROR, BMC_ERROR_UNAVAILABLE,
                            "the server has not sent all of the image");
                return false;
            }
            return n == 0;
        }
        if (g_get_monotonic_time() > end) {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                        "the image takes more than the %u s that are "
                        "allowed", fetch->max_s);
            return false;
        }
        if (!has_room(fetch, done, n, errp) ||
            !write_all(fd, buffer, n, errp)) {
            return false;
        }
        done += n;
        note_progress(task, done, size);
    }
}

static bool save(GTask *task, SoupMessage *msg, GInputStream *stream,
                 GError **errp)
{
    Fetch *fetch = g_task_get_task_data(task);
    SoupMessageHeaders *headers = soup_message_get_response_headers(msg);
    goffset size = soup_message_headers_get_encoding(headers) ==
                   SOUP_ENCODING_CONTENT_LENGTH ?
                   soup_message_headers_get_content_length(headers) : 0;
    int fd = open(fetch->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
                  O_NOFOLLOW, 0640);
    bool ok;

    if (fd < 0) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "the image cannot be kept: %s", g_strerror(errno));
        return false;
    }
    ok = copy(task, stream, size, fd, errp);
    if (ok && fdatasync(fd) < 0) {
        /* That it is complete is noted, and may outlive the host's crash. */
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "the image cannot be kept: %s", g_strerror(errno));
        ok = false;
    }
    close(fd);
    if (!ok) {
        g_unlink(fetch->path);
    }
    return ok;
}

static MediaFetched *use_answer(GTask *task, GUri *uri, SoupMessage *msg,
                                GInputStream *stream, GError **errp)
{
    Fetch *fetch = g_task_get_task_data(task);
    unsigned status = soup_message_get_status(msg);
    MediaFetched *fetched;

    if (status != 200 && status != 206) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_UNAVAILABLE,
                    "the server answers with HTTP status %u", status);
        return NULL;
    }
    if (fetch->path && !save(task, msg, stream, errp)) {
        return NULL;
    }
    fetched = g_new0(MediaFetched, 1);
    fetched->image = g_uri_to_string(uri);
    fetched->own = fetch->own;
    fetched->ranges = status == 206;
    return fetched;
}

/* One request: what is there, or in @next where it leads to. */
static MediaFetched *ask(GTask *task, GUri *uri, GUri **next, GError **errp)
{
    Fetch *fetch = g_task_get_task_data(task);
    g_autoptr(SoupSession) session = new_session(fetch, uri);
    g_autoptr(SoupMessage) msg = new_message(fetch, uri);
    g_autoptr(GInputStream) stream = NULL;
    MediaFetched *fetched = NULL;

    if (!msg) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "the image's URI is none of a web server");
        return NULL;
    }
    stream = soup_session_send(session, msg, g_task_get_cancellable(task),
                               errp);
    if (!stream) {
        return NULL;
    }
    if (is_redirection(soup_message_get_status(msg))) {
        *next = follow(fetch, uri, msg, errp);
    } else {
        fetched = use_answer(task, uri, msg, stream, errp);
    }
    /* Not what else it may have to say */
    soup_session_abort(session);
    return fetched;
}

static void run(GTask *task, void *object, void *data,
                GCancellable *cancellable)
{
    Fetch *fetch = data;
    g_autoptr(GMainContext) context = g_main_context_new();
    g_autoptr(GUri) uri = g_uri_parse(fetch->image, G_URI_FLAGS_ENCODED |
                                      G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
    g_autoptr(GError) err = NULL;
    MediaFetched *fetched = NULL;

    g_main_context_push_thread_default(context);
    for (unsigned n = 0; uri && n <= REDIRECTIONS_MAX && !err && !fetched;
         n++) {
        g_autoptr(GUri) next = NULL;

        fetched = ask(task, uri, &next, &err);
        if (next) {
            g_uri_unref(uri);
            uri = g_steal_pointer(&next);
        }
    }
    g_main_context_pop_thread_default(context);
    if (fetched) {
        g_task_return_pointer(task, fetched,
                              (GDestroyNotify)media_fetched_free);
    } else if (err) {
        g_task_return_error(task, unavailable(err));
    } else {
        g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_UNAVAILABLE,
                                "the server leads on and on");
    }
}

void media_fetch_async(const MediaFetchConfig *config, MediaProgress progress,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback, void *opaque)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, opaque);
    Fetch *fetch = g_new0(Fetch, 1);
    GError *err = NULL;

    fetch->image = g_strdup(config->image);
    fetch->user = g_strdup(config->user);
    fetch->password = g_strdup(config->password);
    fetch->verify = config->verify;
    fetch->allow = g_strdupv((char **)config->allow);
    fetch->host = config->host;
    fetch->path = g_strdup(config->path);
    fetch->max_bytes = config->max_bytes;
    fetch->max_s = config->max_s;
    fetch->progress = progress;
    fetch->opaque = opaque;
    fetch->own = true;
    g_task_set_task_data(task, fetch, fetch_free);
    if (config->authorities) {
        fetch->database = tls_database_new(config->authorities, &err);
    }
    if (err) {
        g_task_return_error(task, err);
    } else {
        g_task_run_in_thread(task, run);
    }
}

MediaFetched *media_fetch_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_pointer(G_TASK(res), errp);
}
