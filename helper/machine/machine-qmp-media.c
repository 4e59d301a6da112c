/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Media over QMP. The new medium is opened as a block node of its own first,
 * so that a failure leaves the drive as it was. A USB stick cannot be empty:
 * it is plugged in with its medium, and unplugged.
 */
#include "osdep.h"

#include "machine/machine-qmp-priv.h"

#include <gio/gunixfdlist.h>
#include <json-glib/json-glib.h>

#include "machine/machine-media.h"
#include "qmp/qmp-cmds.h"
#include "util/error.h"
#include "util/json.h"
#include "util/release.h"

#define MEDIA_DEADLINE_MS 10000
/* How long a guest that has locked the tray may take to open it. */
#define ASK_MS 1000
/* Ids of descriptors that QEMU gets from us; others count from 0. */
#define FDSET_MIN 0x10000000
#define FDSET_MAX 0x7fffffff

typedef struct MediaCall MediaCall;

/**
 * MediaStep: one command.
 *
 * @command: its name
 * @args: makes its arguments; NULL when it is not needed
 * @wait: (nullable): the step is over when this says so, or after @wait_ms
 * @wait_ms: then
 * @cleanup: its failure does not matter, and it is done even if an earlier
 *           step has failed
 * @fds: MediaCall.fds go with it
 */
typedef struct MediaStep {
    const char *command;
    JsonObject *(*args)(MediaCall *media);
    bool (*wait)(MediaCall *media);
    unsigned wait_ms;
    bool cleanup;
    bool fds;
} MediaStep;

struct MediaCall {
    MachineCall call;
    const MediaStep *step;
    char *drive;
    bool nbd;
    char *path;
    GUnixFDList *fds;   /* the file, if it is handed over open */
    int fdset;          /* where QEMU has it then */
    bool read_only;
    char *new_node;
    bool added;         /* @new_node exists */
    bool used;          /* and the drive has it */
    char *old_node;     /* ours, that was in the drive */
    bool old_medium;
    bool has_tray;
    bool tray_open;
    bool locked;
    bool waiting;
    uint64_t tray_moves;
    uint64_t unplugs;
    ClockTimer *wait_timer;
    GError *failure;
};

static void media_next(MediaCall *media);

static JsonObject *args_id(const char *id)
{
    JsonObject *args = json_object_new();

    json_object_set_string_member(args, "id", id);
    return args;
}

static JsonObject *args_node(const char *node)
{
    JsonObject *args = json_object_new();

    json_object_set_string_member(args, "node-name", node);
    return args;
}

/*
 * reconnect-delay 0: a request that is under way when the export ends fails
 * at once, instead of holding up QEMU.
 */
static JsonObject *protocol_node(const MediaCall *media)
{
    JsonObject *file = json_object_new();
    JsonObject *server;

    if (!media->nbd) {
        g_autofree char *fdset = g_strdup_printf("/dev/fdset/%d",
                                                 media->fdset);

        json_object_set_string_member(file, "driver", "file");
        json_object_set_string_member(file, "filename",
                                      media->fds ? fdset : media->path);
        return file;
    }
    server = json_object_new();
    json_object_set_string_member(server, "type", "unix");
    json_object_set_string_member(server, "path", media->path);
    json_object_set_string_member(file, "driver", "nbd");
    json_object_set_object_member(file, "server", server);
    json_object_set_int_member(file, "reconnect-delay", 0);
    return file;
}

/*
 * The file that was looked at, and not what has its name by now. QEMU makes
 * a descriptor of its own of it for the block node, so that the set is not
 * needed after that.
 */
static JsonObject *args_fd(MediaCall *media)
{
    JsonObject *args;

    if (!media->fds) {
        return NULL;
    }
    args = json_object_new();
    json_object_set_int_member(args, "fdset-id", media->fdset);
    json_object_set_string_member(args, "opaque", media->new_node);
    return args;
}

static JsonObject *args_drop_fd(MediaCall *media)
{
    JsonObject *args;

    if (!media->fds) {
        return NULL;
    }
    args = json_object_new();
    json_object_set_int_member(args, "fdset-id", media->fdset);
    return args;
}

static JsonObject *args_add(MediaCall *media)
{
    JsonObject *file = protocol_node(media);
    JsonObject *args = args_node(media->new_node);

    json_object_set_boolean_member(file, "read-only", media->read_only);
    json_object_set_string_member(args, "driver", "raw");
    json_object_set_boolean_member(args, "read-only", media->read_only);
    json_object_set_object_member(args, "file", file);
    return args;
}

static bool guest_may_answer(const MediaCall *media)
{
    return media->call.q->parent.state == MACHINE_STATE_RUNNING;
}

static JsonObject *args_ask(MediaCall *media)
{
    if (!media->has_tray || media->tray_open || !media->locked ||
        !guest_may_answer(media)) {
        return NULL;
    }
    media->tray_moves = media->call.q->tray_moves;
    return args_id(media->drive);
}

static bool tray_moved(MediaCall *media)
{
    return media->call.q->tray_moves != media->tray_moves;
}

static JsonObject *args_open(MediaCall *media)
{
    JsonObject *args;

    if (!media->has_tray) {
        return NULL;
    }
    args = args_id(media->drive);
    json_object_set_boolean_member(args, "force", true);
    return args;
}

static JsonObject *args_remove(MediaCall *media)
{
    return media->old_medium ? args_id(media->drive) : NULL;
}

static JsonObject *args_insert(MediaCall *media)
{
    JsonObject *args = args_id(media->drive);

    json_object_set_string_member(args, "node-name", media->new_node);
    return args;
}

static JsonObject *args_close(MediaCall *media)
{
    return media->has_tray ? args_id(media->drive) : NULL;
}

static JsonObject *args_del_old(MediaCall *media)
{
    return media->old_node ? args_node(media->old_node) : NULL;
}

/* Of a medium that could not be put in. */
static JsonObject *args_del_new(MediaCall *media)
{
    return media->added && !media->used ? args_node(media->new_node) : NULL;
}

static JsonObject *args_unplug(MediaCall *media)
{
    media->unplugs = media->call.q->unplugs;
    return media->old_medium ? args_id(MACHINE_USB_DRIVE) : NULL;
}

static bool unplugged(MediaCall *media)
{
    return media->call.q->unplugs != media->unplugs;
}

static JsonObject *args_plug(MediaCall *media)
{
    JsonObject *args = args_id(MACHINE_USB_DRIVE);

    json_object_set_string_member(args, "driver", "usb-storage");
    json_object_set_string_member(args, "drive", media->new_node);
    json_object_set_boolean_member(args, "removable", true);
    return args;
}

static const MediaStep insert_steps[] = {
    { "add-fd", args_fd, .fds = true },
    { "blockdev-add", args_add },
    { "remove-fd", args_drop_fd, .cleanup = true },
    { "blockdev-open-tray", args_ask, tray_moved, ASK_MS },
    { "blockdev-open-tray", args_open },
    { "blockdev-remove-medium", args_remove },
    { "blockdev-insert-medium", args_insert },
    { "blockdev-close-tray", args_close, .cleanup = true },
    { "blockdev-del", args_del_old, .cleanup = true },
    { "blockdev-del", args_del_new, .cleanup = true },
    { NULL }
};

static const MediaStep eject_steps[] = {
    { "blockdev-open-tray", args_ask, tray_moved, ASK_MS },
    { "blockdev-open-tray", args_open },
    { "blockdev-remove-medium", args_remove },
    { "blockdev-close-tray", args_close, .cleanup = true },
    { "blockdev-del", args_del_old, .cleanup = true },
    { NULL }
};

static const MediaStep plug_steps[] = {
    { "add-fd", args_fd, .fds = true },
    { "blockdev-add", args_add },
    { "remove-fd", args_drop_fd, .cleanup = true },
    { "device_del", args_unplug, unplugged, MEDIA_DEADLINE_MS },
    { "device_add", args_plug },
    { "blockdev-del", args_del_old, .cleanup = true },
    { "blockdev-del", args_del_new, .cleanup = true },
    { NULL }
};

static const MediaStep unplug_steps[] = {
    { "device_del", args_unplug, unplugged, MEDIA_DEADLINE_MS },
    { "blockdev-del", args_del_old, .cleanup = true },
    { NULL }
};

static void media_free(MachineCall *call)
{
    MediaCall *media = (MediaCall *)call;

    clock_timer_stop(&media->wait_timer);
    g_clear_error(&media->failure);
    if (media->fds) {
        /* A file on a folder that does not answer may not be closed, either */
        release_in_thread(media->fds, g_object_unref);
    }
    g_free(media->drive);
    g_free(media->path);
    g_free(media->new_node);
    g_free(media->old_node);
    g_free(media);
}

/* Boot devices have changed, and firmware is to see it. */
static void media_end(MediaCall *media)
{
    MachineQmp *q = media->call.q;

    if (media->failure) {
        machine_call_fail(&media->call, g_steal_pointer(&media->failure));
        return;
    }
    q->reset_needed = true;
    machine_call_succeed(&media->call, NULL, NULL);
    machine_notify(&q->parent, MACHINE_EVENT_DEVICES, false, NULL);
}

static void media_step_over(MediaCall *media)
{
    media->waiting = false;
    clock_timer_stop(&media->wait_timer);
    media->step++;
    media_next(media);
}

static void wait_over(void *opaque)
{
    MediaCall *media = opaque;

    if (media->call.q && !media->call.done_source) {
        media_step_over(media);
    }
}

static void media_update(MachineCall *call)
{
    MediaCall *media = (MediaCall *)call;

    if (!call->q->parent.connected && !call->q->ready) {
        clock_timer_stop(&media->wait_timer);
        machine_call_fail(call,
            g_error_new_literal(BMC_ERROR, BMC_ERROR_UNAVAILABLE,
                                "QEMU cannot be reached any more"));
    } else if (media->waiting && media->step->wait(media)) {
        media_step_over(media);
    }
}

static void media_replied(GObject *source, GAsyncResult *res, gpointer opaque)
{
    MediaCall *media = opaque;
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) reply = qmp_client_execute_finish(res, &error);

    if (!media->call.q || media->call.done_source) {
        machine_call_unref(&media->call);
        return;
    }
    if (error && error->domain == BMC_ERROR) {
        /* No answer; nothing that follows would be answered either. */
        machine_call_fail(&media->call, g_steal_pointer(&error));
        machine_call_unref(&media->call);
        return;
    }
    if (error && !media->step->cleanup && !media->failure) {
        media->failure = g_steal_pointer(&error);
    }
    media->added |= media->step->args == args_add && !media->failure;
    media->used |= (media->step->args == args_insert ||
                    media->step->args == args_plug) && !media->failure;
    if (media->step->wait && !media->failure &&
        !media->step->wait(media)) {
        media->waiting = true;
        clock_timer_start(media->call.q->clock, &media->wait_timer,
                          media->step->wait_ms, wait_over, media);
    } else {
        media_step_over(media);
    }
    machine_call_unref(&media->call);
}

static void media_next(MediaCall *media)
{
    QmpCommand command = {
        .flags = QMP_EXEC_NOW,
        .timeout_ms = MACHINE_QMP_COMMAND_MS,
    };

    for (; media->step->command; media->step++) {
        if (media->failure && !media->step->cleanup) {
            continue;
        }
        command.args = media->step->args(media);
        if (command.args) {
            command.name = media->step->command;
            command.fds = media->step->fds ? media->fds : NULL;
            qmp_client_command_async(media->call.q->client, &command,
                                     media->call.cancellable, media_replied,
                                     machine_call_ref(&media->call));
            return;
        }
    }
    media_end(media);
}

static const QmpBlock *find_block(const GPtrArray *blocks, const char *drive)
{
    for (guint i = 0; i < blocks->len; i++) {
        const QmpBlock *block = blocks->pdata[i];

        if (block->qdev && (g_str_equal(block->qdev, drive) ||
                            (g_str_equal(drive, MACHINE_USB_DRIVE) &&
                             strstr(block->qdev, "/" MACHINE_USB_DRIVE
                                                 "/")))) {
            return block;
        }
    }
    return NULL;
}

static void media_begin(MediaCall *media, const QmpBlock *block)
{
    bool usb = g_str_equal(media->drive, MACHINE_USB_DRIVE);

    if (!block && !usb) {
        machine_call_fail(&media->call,
                          g_error_new(BMC_ERROR, BMC_ERROR_NOT_FOUND,
                                      "QEMU has no drive '%s'",
                                      media->drive));
        return;
    }
    if (block) {
        media->old_medium = block->inserted;
        media->has_tray = block->has_tray;
        media->tray_open = block->tray_open;
        media->locked = block->locked;
        if (block->node_name &&
            g_str_has_prefix(block->node_name, MACHINE_MEDIA_PREFIX)) {
            media->old_node = g_strdup(block->node_name);
        }
    }
    if (media->path) {
        media->step = usb ? plug_steps : insert_steps;
    } else {
        media->step = usb ? unplug_steps : eject_steps;
    }
    media_next(media);
}

static void blocks_told(GObject *source, GAsyncResult *res, gpointer opaque)
{
    MediaCall *media = opaque;
    GError *error = NULL;
    g_autoptr(GPtrArray) blocks = qmp_query_block_finish(res, &error);

    if (error) {
        machine_call_fail(&media->call, error);
    } else if (media->call.q && !media->call.done_source) {
        media_begin(media, find_block(blocks, media->drive));
    }
    machine_call_unref(&media->call);
}

static void media_start(Machine *machine, const char *drive,
                        const MachineMedium *medium, GTask *task)
{
    MediaCall *media = g_new0(MediaCall, 1);
    MachineQmp *q = (MachineQmp *)machine;
    GError *error = NULL;

    media->call.update = media_update;
    media->call.free = media_free;
    media->drive = g_strdup(drive);
    if (medium) {
        media->nbd = medium->nbd;
        media->path = g_strdup(medium->path);
        media->read_only = medium->read_only;
        if (medium->fd > 0 && qmp_client_passes_fds(q->client)) {
            media->fds = g_unix_fd_list_new();
            media->fdset = g_random_int_range(FDSET_MIN, FDSET_MAX);
        }
        media->new_node = g_strdup_printf(MACHINE_MEDIA_PREFIX "%08x",
                                          g_random_int());
    }
    machine_call_init(&media->call, q, task);
    if (media->fds &&
        g_unix_fd_list_append(media->fds, medium->fd, &error) < 0) {
        machine_call_fail(&media->call, error);
    } else if (machine_call_require_qmp(&media->call)) {
        machine_call_set_deadline(&media->call, MEDIA_DEADLINE_MS,
                                  "QEMU did not change the medium in time");
        qmp_query_block_async(q->client, media->call.cancellable,
                              blocks_told, machine_call_ref(&media->call));
    }
}

void machine_qmp_insert_medium(Machine *machine, const char *drive,
                               const MachineMedium *medium, GTask *task)
{
    media_start(machine, drive, medium, task);
}

void machine_qmp_eject_medium(Machine *machine, const char *drive,
                              GTask *task)
{
    media_start(machine, drive, NULL, task);
}

void machine_qmp_media_event(MachineQmp *q, const QmpEvent *event)
{
    const char *device = NULL;

    if (g_str_equal(event->name, "DEVICE_TRAY_MOVED")) {
        q->tray_moves++;
    } else if (event->data &&
               json_get_string(event->data, "device", &device) ==
               JSON_GET_OK && g_str_equal(device, MACHINE_USB_DRIVE)) {
        q->unplugs++;
    }
    machine_qmp_update_calls(q);
}
