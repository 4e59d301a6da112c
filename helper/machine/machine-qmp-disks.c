/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The disks, over QMP: query-block tells which there are and how large they
 * are, the QOM properties of each what it is and on what it hangs. Three
 * rounds, each sent at once: the list, the properties of each disk, the type
 * of each controller.
 */
#include "osdep.h"

#include "machine/machine-qmp-priv.h"

#include "machine/machine-disk.h"
#include "qmp/qmp-cmds.h"
#include "util/error.h"

/*
 * DiskList: a list in the making.
 *
 * @pending: answers that have not come, and this function's own hold
 * @disks: of MachineDisk
 * @controllers: types of controllers by QOM path; "" until told
 */
typedef struct DiskList {
    GTask *task;
    QmpClient *client;
    GCancellable *cancellable;
    unsigned pending;
    GError *error;
    GPtrArray *disks;
    GHashTable *controllers;
} DiskList;

typedef struct DiskQuestion {
    DiskList *list;
    MachineDisk *disk;
    char *controller;
} DiskQuestion;

static void list_free(DiskList *list)
{
    g_object_unref(list->task);
    g_object_unref(list->cancellable);
    g_clear_error(&list->error);
    g_clear_pointer(&list->disks, g_ptr_array_unref);
    g_hash_table_unref(list->controllers);
    g_free(list);
}

static void ask_controllers(DiskList *list);

static void list_complete(DiskList *list)
{
    for (guint i = 0; i < list->disks->len; i++) {
        MachineDisk *disk = list->disks->pdata[i];
        const char *type = disk->controller ?
            g_hash_table_lookup(list->controllers, disk->controller) : NULL;

        disk->controller_type = type && *type ? g_strdup(type) : NULL;
    }
    g_task_return_pointer(list->task, g_steal_pointer(&list->disks),
                          (GDestroyNotify)g_ptr_array_unref);
    list_free(list);
}

/*
 * An answer is there. A disk need not have the property; but the connection
 * must last.
 */
static void answered(DiskList *list, GError *error)
{
    if (error && error->domain == BMC_ERROR && !list->error) {
        list->error = error;
    } else {
        g_clear_error(&error);
    }
    if (--list->pending) {
        return;
    }
    if (list->error) {
        g_task_return_error(list->task, g_steal_pointer(&list->error));
        list_free(list);
    } else if (!g_hash_table_size(list->controllers)) {
        ask_controllers(list);
    } else {
        list_complete(list);
    }
}

static DiskQuestion *question_new(DiskList *list, MachineDisk *disk)
{
    DiskQuestion *question = g_new0(DiskQuestion, 1);

    question->list = list;
    question->disk = disk;
    list->pending++;
    return question;
}

static void question_end(DiskQuestion *question, GError *error)
{
    DiskList *list = question->list;

    g_free(question->controller);
    g_free(question);
    answered(list, error);
}

static void controller_told(GObject *source, GAsyncResult *res,
                            gpointer opaque)
{
    DiskQuestion *question = opaque;
    GError *error = NULL;
    char *type = qmp_qom_get_finish_string(res, &error);

    if (type) {
        g_hash_table_insert(question->list->controllers,
                            g_steal_pointer(&question->controller), type);
    }
    question_end(question, error);
}

static void ask_controllers(DiskList *list)
{
    list->pending = 1;
    /* So that this is not done again, even if there are none. */
    g_hash_table_insert(list->controllers, g_strdup(""), g_strdup(""));
    for (guint i = 0; i < list->disks->len; i++) {
        MachineDisk *disk = list->disks->pdata[i];
        DiskQuestion *question;

        if (!disk->controller || g_hash_table_contains(list->controllers,
                                                       disk->controller)) {
            continue;
        }
        g_hash_table_insert(list->controllers, g_strdup(disk->controller),
                            g_strdup(""));
        question = question_new(list, NULL);
        question->controller = g_strdup(disk->controller);
        qmp_qom_get_async(list->client, disk->controller, "type",
                          list->cancellable, controller_told, question);
    }
    answered(list, NULL);
}

static void type_told(GObject *source, GAsyncResult *res, gpointer opaque)
{
    DiskQuestion *question = opaque;
    GError *error = NULL;

    question->disk->type = qmp_qom_get_finish_string(res, &error);
    question_end(question, error);
}

/* A device on a bus of the board itself is its own controller. */
static void bus_told(GObject *source, GAsyncResult *res, gpointer opaque)
{
    DiskQuestion *question = opaque;
    GError *error = NULL;
    g_autofree char *bus = qmp_qom_get_finish_string(res, &error);

    if (bus) {
        question->disk->controller = machine_disk_owner(bus);
        if (!question->disk->controller) {
            question->disk->controller = g_strdup(question->disk->path);
        }
    }
    question_end(question, error);
}

static void serial_told(GObject *source, GAsyncResult *res, gpointer opaque)
{
    DiskQuestion *question = opaque;
    GError *error = NULL;
    char *serial = qmp_qom_get_finish_string(res, &error);

    if (serial && !*serial) {
        g_clear_pointer(&serial, g_free);
    }
    question->disk->serial = serial;
    question_end(question, error);
}

static void block_size_told(GObject *source, GAsyncResult *res,
                            gpointer opaque)
{
    DiskQuestion *question = opaque;
    GError *error = NULL;
    int64_t value;

    if (qmp_qom_get_finish_int(res, &value, &error)) {
        question->disk->block_size = CLAMP(value, 0, INT32_MAX);
    }
    question_end(question, error);
}

static void wwn_told(GObject *source, GAsyncResult *res, gpointer opaque)
{
    DiskQuestion *question = opaque;
    GError *error = NULL;
    int64_t value;

    if (qmp_qom_get_finish_int(res, &value, &error)) {
        question->disk->wwn = value;
    }
    question_end(question, error);
}

static void rotation_told(GObject *source, GAsyncResult *res, gpointer opaque)
{
    DiskQuestion *question = opaque;
    GError *error = NULL;
    int64_t value;

    if (qmp_qom_get_finish_int(res, &value, &error)) {
        question->disk->rotation_rpm = CLAMP(value, 0, UINT16_MAX);
    }
    question_end(question, error);
}

static const struct {
    const char *property;
    GAsyncReadyCallback told;
} questions[] = {
    { "type", type_told },
    { "parent_bus", bus_told },
    { "serial", serial_told },
    { "logical_block_size", block_size_told },
    { "wwn", wwn_told },
    { "rotation_rate", rotation_told },
};

static void add_disk(DiskList *list, const QmpBlock *block)
{
    MachineDisk *disk = g_new0(MachineDisk, 1);

    disk->path = block->qdev[0] == '/' ? g_strdup(block->qdev) :
                 g_strconcat("/machine/peripheral/", block->qdev, NULL);
    disk->name = g_strdup(block->qdev);
    disk->size = block->inserted ? block->size : -1;
    disk->read_only = block->read_only;
    disk->failed = block->failed;
    g_ptr_array_add(list->disks, disk);
    for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
        qmp_qom_get_async(list->client, disk->path, questions[i].property,
                          list->cancellable, questions[i].told,
                          question_new(list, disk));
    }
}

static void blocks_told(GObject *source, GAsyncResult *res, gpointer opaque)
{
    DiskList *list = opaque;
    GError *error = NULL;
    g_autoptr(GPtrArray) blocks = qmp_query_block_finish(res, &error);

    for (guint i = 0; blocks && i < blocks->len; i++) {
        const QmpBlock *block = blocks->pdata[i];

        /* What the board has of its own, such as flash, is no disk. */
        if (!block->removable && block->qdev &&
            !g_str_has_prefix(block->qdev, "/machine/system.") &&
            list->disks->len < MACHINE_DISKS_MAX) {
            add_disk(list, block);
        }
    }
    if (!blocks && !list->error) {
        list->error = g_steal_pointer(&error);
    }
    answered(list, error);
}

void machine_qmp_query_disks_async(MachineQmp *q,
                                   GAsyncReadyCallback callback, void *opaque)
{
    DiskList *list = g_new0(DiskList, 1);

    list->task = g_task_new(NULL, NULL, callback, opaque);
    list->client = q->client;
    list->cancellable = g_object_ref(q->cancellable);
    list->pending = 1;
    list->disks = g_ptr_array_new_with_free_func(
        (GDestroyNotify)machine_disk_free);
    list->controllers = g_hash_table_new_full(g_str_hash, g_str_equal,
                                              g_free, g_free);
    qmp_query_block_async(q->client, list->cancellable, blocks_told, list);
}

GPtrArray *machine_qmp_query_disks_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_pointer(G_TASK(res), errp);
}
