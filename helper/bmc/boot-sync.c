/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bringing QEMU's boot indices in accord with what is wanted: list the
 * devices, plan, make the record durable, set one index after the other. A
 * change of mind meanwhile leads to another round.
 */
#include "osdep.h"

#include "bmc/boot-priv.h"

#include "bmc/boot-native.h"
#include "bmc/boot-plan.h"
#include "bmc/boot-setup.h"
#include "util/crash-point.h"
#include "util/error.h"

/* Each round gets nearer to the end, unless QEMU or a guest sees to it. */
#define MAX_ROUNDS 8

static unsigned allowed_mask(const BmcBootControl *boot)
{
    unsigned mask = 0;
    unsigned target;

    for (target = BMC_BOOT_PXE; target < BMC_BOOT_TARGET__MAX; target++) {
        mask |= (unsigned)boot_sync_has_device(boot, target) << target;
    }
    return mask;
}

static void complete(GPtrArray **waiters, const GError *err)
{
    g_autoptr(GPtrArray) done = *waiters;
    unsigned i;

    *waiters = g_ptr_array_new_with_free_func(g_object_unref);
    for (i = 0; i < done->len; i++) {
        if (err) {
            g_task_return_error(done->pdata[i], g_error_copy(err));
        } else {
            g_task_return_boolean(done->pdata[i], true);
        }
    }
}

static void setter_durable(GObject *source, GAsyncResult *res, void *opaque)
{
    GTask *task = opaque;
    g_autoptr(GError) err = NULL;

    if (persist_flush_finish(res, &err)) {
        crash_point("boot: durable, not answered");
        g_task_return_boolean(task, true);
    } else {
        g_task_return_error(task, g_steal_pointer(&err));
    }
    g_object_unref(task);
}

static void complete_setters(Bmc *bmc, const GError *err)
{
    BmcBootControl *boot = bmc->boot;
    unsigned i;

    if (!err) {
        for (i = 0; i < boot->setters->len; i++) {
            persist_flush_async(bmc->persist, 0, boot->cancellable,
                                setter_durable,
                                g_object_ref(boot->setters->pdata[i]));
        }
        g_ptr_array_set_size(boot->setters, 0);
    } else {
        complete(&boot->setters, err);
    }
}

/* Takes back what could not be done, unless it was wanted before. */
static void give_up(Bmc *bmc, const GError *err)
{
    BmcBootControl *boot = bmc->boot;

    g_message("boot override: %s cannot be set: %s",
              boot_target_name(boot, boot->boot.target), err->message);
    if (boot->setters->len) {
        boot_refused(bmc, err);
        boot->again = boot->records->len > 0;
        complete_setters(bmc, err);
        bmc_changed(bmc, BMC_PART_BOOT);
    }
}

/*
 * Ends a round. Without QEMU the override is kept for the next one; with an
 * error of QEMU's it is dropped.
 */
static void sync_end(Bmc *bmc, const GError *err)
{
    BmcBootControl *boot = bmc->boot;
    bool gone = g_error_matches(err, BMC_ERROR, BMC_ERROR_UNAVAILABLE) ||
                g_error_matches(err, BMC_ERROR, BMC_ERROR_TIMEOUT);

    boot->busy = false;
    if (err && !gone && !boot->again) {
        if (boot->order_new) {
            boot_order_refused(bmc, err);
            boot->again = true;
            complete_setters(bmc, err);
        } else if (boot_wanted_target(boot) == BMC_BOOT_NONE) {
            g_message("boot override: the boot order cannot be put back: "
                      "%s", err->message);
            complete_setters(bmc, err);
        } else {
            give_up(bmc, err);
        }
    }
    if (boot->again) {
        boot->again = false;
        boot_sync_start(bmc);
        return;
    }
    if (err && gone && boot->records->len) {
        g_message("boot override: QEMU does not answer: the boot order is "
                  "brought up to date when it does");
    }
    boot->rounds = 0;
    boot_end_used(bmc);
    boot_order_ended(boot);
    complete_setters(bmc, NULL);
    complete(&boot->quiescers, NULL);
    if (boot->relist) {
        boot->relist = false;
        boot_sync_start(bmc);
    }
}

static void sync_applied(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;
    const char *since = bmc->machine->state == MACHINE_STATE_RUNNING &&
                        boot->dirty ? ", effective from the next reset" : "";

    if (!boot->applied && !boot->again && !boot->missing) {
        boot->applied = true;
        if (boot_wanted_target(boot) == BMC_BOOT_NONE) {
            g_message("boot order: in place%s", since);
        } else {
            g_message("boot override: %s %s: in place%s",
                      boot_target_name(boot, boot->boot.target),
                      boot->boot.enabled == BMC_BOOT_ONCE ? "once" : "always",
                      since);
        }
        if (boot->latched) {
            /* An earlier helper has seen the boot begin */
            boot_settle_begin(bmc);
        }
        if (boot->reset_early) {
            /* It had the override all the time */
            boot_latch(bmc);
        }
    }
    sync_end(bmc, NULL);
}

/* What is left to do is QEMU's own override. */
static void indices_in_place(Bmc *bmc)
{
    if (!boot_native_set(bmc)) {
        sync_applied(bmc);
    }
}

void boot_sync_override_done(Bmc *bmc, const GError *err)
{
    BmcBootControl *boot = bmc->boot;

    if (!err) {
        sync_applied(bmc);
        return;
    }
    if ((g_error_matches(err, BMC_ERROR, BMC_ERROR_NOT_FOUND) ||
         g_error_matches(err, BMC_ERROR, BMC_ERROR_STATE) ||
         g_error_matches(err, BMC_ERROR, BMC_ERROR_FAILED)) &&
        boot->rounds < MAX_ROUNDS) {
        /* Unplugged since, without its index, or boot indices have to do */
        boot->again = true;
    }
    sync_end(bmc, err);
}

void boot_sync_override_cleared(Bmc *bmc, const GError *err)
{
    if (!err) {
        bmc->boot->again = true;
    }
    sync_end(bmc, err);
}

static void steps_done(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;

    if (boot->goal == GOAL_ARM) {
        crash_point("boot: all set");
        boot_store_reached(bmc);
        indices_in_place(bmc);
        return;
    }
    if (boot->goal == GOAL_RESTORE) {
        crash_point("boot: put back, record is there");
        boot_end_used(bmc);
        boot_store_clear(boot);
        boot_store_save(bmc);
    }
    if (boot_is_wanted(boot)) {
        boot->again = true;
    }
    sync_end(bmc, NULL);
}

static void next_step(Bmc *bmc);

static void step_done(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    bool ok = machine_set_boot_index_finish(res, &err);
    BmcBootControl *boot;
    Bmc *bmc = opaque;

    if (bmc_error_is_cancelled(err)) {
        return;
    }
    boot = bmc->boot;
    if (ok) {
        crash_point("boot: index set");
        boot->dirty = true;
        boot->reset_early = false;
        boot->step++;
        next_step(bmc);
        return;
    }
    if (g_error_matches(err, BMC_ERROR, BMC_ERROR_NOT_FOUND) &&
        boot->rounds < MAX_ROUNDS) {
        /* Unplugged since it was listed */
        boot->again = true;
    }
    if (g_error_matches(err, BMC_ERROR, BMC_ERROR_EXISTS)) {
        g_clear_error(&err);
        err = g_error_new_literal(BMC_ERROR, BMC_ERROR_STATE,
                                  "something that is no device comes first "
                                  "in this machine's boot order, such as a "
                                  "kernel given with -kernel");
    }
    sync_end(bmc, err);
}

static void next_step(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;
    const MachineBootDevice *device;
    const BootPlanStep *step;

    if (boot->goal == GOAL_ARM && !boot->records->len) {
        /* QEMU has gone since; what is there now has to be looked at */
        boot->again = true;
        sync_end(bmc, NULL);
        return;
    }
    if (boot->step == boot->steps->len) {
        steps_done(bmc);
        return;
    }
    step = &g_array_index(boot->steps, BootPlanStep, boot->step);
    device = boot->devices->pdata[step->device];
    machine_set_boot_index_async(bmc->machine, device->path,
                                 device->property, step->index,
                                 boot->cancellable, step_done, bmc);
}

static void recorded(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    Bmc *bmc = opaque;

    if (persist_flush_finish(res, &err)) {
        crash_point("boot: recorded, nothing set");
        next_step(bmc);
    } else if (!bmc_error_is_cancelled(err)) {
        sync_end(bmc, err);
    }
}

static void run_steps(Bmc *bmc, SyncGoal goal, const int32_t *wanted)
{
    BmcBootControl *boot = bmc->boot;
    const int32_t *current = boot->current;
    unsigned n = boot->devices->len;
    unsigned i;

    boot->goal = goal;
    boot->step = 0;
    g_clear_pointer(&boot->steps, g_array_unref);
    boot->steps = boot_plan_steps(current, wanted, n);
    if (goal != GOAL_ARM) {
        next_step(bmc);
        return;
    }
    boot_store_clear(boot);
    for (i = 0; i < n; i++) {
        const MachineBootDevice *device = boot->devices->pdata[i];

        boot_store_add(boot, device->path, device->property,
                       boot->original[i], wanted[i], current[i]);
    }
    boot->latched = false;
    crash_point("boot: planned, not recorded");
    boot_store_save(bmc);
    persist_flush_async(bmc->persist, 0, boot->cancellable, recorded, bmc);
}

/*
 * What the indices would be without us. A device whose index is neither
 * what we made it nor what it was while we were about to has been changed by
 * somebody else, or belongs to another QEMU process: then that is what it is.
 */
static void find_originals(BmcBootControl *boot)
{
    g_autofree bool *firm = g_new0(bool, boot->devices->len + 1);
    unsigned i;

    g_free(boot->current);
    g_free(boot->original);
    boot->current = g_new0(int32_t, boot->devices->len + 1);
    boot->original = g_new0(int32_t, boot->devices->len + 1);
    for (i = 0; i < boot->devices->len; i++) {
        const MachineBootDevice *device = boot->devices->pdata[i];
        const BootRecord *record = boot_store_find(boot, device);
        int32_t now = device->index;

        boot->current[i] = now;
        boot->original[i] = record &&
                            (now == record->armed || now == record->was) ?
                            record->original : now;
        firm[i] = boot->original[i] == now;
    }
    boot_plan_distinct(boot->original, firm, boot->devices->len);
}

/*
 * Whether a device would have an index for a while that is neither what it
 * was nor what it is to get, so that nobody could tell whose it is.
 */
static bool needs_detour(const BmcBootControl *boot, const int32_t *wanted)
{
    unsigned n = boot->devices->len;
    g_autoptr(GArray) steps = boot_plan_steps(boot->current, wanted, n);
    unsigned changes = 0;
    unsigned i;

    for (i = 0; i < n; i++) {
        changes += boot->current[i] != wanted[i];
    }
    return steps->len > changes;
}

static void plan_arm(Bmc *bmc, const int32_t *wanted)
{
    BmcBootControl *boot = bmc->boot;
    unsigned n = boot->devices->len;
    size_t size = n * sizeof(*wanted);
    g_autofree int32_t *all = g_memdup2(boot->original, size);
    bool changed = memcmp(boot->current, boot->original, size);
    bool make_explicit;

    if (!memcmp(boot->current, wanted, size) && boot->records->len == n) {
        boot->goal = GOAL_ARM;
        indices_in_place(bmc);
        return;
    }
    boot->applied = false;
    make_explicit = bmc_boot_mode(bmc) == MACHINE_FIRMWARE_UEFI &&
                    boot_plan_explicit(boot->devices, all);
    if (changed && (make_explicit || needs_detour(boot, wanted))) {
        run_steps(bmc, GOAL_RESTORE, boot->original);
    } else if (make_explicit) {
        run_steps(bmc, GOAL_EXPLICIT, all);
    } else {
        run_steps(bmc, GOAL_ARM, wanted);
    }
}

/*
 * The indices are those of the order without the override, but for a device
 * that has none.
 */
static void plan_override(Bmc *bmc, int position, int32_t *wanted)
{
    BmcBootControl *boot = bmc->boot;
    size_t size = boot->devices->len * sizeof(*wanted);

    boot_native_index(boot, position, wanted);
    if (boot->order || memcmp(wanted, boot->original, size)) {
        plan_arm(bmc, wanted);
    } else if (boot->records->len) {
        boot->applied = false;
        run_steps(bmc, GOAL_RESTORE, boot->original);
    } else {
        indices_in_place(bmc);
    }
}

int boot_sync_position(const BmcBootControl *boot)
{
    g_autofree int32_t *base = g_new0(int32_t, boot->devices->len + 1);

    boot_order_plan(boot, base);
    return boot_native_position(
        boot, boot_position(boot, base, boot_wanted_target(boot)));
}

static void plan(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;
    BmcBootTarget target = boot_wanted_target(boot);
    unsigned n = boot->devices->len;
    g_autofree int32_t *base = g_new0(int32_t, n + 1);
    g_autofree int32_t *wanted = g_new0(int32_t, n + 1);
    int position = boot_sync_position(boot);
    g_autoptr(GError) err = NULL;
    bool was_missing = boot->missing;

    boot_order_plan(boot, base);
    memcpy(wanted, base, n * sizeof(*wanted));
    boot->missing = position < 0 && target != BMC_BOOT_NONE &&
                    !(target == BMC_BOOT_SETUP && boot_setup_possible(bmc));
    switch (boot_native_plan(bmc, position)) {
    case BOOT_NATIVE_AGAIN:
        boot->again = true;
        sync_end(bmc, NULL);
        return;
    case BOOT_NATIVE_CLEAR:
        boot_native_clear(bmc);
        return;
    case BOOT_NATIVE_OVERRIDE:
        if (target == BMC_BOOT_SETUP) {
            break; /* it is no device: QEMU has nothing to do */
        }
        plan_override(bmc, position, wanted);
        return;
    case BOOT_NATIVE_INDICES:
        break;
    }
    if (position >= 0) {
        boot_plan_first(boot->devices, base, position, wanted);
        plan_arm(bmc, wanted);
        return;
    }
    boot->applied = boot->applied && !boot->missing;
    if (boot->missing && boot->setters->len && !boot->order_new) {
        err = g_error_new(BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                          "the machine has no %s to boot from",
                          boot_target_name(boot, target));
        sync_end(bmc, err);
        return;
    }
    if (boot->missing && !was_missing) {
        g_message("boot override: the machine has no %s to boot from at "
                  "present", boot_target_name(boot, target));
    }
    if (boot->order) {
        plan_arm(bmc, wanted);
    } else if (boot->records->len) {
        boot->applied = false;
        run_steps(bmc, GOAL_RESTORE, boot->original);
    } else if (target == BMC_BOOT_SETUP) {
        sync_applied(bmc);
    } else {
        sync_end(bmc, NULL);
    }
}

bool boot_sync_same_devices(const GPtrArray *a, const GPtrArray *b)
{
    if (!a || a->len != b->len) {
        return false;
    }
    for (unsigned i = 0; i < a->len; i++) {
        const MachineBootDevice *x = a->pdata[i];
        const MachineBootDevice *y = b->pdata[i];

        if (strcmp(x->path, y->path) || strcmp(x->property, y->property) ||
            g_strcmp0(x->mac, y->mac) || g_strcmp0(x->type, y->type) ||
            g_strcmp0(x->pci, y->pci) || g_strcmp0(x->efi, y->efi) || x->mtu != y->mtu ||
            x->size != y->size) {
            return false;
        }
    }
    return true;
}

/* Devices and QEMU's own override are known. */
static void asked(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    bool ok = machine_query_override_finish(res, &err);
    BmcBootControl *boot;
    Bmc *bmc = opaque;

    if (bmc_error_is_cancelled(err)) {
        return;
    }
    boot = bmc->boot;
    if (!ok && !g_error_matches(err, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED)) {
        sync_end(bmc, err);
        return;
    }
    g_clear_error(&err);
    if (boot->rounds++ < MAX_ROUNDS) {
        plan(bmc);
    } else {
        boot->again = false;
        err = g_error_new(BMC_ERROR, BMC_ERROR_FAILED,
                          "QEMU does not keep the boot order");
        sync_end(bmc, err);
    }
}

static void listed(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    GPtrArray *devices = machine_list_boot_devices_finish(res, &err);
    BmcBootControl *boot;
    Bmc *bmc = opaque;
    unsigned before;
    bool same;

    if (bmc_error_is_cancelled(err)) {
        g_clear_pointer(&devices, g_ptr_array_unref);
        return;
    }
    boot = bmc->boot;
    if (!devices) {
        sync_end(bmc, err);
        return;
    }
    before = allowed_mask(boot);
    same = boot_sync_same_devices(boot->devices, devices);
    g_clear_pointer(&boot->devices, g_ptr_array_unref);
    boot->devices = devices;
    boot->keyboard = bmc->machine->keyboard;
    find_originals(boot);
    boot_order_follow(boot);
    machine_query_override_async(bmc->machine, boot->cancellable, asked, bmc);
    if (allowed_mask(boot) != before) {
        bmc_changed(bmc, BMC_PART_BOOT);
    }
    if (!same) {
        bmc_changed(bmc, BMC_PART_INVENTORY);
    }
}

static bool has_uefi_name(const BmcBootControl *boot)
{
    bool found = false;

    for (guint i = 0; i < boot->devices->len; i++) {
        const MachineBootDevice *device = boot->devices->pdata[i];

        found = found || device->efi;
    }
    return found;
}

bool boot_sync_has_device(const BmcBootControl *boot, BmcBootTarget target)
{
    g_autofree int32_t *indices = NULL;

    if (!boot->devices) {
        return true;
    }
    if (target == BMC_BOOT_SETUP) {
        return boot->keyboard;
    }
    if (target == BMC_BOOT_UEFI) {
        return has_uefi_name(boot);
    }
    if (target == BMC_BOOT_DEVICE) {
        return boot->devices->len;
    }
    indices = g_new0(int32_t, boot->devices->len + 1);
    return boot_plan_target(boot->devices, indices, target) >= 0;
}

/* Brings QEMU's boot indices in accord with what is wanted. */
void boot_sync_start(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;

    if (boot->busy) {
        boot->again = true;
    } else if (!bmc->machine->connected) {
        sync_end(bmc, NULL);
    } else {
        boot->busy = true;
        machine_list_boot_devices_async(bmc->machine, boot->cancellable,
                                        listed, bmc);
    }
}

void boot_sync_devices_changed(Bmc *bmc)
{
    if (bmc->boot->busy) {
        bmc->boot->relist = true;
    } else {
        boot_sync_start(bmc);
    }
}
