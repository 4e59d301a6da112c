/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers to query-pci, good and bad. */
#include "osdep.h"

#include "machine/machine-pci.h"
#include "util/json.h"

#define IDS(vendor, device) \
    "'id':{'vendor':" #vendor ",'device':" #device "}"
#define FUNCTION(bus, slot, function, class_code) \
    "'bus':" #bus ",'slot':" #slot ",'function':" #function \
    ",'qdev_id':'','class_info':{'class':" #class_code "}," IDS(1, 2)

static GPtrArray *parse(const char *devices)
{
    g_autofree char *text = g_strdup_printf(
        "{\"a\":[{\"bus\":0,\"devices\":%s}]}", devices);
    g_autoptr(JsonObject) object = NULL;

    g_strdelimit(text, "'", '"');
    object = json_parse_object(text, strlen(text), NULL);
    g_assert_nonnull(object);
    return machine_pci_parse(json_object_get_member(object, "a"));
}

static void check(const GPtrArray *all, unsigned n, const char *path,
                  unsigned functions)
{
    const MachinePci *pci = all->pdata[n];

    g_assert_cmpuint(all->len, >, n);
    g_assert_cmpstr(pci->path, ==, path);
    g_assert_cmpuint(pci->functions, ==, functions);
}

static void test_good(void)
{
    g_autoptr(GPtrArray) all = parse(
        "[{" FUNCTION(0, 31, 2, 262) "},"
        " {" FUNCTION(0, 31, 0, 1537) "},"
        " {'bus':0,'slot':3,'function':0,'qdev_id':'rp',"
        "  'class_info':{'class':1540,'desc':'PCI bridge'},"
        "  'id':{'vendor':6966,'device':12,'subsystem':4352,"
        "        'subsystem-vendor':6900},"
        "  'pci_bridge':{'bus':{'secondary':9},'devices':["
        "   {" FUNCTION(9, 0, 0, 768) "}]}}]");
    const MachinePci *pci;

    g_assert_cmpuint(all->len, ==, 4);
    check(all, 0, "00-03.0", 1);
    check(all, 1, "00-1f.0", 2);
    check(all, 2, "00-1f.2", 2);
    check(all, 3, "00-03.0-00.0", 1);
    pci = all->pdata[0];
    g_assert_true(pci->bridge);
    g_assert_cmpuint(pci->secondary, ==, 9);
    g_assert_cmpstr(pci->qdev_id, ==, "rp");
    g_assert_true(pci->has_subsystem);
    g_assert_cmpuint(pci->subsystem, ==, 4352);
    g_assert_cmpuint(pci->subsystem_vendor, ==, 6900);
    pci = all->pdata[3];
    g_assert_cmpuint(pci->bus, ==, 9);
    g_assert_null(pci->qdev_id);
    g_assert_false(pci->has_subsystem);
    g_assert_cmpuint(MACHINE_PCI_BASE_CLASS(pci->class_code), ==,
                     MACHINE_PCI_CLASS_DISPLAY);
}

static void test_bad(void)
{
    static const char *const bad[] = {
        "{}", "[1]", "[{}]", "[{'bus':0}]",
        "[{" FUNCTION(256, 1, 0, 1) "}]",
        "[{" FUNCTION(0, 32, 0, 1) "}]",
        "[{" FUNCTION(0, -1, 0, 1) "}]",
        "[{" FUNCTION(0, 1, 8, 1) "}]",
        "[{" FUNCTION(0, 1, 0, 65536) "}]",
        "[{'bus':0,'slot':1,'function':0,'class_info':{'class':1},"
        "  'id':{'vendor':65536,'device':1}}]",
    };
    g_autoptr(GPtrArray) rest = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GPtrArray) all = parse(bad[i]);

        g_assert_cmpuint(all->len, ==, 0);
    }
    /* One that is malformed does not hide the others. */
    rest = parse("[{}, {" FUNCTION(0, 1, 0, 1) "}]");
    check(rest, 0, "00-01.0", 1);
}

/* However deep and many: there is an end. */
static void test_bounds(void)
{
    g_autoptr(GString) deep = g_string_new(NULL);
    g_autoptr(GString) many = g_string_new("[");
    g_autoptr(GPtrArray) all = NULL, most = NULL;
    unsigned i;

    for (i = 0; i < MACHINE_PCI_DEPTH_MAX + 1; i++) {
        g_string_append(deep, "[{" FUNCTION(0, 1, 0, 1540) ","
                        "'pci_bridge':{'devices':");
    }
    g_string_append(deep, "[]");
    for (i = 0; i < MACHINE_PCI_DEPTH_MAX + 1; i++) {
        g_string_append(deep, "}}]");
    }
    all = parse(deep->str);
    g_assert_cmpuint(all->len, ==, MACHINE_PCI_DEPTH_MAX);
    for (i = 0; i < 2 * MACHINE_PCI_MAX; i++) {
        g_string_append_printf(many, "%s{" FUNCTION(0, 1, 0, 1) "}",
                               i ? "," : "");
    }
    g_string_append(many, "]");
    most = parse(many->str);
    g_assert_cmpuint(most->len, ==, MACHINE_PCI_MAX);
}

static void test_equal(void)
{
    g_autoptr(GPtrArray) a = parse("[{" FUNCTION(0, 1, 0, 1) "}]");
    g_autoptr(GPtrArray) b = parse("[{" FUNCTION(0, 1, 0, 1) "}]");
    g_autoptr(GPtrArray) c = parse("[{" FUNCTION(0, 1, 0, 2) "}]");

    g_assert_true(machine_pci_equal(a, b));
    g_assert_false(machine_pci_equal(a, c));
    g_assert_false(machine_pci_equal(a, NULL));
    g_assert_true(machine_pci_equal(NULL, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/machine-pci/good", test_good);
    g_test_add_func("/machine-pci/bad", test_bad);
    g_test_add_func("/machine-pci/bounds", test_bounds);
    g_test_add_func("/machine-pci/equal", test_equal);
    return g_test_run();
}
