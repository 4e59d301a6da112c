/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A boot order that is kept, and one device once, on a mock machine. */
#include "osdep.h"

#include "bmc-fixture.h"
#include "util/error.h"

static const BmcOrigin lan = {
    .channel = BMC_CHANNEL_LAN,
};

static void init_with(Fixture *fix, bool indices)
{
    fixture_init(fix, MACHINE_STATE_RUNNING);
    mock_machine_add_device(fix->mock, "disk", MACHINE_BOOT_HDD,
                            indices ? 1 : -1);
    mock_machine_add_device(fix->mock, "cd", MACHINE_BOOT_CD,
                            indices ? 2 : -1);
    mock_machine_add_device(fix->mock, "nic", MACHINE_BOOT_NIC,
                            indices ? 3 : -1);
    fixture_start(fix);
}

static void init(Fixture *fix)
{
    init_with(fix, true);
}

/* Returns -1 on success, else the BmcError. */
static int set_order(Fixture *fix, const char *order)
{
    g_auto(GStrv) names = order ? g_strsplit(order, " ", -1) : NULL;
    g_auto(TestSync) sync = { NULL };
    g_autoptr(GError) err = NULL;

    bmc_boot_set_order_async(fix->bmc, (const char *const *)names, &lan, NULL,
                             test_sync_ready, &sync);
    test_sync_wait(&sync);
    fixture_settle(fix);
    bmc_boot_set_order_finish(fix->bmc, sync.result, &err);
    return err ? err->code : -1;
}

static void assert_order(Fixture *fix, const char *expected)
{
    g_autoptr(GString) order = g_string_new(NULL);
    const MachineBootDevice *device;

    for (unsigned i = 0; (device = bmc_boot_nth(fix->bmc, i)); i++) {
        char reference[BMC_BOOT_REFERENCE_LEN];

        bmc_boot_reference(device, reference);
        g_string_append_printf(order, "%s%s", i ? " " : "", reference);
    }
    g_assert_cmpstr(order->str, ==, expected);
}

static void test_order(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix);
    assert_order(&fix, "disk cd nic");
    g_assert_cmpint(set_order(&fix, "nic disk cd"), ==, -1);
    assert_order(&fix, "nic disk cd");
    fixture_assert_indices(&fix, "disk=4 cd=5 nic=3");
    /* An override stands before it, and is followed by it */
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==, -1);
    fixture_assert_indices(&fix, "disk=4 cd=0 nic=3");
    assert_order(&fix, "nic disk cd");
    mock_machine_reset(fix.mock, true);
    fixture_advance(&fix, 2000);
    g_assert_cmpint(bmc_boot_get(fix.bmc)->enabled, ==, BMC_BOOT_DISABLED);
    fixture_assert_indices(&fix, "disk=4 cd=5 nic=3");
    fixture_restart(&fix);
    fixture_assert_indices(&fix, "disk=4 cd=5 nic=3");
    assert_order(&fix, "nic disk cd");
    g_assert_cmpint(set_order(&fix, NULL), ==, -1);
    fixture_assert_indices(&fix, "disk=1 cd=2 nic=3");
    assert_order(&fix, "disk cd nic");
}

static void test_partial_and_refused(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix);
    g_assert_cmpint(set_order(&fix, "cd"), ==, -1);
    assert_order(&fix, "cd disk nic");
    g_assert_cmpint(set_order(&fix, "disk floppy"), ==, BMC_ERROR_NOT_FOUND);
    g_assert_cmpint(set_order(&fix, "disk disk"), ==, BMC_ERROR_INVALID);
    assert_order(&fix, "cd disk nic");
}

/* A device that comes back has its place again. */
static void test_unplugged(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix);
    g_assert_cmpint(set_order(&fix, "cd nic disk"), ==, -1);
    mock_machine_remove_device(fix.mock, "cd");
    mock_machine_event(fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&fix);
    assert_order(&fix, "nic disk");
    mock_machine_add_device(fix.mock, "cd", MACHINE_BOOT_CD, -1);
    mock_machine_event(fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&fix);
    assert_order(&fix, "cd nic disk");
    g_assert_cmpint(set_order(&fix, NULL), ==, -1);
    fixture_assert_indices(&fix, "disk=1 nic=3 cd=-1");
}

/* Another QEMU has the indices of its command line, until it gets ours. */
static void test_other_qemu(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix);
    g_assert_cmpint(set_order(&fix, "nic cd"), ==, -1);
    fixture_assert_indices(&fix, "disk=5 cd=4 nic=3");
    mock_machine_gone(fix.mock, NULL);
    fixture_settle(&fix);
    mock_machine_new_process(fix.mock, MACHINE_STATE_RUNNING);
    fixture_settle(&fix);
    fixture_assert_indices(&fix, "disk=5 cd=4 nic=3");
    g_assert_cmpint(set_order(&fix, NULL), ==, -1);
    fixture_assert_indices(&fix, "disk=1 cd=2 nic=3");
}

/* The helper dies between any two steps: what was there is not forgotten. */
static void test_killed_between_steps(const void *opaque)
{
    bool indices = GPOINTER_TO_INT(opaque);
    bool finished = false;
    unsigned kill_at;

    for (kill_at = 0; !finished; kill_at++) {
        g_auto(Fixture) fix = { NULL };
        g_auto(TestSync) sync = { NULL };
        const char *const order[] = { "nic", "cd", NULL };
        unsigned i;

        init_with(&fix, indices);
        g_assert_cmpint(set_order(&fix, "cd nic"), ==, -1);
        bmc_boot_set_order_async(fix.bmc, order, &lan, NULL, test_sync_ready,
                                 &sync);
        for (i = 0; i < kill_at; i++) {
            g_main_context_iteration(NULL, true);
        }
        finished = sync.result;
        g_clear_pointer(&fix.bmc, bmc_free);
        test_drain();
        fixture_start(&fix);
        assert_order(&fix, "nic cd disk");
        g_assert_cmpint(set_order(&fix, NULL), ==, -1);
        fixture_assert_indices(&fix, indices ? "disk=1 cd=2 nic=3"
                                             : "disk=-1 cd=-1 nic=-1");
    }
}

static void test_next(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix);
    mock_machine_add_device(fix.mock, "nic2", MACHINE_BOOT_NIC, 4);
    mock_machine_event(fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&fix);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_DEVICE), ==,
                    BMC_ERROR_NOT_SUPPORTED);
    bmc_boot_set_next(fix.bmc, "nic2");
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_DEVICE),
                    ==, BMC_ERROR_INVALID);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_DEVICE), ==,
                    -1);
    fixture_assert_indices(&fix, "disk=1 cd=2 nic=3 nic2=0");
    g_assert_cmpint(bmc_boot_get(fix.bmc)->ipmi_flags[1], ==, 1 << 2);
    fixture_restart(&fix);
    g_assert_cmpstr(bmc_boot_next(fix.bmc), ==, "nic2");
    mock_machine_reset(fix.mock, true);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "nic2");
    fixture_advance(&fix, 2000);
    fixture_assert_indices(&fix, "disk=1 cd=2 nic=3 nic2=4");
    g_assert_null(bmc_boot_next(fix.bmc));
}

/* One that is set while QEMU is given back the order from before. */
static void test_next_after_next(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix);
    bmc_boot_set_next(fix.bmc, "cd");
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_DEVICE), ==,
                    -1);
    mock_machine_reset(fix.mock, true);
    mock_machine_hold(fix.mock, true);
    fixture_advance(&fix, 2000);
    mock_machine_hold(fix.mock, false);
    bmc_boot_set_next(fix.bmc, "nic");
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_DEVICE), ==,
                    -1);
    g_assert_cmpstr(bmc_boot_next(fix.bmc), ==, "nic");
}

#define DISK_PATH "PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)"

/* By what UEFI calls it, on UEFI machines that have such a device. */
static void test_uefi(void)
{
    g_auto(Fixture) fix = { NULL };
    MachineBootDevice *disk;

    init(&fix);
    mock_machine_base(fix.mock)->info.firmware = MACHINE_FIRMWARE_UEFI;
    g_assert_false(bmc_boot_target_allowed(fix.bmc, BMC_BOOT_UEFI));
    disk = mock_machine_add_device(fix.mock, "disk2", MACHINE_BOOT_HDD, 4);
    disk->efi = g_strdup(DISK_PATH);
    mock_machine_event(fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&fix);
    g_assert_true(bmc_boot_target_allowed(fix.bmc, BMC_BOOT_UEFI));
    mock_machine_base(fix.mock)->info.firmware = MACHINE_FIRMWARE_BIOS;
    g_assert_false(bmc_boot_target_allowed(fix.bmc, BMC_BOOT_UEFI));
    mock_machine_base(fix.mock)->info.firmware = MACHINE_FIRMWARE_UEFI;
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_UEFI), ==,
                    BMC_ERROR_NOT_SUPPORTED);
    bmc_boot_set_uefi(fix.bmc, "pciroot(0x0)/pci(0x1f,0x2)/"
                               "sata(0x0,0xffff,0x0)");
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_UEFI),
                    ==, BMC_ERROR_INVALID);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_UEFI), ==, -1);
    fixture_assert_indices(&fix, "disk=1 cd=2 nic=3 disk2=0");
    g_assert_cmpint(bmc_boot_get(fix.bmc)->ipmi_flags[1], ==, 2 << 2);
    fixture_restart(&fix);
    g_assert_nonnull(bmc_boot_find_uefi(fix.bmc, bmc_boot_uefi(fix.bmc)));
    mock_machine_reset(fix.mock, true);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "disk2");
    fixture_advance(&fix, 2000);
    fixture_assert_indices(&fix, "disk=1 cd=2 nic=3 disk2=4");
    g_assert_null(bmc_boot_uefi(fix.bmc));
}

static void test_references(void)
{
    MachineBootDevice devices[] = {
        { .name = (char *)"net0", .property = (char *)"bootindex" },
        { .name = (char *)"/machine/unattached/device[24]",
          .property = (char *)"bootindex" },
        { .name = (char *)"/machine/unattached/device[12]",
          .property = (char *)"bootindexB" },
    };
    static const char *const expected[] = {
        "net0", "unattached-device-24", "unattached-device-12-B",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(devices); i++) {
        char reference[BMC_BOOT_REFERENCE_LEN];

        bmc_boot_reference(&devices[i], reference);
        g_assert_cmpstr(reference, ==, expected[i]);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boot-order/order", test_order);
    g_test_add_func("/boot-order/partial", test_partial_and_refused);
    g_test_add_func("/boot-order/unplugged", test_unplugged);
    g_test_add_func("/boot-order/other-qemu", test_other_qemu);
    g_test_add_data_func("/boot-order/killed", GINT_TO_POINTER(true),
                         test_killed_between_steps);
    g_test_add_data_func("/boot-order/killed-plain", GINT_TO_POINTER(false),
                         test_killed_between_steps);
    g_test_add_func("/boot-order/next", test_next);
    g_test_add_func("/boot-order/next-after-next", test_next_after_next);
    g_test_add_func("/boot-order/uefi", test_uefi);
    g_test_add_func("/boot-order/references", test_references);
    return g_test_run();
}
