/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Disks as data. */
#include "osdep.h"

#include "machine/machine-disk.h"

/* Every device is a child of one of them. */
static const char *const containers[] = {
    "/machine/peripheral/", "/machine/peripheral-anon/",
    "/machine/unattached/",
};

void machine_disk_free(MachineDisk *disk)
{
    if (!disk) {
        return;
    }
    g_free(disk->path);
    g_free(disk->name);
    g_free(disk->type);
    g_free(disk->controller);
    g_free(disk->controller_type);
    g_free(disk->serial);
    g_free(disk);
}

static bool disk_equal(const MachineDisk *a, const MachineDisk *b)
{
    return g_strcmp0(a->path, b->path) == 0 &&
           g_strcmp0(a->type, b->type) == 0 &&
           g_strcmp0(a->controller, b->controller) == 0 &&
           g_strcmp0(a->controller_type, b->controller_type) == 0 &&
           a->size == b->size && a->block_size == b->block_size &&
           a->read_only == b->read_only &&
           g_strcmp0(a->serial, b->serial) == 0 && a->wwn == b->wwn &&
           a->rotation_rpm == b->rotation_rpm && a->failed == b->failed;
}

bool machine_disks_equal(const GPtrArray *a, const GPtrArray *b)
{
    if (!a || !b || a->len != b->len) {
        return a == b;
    }
    for (guint i = 0; i < a->len; i++) {
        if (!disk_equal(a->pdata[i], b->pdata[i])) {
            return false;
        }
    }
    return true;
}

char *machine_disk_owner(const char *bus)
{
    for (size_t i = 0; i < G_N_ELEMENTS(containers); i++) {
        size_t len = strlen(containers[i]);
        size_t end;

        if (!g_str_has_prefix(bus, containers[i])) {
            continue;
        }
        end = len + strcspn(bus + len, "/");
        return bus[end] && end > len ? g_strndup(bus, end) : NULL;
    }
    return NULL;
}
