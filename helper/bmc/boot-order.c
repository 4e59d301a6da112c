/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The boot order that a user has set, which is the one that an override
 * stands before, and the one device that an override can be about. Both name
 * devices by references. An order is kept for good: a device that is not
 * there at present has its place when it comes back.
 */
#include "osdep.h"

#include "bmc/boot-priv.h"

#include "bmc/boot-plan.h"
#include "util/crash-point.h"
#include "util/error.h"

#define MAX_WAITERS 32
/* As many devices as are listed at most. */
#define MAX_ORDER 1024

static int position_of(const BmcBootControl *boot, const char *reference)
{
    char other[BMC_BOOT_REFERENCE_LEN];
    unsigned i;

    for (i = 0; reference && boot->devices && i < boot->devices->len; i++) {
        bmc_boot_reference(boot->devices->pdata[i], other);
        if (g_str_equal(other, reference)) {
            return i;
        }
    }
    return -1;
}

static int position_of_uefi(const BmcBootControl *boot, const char *path)
{
    for (guint i = 0; path && boot->devices && i < boot->devices->len; i++) {
        const MachineBootDevice *device = boot->devices->pdata[i];

        if (device->efi && g_ascii_strcasecmp(device->efi, path) == 0) {
            return i;
        }
    }
    return -1;
}

/* Returns the positions of the devices of the order that are there. */
static GArray *order_positions(const BmcBootControl *boot)
{
    GArray *positions = g_array_new(false, false, sizeof(unsigned));
    char **reference;

    for (reference = boot->order; *reference; reference++) {
        int found = position_of(boot, *reference);
        unsigned position = found;

        if (found >= 0) {
            g_array_append_val(positions, position);
        }
    }
    return positions;
}

static bool is_order(const BmcBootControl *boot,
                     const char *const *references, GError **errp)
{
    unsigned i;

    for (i = 0; references[i]; i++) {
        if (i == MAX_ORDER || position_of(boot, references[i]) < 0) {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                        "the machine has no boot device of that name");
            return false;
        }
        if (g_strv_contains(references + i + 1, references[i])) {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                        "a boot device is named twice");
            return false;
        }
    }
    return true;
}

BmcBootTarget boot_wanted_target(const BmcBootControl *boot)
{
    return boot->used_up ? BMC_BOOT_NONE : boot->boot.target;
}

bool boot_is_wanted(const BmcBootControl *boot)
{
    return boot_wanted_target(boot) != BMC_BOOT_NONE || boot->order;
}

void boot_order_plan(const BmcBootControl *boot, int32_t *wanted)
{
    g_autoptr(GArray) positions = NULL;

    if (boot->order) {
        positions = order_positions(boot);
        boot_plan_order(boot->devices, boot->original, positions, wanted);
    } else {
        memcpy(wanted, boot->original, boot->devices->len * sizeof(*wanted));
    }
}

void boot_order_follow(BmcBootControl *boot)
{
    g_autofree int32_t *wanted = NULL;

    g_clear_pointer(&boot->sequence, g_array_unref);
    if (boot->devices) {
        wanted = g_new0(int32_t, boot->devices->len + 1);
        boot_order_plan(boot, wanted);
        boot->sequence = boot_plan_sequence(boot->devices, wanted);
    }
}

void boot_order_ended(BmcBootControl *boot)
{
    boot->order_new = false;
    g_clear_pointer(&boot->order_before, g_strfreev);
}

void boot_order_refused(Bmc *bmc, const GError *err)
{
    BmcBootControl *boot = bmc->boot;

    g_message("boot order: cannot be set: %s", err->message);
    g_strfreev(boot->order);
    boot->order = g_steal_pointer(&boot->order_before);
    boot->order_new = false;
    boot->applied = false;
    boot_order_follow(boot);
    boot_store_save(bmc);
    bmc_changed(bmc, BMC_PART_BOOT);
}

void boot_order_free(BmcBootControl *boot)
{
    g_free(boot->next);
    g_free(boot->uefi);
    g_strfreev(boot->order);
    g_strfreev(boot->order_before);
    g_free(boot->current);
    g_free(boot->original);
    g_clear_pointer(&boot->sequence, g_array_unref);
}

int boot_position(const BmcBootControl *boot, const int32_t *indices,
                  BmcBootTarget target)
{
    return target == BMC_BOOT_DEVICE ? position_of(boot, boot->next) :
           target == BMC_BOOT_UEFI ? position_of_uefi(boot, boot->uefi) :
           boot_plan_target(boot->devices, indices, target);
}

/* Both floppy drives of a controller have its name. */
void bmc_boot_reference(const MachineBootDevice *device,
                        char reference[BMC_BOOT_REFERENCE_LEN])
{
    const char *name = device->name;
    size_t len;

    if (g_str_has_prefix(name, "/machine/")) {
        name += strlen("/machine/");
    }
    g_strlcpy(reference, name, BMC_BOOT_REFERENCE_LEN - strlen("-A"));
    g_strcanon(reference, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_.", '-');
    len = strlen(reference);
    while (len && reference[len - 1] == '-') {
        reference[--len] = '\0'; /* "device[1]" */
    }
    if (!g_str_equal(device->property, "bootindex")) {
        reference[len++] = '-';
        reference[len++] = device->property[strlen(device->property) - 1];
        reference[len] = '\0';
    }
}

const MachineBootDevice *bmc_boot_find(const Bmc *bmc, const char *reference)
{
    int position = position_of(bmc->boot, reference);

    return position < 0 ? NULL : bmc->boot->devices->pdata[position];
}

const MachineBootDevice *bmc_boot_nth(const Bmc *bmc, unsigned n)
{
    const BmcBootControl *boot = bmc->boot;

    if (!boot->sequence || n >= boot->sequence->len) {
        return NULL;
    }
    return boot->devices->pdata[g_array_index(boot->sequence, unsigned, n)];
}

const char *bmc_boot_next(const Bmc *bmc)
{
    return bmc->boot->next;
}

void bmc_boot_set_next(Bmc *bmc, const char *reference)
{
    char *copy = g_strdup(reference);

    /* What ends one that a boot has used must not end this one */
    boot_end_used(bmc);
    g_free(bmc->boot->next);
    bmc->boot->next = copy;
    boot_store_save(bmc);
    bmc_changed(bmc, BMC_PART_BOOT);
}

const MachineBootDevice *bmc_boot_find_uefi(const Bmc *bmc, const char *path)
{
    int position = position_of_uefi(bmc->boot, path);

    return position < 0 ? NULL : bmc->boot->devices->pdata[position];
}

const char *bmc_boot_uefi(const Bmc *bmc)
{
    return bmc->boot->uefi;
}

void bmc_boot_set_uefi(Bmc *bmc, const char *path)
{
    char *copy = g_strdup(path);

    g_free(bmc->boot->uefi);
    bmc->boot->uefi = copy;
    boot_store_save(bmc);
    bmc_changed(bmc, BMC_PART_BOOT);
}

void bmc_boot_set_order_async(Bmc *bmc, const char *const *references,
                              const BmcOrigin *origin,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);
    g_autofree char *who = bmc_origin_to_string(origin);
    BmcBootControl *boot = bmc->boot;
    g_autofree char *text = NULL;
    GError *err = NULL;

    g_task_set_source_tag(task, bmc_boot_set_order_async);
    if (references && !is_order(boot, references, &err)) {
        g_task_return_error(task, err);
        g_object_unref(task);
        return;
    }
    if (boot->setters->len >= MAX_WAITERS) {
        g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_BUSY,
                                "too many requests are waiting");
        g_object_unref(task);
        return;
    }
    text = references ? g_strjoinv(", ", (char **)references)
                      : g_strdup("as QEMU was started with");
    g_message("boot order: %s, set by %s", text, who);
    if (boot->order_new) {
        g_strfreev(boot->order);
    } else {
        boot->order_before = boot->order;
        boot->order_new = true;
    }
    boot->order = g_strdupv((char **)references);
    boot->applied = false;
    boot->rounds = 0;
    boot_order_follow(boot);
    crash_point("boot order: wanted, not kept");
    boot_store_save(bmc);
    g_ptr_array_add(boot->setters, task);
    boot_sync_start(bmc);
    bmc_changed(bmc, BMC_PART_BOOT);
}

bool bmc_boot_set_order_finish(Bmc *bmc, GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}
