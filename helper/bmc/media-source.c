/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening an image: name, addresses, nbdkit, and then NBD once from here to
 * see that it can be read, before QEMU, which would wait, does the same.
 */
#include "osdep.h"

#include "bmc/media-source.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "bmc/images.h"
#include "bmc/media-fetch.h"
#include "bmc/media-file.h"
#include "bmc/media-forward.h"
#include "bmc/media-target.h"
#include "util/bytes.h"
#include "util/error.h"
#include "util/log.h"
#include "util/release.h"
#include "util/secret.h"
#include "util/target.h"

#define OPEN_TIMEOUT_S 8
/* A request that the server leaves unanswered that long has failed. */
#define READ_TIMEOUT "timeout=30"
#define STDERR_MAX 4096
#define NBD_GREETING 18
#define NBD_EXPORT 10

struct MediaSource {
    char *path;
    int fd; /* of a file */
    bool streamed;
    bool dead;
    GSubprocess *process;
    MediaForward *forward;
    GCancellable *cancellable;
    void (*ended)(void *opaque);
    void *opaque;
};

/* An image that is being opened. */
typedef struct Opening {
    MediaSource *source;
    GUri *uri;
    BmcMediaConfig media;
    char *user;
    char *password;
    bool verify;
    char *authorities;
    bool writable;
    bool host;
    char *download;
    bool download_only;
    GCancellable *stop;
    void (*begun)(void *opaque);
    void (*progress)(void *opaque, unsigned percent);
    void *opaque;
    GSocketConnection *probe;
    GSource *deadline;
    bool late;
    bool local;
    GCancellable *cancellable;
    uint8_t reply[NBD_GREETING];
    uint8_t hello[20];
    char complaint[STDERR_MAX];
} Opening;

static unsigned socket_number;

static void end_deadline(Opening *o)
{
    if (o->deadline) {
        g_source_destroy(o->deadline);
        g_clear_pointer(&o->deadline, g_source_unref);
    }
}

static gboolean opening_late(void *opaque)
{
    Opening *o = opaque;

    o->late = true;
    g_cancellable_cancel(o->cancellable);
    return G_SOURCE_REMOVE;
}

static void start_deadline(Opening *o)
{
    end_deadline(o);
    g_clear_object(&o->cancellable);
    o->cancellable = g_cancellable_new();
    o->deadline = g_timeout_source_new_seconds(OPEN_TIMEOUT_S);
    g_source_set_callback(o->deadline, opening_late, o, NULL);
    g_source_attach(o->deadline, NULL);
}

static void opening_free(void *opaque)
{
    Opening *o = opaque;

    end_deadline(o);
    g_free(o->download);
    g_clear_object(&o->stop);
    g_clear_object(&o->probe);
    g_clear_object(&o->cancellable);
    g_clear_pointer(&o->uri, g_uri_unref);
    media_source_free(o->source);
    g_free(o->user);
    g_free(o->authorities);
    secret_free(o->password);
    g_free(o);
}

static void open_failed(GTask *task, GError *error)
{
    Opening *o = g_task_get_task_data(task);

    if (o->late) {
        g_clear_error(&error);
        error = g_error_new(BMC_ERROR, BMC_ERROR_UNAVAILABLE,
                            o->local ? "the folder does not answer in time"
                            : "the server does not answer in time");
    }
    g_task_return_error(task, error);
    g_object_unref(task);
}

/* nbdkit's last words say what was wrong. */
static void complaint_read(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GTask) task = opaque;
    Opening *o = g_task_get_task_data(task);
    g_autofree char *shown = NULL;
    const GError *refused;
    char *line;
    char *text;
    gsize n = 0;

    g_input_stream_read_all_finish(G_INPUT_STREAM(source), res, &n, NULL);
    if (g_task_return_error_if_cancelled(task)) {
        return;
    }
    refused = media_forward_error(o->source->forward);
    if (refused && !o->late) {
        g_task_return_error(task, g_error_copy(refused));
        return;
    }
    o->complaint[MIN(n, sizeof(o->complaint) - 1)] = '\0';
    g_strchomp(o->complaint);
    line = strrchr(o->complaint, '\n');
    text = line ? line + 1 : o->complaint;
    line = g_strrstr(text, ": ");
    shown = log_escape(line ? line + 2 : text, -1, 160);
    g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_UNAVAILABLE,
                            "the image cannot be read from its server: %s",
                            o->late ? "no answer in time" :
                            *shown ? shown : "connection closed");
}

static void probe_failed(GTask *task)
{
    Opening *o = g_task_get_task_data(task);

    /* It says all that it has to say when it ends */
    media_source_kill(o->source);
    g_input_stream_read_all_async(
        g_subprocess_get_stderr_pipe(o->source->process), o->complaint,
        sizeof(o->complaint) - 1, G_PRIORITY_DEFAULT, NULL, complaint_read,
        task);
}

static void export_told(GObject *source, GAsyncResult *res, void *opaque)
{
    GTask *task = opaque;
    Opening *o = g_task_get_task_data(task);
    gsize n = 0;

    if (!g_input_stream_read_all_finish(G_INPUT_STREAM(source), res, &n,
                                        NULL) || n != NBD_EXPORT) {
        probe_failed(task);
        return;
    }
    g_task_return_pointer(task, g_steal_pointer(&o->source),
                          (GDestroyNotify)media_source_free);
    g_object_unref(task);
}

static void hello_sent(GObject *source, GAsyncResult *res, void *opaque)
{
    GTask *task = opaque;
    Opening *o = g_task_get_task_data(task);

    if (!g_output_stream_write_all_finish(G_OUTPUT_STREAM(source), res, NULL,
                                          NULL)) {
        probe_failed(task);
        return;
    }
    g_input_stream_read_all_async(
        g_io_stream_get_input_stream(G_IO_STREAM(o->probe)), o->reply,
        NBD_EXPORT, G_PRIORITY_DEFAULT, o->cancellable, export_told, task);
}

/*
 * Client flags "fixed newstyle" and "no zeroes", then NBD_OPT_EXPORT_NAME
 * with an empty name: the answer is the size, or an end.
 */
static void greeted(GObject *source, GAsyncResult *res, void *opaque)
{
    static const uint8_t hello[20] = {
        0, 0, 0, 3, 'I', 'H', 'A', 'V', 'E', 'O', 'P', 'T', 0, 0, 0, 1,
    };
    GTask *task = opaque;
    Opening *o = g_task_get_task_data(task);
    gsize n = 0;

    if (!g_input_stream_read_all_finish(G_INPUT_STREAM(source), res, &n,
                                        NULL) ||
        n != NBD_GREETING || memcmp(o->reply, "NBDMAGICIHAVEOPT", 16)) {
        probe_failed(task);
        return;
    }
    memcpy(o->hello, hello, sizeof(hello));
    g_output_stream_write_all_async(
        g_io_stream_get_output_stream(G_IO_STREAM(o->probe)), o->hello,
        sizeof(o->hello), G_PRIORITY_DEFAULT, o->cancellable, hello_sent,
        task);
}

static void probe_connected(GObject *source, GAsyncResult *res, void *opaque)
{
    GTask *task = opaque;
    Opening *o = g_task_get_task_data(task);

    o->probe = g_socket_client_connect_finish(G_SOCKET_CLIENT(source), res,
                                              NULL);
    if (!o->probe) {
        probe_failed(task);
        return;
    }
    g_input_stream_read_all_async(
        g_io_stream_get_input_stream(G_IO_STREAM(o->probe)), o->reply,
        NBD_GREETING, G_PRIORITY_DEFAULT, o->cancellable, greeted, task);
}

/* A socket that nbdkit inherits, so that there is no moment to wait for. */
static int listen_at(const char *path, GError **errp)
{
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    g_autoptr(GSocket) sock = g_socket_new(G_SOCKET_FAMILY_UNIX,
                                           G_SOCKET_TYPE_STREAM,
                                           G_SOCKET_PROTOCOL_DEFAULT, errp);

    g_unlink(path);
    if (!sock || !g_socket_bind(sock, address, FALSE, errp) ||
        !g_socket_listen(sock, errp)) {
        return -1;
    }
    g_socket_set_blocking(sock, TRUE);
    return dup(g_socket_get_fd(sock));
}

/* A file that only whoever gets the descriptor can read. */
static int memory_fd(const char *text)
{
    int fd = memfd_create("nbdkit", MFD_CLOEXEC);

    if (fd >= 0 && (write(fd, text, strlen(text)) != (gssize)strlen(text) ||
                    lseek(fd, 0, SEEK_SET) < 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

static void process_ended(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    MediaSource *media = opaque;

    g_subprocess_wait_finish(G_SUBPROCESS(source), res, &err);
    if (g_error_matches(err, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
        media->dead) {
        return;
    }
    media->dead = true;
    if (media->ended) {
        media->ended(media->opaque);
    }
}

static bool spawn_nbdkit(Opening *o, const char *forward, GError **errp)
{
    /* The shell becomes nbdkit, and only it knows the process id */
    static const char script[] = "LISTEN_PID=$$ exec \"$@\"";
    g_autoptr(GSubprocessLauncher) launcher = NULL;
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *image = g_uri_to_string(o->uri);
    const char *const fixed[] = {
        "/bin/sh", "-c", script, "sh", "nbdkit", "--exit-with-parent",
        "--readonly", "curl", "followlocation=false", "protocols=http,https",
        READ_TIMEOUT,
    };
    static const char *const environment[] = {
        "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "LISTEN_FDS=1",
        NULL
    };
    int fd = listen_at(o->source->path, errp);

    if (fd < 0) {
        return false;
    }
    launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDERR_PIPE |
                                         G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
    g_subprocess_launcher_set_environ(launcher, (char **)environment);
    g_subprocess_launcher_take_fd(launcher, fd, 3);
    for (size_t i = 0; i < G_N_ELEMENTS(fixed); i++) {
        g_ptr_array_add(argv, g_strdup(fixed[i]));
    }
    g_ptr_array_add(argv, g_strconcat("url=", image, NULL));
    g_ptr_array_add(argv, g_strconcat("unix-socket-path=", forward, NULL));
    if (!o->verify) {
        g_ptr_array_add(argv, g_strdup("sslverify=false"));
    }
    if (o->user) {
        g_ptr_array_add(argv, g_strconcat("user=", o->user, NULL));
    }
    if (o->password) {
        /* Not on the command line, which everybody can read */
        g_subprocess_launcher_take_fd(launcher, memory_fd(o->password), 4);
        g_ptr_array_add(argv, g_strdup("password=-4"));
    }
    if (o->verify && o->authorities) {
        g_subprocess_launcher_take_fd(launcher, memory_fd(o->authorities),
                                      5);
        g_ptr_array_add(argv, g_strdup("cainfo=/proc/self/fd/5"));
    }
    g_ptr_array_add(argv, NULL);
    o->source->process = g_subprocess_launcher_spawnv(
        launcher, (const char *const *)argv->pdata, errp);
    if (!o->source->process) {
        return false;
    }
    g_subprocess_wait_async(o->source->process, o->source->cancellable,
                            process_ended, o->source);
    return true;
}

static void start_export(GTask *task)
{
    Opening *o = g_task_get_task_data(task);
    bool tls = g_str_equal(g_uri_get_scheme(o->uri), "https");
    int port = g_uri_get_port(o->uri);
    g_autoptr(GSocketConnectable) target = NULL;
    g_autoptr(GSocketAddress) nbd = NULL;
    g_autoptr(GSocketClient) client = NULL;
    g_autofree char *forward = NULL;
    GError *error = NULL;

    target = target_new(g_uri_get_host(o->uri),
                        port > 0 ? port : tls ? 443 : 80, o->media.allow,
                        o->host);
    socket_number++;
    forward = g_strdup_printf("%s/media-%u.http", o->media.run_dir,
                              socket_number);
    o->source->path = g_strdup_printf("%s/media-%u.nbd", o->media.run_dir,
                                      socket_number);
    o->source->forward = media_forward_new(forward, target, &error);
    if (!o->source->forward || !spawn_nbdkit(o, forward, &error)) {
        open_failed(task, error);
        return;
    }
    client = g_socket_client_new();
    nbd = g_unix_socket_address_new(o->source->path);
    g_socket_client_connect_async(client, G_SOCKET_CONNECTABLE(nbd),
                                  o->cancellable, probe_connected, task);
}

static void file_opened(GObject *object, GAsyncResult *res, void *opaque)
{
    GTask *task = opaque;
    Opening *o = g_task_get_task_data(task);
    GError *error = NULL;

    o->source->fd = media_file_open_finish(res, &o->source->path, &error);
    if (g_task_return_error_if_cancelled(task)) {
        g_clear_error(&error);
        g_object_unref(task);
    } else if (error) {
        open_failed(task, error);
    } else {
        g_task_return_pointer(task, g_steal_pointer(&o->source),
                              (GDestroyNotify)media_source_free);
        g_object_unref(task);
    }
}

/* A folder may be on a file system that does not answer. */
static void open_path(GTask *task, const char *path,
                      const char *const *folders)
{
    Opening *o = g_task_get_task_data(task);

    o->local = true;
    start_deadline(o);
    media_file_open_async(path, folders, o->writable, o->cancellable,
                          file_opened, task);
}

static void open_file(GTask *task)
{
    Opening *o = g_task_get_task_data(task);
    g_autofree char *path = g_uri_unescape_string(g_uri_get_path(o->uri),
                                                  "/");

    if (!o->host || !path) {
        open_failed(task, g_error_new(BMC_ERROR, BMC_ERROR_PERMISSION,
                                      "local images are not for accounts "
                                      "that the guest has made or changed"));
        return;
    }
    open_path(task, path, o->media.folders);
}

/* One that is ours: uploaded, or downloaded. */
static void open_own(GTask *task, const char *folder, const char *name)
{
    const char *const folders[] = { folder, NULL };
    g_autofree char *path = g_build_filename(folder, name, NULL);

    open_path(task, path, folders);
}

static void open_image(GTask *task, const char *name)
{
    Opening *o = g_task_get_task_data(task);

    if (!o->host) {
        open_failed(task, g_error_new(BMC_ERROR, BMC_ERROR_PERMISSION,
                                      "images are not for accounts that the "
                                      "guest has made or changed"));
    } else if (!o->media.images_dir || !bmc_image_name_fits(name)) {
        open_failed(task, g_error_new(BMC_ERROR, BMC_ERROR_INVALID,
                                      "there is no such image"));
    } else {
        open_own(task, o->media.images_dir, name);
    }
}

static void open_download(GTask *task)
{
    Opening *o = g_task_get_task_data(task);
    g_autofree char *folder = g_path_get_dirname(o->download);
    g_autofree char *name = g_path_get_basename(o->download);

    open_own(task, folder, name);
}

static void fetch_progress(void *opaque, unsigned percent)
{
    Opening *o = g_task_get_task_data(opaque);

    if (!g_cancellable_is_cancelled(g_task_get_cancellable(opaque)) &&
        !g_cancellable_is_cancelled(o->stop)) {
        o->progress(o->opaque, percent);
    }
}

static void fetch(GTask *task, bool all, GCancellable *cancellable,
                  GAsyncReadyCallback callback)
{
    Opening *o = g_task_get_task_data(task);
    g_autofree char *image = g_uri_to_string(o->uri);
    MediaFetchConfig config = {
        .image = image,
        .user = o->user,
        .password = o->password,
        .verify = o->verify,
        .authorities = o->authorities,
        .allow = o->media.allow,
        .host = o->host,
        .path = all ? o->download : NULL,
        .max_bytes = o->media.max_bytes,
        .max_s = o->media.max_s,
    };

    media_fetch_async(&config, all ? fetch_progress : NULL, cancellable,
                      callback, task);
}

static void downloaded(GObject *object, GAsyncResult *res, void *opaque)
{
    g_autoptr(GTask) task = opaque;
    GError *error = NULL;
    g_autoptr(MediaFetched) fetched = media_fetch_finish(res, &error);

    if (g_task_return_error_if_cancelled(task)) {
        g_clear_error(&error);
    } else if (bmc_error_is_cancelled(error)) {
        g_clear_error(&error);
        g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_FAILED,
                                "the download was stopped");
    } else if (error) {
        g_task_return_error(task, error);
    } else {
        open_download(g_steal_pointer(&task));
    }
}

static void start_download(GTask *task)
{
    Opening *o = g_task_get_task_data(task);
    g_autofree char *folder = NULL;

    if (!o->download) {
        open_failed(task, g_error_new(BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                                      "there is no folder to download the "
                                      "image to"));
        return;
    }
    folder = g_path_get_dirname(o->download);
    g_mkdir_with_parents(folder, 0700);
    g_unlink(o->download);
    o->begun(o->opaque);
    fetch(task, true, o->stop, downloaded);
}

/* Where the image is, and whether its server sends parts of it. */
static void looked(GObject *object, GAsyncResult *res, void *opaque)
{
    GTask *task = opaque;
    Opening *o = g_task_get_task_data(task);
    GError *error = NULL;
    g_autoptr(MediaFetched) fetched = media_fetch_finish(res, &error);

    if (g_task_return_error_if_cancelled(task)) {
        g_clear_error(&error);
        g_object_unref(task);
        return;
    }
    if (error) {
        open_failed(task, error);
        return;
    }
    if (o->stop && g_cancellable_is_cancelled(o->stop)) {
        open_failed(task, g_error_new(BMC_ERROR, BMC_ERROR_FAILED,
                                      "it was stopped"));
        return;
    }
    if (o->download_only || !o->source->streamed || !fetched->ranges) {
        o->source->streamed = false;
        end_deadline(o);
        start_download(task);
        return;
    }
    g_uri_unref(o->uri);
    o->uri = g_uri_parse(fetched->image, G_URI_FLAGS_ENCODED, NULL);
    if (!fetched->own) {
        g_clear_pointer(&o->user, g_free);
        g_clear_pointer(&o->password, secret_free);
    }
    start_export(task);
}

static void open_stream(GTask *task)
{
    Opening *o = g_task_get_task_data(task);
    g_autofree char *program = g_find_program_in_path("nbdkit");

    o->source->streamed = program && o->media.run_dir;
    start_deadline(o);
    fetch(task, false, o->cancellable, looked);
}

void media_source_open_async(const MediaSourceConfig *config,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);
    Opening *o = g_new0(Opening, 1);
    GError *error = NULL;

    o->media = *config->media;
    o->user = g_strdup(config->user);
    o->password = g_strdup(config->password);
    o->verify = config->verify;
    o->authorities = g_strdup(config->authorities);
    o->writable = config->writable;
    o->host = config->host;
    o->download = g_strdup(config->download);
    o->download_only = config->download_only;
    o->stop = config->stop ? g_object_ref(config->stop) : NULL;
    o->begun = config->begun;
    o->progress = config->progress;
    o->opaque = config->opaque;
    o->source = g_new0(MediaSource, 1);
    o->source->fd = -1;
    o->source->cancellable = g_cancellable_new();
    g_task_set_task_data(task, o, opening_free);
    if (g_str_has_prefix(config->image, BMC_IMAGE_SCHEME)) {
        open_image(task, config->image + strlen(BMC_IMAGE_SCHEME));
        return;
    }
    o->uri = media_target_parse(config->image, &error);
    if (!o->uri) {
        open_failed(task, error);
    } else if (g_str_equal(g_uri_get_scheme(o->uri), "file")) {
        open_file(task);
    } else if (config->downloaded) {
        open_download(task);
    } else {
        open_stream(task);
    }
}

MediaSource *media_source_open_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_pointer(G_TASK(res), errp);
}

bool media_source_is_streamed(const MediaSource *source)
{
    return source->streamed;
}

const char *media_source_path(const MediaSource *source)
{
    return source->path;
}

int media_source_fd(const MediaSource *source)
{
    return source->fd;
}

void media_source_handed_over(MediaSource *source)
{
    if (source->fd >= 0) {
        release_fd(source->fd);
        source->fd = -1;
    }
}

bool media_source_is_ready(const MediaSource *source)
{
    return source->streamed ? !source->dead : source->fd >= 0;
}

void media_source_watch(MediaSource *source, void (*ended)(void *opaque),
                        void *opaque)
{
    source->ended = ended;
    source->opaque = opaque;
}

void media_source_kill(MediaSource *source)
{
    if (source->process && !source->dead) {
        g_subprocess_force_exit(source->process);
        source->dead = true;
    }
}

bool media_source_is_dead(const MediaSource *source)
{
    return source->dead;
}

void media_source_free(MediaSource *source)
{
    if (!source) {
        return;
    }
    media_source_kill(source);
    media_source_handed_over(source);
    g_cancellable_cancel(source->cancellable);
    g_clear_object(&source->cancellable);
    media_forward_free(source->forward);
    if (source->streamed && source->path) {
        g_unlink(source->path);
    }
    g_clear_object(&source->process);
    g_free(source->path);
    g_free(source);
}
