/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot devices: every device of a machine is a child of one of three QOM
 * containers, whether it was given with or without an id or comes with the
 * board, so listing those finds all that have a boot index, also what
 * query-block does not show (network cards) or shows by a nested object
 * (usb-storage). What properties a device has is asked once per QOM type.
 *
 * Three rounds, each sent at once: the containers, one device of each type
 * that is new, the values of the devices that can boot.
 */
#include "osdep.h"

#include "machine/machine-qmp-priv.h"

#include "machine/machine-efi-path.h"
#include "qmp/qmp-cmds.h"
#include "util/error.h"

#define LIST_DEADLINE_MS 10000
/* QEMU's buses hold less; this bounds what we hold if it should lie. */
#define DEVICES_MAX 1024
#define TYPES_MAX 1024

#define INDEX_UNKNOWN INT64_MIN

/* What a QOM type has, as kept in MachineQmp.boot_types. */
#define TYPE_KNOWN      (1 << 0)
#define TYPE_BOOTINDEX  (1 << 1)
#define TYPE_MAC        (1 << 2)
#define TYPE_NETDEV     (1 << 3)
#define TYPE_DRIVE      (1 << 4)
#define TYPE_FLOPPIES   (1 << 5) /* bootindexA and bootindexB */
#define TYPE_BUS        (1 << 6)
#define TYPE_UNIT       (1 << 7)
#define TYPE_CHARDEV    (1 << 8)
#define TYPE_WWPN       (1 << 9)
#define TYPE_PCI        (1 << 10)
#define TYPE_MTU        (1 << 11)
#define TYPE_SCSI       (1 << 12)
#define TYPE_PORT       (1 << 13)

static const struct {
    const char *property;
    unsigned flag;
} property_table[] = {
    { "bootindex", TYPE_BOOTINDEX },
    { "bootindexA", TYPE_FLOPPIES },
    { "chardev", TYPE_CHARDEV },
    { "drive", TYPE_DRIVE },
    { "host_mtu", TYPE_MTU },
    { "mac", TYPE_MAC },
    { "multifunction", TYPE_PCI },
    { "netdev", TYPE_NETDEV },
    { "parent_bus", TYPE_BUS },
    { "port", TYPE_PORT },
    { "scsi-id", TYPE_SCSI },
    { "unit", TYPE_UNIT },
    { "wwpn", TYPE_WWPN },
};

/* Children that are no devices; there can be very many of them. */
static const char *const skip_patterns[] = {
    "bus", "container", "irq", "memory-region", "*-cpu", "*-region",
};

/* In this order, so that a device comes before what it brings along. */
static const char *const containers[] = {
    "/machine/peripheral", "/machine/peripheral-anon", "/machine/unattached",
};

typedef struct BootObject {
    char *path;
    char *id;
    char *type;
    char *bus;
    char *drive;
    char *mac;
    int64_t mtu;
    int64_t address; /* PCI: slot and function */
    MachineEfiPlace place; /* the numbers in it */
    char *port;
    int64_t index[2]; /* INDEX_UNKNOWN until told */
} BootObject;

typedef struct ListCall {
    MachineCall call;
    GPtrArray *objects;
    GPtrArray *blocks;
    GHashTable *by_path; /* BootObject, once all are known */
    unsigned pending;
    void (*next)(struct ListCall *list);
} ListCall;

/* A question about one object. */
typedef struct BootQuestion {
    ListCall *list;
    BootObject *object; /* NULL when about a container */
    int64_t *number;    /* in @object, gets the answer */
    char **text;        /* or this one */
    const char *container;
} BootQuestion;

static void object_free(gpointer data)
{
    BootObject *object = data;

    g_free(object->path);
    g_free(object->id);
    g_free(object->type);
    g_free(object->bus);
    g_free(object->drive);
    g_free(object->mac);
    g_free(object->port);
    g_free(object);
}

static unsigned type_flags(const ListCall *list, const BootObject *object)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(list->call.q->boot_types,
                                                object->type));
}

static BootQuestion *question_new(ListCall *list, BootObject *object)
{
    BootQuestion *question = g_new0(BootQuestion, 1);

    question->list = machine_call_ref(&list->call);
    question->object = object;
    list->pending++;
    return question;
}

/*
 * To be called at the end of each answer. A device that has gone since it
 * was listed is no error: its value stays missing, so it is left out.
 */
static void question_end(BootQuestion *question, const GError *error)
{
    ListCall *list = question->list;
    bool ended = !list->call.q;

    g_free(question);
    list->pending--;
    if (!ended && error && error->domain == BMC_ERROR) {
        machine_call_fail(&list->call, g_error_copy(error));
    } else if (!ended && list->pending == 0) {
        list->next(list);
    }
    machine_call_unref(&list->call);
}

static const BootObject *find_owner(const ListCall *list, const char *bus)
{
    g_autofree char *path = g_strdup(bus);
    const BootObject *owner = NULL;
    char *slash;

    while (!owner && (slash = strrchr(path, '/'))) {
        *slash = '\0';
        owner = g_hash_table_lookup(list->by_path, path);
    }
    return owner;
}

/*
 * Where a PCI function is, as MachinePci.path has it. The bus of an expander
 * has a number of its own, which does not show here: what is there has no
 * place that we know.
 */
static bool object_place(const ListCall *list, const BootObject *object,
                         unsigned depth, char path[MACHINE_PCI_PATH_MAX])
{
    char above[MACHINE_PCI_PATH_MAX];
    const BootObject *owner;
    bool bridge;

    if (!(type_flags(list, object) & TYPE_PCI) || !object->bus ||
        object->address < 0 || object->address > UINT8_MAX || !depth) {
        return false;
    }
    owner = find_owner(list, object->bus);
    if (owner && g_str_has_prefix(owner->type, "pxb")) {
        return false;
    }
    bridge = owner && (type_flags(list, owner) & TYPE_PCI);
    if (bridge && !object_place(list, owner, depth - 1, above)) {
        return false;
    }
    return machine_pci_add_path(path, bridge ? above : NULL, 0,
                                object->address >> 3, object->address & 7);
}

/* The same of the PCI function that a disk is, or that its controller is. */
static bool object_host_place(const ListCall *list, const BootObject *object,
                              char path[MACHINE_PCI_PATH_MAX])
{
    for (unsigned depth = 0; object && depth < MACHINE_PCI_DEPTH_MAX;
         depth++) {
        if (type_flags(list, object) & TYPE_PCI) {
            return object_place(list, object, MACHINE_PCI_DEPTH_MAX, path);
        }
        object = object->bus ? find_owner(list, object->bus) : NULL;
    }
    return false;
}

/* What the device is to firmware; false when it is nothing to boot from. */
static bool object_kind(const ListCall *list, const BootObject *object,
                        MachineBootKind *kind)
{
    unsigned flags = type_flags(list, object);
    const BootObject *owner;

    if ((flags & TYPE_MAC) && (flags & TYPE_NETDEV)) {
        *kind = MACHINE_BOOT_NIC;
        return true;
    }
    if (g_str_has_suffix(object->type, "-cd")) {
        *kind = MACHINE_BOOT_CD;
        return true;
    }
    owner = object->bus ? find_owner(list, object->bus) : NULL;
    if (g_str_has_prefix(object->type, "usb-") ||
        ((flags & TYPE_DRIVE) && owner &&
         g_str_has_prefix(owner->type, "usb-"))) {
        *kind = MACHINE_BOOT_USB;
        return true;
    }
    if (flags & TYPE_DRIVE) {
        /* An NVMe controller whose disks are namespaces has none itself. */
        *kind = MACHINE_BOOT_HDD;
        return object->drive && object->drive[0];
    }
    *kind = MACHINE_BOOT_HDD;
    return flags & (TYPE_CHARDEV | TYPE_WWPN);
}

/* By id, by path, or by that of an object within (usb-storage). */
static int64_t object_size(const ListCall *list, const BootObject *object)
{
    size_t len = strlen(object->path);

    for (guint i = 0; list->blocks && i < list->blocks->len; i++) {
        const QmpBlock *block = list->blocks->pdata[i];

        if (!block->qdev || !block->inserted) {
            continue;
        }
        if (g_strcmp0(block->qdev, object->id) == 0 ||
            (strncmp(block->qdev, object->path, len) == 0 &&
             (!block->qdev[len] || block->qdev[len] == '/'))) {
            return block->size;
        }
    }
    return -1;
}

static char *object_efi_path(const ListCall *list, const BootObject *object)
{
    const BootObject *host = object->bus ? find_owner(list, object->bus)
                                         : NULL;
    char pci[MACHINE_PCI_PATH_MAX];
    MachineEfiPlace place = object->place;

    place.pci = object_host_place(list, object, pci) ? pci : NULL;
    place.type = object->type;
    place.host = host ? host->type : NULL;
    place.bus = object->bus;
    place.port = object->port;
    place.mac = object->mac;
    return machine_efi_path(&place);
}

static void result_add(const ListCall *list, GPtrArray *result,
                       const BootObject *object, unsigned slot,
                       const char *property, MachineBootKind kind)
{
    MachineBootDevice *device;
    char place[MACHINE_PCI_PATH_MAX];

    if (object->index[slot] == INDEX_UNKNOWN) {
        return;
    }
    device = g_new0(MachineBootDevice, 1);
    device->path = g_strdup(object->path);
    device->property = g_strdup(property);
    device->name = g_strdup(object->id ? object->id : object->path);
    device->kind = kind;
    device->mac = g_strdup(object->mac);
    device->type = g_strdup(object->type);
    device->size = kind == MACHINE_BOOT_NIC || kind == MACHINE_BOOT_FLOPPY ?
                   -1 : object_size(list, object);
    device->index = CLAMP(object->index[slot], -1, INT32_MAX);
    if ((kind == MACHINE_BOOT_NIC || kind == MACHINE_BOOT_HDD) &&
        object_host_place(list, object, place)) {
        device->pci = g_strdup(place);
    }
    device->efi = kind == MACHINE_BOOT_FLOPPY ? NULL :
                  object_efi_path(list, object);
    if (kind == MACHINE_BOOT_NIC) {
        device->mtu = CLAMP(object->mtu, 0, UINT16_MAX);
    }
    g_ptr_array_add(result, device);
}

/* What firmware reads, and QEMU hands to it what it is told to type. */
static bool is_keyboard(const BootObject *object)
{
    return g_str_equal(object->type, "i8042") ||
           g_str_equal(object->type, "usb-kbd");
}

/* Whether a floppy drive is plugged into a unit of the controller. */
static bool has_floppy(const ListCall *list, const BootObject *controller,
                       int64_t unit)
{
    for (guint i = 0; i < list->objects->len; i++) {
        const BootObject *object = list->objects->pdata[i];

        if (g_str_equal(object->type, "floppy") && object->bus &&
            object->place.unit == unit &&
            find_owner(list, object->bus) == controller) {
            return true;
        }
    }
    return false;
}

/*
 * QEMU tells nobody that a device was added. Firmware does not see it, nor
 * its boot index, before the next reset.
 */
static void compare_with_last(MachineQmp *q, const GPtrArray *devices)
{
    g_autoptr(GString) paths = g_string_new(NULL);

    for (guint i = 0; i < devices->len; i++) {
        const MachineBootDevice *device = devices->pdata[i];

        g_string_append_printf(paths, "%s\n", device->path);
    }
    if (q->boot_paths && !g_str_equal(q->boot_paths, paths->str)) {
        q->reset_needed = true;
    }
    g_free(q->boot_paths);
    q->boot_paths = g_strdup(paths->str);
}

static void list_complete(ListCall *list)
{
    g_autoptr(GPtrArray) result = g_ptr_array_new_with_free_func(
        (GDestroyNotify)machine_boot_device_free);
    static const char *const floppy_properties[] = {
        "bootindexA", "bootindexB",
    };

    list->call.q->parent.keyboard = false;
    for (guint i = 0; i < list->objects->len; i++) {
        BootObject *object = list->objects->pdata[i];

        g_hash_table_insert(list->by_path, object->path, object);
        list->call.q->parent.keyboard |= is_keyboard(object);
    }
    for (guint i = 0; i < list->objects->len; i++) {
        const BootObject *object = list->objects->pdata[i];
        unsigned flags = type_flags(list, object);
        MachineBootKind kind;

        for (unsigned s = 0; s < 2 && (flags & TYPE_FLOPPIES); s++) {
            if (has_floppy(list, object, s)) {
                result_add(list, result, object, s, floppy_properties[s],
                           MACHINE_BOOT_FLOPPY);
            }
        }
        if ((flags & TYPE_BOOTINDEX) && object_kind(list, object, &kind)) {
            result_add(list, result, object, 0, "bootindex", kind);
        }
    }
    compare_with_last(list->call.q, result);
    machine_call_succeed(&list->call, g_steal_pointer(&result),
                         (GDestroyNotify)g_ptr_array_unref);
}

static void number_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    BootQuestion *question = opaque;
    g_autoptr(GError) error = NULL;
    int64_t value = 0;

    if (qmp_qom_get_finish_int(res, &value, &error) &&
        question->list->call.q) {
        *question->number = value;
    }
    question_end(question, error);
}

static void text_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    BootQuestion *question = opaque;
    g_autoptr(GError) error = NULL;
    g_autofree char *value = qmp_qom_get_finish_string(res, &error);

    if (question->list->call.q) {
        *question->text = g_steal_pointer(&value);
    }
    question_end(question, error);
}

/* Sizes are extra: without them the list is as good as ever. */
static void blocks_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    BootQuestion *question = opaque;
    g_autoptr(GPtrArray) blocks = qmp_query_block_finish(res, NULL);

    if (question->list->call.q) {
        question->list->blocks = g_steal_pointer(&blocks);
    }
    question_end(question, NULL);
}

static void ask_number(ListCall *list, BootObject *object,
                       const char *property, int64_t *number)
{
    BootQuestion *question = question_new(list, object);

    question->number = number;
    qmp_qom_get_async(list->call.q->client, object->path, property,
                      list->call.cancellable, number_done, question);
}

static void ask_text(ListCall *list, BootObject *object,
                     const char *property, char **text)
{
    BootQuestion *question = question_new(list, object);

    question->text = text;
    qmp_qom_get_async(list->call.q->client, object->path, property,
                      list->call.cancellable, text_done, question);
}

/* Where on its bus a disk is. */
static void ask_place(ListCall *list, BootObject *object)
{
    unsigned flags = type_flags(list, object);

    if (flags & TYPE_UNIT) {
        ask_number(list, object, "unit", &object->place.unit);
    }
    if (flags & TYPE_SCSI) {
        ask_number(list, object, "channel", &object->place.channel);
        ask_number(list, object, "scsi-id", &object->place.target);
        ask_number(list, object, "lun", &object->place.lun);
    }
    if (flags & TYPE_PORT) {
        ask_text(list, object, "port", &object->port);
    }
}

static void ask_values(ListCall *list, BootObject *object)
{
    unsigned flags = type_flags(list, object);
    bool floppy = g_str_equal(object->type, "floppy");
    bool disk = (flags & TYPE_BOOTINDEX) && (flags & TYPE_DRIVE);

    if (flags & TYPE_FLOPPIES) {
        ask_number(list, object, "bootindexA", &object->index[0]);
        ask_number(list, object, "bootindexB", &object->index[1]);
    }
    if (flags & TYPE_BOOTINDEX) {
        ask_number(list, object, "bootindex", &object->index[0]);
    }
    if ((flags & TYPE_BOOTINDEX) && (flags & TYPE_MAC)) {
        ask_text(list, object, "mac", &object->mac);
        if (flags & TYPE_MTU) {
            ask_number(list, object, "host_mtu", &object->mtu);
        }
    }
    if (flags & TYPE_PCI) {
        ask_number(list, object, "addr", &object->address);
    }
    if (disk) {
        ask_text(list, object, "drive", &object->drive);
    }
    if ((flags & TYPE_BUS) && (floppy || (flags & TYPE_PCI) || disk)) {
        ask_text(list, object, "parent_bus", &object->bus);
    }
    if (disk || floppy) {
        ask_place(list, object);
    }
}

/* The extra "pending" keeps answers from going on before all is asked. */
static void round_begin(ListCall *list, void (*next)(ListCall *list))
{
    list->next = next;
    list->pending = 1;
}

static void round_sent(ListCall *list)
{
    if (--list->pending == 0) {
        list->next(list);
    }
}

static void types_complete(ListCall *list)
{
    round_begin(list, list_complete);
    for (guint i = 0; i < list->objects->len; i++) {
        ask_values(list, list->objects->pdata[i]);
    }
    qmp_query_block_async(list->call.q->client, list->call.cancellable,
                          blocks_done, question_new(list, NULL));
    round_sent(list);
}

static void type_listed(GObject *source, GAsyncResult *res, gpointer opaque)
{
    BootQuestion *question = opaque;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) properties = qmp_qom_list_finish(res, &error);
    MachineQmp *q = question->list->call.q;
    unsigned flags = TYPE_KNOWN;

    for (guint i = 0; q && properties && i < properties->len; i++) {
        const QmpProperty *property = properties->pdata[i];

        for (size_t j = 0; j < G_N_ELEMENTS(property_table); j++) {
            if (g_str_equal(property_table[j].property, property->name)) {
                flags |= property_table[j].flag;
            }
        }
    }
    if (q && properties) {
        g_hash_table_insert(q->boot_types,
                            g_strdup(question->object->type),
                            GUINT_TO_POINTER(flags));
    }
    question_end(question, error);
}

static void containers_complete(ListCall *list)
{
    MachineQmp *q = list->call.q;
    g_autoptr(GHashTable) asked = g_hash_table_new(g_str_hash, g_str_equal);

    if (g_hash_table_size(q->boot_types) > TYPES_MAX) {
        g_hash_table_remove_all(q->boot_types);
    }
    round_begin(list, types_complete);
    for (guint i = 0; i < list->objects->len; i++) {
        BootObject *object = list->objects->pdata[i];

        if (type_flags(list, object) == 0 &&
            g_hash_table_add(asked, object->type)) {
            qmp_qom_list_async(q->client, object->path,
                               list->call.cancellable, type_listed,
                               question_new(list, object));
        }
    }
    round_sent(list);
}

/* "child<e1000>" to "e1000"; NULL when it is no device. */
static char *child_type(const char *type)
{
    g_autofree char *name = NULL;

    if (!g_str_has_prefix(type, "child<") || !g_str_has_suffix(type, ">")) {
        return NULL;
    }
    name = g_strndup(type + strlen("child<"),
                     strlen(type) - strlen("child<>"));
    for (size_t i = 0; i < G_N_ELEMENTS(skip_patterns); i++) {
        if (g_pattern_match_simple(skip_patterns[i], name)) {
            return NULL;
        }
    }
    return g_steal_pointer(&name);
}

static void container_listed(GObject *source, GAsyncResult *res,
                             gpointer opaque)
{
    BootQuestion *question = opaque;
    ListCall *list = question->list;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) children = qmp_qom_list_finish(res, &error);

    for (guint i = 0; list->call.q && children && i < children->len; i++) {
        const QmpProperty *child = children->pdata[i];
        char *type = child_type(child->type);
        BootObject *object;

        if (!type || list->objects->len >= DEVICES_MAX) {
            g_free(type);
            continue;
        }
        object = g_new0(BootObject, 1);
        *object = (BootObject) {
            .address = -1,
            .place = { .unit = -1, .channel = -1, .target = -1, .lun = -1 },
            .index = { INDEX_UNKNOWN, INDEX_UNKNOWN },
        };
        object->type = type;
        object->path = g_strdup_printf("%s/%s", question->container,
                                       child->name);
        if (question->container == containers[0]) {
            object->id = g_strdup(child->name);
        }
        g_ptr_array_add(list->objects, object);
    }
    question_end(question, error);
}

static void list_free(MachineCall *call)
{
    ListCall *list = (ListCall *)call;

    g_ptr_array_unref(list->objects);
    g_clear_pointer(&list->blocks, g_ptr_array_unref);
    g_hash_table_unref(list->by_path);
    g_free(list);
}

void machine_qmp_list_boot_devices(Machine *machine, GTask *task)
{
    MachineQmp *q = (MachineQmp *)machine;
    ListCall *list = g_new0(ListCall, 1);

    list->call.free = list_free;
    list->objects = g_ptr_array_new_with_free_func(object_free);
    list->by_path = g_hash_table_new(g_str_hash, g_str_equal);
    machine_call_init(&list->call, q, task);
    if (!machine_call_require_qmp(&list->call)) {
        return;
    }
    machine_call_set_deadline(&list->call, LIST_DEADLINE_MS,
                              "QEMU did not list its devices in time");
    round_begin(list, containers_complete);
    for (size_t i = 0; i < G_N_ELEMENTS(containers); i++) {
        BootQuestion *question = question_new(list, NULL);

        question->container = containers[i];
        qmp_qom_list_async(q->client, containers[i], list->call.cancellable,
                           container_listed, question);
    }
    round_sent(list);
}

static void index_set(GObject *source, GAsyncResult *res, gpointer opaque)
{
    MachineCall *call = opaque;
    g_autoptr(GError) error = NULL;
    bool ok = qmp_void_finish(res, &error);

    if (!call->q) {
        machine_call_unref(call);
        return;
    }
    if (ok) {
        call->q->reset_needed = true;
        machine_call_succeed(call, NULL, NULL);
    } else if (strstr(error->message, "has already been used")) {
        machine_call_fail(call, g_error_new_literal(
            BMC_ERROR, BMC_ERROR_EXISTS, error->message));
    } else {
        machine_call_fail(call, g_steal_pointer(&error));
    }
    machine_call_unref(call);
}

static void set_free(MachineCall *call)
{
    g_free(call);
}

void machine_qmp_set_boot_index(Machine *machine, const char *path,
                                const char *property, int32_t index,
                                GTask *task)
{
    MachineQmp *q = (MachineQmp *)machine;
    MachineCall *call = g_new0(MachineCall, 1);

    call->free = set_free;
    machine_call_init(call, q, task);
    if (!machine_call_require_qmp(call)) {
        return;
    }
    /* Whatever comes of it, firmware's view may be an old one from now. */
    q->reset_needed = true;
    qmp_qom_set_int_async(q->client, path, property, index,
                          call->cancellable, index_set,
                          machine_call_ref(call));
}
