/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot override. While one is set, the boot indices in QEMU are changed so
 * that its device comes first; a record of what they were is made durable
 * before the first of them is touched.
 *
 * "Once" is consumed by a boot, whoever starts it. QEMU does not tell when
 * firmware reads the boot order, only of resets, and those are not boots:
 * SeaBIOS resets the machine once or twice more within 50 ms of a warm
 * reset, and an order put back before that would be the one that counts. So
 * a reset, or a start from off with the order in place, latches the
 * override, and it is consumed when the machine has then run for SETTLE_MS
 * without another reset; the clock stands still while the machine does. It
 * is consumed earlier when the guest powers off, which firmware never does,
 * and when we reset or stop a machine with a BIOS that has run for
 * FIRMWARE_READS_MS, several times what SeaBIOS needs. Otherwise a machine
 * that is interrupted sooner keeps it: an override that applies twice is
 * annoying, one that is lost breaks a deployment. For the same reason the
 * reset that is part of a force off, after which nothing runs, consumes
 * nothing.
 */
#include "osdep.h"

#include "bmc/boot.h"

#include <json-glib/json-glib.h>

#include "bmc/bmc-priv.h"
#include "bmc/boot-plan.h"
#include "util/error.h"
#include "util/json.h"
#include "util/log.h"

#define SETTLE_MS 2000
#define FIRMWARE_READS_MS 500

#define MAX_WAITERS 32
#define MAX_ROUNDS 8
#define MAX_RECORDS 1024

/* IPMI 2.0 table 28-14, parameter 5 */
#define FLAGS_VALID 0x80
#define FLAGS_PERSISTENT 0x40
#define FLAGS_EFI 0x20
#define FLAGS_DEVICE_MASK 0x3c
#define FLAGS_DEVICE_SHIFT 2

/* What was done to the index of one device. */
typedef struct BootRecord {
    char *path;
    char *property;
    int32_t original;
    int32_t armed;
} BootRecord;

typedef enum SyncGoal {
    GOAL_ARM,      /* put the target first */
    GOAL_RESTORE,  /* undo it */
    GOAL_EXPLICIT, /* give indices to a machine that has none */
} SyncGoal;

/*
 * @boot: what is wanted, which is what is reported
 * @devices: as last listed, or NULL
 * @records: what has been or is being done to QEMU's indices
 * @applied: QEMU has the order that @boot wants
 * @dirty: firmware may see another order at a start without a reset: an
 *         index was set since the last one, or that is not known
 * @latched: a boot is using it
 * @settle_left_ms: running time left until it counts as consumed
 * @settle_since_ms: when @settle_timer was started
 * @connected: QMP answered when last looked at
 * @was_off: whether the machine was off when last looked at
 * @busy: indices are being brought up to date
 * @again: not finished: another round is needed
 * @relist: devices have changed meanwhile: look at them afterwards
 * @rounds: rounds without an end
 * @setters: GTasks of bmc_boot_set_async()
 * @quiescers: GTasks of bmc_boot_quiesce_async()
 */
struct BmcBootControl {
    BmcBoot boot;
    GPtrArray *devices;
    GPtrArray *records;
    bool applied;
    bool dirty;
    bool latched;
    int64_t settle_left_ms;
    int64_t settle_since_ms;
    ClockTimer *settle_timer;
    bool connected;
    bool was_off;
    GCancellable *cancellable;
    bool busy;
    bool again;
    bool relist;
    unsigned rounds;
    SyncGoal goal;
    GArray *steps;
    unsigned step;
    GPtrArray *setters;
    GPtrArray *quiescers;
};

static const char *const target_names[BMC_BOOT_TARGET__MAX] = {
    [BMC_BOOT_NONE] = "none",
    [BMC_BOOT_PXE] = "network",
    [BMC_BOOT_HDD] = "disk",
    [BMC_BOOT_CD] = "CD",
};

/* IPMI 2.0 table 28-14, parameter 5, data 2: boot device selector */
static const uint8_t target_selectors[BMC_BOOT_TARGET__MAX] = {
    [BMC_BOOT_NONE] = 0,
    [BMC_BOOT_PXE] = 1,
    [BMC_BOOT_HDD] = 2,
    [BMC_BOOT_CD] = 5,
};

static void record_free(void *opaque)
{
    BootRecord *record = opaque;

    g_free(record->path);
    g_free(record->property);
    g_free(record);
}

static void record_add(BmcBootControl *boot, const char *path,
                       const char *property, int32_t original, int32_t armed)
{
    BootRecord *record = g_new0(BootRecord, 1);

    record->path = g_strdup(path);
    record->property = g_strdup(property);
    record->original = original;
    record->armed = armed;
    g_ptr_array_add(boot->records, record);
}

static void records_clear(BmcBootControl *boot)
{
    g_ptr_array_set_size(boot->records, 0);
}

static const BootRecord *record_find(const BmcBootControl *boot,
                                     const MachineBootDevice *device)
{
    unsigned i;

    for (i = 0; i < boot->records->len; i++) {
        const BootRecord *record = boot->records->pdata[i];

        if (!strcmp(record->path, device->path) &&
            !strcmp(record->property, device->property)) {
            return record;
        }
    }
    return NULL;
}

static JsonObject *record_to_json(const BootRecord *record)
{
    JsonObject *object = json_object_new();

    json_object_set_string_member(object, "path", record->path);
    json_object_set_string_member(object, "property", record->property);
    json_object_set_int_member(object, "original", record->original);
    json_object_set_int_member(object, "armed", record->armed);
    return object;
}

static void save(Bmc *bmc)
{
    const BmcBootControl *boot = bmc->boot;
    JsonObject *section = json_object_new();
    JsonArray *flags = json_array_new();
    JsonArray *devices = json_array_new();
    unsigned i;

    for (i = 0; i < sizeof(boot->boot.ipmi_flags); i++) {
        json_array_add_int_element(flags, boot->boot.ipmi_flags[i]);
    }
    for (i = 0; i < boot->records->len; i++) {
        json_array_add_object_element(
            devices, record_to_json(boot->records->pdata[i]));
    }
    json_object_set_int_member(section, "enabled", boot->boot.enabled);
    json_object_set_int_member(section, "target", boot->boot.target);
    json_object_set_array_member(section, "ipmi-flags", flags);
    json_object_set_boolean_member(section, "latched", boot->latched);
    json_object_set_array_member(section, "devices", devices);
    persist_set(bmc->persist, "boot", section);
}

static void load_record(BmcBootControl *boot, JsonObject *object)
{
    const char *path;
    const char *property;
    int64_t original;
    int64_t armed;

    if (json_get_string(object, "path", &path) == JSON_GET_OK &&
        json_get_string(object, "property", &property) == JSON_GET_OK &&
        json_get_int(object, "original", &original) == JSON_GET_OK &&
        json_get_int(object, "armed", &armed) == JSON_GET_OK &&
        original >= -1 && original <= INT32_MAX &&
        armed >= -1 && armed <= INT32_MAX) {
        record_add(boot, path, property, original, armed);
    }
}

static void load_flags(BmcBootControl *boot, JsonArray *flags)
{
    unsigned i;

    for (i = 0; i < sizeof(boot->boot.ipmi_flags) &&
                i < json_array_get_length(flags); i++) {
        JsonNode *node = json_array_get_element(flags, i);

        if (JSON_NODE_HOLDS_VALUE(node) &&
            json_node_get_value_type(node) == G_TYPE_INT64) {
            boot->boot.ipmi_flags[i] = json_node_get_int(node);
        }
    }
}

/* Keeps the view of IPMI in step with what is wanted. */
static void update_flags(BmcBoot *boot)
{
    uint8_t *flags = boot->ipmi_flags;

    flags[0] &= ~(FLAGS_VALID | FLAGS_PERSISTENT);
    if (boot->enabled != BMC_BOOT_DISABLED) {
        flags[0] |= FLAGS_VALID;
    }
    if (boot->enabled == BMC_BOOT_CONTINUOUS) {
        flags[0] |= FLAGS_PERSISTENT;
    }
    flags[1] &= ~FLAGS_DEVICE_MASK;
    flags[1] |= target_selectors[boot->target] << FLAGS_DEVICE_SHIFT;
}

static void load(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;
    JsonObject *section = persist_get(bmc->persist, "boot");
    JsonArray *array;
    int64_t enabled;
    int64_t target;
    unsigned i;

    if (!section ||
        json_get_int(section, "enabled", &enabled) != JSON_GET_OK ||
        json_get_int(section, "target", &target) != JSON_GET_OK ||
        enabled < BMC_BOOT_DISABLED || enabled > BMC_BOOT_CONTINUOUS ||
        target < BMC_BOOT_NONE || target >= BMC_BOOT_TARGET__MAX ||
        (enabled == BMC_BOOT_DISABLED) != (target == BMC_BOOT_NONE)) {
        return;
    }
    boot->boot.enabled = enabled;
    boot->boot.target = target;
    json_get_bool(section, "latched", &boot->latched);
    if (json_get_array(section, "ipmi-flags", &array) == JSON_GET_OK) {
        load_flags(boot, array);
    }
    if (json_get_array(section, "devices", &array) != JSON_GET_OK) {
        return;
    }
    for (i = 0; i < MIN(json_array_get_length(array), MAX_RECORDS); i++) {
        JsonNode *node = json_array_get_element(array, i);

        if (JSON_NODE_HOLDS_OBJECT(node)) {
            load_record(boot, json_node_get_object(node));
        }
    }
}

static void want(Bmc *bmc, BmcBootEnabled enabled, BmcBootTarget target)
{
    BmcBootControl *boot = bmc->boot;

    boot->boot.enabled = enabled;
    boot->boot.target = target;
    boot->applied = false;
    boot->latched = false;
    boot->rounds = 0;
    clock_timer_stop(&boot->settle_timer);
    update_flags(&boot->boot);
    save(bmc);
}

static bool has_device(const BmcBootControl *boot, BmcBootTarget target)
{
    g_autofree int32_t *indices = NULL;

    if (!boot->devices) {
        return true;
    }
    indices = g_new0(int32_t, boot->devices->len + 1);
    return boot_plan_target(boot->devices, indices, target) >= 0;
}

static unsigned allowed_mask(const BmcBootControl *boot)
{
    unsigned mask = 0;
    unsigned target;

    for (target = BMC_BOOT_PXE; target < BMC_BOOT_TARGET__MAX; target++) {
        mask |= (unsigned)has_device(boot, target) << target;
    }
    return mask;
}

static void sync_start(Bmc *bmc);
static void settle_follow(Bmc *bmc);

static void consume(Bmc *bmc, const char *why)
{
    g_message("boot override: %s once: consumed, %s",
              target_names[bmc->boot->boot.target], why);
    want(bmc, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    sync_start(bmc);
    bmc_changed(bmc, BMC_PART_BOOT);
}

static void settled(void *opaque)
{
    Bmc *bmc = opaque;

    bmc->boot->settle_left_ms = 0;
    consume(bmc, "the machine has booted");
}

static int64_t settle_ran_ms(const Bmc *bmc)
{
    const BmcBootControl *boot = bmc->boot;
    int64_t left = boot->settle_left_ms;

    if (boot->settle_timer) {
        left -= clock_now_ms(bmc->clock) - boot->settle_since_ms;
    }
    return SETTLE_MS - left;
}

/* Lets the settle time pass while the machine runs, and only then. */
static void settle_follow(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;
    bool running = bmc->machine->state == MACHINE_STATE_RUNNING;

    if (boot->settle_timer && !running) {
        boot->settle_left_ms = SETTLE_MS - settle_ran_ms(bmc);
        clock_timer_stop(&boot->settle_timer);
    } else if (!boot->settle_timer && running && boot->latched &&
               boot->applied) {
        boot->settle_since_ms = clock_now_ms(bmc->clock);
        clock_timer_start(bmc->clock, &boot->settle_timer,
                          boot->settle_left_ms, settled, bmc);
    }
}

/* From now on a boot uses the override. */
static void latch(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;

    if (boot->boot.enabled != BMC_BOOT_ONCE || !boot->applied) {
        return;
    }
    clock_timer_stop(&boot->settle_timer);
    boot->settle_left_ms = SETTLE_MS;
    if (!boot->latched) {
        boot->latched = true;
        save(bmc);
    }
    settle_follow(bmc);
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
            persist_flush_async(bmc->persist, boot->cancellable,
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
              target_names[boot->boot.target], err->message);
    if (boot->setters->len) {
        want(bmc, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
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
        if (boot->boot.enabled == BMC_BOOT_DISABLED) {
            g_message("boot override: the boot order cannot be put back: "
                      "%s", err->message);
            complete_setters(bmc, err);
        } else {
            give_up(bmc, err);
        }
    }
    if (boot->again) {
        boot->again = false;
        sync_start(bmc);
        return;
    }
    boot->rounds = 0;
    complete_setters(bmc, NULL);
    complete(&boot->quiescers, NULL);
    if (boot->relist) {
        boot->relist = false;
        sync_start(bmc);
    }
}

static void sync_applied(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;

    if (!boot->applied && !boot->again) {
        boot->applied = true;
        g_message("boot override: %s %s: in place%s",
                  target_names[boot->boot.target],
                  boot->boot.enabled == BMC_BOOT_ONCE ? "once" : "always",
                  bmc->machine->state == MACHINE_STATE_RUNNING &&
                  boot->dirty ? ", effective from the next reset" : "");
        if (boot->latched) {
            /* An earlier helper has seen the boot begin */
            boot->settle_left_ms = SETTLE_MS;
            settle_follow(bmc);
        }
    }
    sync_end(bmc, NULL);
}

static void steps_done(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;

    if (boot->goal == GOAL_ARM) {
        sync_applied(bmc);
        return;
    }
    if (boot->goal == GOAL_RESTORE) {
        records_clear(boot);
        save(bmc);
    }
    if (boot->boot.enabled != BMC_BOOT_DISABLED) {
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
        boot->dirty = true;
        boot->step++;
        next_step(bmc);
        return;
    }
    if (g_error_matches(err, BMC_ERROR, BMC_ERROR_NOT_FOUND) &&
        boot->rounds < MAX_ROUNDS) {
        /* Unplugged since it was listed */
        boot->again = true;
    }
    sync_end(bmc, err);
}

static void next_step(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;
    const MachineBootDevice *device;
    const BootPlanStep *step;

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
        next_step(bmc);
    } else if (!bmc_error_is_cancelled(err)) {
        sync_end(bmc, err);
    }
}

static void run_steps(Bmc *bmc, SyncGoal goal, const int32_t *current,
                      const int32_t *wanted)
{
    BmcBootControl *boot = bmc->boot;
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
    records_clear(boot);
    for (i = 0; i < n; i++) {
        const MachineBootDevice *device = boot->devices->pdata[i];

        record_add(boot, device->path, device->property, current[i],
                   wanted[i]);
    }
    boot->latched = false;
    save(bmc);
    persist_flush_async(bmc->persist, boot->cancellable, recorded, bmc);
}

/*
 * What the indices would be without us. A device whose index is neither
 * what it was nor what we made it has been changed by somebody else, or
 * belongs to another QEMU process: then that is what it is.
 */
static void find_originals(const BmcBootControl *boot, int32_t *current,
                           int32_t *original)
{
    unsigned i;

    for (i = 0; i < boot->devices->len; i++) {
        const MachineBootDevice *device = boot->devices->pdata[i];
        const BootRecord *record = record_find(boot, device);

        current[i] = device->index;
        original[i] = record && current[i] == record->armed ?
                      record->original : current[i];
    }
}

static void plan_arm(Bmc *bmc, const int32_t *current, int32_t *original,
                     int target)
{
    BmcBootControl *boot = bmc->boot;
    unsigned n = boot->devices->len;
    size_t size = n * sizeof(*current);
    g_autofree int32_t *wanted = g_new0(int32_t, n + 1);

    boot_plan_first(boot->devices, original, target, wanted);
    if (!memcmp(current, wanted, size) && boot->records->len == n) {
        boot->goal = GOAL_ARM;
        sync_applied(bmc);
        return;
    }
    boot->applied = false;
    if (memcmp(current, original, size)) {
        run_steps(bmc, GOAL_RESTORE, current, original);
    } else if (bmc_boot_mode(bmc) == MACHINE_FIRMWARE_UEFI &&
               boot_plan_explicit(boot->devices, original)) {
        run_steps(bmc, GOAL_EXPLICIT, current, original);
    } else {
        run_steps(bmc, GOAL_ARM, current, wanted);
    }
}

static void plan(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;
    unsigned n = boot->devices->len;
    g_autofree int32_t *current = g_new0(int32_t, n + 1);
    g_autofree int32_t *original = g_new0(int32_t, n + 1);
    g_autoptr(GError) err = NULL;
    int target;

    find_originals(boot, current, original);
    target = boot_plan_target(boot->devices, original, boot->boot.target);
    if (target >= 0) {
        plan_arm(bmc, current, original, target);
        return;
    }
    boot->applied = false;
    if (boot->boot.target != BMC_BOOT_NONE && boot->setters->len) {
        err = g_error_new(BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                          "the machine has no %s to boot from",
                          target_names[boot->boot.target]);
        sync_end(bmc, err);
        return;
    }
    if (boot->boot.target != BMC_BOOT_NONE) {
        g_message("boot override: the machine has no %s to boot from at "
                  "present", target_names[boot->boot.target]);
    }
    if (boot->records->len) {
        boot->goal = GOAL_RESTORE;
        run_steps(bmc, GOAL_RESTORE, current, original);
    } else {
        sync_end(bmc, NULL);
    }
}

static void listed(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    GPtrArray *devices = machine_list_boot_devices_finish(res, &err);
    BmcBootControl *boot;
    Bmc *bmc = opaque;
    unsigned before;

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
    g_clear_pointer(&boot->devices, g_ptr_array_unref);
    boot->devices = devices;
    if (boot->rounds++ < MAX_ROUNDS) {
        plan(bmc);
    } else {
        boot->again = false;
        err = g_error_new(BMC_ERROR, BMC_ERROR_FAILED,
                          "QEMU does not keep the boot order");
        sync_end(bmc, err);
    }
    if (allowed_mask(boot) != before) {
        bmc_changed(bmc, BMC_PART_BOOT);
    }
}

/* Brings QEMU's boot indices in accord with what is wanted. */
static void sync_start(Bmc *bmc)
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

/* Another process starts with the indices of its command line. */
static void qemu_gone(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;

    boot->applied = false;
    boot->dirty = false;
    clock_timer_stop(&boot->settle_timer);
    if (boot->records->len || boot->latched) {
        boot->latched = false;
        records_clear(boot);
        save(bmc);
    }
}

static void machine_state_changed(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;
    bool connected = bmc->machine->connected;
    bool was_connected = boot->connected;
    bool was_off = boot->was_off;

    boot->connected = connected;
    boot->was_off = machine_state_is_off(bmc->machine->state);
    if (bmc->machine->state == MACHINE_STATE_GONE) {
        qemu_gone(bmc);
    }
    if (connected && !was_connected) {
        sync_start(bmc);
    }
    if (was_off && bmc->machine->state == MACHINE_STATE_RUNNING &&
        !boot->dirty) {
        latch(bmc);
    }
    settle_follow(bmc);
}

void bmc_boot_new(Bmc *bmc)
{
    BmcBootControl *boot = g_new0(BmcBootControl, 1);

    bmc->boot = boot;
    boot->cancellable = g_cancellable_new();
    boot->dirty = true;
    boot->records = g_ptr_array_new_with_free_func(record_free);
    boot->setters = g_ptr_array_new_with_free_func(g_object_unref);
    boot->quiescers = g_ptr_array_new_with_free_func(g_object_unref);
    load(bmc);
    update_flags(&boot->boot);
    machine_state_changed(bmc);
}

static void drop_tasks(GPtrArray *tasks)
{
    unsigned i;

    for (i = 0; i < tasks->len; i++) {
        bmc_task_cancelled(g_object_ref(tasks->pdata[i]));
    }
    g_ptr_array_unref(tasks);
}

void bmc_boot_free(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;

    if (!boot) {
        return;
    }
    g_cancellable_cancel(boot->cancellable);
    g_object_unref(boot->cancellable);
    clock_timer_stop(&boot->settle_timer);
    drop_tasks(boot->setters);
    drop_tasks(boot->quiescers);
    g_ptr_array_unref(boot->records);
    g_clear_pointer(&boot->devices, g_ptr_array_unref);
    g_clear_pointer(&boot->steps, g_array_unref);
    g_clear_pointer(&bmc->boot, g_free);
}

void bmc_boot_machine_event(Bmc *bmc, const MachineEvent *event)
{
    BmcBootControl *boot = bmc->boot;

    switch (event->type) {
    case MACHINE_EVENT_STATE:
        machine_state_changed(bmc);
        break;
    case MACHINE_EVENT_RESET:
        boot->dirty = false;
        latch(bmc);
        break;
    case MACHINE_EVENT_SHUTDOWN:
        if (event->guest && boot->latched &&
            g_strcmp0(event->detail, "guest-reset")) {
            consume(bmc, "the guest has powered off");
        }
        break;
    case MACHINE_EVENT_DEVICES:
        if (boot->busy) {
            boot->relist = true;
        } else {
            sync_start(bmc);
        }
        break;
    default:
        break;
    }
}

void bmc_boot_before_interrupt(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;

    if (boot->latched && boot->applied &&
        bmc_boot_mode(bmc) == MACHINE_FIRMWARE_BIOS &&
        settle_ran_ms(bmc) >= FIRMWARE_READS_MS) {
        consume(bmc, "the machine has booted");
    }
}

void bmc_boot_started(Bmc *bmc)
{
    bmc->boot->dirty = false;
    latch(bmc);
}

void bmc_boot_quiesce_async(Bmc *bmc, GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_source_tag(task, bmc_boot_quiesce_async);
    if (bmc->boot->busy) {
        g_ptr_array_add(bmc->boot->quiescers, task);
    } else {
        g_task_return_boolean(task, true);
        g_object_unref(task);
    }
}

bool bmc_boot_needs_reset(const Bmc *bmc)
{
    const BmcBootControl *boot = bmc->boot;

    return boot->boot.enabled != BMC_BOOT_DISABLED &&
           (boot->busy || (boot->applied && boot->dirty));
}

const BmcBoot *bmc_boot_get(const Bmc *bmc)
{
    return &bmc->boot->boot;
}

bool bmc_boot_target_allowed(const Bmc *bmc, BmcBootTarget target)
{
    return target == BMC_BOOT_NONE ||
           (target < BMC_BOOT_TARGET__MAX && has_device(bmc->boot, target));
}

MachineFirmware bmc_boot_mode(const Bmc *bmc)
{
    MachineFirmware firmware = bmc->machine->info.firmware;

    return firmware == MACHINE_FIRMWARE_UNKNOWN ? bmc->boot_mode : firmware;
}

static void log_set(Bmc *bmc, const BmcOrigin *origin)
{
    const BmcBoot *boot = &bmc->boot->boot;
    g_autofree char *who = bmc_origin_to_string(origin);

    if (boot->enabled == BMC_BOOT_DISABLED) {
        g_message("boot override: cleared by %s", who);
    } else {
        g_message("boot override: %s %s, set by %s",
                  target_names[boot->target],
                  boot->enabled == BMC_BOOT_ONCE ? "once" : "always", who);
    }
}

void bmc_boot_set_async(Bmc *bmc, BmcBootEnabled enabled,
                        BmcBootTarget target, const uint8_t *ipmi_flags,
                        const BmcOrigin *origin, GCancellable *cancellable,
                        GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);
    BmcBootControl *boot = bmc->boot;

    g_task_set_source_tag(task, bmc_boot_set_async);
    if (!bmc_boot_target_allowed(bmc, target)) {
        g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                                "the machine has no such boot device");
        g_object_unref(task);
        return;
    }
    if (boot->setters->len >= MAX_WAITERS) {
        g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_BUSY,
                                "too many requests are waiting");
        g_object_unref(task);
        return;
    }
    memset(boot->boot.ipmi_flags, 0, sizeof(boot->boot.ipmi_flags));
    if (ipmi_flags) {
        memcpy(boot->boot.ipmi_flags, ipmi_flags,
               sizeof(boot->boot.ipmi_flags));
    } else if (bmc_boot_mode(bmc) == MACHINE_FIRMWARE_UEFI) {
        boot->boot.ipmi_flags[0] = FLAGS_EFI;
    }
    if (enabled == BMC_BOOT_DISABLED || target == BMC_BOOT_NONE) {
        want(bmc, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    } else {
        want(bmc, enabled, target);
    }
    log_set(bmc, origin);
    g_ptr_array_add(boot->setters, task);
    sync_start(bmc);
    bmc_changed(bmc, BMC_PART_BOOT);
}

bool bmc_boot_set_finish(Bmc *bmc, GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}
