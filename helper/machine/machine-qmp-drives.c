/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The drives whose medium can be changed, over QMP: what query-block calls
 * removable, with the QOM type of each to tell what it is, and whether there
 * is a USB controller for a stick.
 */
#include "osdep.h"

#include "machine/machine-qmp-priv.h"

#include "machine/machine-media.h"
#include "qmp/qmp-cmds.h"
#include "util/error.h"

#define LIST_DEADLINE_MS 10000
#define DRIVES_MAX 32

/* USB host controllers, by QOM type. */
static const char *const usb_patterns[] = {
    "child<*xhci>", "child<usb-ehci>", "child<*-usb-ehci?>",
    "child<*-usb-uhci>", "child<*-usb-uhci?>", "child<pci-ohci>",
};

static const char *const containers[] = {
    "/machine/peripheral", "/machine/peripheral-anon", "/machine/unattached",
};

typedef struct DriveCall {
    MachineCall call;
    GPtrArray *drives;
    MachineDrive *stick; /* what is plugged in by us now */
    bool usb;
    unsigned pending;
} DriveCall;

typedef struct DriveQuestion {
    DriveCall *list;
    MachineDrive *drive;
} DriveQuestion;

static void list_free(MachineCall *call)
{
    DriveCall *list = (DriveCall *)call;

    g_ptr_array_unref(list->drives);
    machine_drive_free(list->stick);
    g_free(list);
}

/* One that is not of a kind that we know is not offered. */
static void list_complete(DriveCall *list)
{
    g_autoptr(GPtrArray) result = g_ptr_array_new_with_free_func(
        (GDestroyNotify)machine_drive_free);

    for (guint i = 0; i < list->drives->len; i++) {
        MachineDrive *drive = list->drives->pdata[i];

        if (drive->kind != MACHINE_DRIVE_USB) {
            g_ptr_array_add(result, drive);
            list->drives->pdata[i] = NULL;
        }
    }
    if (list->usb) {
        if (!list->stick) {
            list->stick = g_new0(MachineDrive, 1);
            list->stick->id = g_strdup(MACHINE_USB_DRIVE);
            list->stick->size = -1;
        }
        list->stick->kind = MACHINE_DRIVE_USB;
        g_ptr_array_add(result, g_steal_pointer(&list->stick));
    }
    machine_call_succeed(&list->call, g_steal_pointer(&result),
                         (GDestroyNotify)g_ptr_array_unref);
}

/* To be called at the end of each answer. */
static void answered(DriveCall *list, GError *error)
{
    list->pending--;
    if (error && error->domain == BMC_ERROR) {
        machine_call_fail(&list->call, error);
    } else {
        g_clear_error(&error);
        if (list->call.q && list->pending == 0) {
            list_complete(list);
        }
    }
    machine_call_unref(&list->call);
}

static void type_told(GObject *source, GAsyncResult *res, gpointer opaque)
{
    DriveQuestion *question = opaque;
    DriveCall *list = question->list;
    GError *error = NULL;
    g_autofree char *type = qmp_qom_get_finish_string(res, &error);

    if (list->call.q && type && g_str_has_suffix(type, "-cd")) {
        question->drive->kind = MACHINE_DRIVE_CD;
    } else if (list->call.q && g_strcmp0(type, "floppy") == 0) {
        question->drive->kind = MACHINE_DRIVE_FLOPPY;
    }
    g_free(question);
    answered(list, error);
}

static void container_told(GObject *source, GAsyncResult *res,
                           gpointer opaque)
{
    DriveCall *list = opaque;
    GError *error = NULL;
    g_autoptr(GPtrArray) children = qmp_qom_list_finish(res, &error);

    for (guint i = 0; children && i < children->len; i++) {
        const QmpProperty *child = children->pdata[i];

        for (size_t j = 0; j < G_N_ELEMENTS(usb_patterns); j++) {
            if (g_pattern_match_simple(usb_patterns[j], child->type)) {
                list->usb = true;
            }
        }
    }
    answered(list, error);
}

static MachineDrive *drive_from_block(const QmpBlock *block)
{
    MachineDrive *drive = g_new0(MachineDrive, 1);

    drive->id = g_strdup(block->qdev);
    drive->kind = MACHINE_DRIVE_USB; /* until its type is known */
    drive->tray_open = block->has_tray && block->tray_open;
    drive->locked = block->locked;
    drive->inserted = block->inserted;
    drive->read_only = block->read_only;
    drive->ours = block->node_name && g_str_has_prefix(block->node_name,
                                                       MACHINE_MEDIA_PREFIX);
    drive->file = g_strdup(block->file);
    drive->size = block->size;
    return drive;
}

static void ask_type(DriveCall *list, MachineDrive *drive)
{
    g_autofree char *path = NULL;
    DriveQuestion *question = g_new0(DriveQuestion, 1);

    path = drive->id[0] == '/' ? g_strdup(drive->id) :
           g_strconcat("/machine/peripheral/", drive->id, NULL);
    question->list = machine_call_ref(&list->call);
    question->drive = drive;
    list->pending++;
    qmp_qom_get_async(list->call.q->client, path, "type",
                      list->call.cancellable, type_told, question);
}

static bool is_our_stick(const QmpBlock *block)
{
    return strstr(block->qdev, "/" MACHINE_USB_DRIVE "/") ||
           g_str_equal(block->qdev, MACHINE_USB_DRIVE);
}

static void blocks_told(GObject *source, GAsyncResult *res, gpointer opaque)
{
    DriveCall *list = opaque;
    GError *error = NULL;
    g_autoptr(GPtrArray) blocks = qmp_query_block_finish(res, &error);

    for (guint i = 0; list->call.q && blocks && i < blocks->len; i++) {
        const QmpBlock *block = blocks->pdata[i];

        if (!block->removable || !block->qdev) {
            continue;
        }
        if (is_our_stick(block) && !list->stick) {
            list->stick = drive_from_block(block);
            g_free(list->stick->id);
            list->stick->id = g_strdup(MACHINE_USB_DRIVE);
        } else if (list->drives->len < DRIVES_MAX) {
            g_ptr_array_add(list->drives, drive_from_block(block));
            ask_type(list, list->drives->pdata[list->drives->len - 1]);
        }
    }
    answered(list, error);
}

void machine_qmp_list_drives(Machine *machine, GTask *task)
{
    DriveCall *list = g_new0(DriveCall, 1);
    MachineQmp *q = (MachineQmp *)machine;

    list->call.free = list_free;
    list->drives = g_ptr_array_new_with_free_func(
        (GDestroyNotify)machine_drive_free);
    machine_call_init(&list->call, q, task);
    if (!machine_call_require_qmp(&list->call)) {
        return;
    }
    machine_call_set_deadline(&list->call, LIST_DEADLINE_MS,
                              "QEMU did not tell its drives in time");
    list->pending = 1 + G_N_ELEMENTS(containers);
    for (size_t i = 0; i < G_N_ELEMENTS(containers); i++) {
        qmp_qom_list_async(q->client, containers[i], list->call.cancellable,
                           container_told, machine_call_ref(&list->call));
    }
    qmp_query_block_async(q->client, list->call.cancellable, blocks_told,
                          machine_call_ref(&list->call));
}
