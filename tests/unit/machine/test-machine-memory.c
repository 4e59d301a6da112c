/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers to query-memory-devices, good and bad. */
#include "osdep.h"

#include "machine/machine-memory.h"

#define MIB (1024 * 1024)

#define DIMM(size, slot, id) \
    "{'type':'dimm','data':{'memdev':'/objects/m','hotplugged':true," \
    "'addr':4294967296,'hotpluggable':true,'size':" #size "," \
    "'slot':" #slot ",'node':0" id "}}"
#define ID(name) ",'id':'" name "'"

static GPtrArray *parse(uint64_t base, const char *text)
{
    g_autofree char *copy = g_strdelimit(g_strdup(text), "'", '"');
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) node = json_from_string(copy, &error);

    g_assert_no_error(error);
    return machine_memory_parse(base, node);
}

static void check(const GPtrArray *all, unsigned n, const char *id,
                  MachineMemoryKind kind, uint64_t bytes, int slot)
{
    const MachineMemory *memory;

    g_assert_cmpuint(n, <, all->len);
    memory = all->pdata[n];
    g_assert_cmpstr(memory->id, ==, id);
    g_assert_cmpint(memory->kind, ==, kind);
    g_assert_cmpuint(memory->bytes, ==, bytes);
    g_assert_cmpint(memory->slot, ==, slot);
}

/* As QEMU 7.2 answers, but for the sizes. */
static void test_good(void)
{
    g_autoptr(GPtrArray) all = parse(256 * MIB, "["
        DIMM(4194304, 0, "") "," DIMM(1048576, 1, ID("d1")) ","
        "{'type':'nvdimm','data':{'memdev':'/objects/n0','hotplugged':false,"
        "'addr':1,'hotpluggable':true,'size':2097152,'slot':2,'node':0,"
        "'id':'nv0'}},"
        "{'type':'virtio-mem','data':{'memdev':'/objects/v','memaddr':4096,"
        "'block-size':2097152,'size':8388608,'node':0,'max-size':16777216,"
        "'requested-size':8388608}},"
        "{'type':'virtio-pmem','data':{'memdev':'/objects/p',"
        "'memaddr':65536,'size':3145728}},"
        "{'type':'sgx-epc','data':{'memdev':'/objects/e','memaddr':1,"
        "'size':3145728,'node':0}}]");

    g_assert_cmpuint(all->len, ==, 6);
    check(all, 0, "Base", MACHINE_MEMORY_BASE, 256 * MIB, -1);
    check(all, 1, "slot0", MACHINE_MEMORY_DIMM, 4 * MIB, 0);
    check(all, 2, "d1", MACHINE_MEMORY_DIMM, MIB, 1);
    check(all, 3, "nv0", MACHINE_MEMORY_NVDIMM, 2 * MIB, 2);
    check(all, 4, "virtio-mem-1000", MACHINE_MEMORY_VIRTIO, 8 * MIB, -1);
    check(all, 5, "virtio-pmem-10000", MACHINE_MEMORY_PMEM, 3 * MIB, -1);
    g_assert_cmpuint(machine_memory_sum(all, false), ==, 269 * MIB);
    g_assert_cmpuint(machine_memory_sum(all, true), ==, 5 * MIB);
}

static void test_bad(void)
{
    static const char *const bad[] = {
        "[1]", "[{}]", "[{'type':'dimm'}]", "[{'type':1,'data':{}}]",
        "[{'type':'dimm','data':[]}]", "[{'type':'dimm','data':{}}]",
        "[" DIMM(-1, 0, "") "]", "[" DIMM(9223372036854775807, 0, "") "]",
        "[" DIMM('1', 0, "") "]", "[{'type':'new','data':{'size':1}}]",
    };
    g_autoptr(GPtrArray) rest = NULL;

    g_assert_null(parse(1, "{}"));
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GPtrArray) all = parse(0, bad[i]);

        g_assert_cmpuint(all->len, ==, 0);
    }
    rest = parse(0, "[{}," DIMM(1048576, -7, ID("a")) "]");
    g_assert_cmpuint(rest->len, ==, 1);
    check(rest, 0, "a", MACHINE_MEMORY_DIMM, MIB, -1);
}

/* Whatever QEMU calls them, a URI can have it and no two are the same. */
static void test_ids(void)
{
    g_autoptr(GPtrArray) all = parse(MIB, "["
        DIMM(1, 0, ID("Base")) "," DIMM(1, 1, ID("a.-")) ","
        DIMM(1, 2, ID("a/b?#%")) "," DIMM(1, 3, ID("a")) ","
        DIMM(1, 4, ID("--")) "," DIMM(1, 5, ID("slot4")) ","
        DIMM(1, 6, ID("Base")) "]");
    static const char *const ids[] = {
        "Base", "Base-2", "a", "a-b", "a-2", "slot4", "slot4-2", "Base-3",
    };

    g_assert_cmpuint(all->len, ==, G_N_ELEMENTS(ids));
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_assert_cmpstr(((MachineMemory *)all->pdata[i])->id, ==, ids[i]);
    }
}

static void test_bounds(void)
{
    g_autofree char *name = g_strnfill(300, 'x');
    g_autoptr(GString) many = g_string_new("[");
    g_autoptr(GPtrArray) all = NULL;

    for (unsigned i = 0; i < 2 * MACHINE_MEMORY_MAX; i++) {
        g_string_append_printf(many, "%s" DIMM(18014398509481983, 0,
                                               ",'id':'%s'"),
                               i ? "," : "", name);
    }
    g_string_append(many, "]");
    all = parse(MIB, many->str);
    g_assert_cmpuint(all->len, ==, MACHINE_MEMORY_MAX);
    for (unsigned i = 1; i < all->len; i++) {
        const MachineMemory *memory = all->pdata[i];
        const MachineMemory *before = all->pdata[i - 1];

        g_assert_cmpuint(strlen(memory->id), <, MACHINE_MEMORY_ID_MAX);
        g_assert_cmpstr(memory->id, !=, before->id);
    }
    g_assert_cmpuint(machine_memory_sum(all, false), <, INT64_MAX);
}

static void test_equal(void)
{
    g_autoptr(GPtrArray) a = parse(MIB, "[" DIMM(1, 0, "") "]");
    g_autoptr(GPtrArray) b = parse(MIB, "[" DIMM(1, 0, "") "]");
    g_autoptr(GPtrArray) c = parse(MIB, "[" DIMM(2, 0, "") "]");
    g_autoptr(GPtrArray) d = parse(MIB, "[]");

    g_assert_true(machine_memory_equal(a, b));
    g_assert_false(machine_memory_equal(a, c));
    g_assert_false(machine_memory_equal(a, d));
    g_assert_false(machine_memory_equal(a, NULL));
    g_assert_true(machine_memory_equal(NULL, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/machine-memory/good", test_good);
    g_test_add_func("/machine-memory/bad", test_bad);
    g_test_add_func("/machine-memory/ids", test_ids);
    g_test_add_func("/machine-memory/bounds", test_bounds);
    g_test_add_func("/machine-memory/equal", test_equal);
    return g_test_run();
}
