/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images that are pushed (DSP0266 "Multipart HTTP push updates"): a form
 * whose parts are UpdateParameters and UpdateFile. The file goes to the disk
 * as it comes; what is around it is small.
 */
#include "osdep.h"

#include <fcntl.h>

#include "redfish/http-multipart.h"
#include "redfish/rf-media.h"
#include "redfish/rf-service.h"
#include "redfish/rf-tasks.h"
#include "redfish/rf-update.h"
#include "redfish/rf-upload.h"
#include "util/error.h"
#include "util/json.h"

#define PARAMETERS "UpdateParameters"
#define FILE_PART "UpdateFile"
#define PARAMETERS_MAX (64 * 1024)
/* What may be around a file, at most */
#define AROUND_MAX (1024 * 1024)
#define FORM_MAX (BMC_UPDATE_IMAGE_MAX + AROUND_MAX)

typedef enum Part {
    PART_NONE,
    PART_PARAMETERS,
    PART_FILE,
    PART_OEM,
} Part;

/*
 * Push: a form that is coming.
 *
 * @path: the file, which is made when the first of it comes
 * @fd: the file, or -1
 * @part: what is coming
 * @text: UpdateParameters, once they have begun
 * @parameters: the same, checked
 * @name: (nullable): UpdateFile's name, once it has begun
 * @size: bytes of UpdateFile
 * @n_received: bytes of the form
 * @out: those that are not written yet
 * @writing: a thread writes
 * @aborted: nothing more comes
 * @messages: what is wrong
 */
typedef struct Push {
    RfExchange *x;
    HttpMultipart *form;
    char *path;
    int fd;
    Part part;
    GString *text;
    RfPatch *parameters;
    char *name;
    uint64_t size;
    uint64_t n_received;
    GByteArray *out;
    bool writing;
    bool aborted;
    RfMessages *messages;
} Push;

static const RfProperty parameter_table[] = {
    { "Targets", RF_TYPE_STRINGS },
    { "ExcludeTargets", RF_TYPE_STRINGS },
    { "ForceUpdate", RF_TYPE_BOOL },
    { NULL }
};

/* No action, but it has parameters as one has. */
static const RfAction parameters_action = {
    "#" PARAMETERS, parameter_table, .apply_times = rf_apply_on_reset,
};

static void push_free(Push *push)
{
    if (push->fd >= 0) {
        close(push->fd);
    }
    http_multipart_free(push->form);
    g_free(push->path);
    if (push->text) {
        g_string_free(push->text, TRUE);
    }
    rf_patch_free(push->parameters);
    g_free(push->name);
    g_byte_array_unref(push->out);
    rf_messages_free(push->messages);
    rf_exchange_unref(push->x);
    g_free(push);
}

static bool is_gone(const Push *push)
{
    return g_cancellable_is_cancelled(push->x->cancellable);
}

/* Nothing comes of it: its file is removed. */
static void give_up(Push *push)
{
    RfExchange *x = push->x;

    bmc_update_push_end(x->context.bmc, NULL, &x->origin, NULL);
}

static void fail(Push *push)
{
    give_up(push);
    if (rf_messages_empty(push->messages)) {
        rf_messages_add(push->messages, RF_MESSAGE_MISSING_OR_MALFORMED_PART,
                        NULL, NULL, NULL);
    }
    rf_answer_errors(push->x, push->messages, 0);
    push_free(push);
}

/* What the form has */

static bool read_parameters(Push *push)
{
    g_autoptr(JsonObject) body = json_parse_object(push->text->str,
                                                   push->text->len, NULL);

    if (!body) {
        rf_messages_add(push->messages, RF_MESSAGE_MALFORMED_JSON, NULL,
                        NULL, NULL);
        return false;
    }
    push->parameters = rf_patch_parse_action(
        &parameters_action, &push->x->context, body, push->messages);
    return push->parameters;
}

/* Parts beginning with "Oem" are others'; each of the rest is there once. */
static bool part_begin(const HttpMultipartPart *part, void *opaque)
{
    Push *push = opaque;

    if (g_str_equal(part->name, PARAMETERS) && !push->text &&
        (!part->type || rf_media_is_json(part->type))) {
        push->part = PART_PARAMETERS;
        push->text = g_string_new(NULL);
    } else if (g_str_equal(part->name, FILE_PART) && !push->name) {
        push->part = PART_FILE;
        push->name = part->filename && *part->filename ?
                     g_path_get_basename(part->filename) :
                     g_strdup(FILE_PART);
    } else if (g_str_has_prefix(part->name, "Oem")) {
        push->part = PART_OEM;
    } else {
        return false;
    }
    return true;
}

static bool too_large(Push *push)
{
    rf_messages_add(push->messages, RF_MESSAGE_PAYLOAD_TOO_LARGE, NULL, NULL,
                    NULL);
    return false;
}

static bool part_data(const uint8_t *data, size_t len, void *opaque)
{
    Push *push = opaque;

    if (push->part == PART_FILE) {
        push->size += len;
        if (push->size > BMC_UPDATE_IMAGE_MAX) {
            return too_large(push);
        }
        g_byte_array_append(push->out, data, len);
    } else if (push->part == PART_PARAMETERS) {
        if (push->text->len + len > PARAMETERS_MAX) {
            return too_large(push);
        }
        g_string_append_len(push->text, (const char *)data, len);
    }
    return true;
}

static bool part_end(void *opaque)
{
    Push *push = opaque;

    return push->part != PART_PARAMETERS || read_parameters(push);
}

static const HttpMultipartFuncs form_funcs = {
    part_begin, part_data, part_end
};

/* The file */

/*
 * Writing: a piece on its way to the disk.
 */
typedef struct Writing {
    char *path;
    int fd;
    GByteArray *data;
} Writing;

static void writing_free(void *opaque)
{
    Writing *writing = opaque;

    g_free(writing->path);
    g_byte_array_unref(writing->data);
    g_free(writing);
}

static bool write_all(int fd, const uint8_t *data, size_t len)
{
    while (len) {
        ssize_t n = write(fd, data, len);

        if (n < 0 && errno != EINTR) {
            return false;
        }
        data += MAX(n, 0);
        len -= MAX(n, 0);
    }
    return true;
}

static void write_thread(GTask *task, void *source, void *data,
                         GCancellable *cancellable)
{
    Writing *writing = data;

    if (writing->fd < 0) {
        writing->fd = open(writing->path, O_WRONLY | O_CREAT | O_EXCL |
                           O_CLOEXEC | O_NOFOLLOW, 0600);
    }
    if (writing->fd < 0 ||
        !write_all(writing->fd, writing->data->data, writing->data->len)) {
        g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_FAILED,
                                "the image cannot be kept: %s",
                                g_strerror(errno));
    } else {
        g_task_return_boolean(task, true);
    }
}

static void abort_now(Push *push)
{
    give_up(push);
    rf_answer_error(push->x, RF_MESSAGE_MISSING_OR_MALFORMED_PART);
    push_free(push);
}

static void written(GObject *source, GAsyncResult *res, void *opaque)
{
    Writing *writing = g_task_get_task_data(G_TASK(res));
    g_autoptr(GError) err = NULL;
    Push *push = opaque;

    g_task_propagate_boolean(G_TASK(res), &err);
    push->fd = writing->fd;
    push->writing = false;
    if (is_gone(push)) {
        push_free(push);
    } else if (push->aborted) {
        abort_now(push);
    } else if (err) {
        rf_messages_add(push->messages, RF_MESSAGE_INSUFFICIENT_STORAGE,
                        NULL, NULL, NULL);
        g_message("update: %s", err->message);
        fail(push);
    } else {
        rf_exchange_more(push->x);
    }
}

static void write_out(Push *push)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, written, push);
    Writing *writing = g_new0(Writing, 1);

    writing->path = g_strdup(push->path);
    writing->fd = push->fd;
    writing->data = push->out;
    push->out = g_byte_array_new();
    push->writing = true;
    g_task_set_task_data(task, writing, writing_free);
    g_task_run_in_thread(task, write_thread);
}

/* The body */

static bool may_go_on(Push *push)
{
    if (rf_still_may(push->x)) {
        return true;
    }
    give_up(push);
    push_free(push);
    return false;
}

static void body_piece(GBytes *piece, void *opaque)
{
    Push *push = opaque;
    HttpMultipartState state;
    const uint8_t *data;
    gsize len;

    if (!may_go_on(push)) {
        return;
    }
    data = g_bytes_get_data(piece, &len);
    push->n_received += len;
    if (push->n_received > FORM_MAX) {
        /* One that comes in chunks does not say how long it is. */
        too_large(push);
        fail(push);
        return;
    }
    state = http_multipart_feed(push->form, data, len);
    if (state == HTTP_MULTIPART_BAD || state == HTTP_MULTIPART_STOPPED) {
        fail(push);
    } else if (push->out->len) {
        write_out(push);
    } else {
        rf_exchange_more(push->x);
    }
}

static bool begin_update(Push *push, unsigned *task)
{
    RfExchange *x = push->x;
    const RfValue *force = rf_patch_get(push->parameters, NULL,
                                        "ForceUpdate");
    BmcUpdateRequest request = {
        .image = push->name,
        .force = force && force->boolean,
        .method = x->request.method,
        .target = x->request.path,
        .body = push->text->str,
    };
    g_autoptr(GError) err = NULL;

    if (!rf_update_read_targets(push->parameters, PARAMETERS,
                                &request.targets, push->messages)) {
        return false;
    }
    *task = bmc_update_push_end(x->context.bmc, &request, &x->origin, &err);
    if (err) {
        rf_update_add_error(push->messages, PARAMETERS, NULL, err);
    }
    return true;
}

static void body_end(void *opaque)
{
    Push *push = opaque;
    unsigned task = 0;

    if (!may_go_on(push)) {
        return;
    }
    if (http_multipart_state(push->form) != HTTP_MULTIPART_DONE ||
        !push->parameters || !push->size || !begin_update(push, &task)) {
        fail(push);
        return;
    }
    if (task) {
        rf_task_accepted(push->x, task);
    } else {
        rf_answer_errors(push->x, push->messages, 0);
    }
    push_free(push);
}

static void body_aborted(void *opaque)
{
    Push *push = opaque;

    push->aborted = true;
    if (push->writing) {
        return;
    }
    if (is_gone(push)) {
        push_free(push);
    } else {
        abort_now(push);
    }
}

static const RfBodySink body_sink = { body_piece, body_end, body_aborted };

static void add_refusal(Push *push, const GError *err)
{
    g_autofree char *reason = rf_update_sentence(err);

    if (g_error_matches(err, BMC_ERROR, BMC_ERROR_LIMIT)) {
        rf_messages_add(push->messages, RF_MESSAGE_INSUFFICIENT_STORAGE,
                        NULL, reason, NULL);
    } else {
        rf_update_add_error(push->messages, PARAMETERS, NULL, err);
    }
}

static void push_start(RfExchange *x)
{
    Push *push = g_new0(Push, 1);
    int64_t size = rf_exchange_body_size(x);
    g_autoptr(GError) err = NULL;

    push->x = rf_exchange_ref(x);
    push->fd = -1;
    push->out = g_byte_array_new();
    push->messages = rf_messages_new();
    push->form = http_multipart_new(
        x->request.headers[RF_HEADER_CONTENT_TYPE], &form_funcs, push);
    if (!push->form) {
        rf_answer_error_about(x, RF_MESSAGE_HEADER_INVALID, "Content-Type",
                              415);
    } else if (size > FORM_MAX) {
        rf_answer_error(x, RF_MESSAGE_PAYLOAD_TOO_LARGE);
    } else if (!(push->path = bmc_update_push_begin(
                     x->context.bmc, MAX(size - PARAMETERS_MAX, 1),
                     &x->origin, &err))) {
        add_refusal(push, err);
        rf_answer_errors(x, push->messages, 0);
    } else {
        rf_exchange_receive(x, &body_sink, push);
        return;
    }
    push_free(push);
}

const RfUpload rf_update_push = {
    "POST", RF_PRIVILEGE_CONFIGURE_COMPONENTS, false, push_start
};
