/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Uploading an image, and going on with it. */
#include "osdep.h"

#include "upload.h"

#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <sys/stat.h>

#include "util/error.h"

/* Attempts that have brought nothing. */
#define TRIES_MAX 6
#define NAME_MAX_BYTES 100

/*
 * Upload: a file on its way.
 *
 * @tag: knows the same file again
 * @uri: where it goes
 * @offset: what the BMC has
 * @sent: what was sent since then
 * @moved: something was sent
 * @shown: percent that are shown
 */
typedef struct Upload {
    Ctl *ctl;
    int fd;
    uint64_t total;
    char *name;
    char *tag;
    char *uri;
    uint64_t offset;
    uint64_t sent;
    bool moved;
    int shown;
} Upload;

/* As the BMC wants it: letters, digits, '.', '_' and '-'. */
static char *make_name(const char *file)
{
    char *name = g_path_get_basename(file);
    size_t len = strlen(name);

    if (len > NAME_MAX_BYTES) {
        /* What tells images apart is rather at the end. */
        memmove(name, name + len - NAME_MAX_BYTES, NAME_MAX_BYTES + 1);
    }
    g_strcanon(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-", '_');
    if (name[0] == '.') {
        name[0] = '_';
    }
    return name;
}

static bool open_file(Upload *u, const char *file, GError **errp)
{
    struct stat st;

    u->fd = open(file, O_RDONLY | O_CLOEXEC);
    if (u->fd < 0 || fstat(u->fd, &st) < 0) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE, "cannot read %s: %s",
                    file, g_strerror(errno));
        return false;
    }
    if (!S_ISREG(st.st_mode) || !st.st_size) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE, "%s is no image", file);
        return false;
    }
    u->total = st.st_size;
    u->tag = g_strdup_printf("%" PRIu64 "-%" PRId64 ".%09ld", u->total,
                             (int64_t)st.st_mtim.tv_sec,
                             st.st_mtim.tv_nsec);
    return true;
}

static void show(Upload *u)
{
    uint64_t there = u->offset + u->sent;
    int percent = there * 100 / u->total;

    if (isatty(STDERR_FILENO) && percent != u->shown) {
        u->shown = percent;
        fprintf(stderr, "\r%s: %3d %% of %" PRIu64 " MiB ", u->name, percent,
                (u->total + (1 << 20) - 1) >> 20);
    }
}

static void end_show(Upload *u)
{
    if (u->shown >= 0) {
        fputc('\n', stderr);
        u->shown = -1;
    }
}

static void on_wrote(SoupMessage *msg, unsigned size, void *opaque)
{
    Upload *u = opaque;

    u->sent += size;
    u->moved = true;
    show(u);
}

/*
 * What the BMC has of it. Sets @complete when that is all.
 */
static bool ask(Upload *u, bool *complete, unsigned *status, GError **errp)
{
    g_autoptr(SoupMessage) msg = ctl_message(u->ctl, "GET", u->uri, errp);
    g_autoptr(JsonObject) image = NULL;
    g_autoptr(GError) err = NULL;
    double size = 0, total = 0;
    bool same;

    if (!msg) {
        return false;
    }
    image = ctl_send(u->ctl, msg, &err);
    *status = soup_message_get_status(msg);
    *complete = false;
    u->offset = u->sent = 0;
    if (!image && *status == SOUP_STATUS_NOT_FOUND) {
        return true;
    }
    if (!image) {
        g_propagate_error(errp, g_steal_pointer(&err));
        return false;
    }
    ctl_number(image, "SizeBytes", &size);
    ctl_number(image, "TotalBytes", &total);
    same = total == u->total &&
           g_strcmp0(ctl_text(image, "SourceTag"), u->tag) == 0;
    *complete = ctl_true(image, "Complete");
    if (*complete && !same) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_EXISTS,
                    "there is another image %s (bmcctl media delete %s)",
                    u->name, u->name);
        return false;
    }
    /* All of it without being complete: the end was lost */
    u->offset = same && size < total ? size : 0;
    return true;
}

static bool put(Upload *u, unsigned *status, GError **errp)
{
    g_autoptr(SoupMessage) msg = ctl_message(u->ctl, "PUT", u->uri, errp);
    g_autofree char *range = g_strdup_printf(
        "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, u->offset, u->total - 1,
        u->total);
    g_autoptr(GInputStream) stream = g_unix_input_stream_new(u->fd, FALSE);
    g_autoptr(JsonObject) answer = NULL;
    SoupMessageHeaders *headers;

    if (!msg || lseek(u->fd, u->offset, SEEK_SET) < 0) {
        return false;
    }
    headers = soup_message_get_request_headers(msg);
    soup_message_set_request_body(msg, "application/octet-stream", stream,
                                  u->total - u->offset);
    soup_message_headers_set_expectations(headers,
                                          SOUP_EXPECTATION_CONTINUE);
    if (u->offset) {
        soup_message_headers_replace(headers, "Content-Range", range);
    }
    soup_message_headers_replace(headers, "Upload-Tag", u->tag);
    g_signal_connect(msg, "wrote-body-data", G_CALLBACK(on_wrote), u);
    show(u);
    answer = ctl_send(u->ctl, msg, errp);
    *status = soup_message_get_status(msg);
    return answer;
}

/* Whether it may be better the next time. */
static bool is_passing(unsigned status)
{
    return status == 0 || status == SOUP_STATUS_REQUEST_TIMEOUT ||
           status == SOUP_STATUS_CONFLICT || status == SOUP_STATUS_CONTINUE ||
           status == SOUP_STATUS_SERVICE_UNAVAILABLE;
}

static bool send_all(Upload *u, GError **errp)
{
    unsigned tries = 0;

    for (;;) {
        g_autoptr(GError) err = NULL;
        bool complete = false;
        unsigned status = 0;

        u->moved = false;
        if (ask(u, &complete, &status, &err) &&
            (complete || put(u, &status, &err))) {
            return true;
        }
        tries = u->moved ? 1 : tries + 1;
        if (g_error_matches(err, BMC_ERROR, BMC_ERROR_EXISTS) ||
            !is_passing(status) || tries > TRIES_MAX) {
            end_show(u);
            g_propagate_error(errp, g_steal_pointer(&err));
            return false;
        }
        end_show(u);
        fprintf(stderr, "%s: %s; trying again\n", u->name,
                err ? err->message : "it was not sent");
        /* Nothing else is to be done meanwhile */
        g_poll(NULL, 0, (1 << MIN(tries, 4)) * 500);
    }
}

char *upload_image(Ctl *ctl, const char *where, const char *file,
                   GError **errp)
{
    Upload u = { .ctl = ctl, .fd = -1, .shown = -1 };
    char *uri = NULL;

    u.name = make_name(file);
    u.uri = g_strconcat(where, "/", u.name, NULL);
    if (open_file(&u, file, errp) && send_all(&u, errp)) {
        end_show(&u);
        uri = g_strdup(u.uri);
    }
    if (u.fd >= 0) {
        close(u.fd);
    }
    g_free(u.name);
    g_free(u.tag);
    g_free(u.uri);
    return uri;
}
