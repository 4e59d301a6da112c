/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arithmetic of boot indices. */
#include "osdep.h"

#include "bmc/boot-plan.h"

#include "bmc/hardware.h"

/* The order in which firmware tries devices that nobody has put in order. */
static const uint8_t kind_rank[] = {
    [MACHINE_BOOT_HDD] = 0,
    [MACHINE_BOOT_FLOPPY] = 1,
    [MACHINE_BOOT_CD] = 2,
    [MACHINE_BOOT_USB] = 3,
    [MACHINE_BOOT_NIC] = 4,
};

static const MachineBootKind target_kinds[BMC_BOOT_TARGET__MAX] = {
    [BMC_BOOT_PXE] = MACHINE_BOOT_NIC,
    [BMC_BOOT_HDD] = MACHINE_BOOT_HDD,
    [BMC_BOOT_CD] = MACHINE_BOOT_CD,
    [BMC_BOOT_USB] = MACHINE_BOOT_USB,
    [BMC_BOOT_FLOPPY] = MACHINE_BOOT_FLOPPY,
};

typedef struct SortContext {
    const GPtrArray *devices;
    const int32_t *indices;
} SortContext;

static const MachineBootDevice *device_at(const GPtrArray *devices,
                                          unsigned i)
{
    return g_ptr_array_index(devices, i);
}

static int compare_devices(const void *pa, const void *pb, void *opaque)
{
    const SortContext *ctx = opaque;
    unsigned a = *(const unsigned *)pa;
    unsigned b = *(const unsigned *)pb;
    bool a_has = ctx->indices[a] >= 0;
    bool b_has = ctx->indices[b] >= 0;
    int rank;

    if (a_has && b_has) {
        return ctx->indices[a] < ctx->indices[b] ? -1 : 1;
    }
    if (a_has != b_has) {
        return a_has ? -1 : 1;
    }
    rank = kind_rank[device_at(ctx->devices, a)->kind] -
           kind_rank[device_at(ctx->devices, b)->kind];
    return rank ? rank : a < b ? -1 : 1;
}

/* Returns the devices but @except in boot order. */
static GArray *in_order(const GPtrArray *devices, const int32_t *indices,
                        int except)
{
    GArray *order = g_array_new(false, false, sizeof(unsigned));
    SortContext ctx = {
        .devices = devices,
        .indices = indices,
    };
    unsigned i;

    for (i = 0; i < devices->len; i++) {
        if ((int)i != except) {
            g_array_append_val(order, i);
        }
    }
    g_array_sort_with_data(order, compare_devices, &ctx);
    return order;
}

/*
 * Gives ascending indices from @from on, each device keeping its own where
 * that is possible, and leaving out @avoid. Returns false when the numbers
 * do not suffice.
 */
static bool number_ascending(const GArray *order, int64_t from, int64_t avoid,
                             const int32_t *indices, int32_t *wanted)
{
    int64_t next = from;
    unsigned i;

    for (i = 0; i < order->len; i++) {
        unsigned device = g_array_index(order, unsigned, i);

        next = MAX(next, indices[device]);
        next += next == avoid;
        if (next > INT32_MAX) {
            return false;
        }
        wanted[device] = next++;
    }
    return true;
}

static bool index_free(const int32_t *current, unsigned n, int32_t index)
{
    unsigned i;

    for (i = 0; i < n; i++) {
        if (current[i] == index) {
            return false;
        }
    }
    return true;
}

static void add_step(GArray *steps, int32_t *now, unsigned device,
                     int32_t index)
{
    BootPlanStep step = {
        .device = device,
        .index = index,
    };

    g_array_append_val(steps, step);
    now[device] = index;
}

/* Does all that can be done directly. Returns the number of steps made. */
static unsigned add_direct_steps(GArray *steps, int32_t *now,
                                 const int32_t *wanted, unsigned n)
{
    unsigned made = 0;
    unsigned i;

    for (i = 0; i < n; i++) {
        if (now[i] != wanted[i] &&
            (wanted[i] < 0 || index_free(now, n, wanted[i]))) {
            add_step(steps, now, i, wanted[i]);
            made++;
        }
    }
    return made;
}

/* Breaks a circle of devices that wait for each other's index. */
static bool add_detour(GArray *steps, int32_t *now, const int32_t *wanted,
                       unsigned n)
{
    int32_t spare = 0;
    unsigned i;

    for (i = 0; i < n && now[i] == wanted[i]; i++) {
        continue;
    }
    if (i == n) {
        return false;
    }
    while (!index_free(now, n, spare) || !index_free(wanted, n, spare)) {
        spare++;
    }
    add_step(steps, now, i, spare);
    return true;
}

/* Whether another device is to keep that index. */
static bool index_taken(const int32_t *indices, const bool *settled,
                        unsigned n, int32_t index)
{
    unsigned i;

    for (i = 0; i < n && !(settled[i] && indices[i] == index); i++) {
        continue;
    }
    return i < n;
}

void boot_plan_distinct(int32_t *indices, const bool *firm, unsigned n)
{
    g_autofree bool *settled = g_memdup2(firm, n * sizeof(*firm));
    unsigned i;

    for (i = 0; i < n; i++) {
        /* Past the last number there may be room at the beginning */
        while (!settled[i] && indices[i] >= 0 &&
               index_taken(indices, settled, n, indices[i])) {
            indices[i] = indices[i] == INT32_MAX ? 0 : indices[i] + 1;
        }
        settled[i] = true;
    }
}

int boot_plan_target(const GPtrArray *devices, const int32_t *indices,
                     BmcBootTarget target)
{
    bool has_kind = target != BMC_BOOT_NONE && target < BMC_BOOT_DEVICE;
    int found = -1;
    unsigned i;

    for (i = 0; has_kind && i < devices->len; i++) {
        const MachineBootDevice *device = device_at(devices, i);

        /* There is nothing to boot from at the other end of that one. */
        if (device->kind != target_kinds[target] ||
            g_strcmp0(device->name, BMC_HOST_NIC) == 0) {
            continue;
        }
        if (found < 0 ||
            (indices[i] >= 0 &&
             (indices[found] < 0 || indices[i] < indices[found]))) {
            found = i;
        }
    }
    return found;
}

bool boot_plan_explicit(const GPtrArray *devices, int32_t *indices)
{
    g_autoptr(GArray) order = in_order(devices, indices, -1);
    unsigned i;

    for (i = 0; i < devices->len; i++) {
        if (indices[i] >= 0) {
            return false;
        }
    }
    /* 0 is left free, so that a single step puts a device first */
    number_ascending(order, 1, -1, indices, indices);
    return devices->len > 0;
}

void boot_plan_first(const GPtrArray *devices, const int32_t *indices,
                     unsigned target, int32_t *wanted)
{
    g_autoptr(GArray) order = in_order(devices, indices, target);
    g_autofree int32_t *none = NULL;

    memcpy(wanted, indices, devices->len * sizeof(*wanted));
    if (boot_plan_is_first(indices, devices->len, target)) {
        return;
    }
    wanted[target] = 0;
    /* Leaving out the present index of the target makes it no circle */
    if (!number_ascending(order, 1, indices[target], indices, wanted)) {
        none = g_new(int32_t, devices->len);
        memset(none, 0xff, devices->len * sizeof(*none));
        number_ascending(order, 1, -1, none, wanted);
    }
}

GArray *boot_plan_sequence(const GPtrArray *devices, const int32_t *indices)
{
    return in_order(devices, indices, -1);
}

void boot_plan_order(const GPtrArray *devices, const int32_t *indices,
                     const GArray *first, int32_t *wanted)
{
    g_autoptr(GArray) order = g_array_new(false, false, sizeof(unsigned));
    g_autoptr(GArray) present = in_order(devices, indices, -1);
    g_autofree bool *placed = g_new0(bool, devices->len + 1);
    g_autofree int32_t *none = NULL;
    unsigned i;

    for (i = 0; i < first->len; i++) {
        placed[g_array_index(first, unsigned, i)] = true;
    }
    g_array_append_vals(order, first->data, first->len);
    for (i = 0; i < present->len; i++) {
        unsigned device = g_array_index(present, unsigned, i);

        if (!placed[device]) {
            g_array_append_val(order, device);
        }
    }
    /* 0 is left free, so that a single step puts a device first */
    i = order->len ? g_array_index(order, unsigned, 0) : 0;
    if (!number_ascending(order, order->len && indices[i] == 0 ? 0 : 1, -1,
                          indices, wanted)) {
        none = g_new(int32_t, devices->len);
        memset(none, 0xff, devices->len * sizeof(*none));
        number_ascending(order, 1, -1, none, wanted);
    }
}

bool boot_plan_is_first(const int32_t *indices, unsigned n, unsigned target)
{
    unsigned i;

    for (i = 0; i < n; i++) {
        if (indices[i] < 0 || indices[i] < indices[target]) {
            return false;
        }
    }
    return true;
}

GArray *boot_plan_steps(const int32_t *current, const int32_t *wanted,
                        unsigned n)
{
    GArray *steps = g_array_new(false, false, sizeof(BootPlanStep));
    g_autofree int32_t *now = g_memdup2(current, n * sizeof(*current));

    do {
        while (add_direct_steps(steps, now, wanted, n)) {
            continue;
        }
    } while (add_detour(steps, now, wanted, n));
    return steps;
}
