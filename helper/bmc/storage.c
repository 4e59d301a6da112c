/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's disks by controller. Made of the list in MachineInfo, and
 * made anew when that is another one.
 */
#include "osdep.h"

#include "bmc/storage.h"

#include "bmc/bmc-priv.h"
#include "bmc/machine-parts.h"

/* Room that is left behind an id to tell it from others. */
#define ID_SUFFIX 8

/*
 * BmcStorages: what was made.
 *
 * @list: of the machine; all others point into it, or NULL
 * @storages: BmcStorage
 * @storages_by_id: the same
 * @disks: BmcDisk
 * @disks_by_id: the same
 */
struct BmcStorages {
    GPtrArray *list;
    GPtrArray *storages;
    GHashTable *storages_by_id;
    GPtrArray *disks;
    GHashTable *disks_by_id;
};

static void storage_free(void *opaque)
{
    BmcStorage *storage = opaque;

    g_ptr_array_unref(storage->disks);
    g_free(storage);
}

static void clear(BmcStorages *all)
{
    g_clear_pointer(&all->storages_by_id, g_hash_table_unref);
    g_clear_pointer(&all->disks_by_id, g_hash_table_unref);
    g_clear_pointer(&all->storages, g_ptr_array_unref);
    g_clear_pointer(&all->disks, g_ptr_array_unref);
    g_clear_pointer(&all->list, g_ptr_array_unref);
}

/* What a device is called, as a URI can have it, and no other in @taken. */
static void make_id(const char *name, GHashTable *taken,
                    char id[BMC_STORAGE_ID_MAX])
{
    static const char *const prefixes[] = { "/machine/peripheral/",
                                            "/machine/" };
    char base[BMC_STORAGE_ID_MAX - ID_SUFFIX];
    size_t len;

    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        if (g_str_has_prefix(name, prefixes[i])) {
            name += strlen(prefixes[i]);
        }
    }
    g_strlcpy(base, name, sizeof(base));
    g_strcanon(base, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_.", '-');
    len = strlen(base);
    while (len && base[len - 1] == '-') {
        base[--len] = '\0'; /* "device[1]" */
    }
    g_strlcpy(id, *base ? base : "disk", BMC_STORAGE_ID_MAX);
    for (unsigned n = 2; g_hash_table_contains(taken, id); n++) {
        g_snprintf(id, BMC_STORAGE_ID_MAX, "%s-%u", *base ? base : "disk", n);
    }
}

static BmcStorage *storage_of(BmcStorages *all, GHashTable *by_path,
                              const MachineDisk *disk)
{
    const char *path = disk->controller ? disk->controller : disk->path;
    BmcStorage *storage = g_hash_table_lookup(by_path, path);

    if (storage) {
        return storage;
    }
    storage = g_new0(BmcStorage, 1);
    storage->path = path;
    storage->type = disk->controller_type;
    storage->disks = g_ptr_array_new();
    make_id(path, all->storages_by_id, storage->id);
    g_ptr_array_add(all->storages, storage);
    g_hash_table_insert(all->storages_by_id, storage->id, storage);
    g_hash_table_insert(by_path, (void *)path, storage);
    return storage;
}

/* A disk that is a part of its controller is called like it. */
static void add_disk(BmcStorages *all, BmcStorage *storage,
                     const MachineDisk *machine_disk)
{
    BmcDisk *disk = g_new0(BmcDisk, 1);
    bool part = g_str_has_prefix(machine_disk->path, storage->path);

    disk->disk = machine_disk;
    disk->storage = storage;
    make_id(part ? storage->path : machine_disk->path, all->disks_by_id,
            disk->id);
    g_ptr_array_add(all->disks, disk);
    g_hash_table_insert(all->disks_by_id, disk->id, disk);
    g_ptr_array_add(storage->disks, disk);
}

static const BmcStorages *storages(Bmc *bmc)
{
    BmcStorages *all = bmc->storages;
    GPtrArray *list = bmc->machine->info.disks;
    g_autoptr(GHashTable) by_path = NULL;

    if (all->storages && all->list == list) {
        return all;
    }
    clear(all);
    all->list = list ? g_ptr_array_ref(list) : NULL;
    all->storages = g_ptr_array_new_with_free_func(storage_free);
    all->storages_by_id = g_hash_table_new(g_str_hash, g_str_equal);
    all->disks = g_ptr_array_new_with_free_func(g_free);
    all->disks_by_id = g_hash_table_new(g_str_hash, g_str_equal);
    by_path = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; list && i < list->len; i++) {
        add_disk(all, storage_of(all, by_path, list->pdata[i]),
                 list->pdata[i]);
    }
    return all;
}

void bmc_storages_new(Bmc *bmc)
{
    bmc->storages = g_new0(BmcStorages, 1);
}

void bmc_storages_free(Bmc *bmc)
{
    if (bmc->storages) {
        clear(bmc->storages);
    }
    g_clear_pointer(&bmc->storages, g_free);
}

const BmcStorage *bmc_storage_nth(Bmc *bmc, unsigned n)
{
    const BmcStorages *all = storages(bmc);

    return n < all->storages->len ? all->storages->pdata[n] : NULL;
}

const BmcStorage *bmc_storage_find(Bmc *bmc, const char *id)
{
    return g_hash_table_lookup(storages(bmc)->storages_by_id, id);
}

const BmcDisk *bmc_disk_nth(Bmc *bmc, unsigned n)
{
    const BmcStorages *all = storages(bmc);

    return n < all->disks->len ? all->disks->pdata[n] : NULL;
}

const BmcDisk *bmc_disk_find(Bmc *bmc, const char *id)
{
    return g_hash_table_lookup(storages(bmc)->disks_by_id, id);
}
