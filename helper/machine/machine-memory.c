/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of a machine, piece by piece. */
#include "osdep.h"

#include "machine/machine-memory.h"

#include "util/json.h"

/* More than any machine has; no sum of so many overflows. */
#define BYTES_MAX (INT64_MAX / MACHINE_MEMORY_MAX)

/* By the name in query-memory-devices; what has no slot has an address. */
static const struct {
    const char *type;
    MachineMemoryKind kind;
    const char *anonymous;
} kind_table[] = {
    { "dimm", MACHINE_MEMORY_DIMM, "slot" },
    { "nvdimm", MACHINE_MEMORY_NVDIMM, "slot" },
    { "virtio-mem", MACHINE_MEMORY_VIRTIO, "virtio-mem-" },
    { "virtio-pmem", MACHINE_MEMORY_PMEM, "virtio-pmem-" },
};

static int find_kind(const char *type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kind_table); i++) {
        if (g_str_equal(kind_table[i].type, type)) {
            return i;
        }
    }
    return -1;
}

static bool get_bytes(JsonObject *data, const char *name, uint64_t *bytes)
{
    int64_t value;

    if (json_get_int(data, name, &value) != JSON_GET_OK || value < 0 ||
        value > BYTES_MAX) {
        return false;
    }
    *bytes = value;
    return true;
}

/* QEMU's own ids can end with a dash or a dot, which URIs better do not. */
static void id_from(char id[], size_t size, const char *name)
{
    size_t len;

    g_strlcpy(id, name, size);
    g_strcanon(id, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_.", '-');
    len = strlen(id);
    while (len && (id[len - 1] == '-' || id[len - 1] == '.')) {
        id[--len] = '\0';
    }
}

static void set_id(MachineMemory *memory, JsonObject *data,
                   const char *anonymous, GHashTable *ids)
{
    char id[MACHINE_MEMORY_ID_MAX - 8] = "";
    const char *name = NULL;
    int64_t address = 0;

    if (json_get_string(data, "id", &name) == JSON_GET_OK) {
        id_from(id, sizeof(id), name);
    }
    if (!id[0] && memory->slot >= 0) {
        g_snprintf(id, sizeof(id), "%s%d", anonymous, memory->slot);
    } else if (!id[0]) {
        json_get_int(data, "memaddr", &address);
        g_snprintf(id, sizeof(id), "%s%" PRIx64, anonymous, address);
    }
    g_strlcpy(memory->id, id, sizeof(memory->id));
    for (unsigned i = 2; g_hash_table_contains(ids, memory->id); i++) {
        g_snprintf(memory->id, sizeof(memory->id), "%s-%u", id, i);
    }
}

static MachineMemory *parse_device(JsonNode *node, GHashTable *ids)
{
    g_autofree MachineMemory *memory = g_new0(MachineMemory, 1);
    JsonObject *object, *data = NULL;
    const char *type = NULL;
    int64_t slot = -1;
    int kind;

    if (!JSON_NODE_HOLDS_OBJECT(node)) {
        return NULL;
    }
    object = json_node_get_object(node);
    json_get_string(object, "type", &type);
    json_get_object(object, "data", &data);
    kind = type ? find_kind(type) : -1;
    if (kind < 0 || !data || !get_bytes(data, "size", &memory->bytes)) {
        return NULL;
    }
    json_get_int(data, "slot", &slot);
    memory->kind = kind_table[kind].kind;
    memory->slot = slot >= 0 && slot <= UINT16_MAX ? slot : -1;
    get_bytes(data, "block-size", &memory->block);
    set_id(memory, data, kind_table[kind].anonymous, ids);
    return g_steal_pointer(&memory);
}

GPtrArray *machine_memory_parse(uint64_t base, JsonNode *reply)
{
    g_autoptr(GHashTable) ids = NULL;
    GPtrArray *out;
    JsonArray *devices;

    if (!JSON_NODE_HOLDS_ARRAY(reply)) {
        return NULL;
    }
    devices = json_node_get_array(reply);
    ids = g_hash_table_new(g_str_hash, g_str_equal);
    out = g_ptr_array_new_with_free_func(g_free);
    if (base && base <= BYTES_MAX) {
        MachineMemory *memory = g_new0(MachineMemory, 1);

        g_strlcpy(memory->id, MACHINE_MEMORY_BASE_ID, sizeof(memory->id));
        memory->bytes = base;
        memory->slot = -1;
        g_ptr_array_add(out, memory);
        g_hash_table_add(ids, memory->id);
    }
    for (unsigned i = 0; i < json_array_get_length(devices) &&
         out->len < MACHINE_MEMORY_MAX; i++) {
        MachineMemory *memory = parse_device(
            json_array_get_element(devices, i), ids);

        if (memory) {
            g_ptr_array_add(out, memory);
            g_hash_table_add(ids, memory->id);
        }
    }
    return out;
}

bool machine_memory_is_persistent(const MachineMemory *memory)
{
    return memory->kind == MACHINE_MEMORY_NVDIMM ||
           memory->kind == MACHINE_MEMORY_PMEM;
}

uint64_t machine_memory_sum(const GPtrArray *list, bool persistent)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < list->len; i++) {
        const MachineMemory *memory = list->pdata[i];

        if (machine_memory_is_persistent(memory) == persistent) {
            sum += memory->bytes;
        }
    }
    return sum;
}

static bool piece_equal(const MachineMemory *a, const MachineMemory *b)
{
    return g_str_equal(a->id, b->id) && a->kind == b->kind &&
           a->bytes == b->bytes && a->slot == b->slot &&
           a->block == b->block;
}

bool machine_memory_equal(const GPtrArray *a, const GPtrArray *b)
{
    if (!a || !b || a->len != b->len) {
        return a == b;
    }
    for (unsigned i = 0; i < a->len; i++) {
        if (!piece_equal(a->pdata[i], b->pdata[i])) {
            return false;
        }
    }
    return true;
}
