/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's network cards and PCI devices. They are those of two lists,
 * which are replaced as a whole when they have changed; what is made of them
 * here is made anew when one of them is another.
 */
#include "osdep.h"

#include "bmc/hardware.h"

#include "bmc/bmc-priv.h"
#include "bmc/boot-priv.h"
#include "bmc/machine-parts.h"
#include "bmc/media-priv.h"

/* QEMU answers within a few ms, or it is busy with something else. */
#define REFRESH_MAX_MS 250
/* Somebody who walks all resources asks for each of them. */
#define REFRESH_AGAIN_MS 100

/*
 * BmcHardware: what was made of the lists.
 *
 * @boot_devices: list of the hub's that @nics point into, or NULL
 * @pci: list of the machine's that all others point into, or NULL
 * @nics: BmcNic
 * @nics_by_id: the same
 * @nics_by_path: the same, by the place of their PCI function
 * @disks_by_path: MachinePci that disks are or hang on, by the disks' QOM
 *                 paths in @boot_devices
 * @functions: MachinePci of @pci, by path
 * @devices: BmcPciDevice
 * @devices_by_id: the same
 * @graphics: MachinePci
 * @busy: QEMU is asked; number of answers that have not come
 * @asked: it has been, at @asked_ms
 * @waiters: GTasks
 */
struct BmcHardware {
    GPtrArray *boot_devices;
    GPtrArray *pci;
    GPtrArray *nics;
    GHashTable *nics_by_id;
    GHashTable *nics_by_path;
    GHashTable *disks_by_path;
    GHashTable *functions;
    GPtrArray *devices;
    GHashTable *devices_by_id;
    GPtrArray *graphics;
    unsigned busy;
    bool asked;
    int64_t asked_ms;
    GPtrArray *waiters;
    ClockTimer *timer;
    GCancellable *cancellable;
};

static void clear(BmcHardware *hw)
{
    g_clear_pointer(&hw->nics_by_id, g_hash_table_unref);
    g_clear_pointer(&hw->nics_by_path, g_hash_table_unref);
    g_clear_pointer(&hw->disks_by_path, g_hash_table_unref);
    g_clear_pointer(&hw->functions, g_hash_table_unref);
    g_clear_pointer(&hw->devices_by_id, g_hash_table_unref);
    g_clear_pointer(&hw->nics, g_ptr_array_unref);
    g_clear_pointer(&hw->devices, g_ptr_array_unref);
    g_clear_pointer(&hw->graphics, g_ptr_array_unref);
    g_clear_pointer(&hw->boot_devices, g_ptr_array_unref);
    g_clear_pointer(&hw->pci, g_ptr_array_unref);
}

static GHashTable *table_new(void)
{
    return g_hash_table_new(g_str_hash, g_str_equal);
}

static void add_device(BmcHardware *hw, const MachinePci *const *functions,
                       unsigned n)
{
    BmcPciDevice *device = g_new0(BmcPciDevice, 1);

    device->functions = functions;
    device->n_functions = n;
    g_strlcpy(device->id, functions[0]->path, sizeof(device->id));
    *strrchr(device->id, '.') = '\0';
    g_ptr_array_add(hw->devices, device);
    g_hash_table_insert(hw->devices_by_id, device->id, device);
}

static void build_pci(BmcHardware *hw)
{
    const MachinePci *const *all;
    unsigned n;

    hw->functions = table_new();
    hw->devices_by_id = table_new();
    hw->devices = g_ptr_array_new_with_free_func(g_free);
    hw->graphics = g_ptr_array_new();
    all = hw->pci ? (const MachinePci *const *)hw->pci->pdata : NULL;
    n = hw->pci ? hw->pci->len : 0;
    for (unsigned i = 0; i < n; i++) {
        if (!g_hash_table_insert(hw->functions, (void *)all[i]->path,
                                 (void *)all[i])) {
            continue; /* no bus has two of them */
        }
        if (MACHINE_PCI_BASE_CLASS(all[i]->class_code) ==
            MACHINE_PCI_CLASS_DISPLAY) {
            g_ptr_array_add(hw->graphics, (void *)all[i]);
        }
    }
    for (unsigned i = 0; i < n; i += MAX(all[i]->functions, 1)) {
        add_device(hw, &all[i], CLAMP(all[i]->functions, 1, n - i));
    }
}

/* The device's id, or what its QOM path has of it, as the URI can have it. */
static void nic_id(const MachineBootDevice *device, char id[], size_t size)
{
    const char *name = device->name;
    size_t len;

    if (g_str_has_prefix(name, "/machine/")) {
        name += strlen("/machine/");
    }
    g_strlcpy(id, name, size);
    g_strcanon(id, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_.", '-');
    len = strlen(id);
    while (len && id[len - 1] == '-') {
        id[--len] = '\0'; /* "device[1]" */
    }
}

static void build_nics(BmcHardware *hw)
{
    hw->nics = g_ptr_array_new_with_free_func(g_free);
    hw->nics_by_id = table_new();
    hw->nics_by_path = table_new();
    for (unsigned i = 0; hw->boot_devices && i < hw->boot_devices->len;
         i++) {
        const MachineBootDevice *device = hw->boot_devices->pdata[i];
        char id[BMC_HARDWARE_ID_MAX - 8];
        BmcNic *nic;

        if (device->kind != MACHINE_BOOT_NIC) {
            continue;
        }
        nic = g_new0(BmcNic, 1);
        nic->device = device;
        nic_id(device, id, sizeof(id));
        g_strlcpy(nic->id, id, sizeof(nic->id));
        for (unsigned j = 2; g_hash_table_contains(hw->nics_by_id, nic->id);
             j++) {
            g_snprintf(nic->id, sizeof(nic->id), "%s-%u", id, j);
        }
        if (device->pci) {
            nic->pci = g_hash_table_lookup(hw->functions, device->pci);
            g_hash_table_insert(hw->nics_by_path, device->pci, nic);
        }
        g_ptr_array_add(hw->nics, nic);
        g_hash_table_insert(hw->nics_by_id, nic->id, nic);
    }
}

static void build_disks(BmcHardware *hw)
{
    hw->disks_by_path = table_new();
    for (unsigned i = 0; hw->boot_devices && i < hw->boot_devices->len;
         i++) {
        const MachineBootDevice *device = hw->boot_devices->pdata[i];
        MachinePci *pci = NULL;

        if (device->kind == MACHINE_BOOT_HDD && device->pci) {
            pci = g_hash_table_lookup(hw->functions, device->pci);
        }
        if (pci) {
            g_hash_table_insert(hw->disks_by_path, device->path, pci);
        }
    }
}

static const BmcHardware *hardware(Bmc *bmc)
{
    BmcHardware *hw = bmc->hardware;
    GPtrArray *boot_devices = bmc->boot->devices;
    GPtrArray *pci = bmc->machine->info.pci;

    if (hw->nics && hw->boot_devices == boot_devices && hw->pci == pci) {
        return hw;
    }
    clear(hw);
    hw->boot_devices = boot_devices ? g_ptr_array_ref(boot_devices) : NULL;
    hw->pci = pci ? g_ptr_array_ref(pci) : NULL;
    build_pci(hw);
    build_nics(hw);
    build_disks(hw);
    return hw;
}

static const void *nth(const GPtrArray *array, unsigned n)
{
    return n < array->len ? array->pdata[n] : NULL;
}

const BmcNic *bmc_nic_nth(Bmc *bmc, unsigned n)
{
    return nth(hardware(bmc)->nics, n);
}

const BmcNic *bmc_nic_find(Bmc *bmc, const char *id)
{
    return g_hash_table_lookup(hardware(bmc)->nics_by_id, id);
}

const BmcNic *bmc_nic_of_pci(Bmc *bmc, const MachinePci *pci)
{
    return g_hash_table_lookup(hardware(bmc)->nics_by_path, pci->path);
}

/* virtio-blk and NVMe are disk and controller in one. */
const MachinePci *bmc_pci_of_disk(Bmc *bmc, const BmcDisk *disk)
{
    GHashTable *table = hardware(bmc)->disks_by_path;
    const MachinePci *pci = g_hash_table_lookup(table, disk->disk->path);

    return pci ? pci : g_hash_table_lookup(table, disk->storage->path);
}

/* The disk may be an object within the device. */
const BmcDisk *bmc_disk_of_device(Bmc *bmc, const MachineBootDevice *device)
{
    size_t len = strlen(device->path);
    const BmcDisk *disk;

    if (device->kind != MACHINE_BOOT_HDD &&
        device->kind != MACHINE_BOOT_USB) {
        return NULL;
    }
    for (unsigned i = 0; (disk = bmc_disk_nth(bmc, i)); i++) {
        const char *path = disk->disk->path;

        if (strncmp(path, device->path, len) == 0 &&
            (!path[len] || path[len] == '/')) {
            return disk;
        }
    }
    return NULL;
}

/*
 * A floppy drive boots by an index of its controller, which says nothing of
 * the drive: it is clear only when there is one.
 */
const BmcMediaSlot *bmc_media_of_device(Bmc *bmc,
                                        const MachineBootDevice *device)
{
    const BmcMediaSlot *floppy = NULL;
    unsigned floppies = 0;

    for (unsigned i = 0; i < bmc->media->slots->len; i++) {
        const MediaSlot *slot = bmc->media->slots->pdata[i];

        if (slot->pub.kind == MACHINE_DRIVE_FLOPPY) {
            floppy = &slot->pub;
            floppies++;
        } else if (slot->drive && (g_str_equal(slot->drive, device->name) ||
                                   g_str_equal(slot->drive, device->path))) {
            return &slot->pub;
        }
    }
    return device->kind == MACHINE_BOOT_FLOPPY && floppies == 1 ? floppy
                                                                : NULL;
}

const BmcPciDevice *bmc_pci_device_nth(Bmc *bmc, unsigned n)
{
    return nth(hardware(bmc)->devices, n);
}

const BmcPciDevice *bmc_pci_device_find(Bmc *bmc, const char *id)
{
    return g_hash_table_lookup(hardware(bmc)->devices_by_id, id);
}

const BmcPciDevice *bmc_pci_device_of(Bmc *bmc, const MachinePci *pci)
{
    char id[BMC_HARDWARE_ID_MAX];

    g_strlcpy(id, pci->path, sizeof(id));
    *strrchr(id, '.') = '\0';
    return bmc_pci_device_find(bmc, id);
}

const MachinePci *bmc_pci_find(Bmc *bmc, const char *path)
{
    return g_hash_table_lookup(hardware(bmc)->functions, path);
}

const MachinePci *bmc_graphics_nth(Bmc *bmc, unsigned n)
{
    return nth(hardware(bmc)->graphics, n);
}

static void tell_waiters(BmcHardware *hw)
{
    g_autoptr(GPtrArray) waiters = hw->waiters;

    hw->waiters = g_ptr_array_new_with_free_func(g_object_unref);
    clock_timer_stop(&hw->timer);
    for (unsigned i = 0; i < waiters->len; i++) {
        g_task_return_boolean(waiters->pdata[i], true);
    }
}

static void waited_enough(void *opaque)
{
    tell_waiters(opaque);
}

static void answered(Bmc *bmc)
{
    BmcHardware *hw = bmc->hardware;

    if (--hw->busy == 0) {
        hw->asked_ms = clock_now_ms(bmc->clock);
        hw->asked = true;
        tell_waiters(hw);
    }
}

static void facts_done(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;

    machine_refresh_finish(res, &err);
    if (!g_error_matches(err, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        answered(opaque);
    }
}

static void devices_done(GObject *source, GAsyncResult *res, void *opaque)
{
    if (g_task_propagate_boolean(G_TASK(res), NULL)) {
        answered(opaque);
    }
}

/* The boot override has to know of devices that have come or gone, too. */
static void listed(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GPtrArray) devices = machine_list_boot_devices_finish(res,
                                                                    &err);
    Bmc *bmc = opaque;

    if (g_error_matches(err, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        return;
    }
    if (!devices ||
        (boot_sync_same_devices(bmc->boot->devices, devices) &&
         bmc->boot->keyboard == bmc->machine->keyboard)) {
        answered(bmc);
        return;
    }
    boot_sync_devices_changed(bmc);
    bmc_boot_quiesce_async(bmc, bmc->hardware->cancellable, devices_done,
                           bmc);
}

void bmc_hardware_refresh_async(Bmc *bmc, GCancellable *cancellable,
                                GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);
    BmcHardware *hw = bmc->hardware;

    g_task_set_source_tag(task, bmc_hardware_refresh_async);
    if (!bmc->machine->connected ||
        (!hw->busy && hw->asked &&
         clock_now_ms(bmc->clock) - hw->asked_ms < REFRESH_AGAIN_MS)) {
        g_task_return_boolean(task, true);
        g_object_unref(task);
        return;
    }
    g_ptr_array_add(hw->waiters, task);
    if (!hw->timer) {
        clock_timer_start(bmc->clock, &hw->timer, REFRESH_MAX_MS,
                          waited_enough, hw);
    }
    if (hw->busy) {
        return;
    }
    hw->busy = 2;
    machine_refresh_async(bmc->machine, hw->cancellable, facts_done, bmc);
    machine_list_boot_devices_async(bmc->machine, hw->cancellable, listed,
                                    bmc);
}

bool bmc_hardware_refresh_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

void bmc_set_host_interface(Bmc *bmc, bool there)
{
    bmc->host_interface = there;
}

/* A QEMU that was found running may have been started without it. */
bool bmc_host_interface(Bmc *bmc)
{
    return bmc->host_interface && bmc_nic_find(bmc, BMC_HOST_NIC);
}

void bmc_hardware_new(Bmc *bmc)
{
    bmc->hardware = g_new0(BmcHardware, 1);
    bmc->hardware->cancellable = g_cancellable_new();
    bmc->hardware->waiters = g_ptr_array_new_with_free_func(g_object_unref);
}

void bmc_hardware_free(Bmc *bmc)
{
    BmcHardware *hw = bmc->hardware;

    if (!hw) {
        return;
    }
    g_cancellable_cancel(hw->cancellable);
    clock_timer_stop(&hw->timer);
    for (unsigned i = 0; i < hw->waiters->len; i++) {
        bmc_task_cancelled(g_object_ref(hw->waiters->pdata[i]));
    }
    g_ptr_array_unref(hw->waiters);
    g_object_unref(hw->cancellable);
    clear(hw);
    g_clear_pointer(&bmc->hardware, g_free);
}
