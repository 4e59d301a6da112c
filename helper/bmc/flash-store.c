/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes of firmware files, as they are kept. */
#include "osdep.h"

#include <fcntl.h>
#include <glib/gstdio.h>

#include "bmc/flash-priv.h"
#include "bmc/persist-read.h"
#include "util/error.h"

#define SECTION "flash"
#define DIR_NAME "flash"
#define PATH_LEN_MAX 4096

static const char *const kind_names[] = {
    [BMC_FLASH_IMAGE] = "image",
    [BMC_FLASH_KEYS] = "keys",
};

static const char *const chip_names[MACHINE_FLASH__MAX] = {
    [MACHINE_FLASH_CODE] = "code",
    [MACHINE_FLASH_VARS] = "variables",
};

static const char *const edit_names[EFI_EDIT__MAX] = {
    [EFI_EDIT_ENABLE] = "enable",
    [EFI_EDIT_CLEAR] = "clear",
    [EFI_EDIT_DEFAULT] = "default",
    [EFI_EDIT_ADD] = "add",
    [EFI_EDIT_REMOVE] = "remove",
};

static bool read_name(PersistReader *r, const char *name,
                      const char *const *names, size_t n, int *value)
{
    const char *text;

    if (!persist_read_string(r, name, &text)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (g_str_equal(names[i], text)) {
            *value = i;
            return true;
        }
    }
    persist_read_damaged(r, name);
    return false;
}

static bool read_guid(PersistReader *r, const char *name, EfiGuid *guid)
{
    const char *text;

    if (!persist_read_string(r, name, &text)) {
        return false;
    }
    if (!efi_guid_parse(text, guid)) {
        persist_read_damaged(r, name);
        return false;
    }
    return true;
}

static EfiSig *read_sig(PersistReader *r)
{
    g_autoptr(GBytes) bytes = NULL;
    uint8_t *data;
    EfiGuid owner;
    EfiGuid type;
    size_t len;

    if (!read_guid(r, "type", &type) || !read_guid(r, "owner", &owner)) {
        return NULL;
    }
    data = persist_read_data(r, "data", 1, EFI_DB_DATA_MAX, &len);
    if (!data) {
        return NULL;
    }
    bytes = g_bytes_new_take(data, len);
    return efi_sig_new(&type, &owner, bytes);
}

static EfiEdit *read_edit(PersistReader *r)
{
    g_autoptr(EfiEdit) edit = g_new0(EfiEdit, 1);
    int64_t dbs;
    int kind;

    if (!read_name(r, "edit", edit_names, EFI_EDIT__MAX, &kind)) {
        return NULL;
    }
    edit->kind = kind;
    if (edit->kind == EFI_EDIT_ENABLE) {
        return persist_read_bool(r, "enable", &edit->enable) ?
               g_steal_pointer(&edit) : NULL;
    }
    if (!persist_read_int(r, "databases", 1, EFI_DB_ALL, &dbs)) {
        return NULL;
    }
    edit->dbs = dbs;
    if (edit->kind == EFI_EDIT_ADD || edit->kind == EFI_EDIT_REMOVE) {
        edit->sig = read_sig(r);
        if (!edit->sig) {
            return NULL;
        }
    }
    return g_steal_pointer(&edit);
}

static bool read_image(PersistReader *r, const char *dir,
                       BmcFlashChange *change)
{
    const char *version;
    const char *digest;
    const char *name;
    int64_t size;

    if (!persist_read_string(r, "staged", &name) ||
        !persist_read_string(r, "digest", &digest) ||
        !persist_read_int(r, "size", 1, BMC_FLASH_SIZE_MAX, &size)) {
        return false;
    }
    if (!*name || strchr(name, '/') || *name == '.') {
        persist_read_damaged(r, "staged");
        return false;
    }
    change->staged = g_build_filename(dir, name, NULL);
    change->digest = g_strdup(digest);
    change->size = size;
    if (persist_read_string(r, "version", &version)) {
        change->version = g_strdup(version);
    }
    return true;
}

static bool read_common(PersistReader *r, BmcFlashChange *change)
{
    const char *file;
    const char *who;
    int64_t id;
    int kind;
    int chip;

    if (!persist_read_int(r, "id", 1, G_MAXINT32, &id) ||
        !read_name(r, "kind", kind_names, G_N_ELEMENTS(kind_names), &kind) ||
        !read_name(r, "chip", chip_names, MACHINE_FLASH__MAX, &chip) ||
        !persist_read_string(r, "file", &file) ||
        !persist_read_int(r, "when", 0, G_MAXINT64, &change->when) ||
        !persist_read_string(r, "who", &who)) {
        return false;
    }
    if (!g_path_is_absolute(file) || strlen(file) >= PATH_LEN_MAX) {
        persist_read_damaged(r, "file");
        return false;
    }
    change->id = id;
    change->kind = kind;
    change->chip = chip;
    change->file = g_strdup(file);
    change->who = g_strdup(who);
    return true;
}

static BmcFlashChange *read_change(PersistReader *r, const char *dir)
{
    g_autoptr(BmcFlashChange) change = g_new0(BmcFlashChange, 1);

    if (!read_common(r, change)) {
        return NULL;
    }
    if (change->kind == BMC_FLASH_IMAGE) {
        return read_image(r, dir, change) ? g_steal_pointer(&change) : NULL;
    }
    change->edit = read_edit(r);
    return change->edit ? g_steal_pointer(&change) : NULL;
}

static bool is_needed(const BmcFlash *flash, const char *path)
{
    for (guint i = 0; i < flash->changes->len; i++) {
        const BmcFlashChange *change = flash->changes->pdata[i];

        if (g_strcmp0(change->staged, path) == 0) {
            return true;
        }
    }
    return false;
}

/* An upload that a crash has cut off, or an image that was put in place. */
static void clean_up(const BmcFlash *flash, const char *dir)
{
    g_autoptr(GDir) entries = g_dir_open(dir, 0, NULL);
    const char *name;

    while (entries && (name = g_dir_read_name(entries))) {
        g_autofree char *path = g_build_filename(dir, name, NULL);

        if (!is_needed(flash, path)) {
            g_unlink(path);
        }
    }
}

static void write_edit(JsonObject *object, const EfiEdit *edit)
{
    json_object_set_string_member(object, "edit", edit_names[edit->kind]);
    if (edit->kind == EFI_EDIT_ENABLE) {
        json_object_set_boolean_member(object, "enable", edit->enable);
        return;
    }
    json_object_set_int_member(object, "databases", edit->dbs);
    if (edit->sig) {
        g_autofree char *type = efi_guid_to_string(&edit->sig->type);
        g_autofree char *owner = efi_guid_to_string(&edit->sig->owner);
        g_autofree char *data = g_base64_encode(
            g_bytes_get_data(edit->sig->data, NULL),
            g_bytes_get_size(edit->sig->data));

        json_object_set_string_member(object, "type", type);
        json_object_set_string_member(object, "owner", owner);
        json_object_set_string_member(object, "data", data);
    }
}

static JsonObject *write_change(const BmcFlashChange *change)
{
    JsonObject *object = json_object_new();

    json_object_set_int_member(object, "id", change->id);
    json_object_set_string_member(object, "kind", kind_names[change->kind]);
    json_object_set_string_member(object, "chip", chip_names[change->chip]);
    json_object_set_string_member(object, "file", change->file);
    json_object_set_int_member(object, "when", change->when);
    json_object_set_string_member(object, "who", change->who);
    if (change->kind == BMC_FLASH_KEYS) {
        write_edit(object, change->edit);
    } else {
        g_autofree char *name = g_path_get_basename(change->staged);

        json_object_set_string_member(object, "staged", name);
        json_object_set_string_member(object, "digest", change->digest);
        json_object_set_int_member(object, "size", change->size);
    }
    if (change->version) {
        json_object_set_string_member(object, "version", change->version);
    }
    return object;
}

static void load_change(BmcFlash *flash, PersistReader *r, JsonArray *array,
                        guint i, const char *dir)
{
    BmcFlashChange *change;
    PersistReader sub;

    if (!persist_read_element(&sub, r, "changes", array, i)) {
        return;
    }
    change = read_change(&sub, dir);
    if (change) {
        g_ptr_array_add(flash->changes, change);
        flash->next_id = MAX(flash->next_id, change->id + 1);
    } else if (!sub.damaged) {
        persist_read_damaged(&sub, NULL);
    }
}

void flash_store_load(Bmc *bmc)
{
    g_autofree char *dir = flash_store_dir(bmc);
    BmcFlash *flash = bmc->flash;
    JsonArray *array;
    PersistReader r;
    int64_t next;

    persist_read(&r, bmc->persist, SECTION);
    if (persist_read_int(&r, "next", 1, G_MAXINT32, &next)) {
        flash->next_id = next;
    }
    if (persist_read_array(&r, "changes", BMC_FLASH_MAX, &array)) {
        for (guint i = 0; i < json_array_get_length(array); i++) {
            load_change(flash, &r, array, i, dir);
        }
    }
    clean_up(flash, dir);
}

void flash_store_save(Bmc *bmc)
{
    JsonObject *section = json_object_new();
    JsonArray *array = json_array_new();

    for (guint i = 0; i < bmc->flash->changes->len; i++) {
        json_array_add_object_element(
            array, write_change(bmc->flash->changes->pdata[i]));
    }
    json_object_set_int_member(section, "next", bmc->flash->next_id);
    json_object_set_array_member(section, "changes", array);
    persist_set(bmc->persist, SECTION, section);
}

char *flash_store_dir(const Bmc *bmc)
{
    return g_build_filename(bmc->state_dir, DIR_NAME, NULL);
}

char *bmc_flash_stage(Bmc *bmc, GError **errp)
{
    g_autofree char *dir = flash_store_dir(bmc);
    g_autofree char *path = g_build_filename(dir, "image-XXXXXX", NULL);
    int fd = -1;

    if (g_mkdir_with_parents(dir, 0700) == 0) {
        fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);
    }
    if (fd < 0) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "cannot keep an image: %s", g_strerror(errno));
        return NULL;
    }
    close(fd);
    return g_steal_pointer(&path);
}
