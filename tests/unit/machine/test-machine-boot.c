/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot devices found over QMP, from monitors good and bad. */
#include "osdep.h"

#include "util/error.h"
#include "util/json.h"

#include "machine-fixture.h"

/* A small machine: what qom-list and qom-get answer. */
typedef struct QomRow {
    const char *path;
    const char *property; /* NULL: qom-list */
    const char *json;     /* NULL: the device is not there any more */
} QomRow;

#define PROPERTY(name, type) \
    "{\"name\": \"" name "\", \"type\": \"" type "\"}"
#define PERIPHERAL "/machine/peripheral"
#define UNATTACHED "/machine/unattached"

static const QomRow good_table[] = {
    { PERIPHERAL, NULL, "[" PROPERTY("type", "string") ","
      PROPERTY("port", "child<pcie-root-port>") ","
      PROPERTY("nic0", "child<e1000>") "," PROPERTY("hd", "child<ide-hd>")
      "," PROPERTY("vf", "child<vfio-pci>") ","
      PROPERTY("cd", "child<ide-cd>") "]" },
    { PERIPHERAL "/nic0", NULL, "[" PROPERTY("mac", "str") ","
      PROPERTY("netdev", "str") "," PROPERTY("bootindex", "int32") ","
      PROPERTY("parent_bus", "link<bus>") ","
      PROPERTY("multifunction", "bool") "," PROPERTY("host_mtu", "uint16")
      "]" },
    { PERIPHERAL "/port", NULL, "[" PROPERTY("parent_bus", "link<bus>") ","
      PROPERTY("multifunction", "bool") "]" },
    { PERIPHERAL "/port", "parent_bus", "\"/machine/q35/pcie.0\"" },
    { PERIPHERAL "/port", "addr", "11" },
    { PERIPHERAL "/nic0", "parent_bus", "\"" PERIPHERAL "/port/port\"" },
    { PERIPHERAL "/nic0", "addr", "0" },
    { PERIPHERAL "/nic0", "host_mtu", "1400" },
    { PERIPHERAL "/hd", NULL, "[" PROPERTY("drive", "str") ","
      PROPERTY("parent_bus", "link<bus>") ","
      PROPERTY("bootindex", "int32") "]" },
    { PERIPHERAL "/cd", NULL, "[" PROPERTY("drive", "str") ","
      PROPERTY("bootindex", "int32") "]" },
    { PERIPHERAL "/vf", NULL, "[" PROPERTY("bootindex", "int32") "]" },
    { PERIPHERAL "/nic0", "bootindex", "7" },
    { PERIPHERAL "/nic0", "mac", "\"52:54:00:12:34:56\"" },
    { PERIPHERAL "/hd", "bootindex", "-1" },
    { PERIPHERAL "/hd", "drive", "\"d0\"" },
    { PERIPHERAL "/hd", "parent_bus", "\"" UNATTACHED "/device[0]/ide.0\"" },
    { PERIPHERAL "/vf", "bootindex", "-1" },
    /* Unplugged since it was listed. */
    { PERIPHERAL "/cd", "bootindex", NULL },
    { PERIPHERAL "/cd", "drive", NULL },
    { "/machine/peripheral-anon", NULL, "[]" },
    { UNATTACHED, NULL, "[" PROPERTY("device[0]", "child<isa-fdc>") ","
      PROPERTY("device[1]", "child<floppy>") ","
      PROPERTY("sysbus", "child<memory-region>") ","
      PROPERTY("device[3]", "child<i8042>") ","
      PROPERTY("device[2]", "child<qemu64-x86_64-cpu>") ","
      PROPERTY("gone", "child<nvme>") "]" },
    { UNATTACHED "/gone", NULL, NULL },
    { UNATTACHED "/device[0]", NULL, "[" PROPERTY("bootindexA", "int32")
      "," PROPERTY("bootindexB", "int32") "]" },
    { UNATTACHED "/device[0]", "bootindexA", "5" },
    { UNATTACHED "/device[0]", "bootindexB", "6" },
    { UNATTACHED "/device[1]", NULL, "[" PROPERTY("unit", "uint32") ","
      PROPERTY("parent_bus", "link<bus>") "]" },
    { UNATTACHED "/device[3]", NULL, "[]" },
    { UNATTACHED "/device[1]", "unit", "1" },
    { UNATTACHED "/device[1]", "parent_bus",
      "\"" UNATTACHED "/device[0]/floppy-bus.0\"" },
};

static char *on_qom(MockQmp *mock, const char *command, JsonObject *args,
                    void *opaque)
{
    const char *path = NULL;
    const char *property = NULL;

    json_get_string(args, "path", &path);
    json_get_string(args, "property", &property);
    if (g_strcmp0(path, "/machine") == 0) {
        return mock_qmp_error_new("GenericError", "no such property");
    }
    for (size_t i = 0; i < G_N_ELEMENTS(good_table); i++) {
        const QomRow *row = &good_table[i];

        if (g_strcmp0(row->path, path) == 0 &&
            g_strcmp0(row->property, property) == 0) {
            return row->json ? g_strdup(row->json) :
                   mock_qmp_error_new("DeviceNotFound", "not found");
        }
    }
    g_error("asked for %s %s", path, property ? property : "");
}

static GPtrArray *list(Fixture *f, GError **errp)
{
    g_auto(TestSync) sync = { 0 };

    machine_list_boot_devices_async(f->machine, NULL, test_sync_ready,
                                    &sync);
    g_assert_null(sync.result);
    return machine_list_boot_devices_finish(test_sync_wait(&sync), errp);
}

static void check_device(const MachineBootDevice *d, const char *path,
                         const char *property, const char *name,
                         MachineBootKind kind, int32_t index)
{
    g_assert_cmpstr(d->path, ==, path);
    g_assert_cmpstr(d->property, ==, property);
    g_assert_cmpstr(d->name, ==, name);
    g_assert_cmpint(d->kind, ==, kind);
    g_assert_cmpint(d->index, ==, index);
}

static void check_extra(const MachineBootDevice *d, const char *type,
                        const char *mac, int64_t size)
{
    g_assert_cmpstr(d->type, ==, type);
    g_assert_cmpstr(d->mac, ==, mac);
    g_assert_cmpint(d->size, ==, size);
}

static void check_place(const MachineBootDevice *d, const char *pci,
                        unsigned mtu)
{
    g_assert_cmpstr(d->pci, ==, pci);
    g_assert_cmpuint(d->mtu, ==, mtu);
}

static void test_good(void)
{
    static const char blocks[] =
        "[{\"device\": \"\", \"qdev\": \"hd\", \"type\": \"unknown\","
        " \"removable\": false, \"locked\": false, \"inserted\": {"
        "\"node-name\": \"d0\", \"image\": {\"virtual-size\": 1024}}}]";
    g_autoptr(GPtrArray) devices = NULL;
    g_autoptr(GPtrArray) again = NULL;
    g_autoptr(GError) error = NULL;
    unsigned lists;
    Fixture f;

    fixture_connect(&f, "running");
    mock_qmp_set_func(f.mock, "qom-list", on_qom, NULL);
    mock_qmp_set_func(f.mock, "qom-get", on_qom, NULL);
    mock_qmp_set_reply(f.mock, "query-block", blocks);
    devices = list(&f, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(devices->len, ==, 3);
    g_assert_true(f.machine->keyboard);
    check_device(devices->pdata[0], PERIPHERAL "/nic0", "bootindex", "nic0",
                 MACHINE_BOOT_NIC, 7);
    check_device(devices->pdata[1], PERIPHERAL "/hd", "bootindex", "hd",
                 MACHINE_BOOT_HDD, -1);
    check_device(devices->pdata[2], UNATTACHED "/device[0]", "bootindexB",
                 UNATTACHED "/device[0]", MACHINE_BOOT_FLOPPY, 6);

    check_extra(devices->pdata[0], "e1000", "52:54:00:12:34:56", -1);
    check_place(devices->pdata[0], "00-01.3-00.0", 1400);
    g_assert_cmpstr(((MachineBootDevice *)devices->pdata[0])->efi, ==,
                    "PciRoot(0x0)/Pci(0x1,0x3)/Pci(0x0,0x0)/"
                    "MAC(525400123456,0x1)");
    g_assert_null(((MachineBootDevice *)devices->pdata[1])->efi);
    check_place(devices->pdata[1], NULL, 0);
    check_extra(devices->pdata[1], "ide-hd", NULL, 1024);

    /* What properties a type has is not asked again. */
    lists = mock_qmp_get_count(f.mock, "qom-list");
    again = list(&f, &error);
    g_assert_cmpuint(again->len, ==, 3);
    g_assert_cmpuint(mock_qmp_get_count(f.mock, "qom-list"), ==, lists + 4);
    fixture_clear(&f);
}

/* Replies that are QMP, but not what was promised. */
static void test_bad(void)
{
    static const char *const replies[] = {
        "{}", "17", "[1]", "[{\"name\": 1}]", "[{\"type\": \"child<x>\"}]",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(replies); i++) {
        g_autoptr(GError) error = NULL;
        Fixture f;

        fixture_connect(&f, "running");
        mock_qmp_set_reply(f.mock, "qom-list", replies[i]);
        g_assert_null(list(&f, &error));
        g_assert_error(error, BMC_ERROR, BMC_ERROR_PROTOCOL);
        fixture_clear(&f);
    }
}

static void test_empty(void)
{
    g_autoptr(GPtrArray) devices = NULL;
    g_autoptr(GPtrArray) none = NULL;
    g_autoptr(GError) error = NULL;
    Fixture f;

    fixture_connect(&f, "running");
    mock_qmp_set_reply(f.mock, "qom-list", "[]");
    devices = list(&f, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(devices->len, ==, 0);
    g_assert_false(f.machine->keyboard);
    mock_qmp_set_error(f.mock, "qom-list", "DeviceNotFound", "none");
    none = list(&f, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(none->len, ==, 0);
    fixture_clear(&f);
}

static bool has_held(void *opaque)
{
    return mock_qmp_get_held(opaque) > 0;
}

static void test_lost(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(TestSync) sync = { 0 };
    Fixture f;

    fixture_connect(&f, "running");
    mock_qmp_set_reply(f.mock, "qom-list", "[]");
    mock_qmp_hold(f.mock, "qom-list");
    machine_list_boot_devices_async(f.machine, NULL, test_sync_ready, &sync);
    g_assert_true(test_wait_until(has_held, f.mock, WAIT_MS));
    mock_qmp_kill(f.mock, true);
    g_assert_null(machine_list_boot_devices_finish(test_sync_wait(&sync),
                                                   &error));
    g_assert_error(error, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    g_clear_error(&error);
    g_assert_null(list(&f, &error));
    g_assert_error(error, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    fixture_clear(&f);
}

static void test_timeout(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(TestSync) sync = { 0 };
    Fixture f;

    fixture_connect(&f, "running");
    mock_qmp_set_reply(f.mock, "qom-list", "[]");
    mock_qmp_hold(f.mock, "qom-list");
    machine_list_boot_devices_async(f.machine, NULL, test_sync_ready, &sync);
    g_assert_true(test_wait_until(has_held, f.mock, WAIT_MS));
    clock_advance(f.clock, 10000);
    g_assert_null(machine_list_boot_devices_finish(test_sync_wait(&sync),
                                                   &error));
    g_assert_error(error, BMC_ERROR, BMC_ERROR_TIMEOUT);
    fixture_clear(&f);
}

static void set_index(Fixture *f, GError **errp)
{
    g_auto(TestSync) sync = { 0 };

    machine_set_boot_index_async(f->machine, PERIPHERAL "/hd", "bootindex",
                                 3, NULL, test_sync_ready, &sync);
    machine_set_boot_index_finish(test_sync_wait(&sync), errp);
}

static void test_set(void)
{
    g_autoptr(GError) error = NULL;
    Fixture f;

    fixture_connect(&f, "running");
    mock_qmp_expect(f.mock, "qom-set", "{\"path\": \"" PERIPHERAL "/hd\", "
                    "\"property\": \"bootindex\", \"value\": 3}", "{}");
    set_index(&f, &error);
    g_assert_no_error(error);
    mock_qmp_assert_done(f.mock);
    mock_qmp_set_error(f.mock, "qom-set", "GenericError",
                       "The bootindex 3 has already been used");
    set_index(&f, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_EXISTS);
    g_assert_nonnull(strstr(error->message, "already been used"));
    g_clear_error(&error);
    mock_qmp_set_error(f.mock, "qom-set", "DeviceNotFound", "not found");
    set_index(&f, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_NOT_FOUND);
    g_clear_error(&error);
    mock_qmp_kill(f.mock, true);
    wait_event(&f, "STATE=gone");
    set_index(&f, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    fixture_clear(&f);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/machine-boot/good", test_good);
    g_test_add_func("/machine-boot/bad", test_bad);
    g_test_add_func("/machine-boot/empty", test_empty);
    g_test_add_func("/machine-boot/lost", test_lost);
    g_test_add_func("/machine-boot/timeout", test_timeout);
    g_test_add_func("/machine-boot/set", test_set);
    return g_test_run();
}
