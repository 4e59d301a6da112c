/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FRU inventory commands (IPMI 2.0 chapter 34), and what is behind them. */
#include "osdep.h"

#include "bmc/fru.h"

#include "command-fixture.h"

#define STORAGE IPMI_NETFN_STORAGE

static int run(CommandFixture *f, uint8_t cmd, const char *hex)
{
    return command_fixture_run(f, STORAGE, cmd, hex);
}

/* Reads a whole device in pieces, as clients do. */
static void read_all(CommandFixture *f, unsigned id, uint8_t *buf, size_t size)
{
    size_t at = 0;

    while (at < size) {
        g_autofree char *hex = g_strdup_printf(
            "%02x %02x %02x 20", id, (unsigned)at & 0xff, (unsigned)at >> 8);

        g_assert_cmphex(run(f, 0x11, hex), ==, IPMI_CC_OK);
        g_assert_cmpuint(f->data[0], ==, f->len - 1);
        g_assert_cmpuint(f->data[0], >, 0);
        memcpy(buf + at, f->data + 1, f->data[0]);
        at += f->data[0];
    }
}

static void parse(CommandFixture *f, FruInfo *info)
{
    uint8_t buf[BMC_FRU_SIZE];

    read_all(f, 0, buf, sizeof(buf));
    fru_info_clear(info);
    g_assert_true(fru_parse(buf, sizeof(buf), info, NULL));
}

static void tell_info(CommandFixture *f)
{
    Machine *machine = mock_machine_base(f->base.mock);
    MachineInfo *info = &machine->info;

    machine_info_clear(info);
    info->name = g_strdup("web");
    info->uuid = g_strdup("00112233-4455-4677-8899-aabbccddeeff");
    info->qemu_version = g_strdup("7.2.0");
    info->machine_type = g_strdup("pc-q35-7.2");
    info->smbios[MACHINE_SMBIOS_SYSTEM_SERIAL] = g_strdup("S-1");
    info->smbios[MACHINE_SMBIOS_CHASSIS_ASSET] = g_strdup("A-7");
    machine_notify(machine, MACHINE_EVENT_INFO, false, NULL);
    fixture_settle(&f->base);
}

static void assert_web(CommandFixture *f)
{
    g_auto(FruInfo) info = { 0 };

    parse(f, &info);
    g_assert_cmpstr(info.text[FRU_PRODUCT_NAME], ==, "web");
    g_assert_cmpstr(info.text[FRU_PRODUCT_MANUFACTURER], ==, "QEMU");
    g_assert_cmpstr(info.text[FRU_PRODUCT_VERSION], ==, "pc-q35-7.2");
    g_assert_cmpstr(info.text[FRU_PRODUCT_SERIAL], ==, "S-1");
    g_assert_cmpstr(info.text[FRU_PRODUCT_ASSET], ==, "A-7");
    g_assert_null(info.text[FRU_PRODUCT_PART]);
    g_assert_null(info.text[FRU_BOARD_NAME]);
    g_assert_cmpint(info.chassis_type, ==, 0);
    g_assert_cmpstr(info.custom[FRU_PRODUCT][0], ==, "Name: web");
    g_assert_cmpstr(info.custom[FRU_PRODUCT][1], ==,
                    "UUID: 00112233-4455-4677-8899-aabbccddeeff");
}

static void test_machine(CommandFixture *f, const void *opaque)
{
    tell_info(f);
    command_fixture_assert(f, STORAGE, 0x10, "00", "00 08 00");
    assert_web(f);
    /* A machine that has not been reached yet keeps its name. */
    machine_info_clear(&mock_machine_base(f->base.mock)->info);
    command_fixture_restart(f);
    assert_web(f);
}

static void test_config(CommandFixture *f, const void *opaque)
{
    BmcFruConfig config = { .text = {
        [FRU_PRODUCT_SERIAL] = "other", [FRU_PRODUCT_PART] = "P-3",
        [FRU_CHASSIS_SERIAL] = "C-1",
    } };
    g_auto(FruInfo) info = { 0 };

    f->base.config.fru = &config;
    command_fixture_restart(f);
    tell_info(f);
    parse(f, &info);
    g_assert_cmpstr(info.text[FRU_PRODUCT_SERIAL], ==, "S-1");
    g_assert_cmpstr(info.text[FRU_PRODUCT_PART], ==, "P-3");
    g_assert_cmpstr(info.text[FRU_CHASSIS_SERIAL], ==, "C-1");
    g_assert_cmpint(info.chassis_type, ==, FRU_CHASSIS_OTHER);
}

static void test_write(CommandFixture *f, const void *opaque)
{
    BmcFruConfig config = { .reset = true };

    tell_info(f);
    command_fixture_assert(f, STORAGE, 0x12, "00 fe 07 aa bb", "02");
    command_fixture_assert(f, STORAGE, 0x12, "00 00 00 55", "01");
    g_assert_true(bmc_fru_written(f->base.bmc));
    command_fixture_assert(f, STORAGE, 0x11, "00 fe 07 02", "02 aa bb");
    /* It survives, and what QEMU tells does not change it. */
    command_fixture_restart(f);
    tell_info(f);
    command_fixture_assert(f, STORAGE, 0x11, "00 fe 07 10", "02 aa bb");
    command_fixture_assert(f, STORAGE, 0x11, "00 00 00 01", "01 55");
    f->base.config.fru = &config;
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*written is dropped*");
    command_fixture_restart(f);
    test_assert_logged();
    g_assert_false(bmc_fru_written(f->base.bmc));
    assert_web(f);
}

static void test_refused(CommandFixture *f, const void *opaque)
{
    g_assert_cmphex(run(f, 0x10, "01"), ==, IPMI_CC_NOT_PRESENT);
    g_assert_cmphex(run(f, 0x11, "01 00 00 01"), ==, IPMI_CC_NOT_PRESENT);
    g_assert_cmphex(run(f, 0x12, "ff 00 00 01"), ==, IPMI_CC_NOT_PRESENT);
    g_assert_cmphex(run(f, 0x11, "00 00 00 00"), ==, IPMI_CC_PARAM_RANGE);
    g_assert_cmphex(run(f, 0x11, "00 00 08 01"), ==, IPMI_CC_PARAM_RANGE);
    g_assert_cmphex(run(f, 0x11, "00 00 00 ff"), ==, IPMI_CC_CANNOT_RETURN);
    g_assert_cmphex(run(f, 0x11, "00 00 00 ef"), ==, IPMI_CC_OK);
    g_assert_cmpuint(f->len, ==, 240);
    g_assert_cmphex(run(f, 0x12, "00 ff 07 01 02"), ==, IPMI_CC_PARAM_RANGE);
    g_assert_cmphex(run(f, 0x12, "00 ff ff 01"), ==, IPMI_CC_PARAM_RANGE);
    g_assert_false(bmc_fru_written(f->base.bmc));
}

static void test_files(CommandFixture *f, const void *opaque)
{
    g_autofree char *path = test_dir_file(f->base.dir, "riser.bin");
    BmcFruFile file = { "Riser card in slot 7", path };
    g_autoptr(GPtrArray) files = g_ptr_array_new();
    BmcFruConfig config = { .files = files };

    g_assert_true(g_file_set_contents(path, "12345678", 8, NULL));
    g_ptr_array_add(files, &file);
    f->base.config.fru = &config;
    command_fixture_restart(f);
    command_fixture_assert(f, STORAGE, 0x10, "01", "08 00 00");
    command_fixture_assert(f, STORAGE, 0x11, "01 06 00 08", "02 37 38");
    g_assert_cmphex(run(f, 0x12, "01 00 00 01"), ==, 0x80);
    g_assert_cmpstr(bmc_fru_name(f->base.bmc, 1), ==, "Riser card in sl");
}

#define ADD(name, func) \
    g_test_add("/ipmi-fru/" name, CommandFixture, NULL, \
               command_fixture_setup, func, command_fixture_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("machine", test_machine);
    ADD("config", test_config);
    ADD("write", test_write);
    ADD("refused", test_refused);
    ADD("files", test_files);
    return g_test_run();
}
