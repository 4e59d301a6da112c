/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A launched machine whose UEFI variables are changed. */
#include "osdep.h"

#include "flash-fixture.h"

#include <glib/gstdio.h>

const BmcOrigin flash_origin = {
    .channel = BMC_CHANNEL_REDFISH,
    .user = "admin",
    .peer = "127.0.0.1",
};

char *flash_vars_path(const Fixture *fix)
{
    return test_dir_file(fix->dir, "VARS.fd");
}

void flash_copy(const char *from, const char *to)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *data = NULL;
    gsize len;

    g_assert_true(g_file_get_contents(from, &data, &len, &err));
    g_assert_no_error(err);
    g_assert_true(g_file_set_contents(to, data, len, &err));
    g_assert_no_error(err);
}

EfiVars *flash_read_vars(const char *path)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *data = NULL;
    EfiVars *vars;
    gsize len;

    g_assert_true(g_file_get_contents(path, &data, &len, &err));
    g_assert_no_error(err);
    vars = efi_vars_parse((const uint8_t *)data, len, &err);
    g_assert_no_error(err);
    return vars;
}

bool flash_enabled(const char *path)
{
    g_autoptr(EfiVars) vars = flash_read_vars(path);

    return efi_vars_secure_boot(vars);
}

bool flash_same_content(const char *a, const char *b)
{
    g_autofree char *x = NULL;
    g_autofree char *y = NULL;
    gsize xn;
    gsize yn;

    return g_file_get_contents(a, &x, &xn, NULL) &&
           g_file_get_contents(b, &y, &yn, NULL) && xn == yn &&
           memcmp(x, y, xn) == 0;
}

bool flash_start(Fixture *fix, MachineState state)
{
    Machine *machine;

    if (g_access(TEMPLATE, R_OK) || g_access(EMPTY, R_OK)) {
        g_test_skip("ovmf is not installed");
        return false;
    }
    fixture_init(fix, state);
    machine = mock_machine_base(fix->mock);
    machine->can_start_process = true;
    machine->owns_process = true;
    machine->info.flash[MACHINE_FLASH_CODE] = g_strdup(CODE);
    machine->info.flash[MACHINE_FLASH_VARS] = flash_vars_path(fix);
    machine->flash_given[MACHINE_FLASH_CODE] = g_strdup(CODE);
    machine->flash_given[MACHINE_FLASH_VARS] = flash_vars_path(fix);
    flash_copy(TEMPLATE, machine->info.flash[MACHINE_FLASH_VARS]);
    fixture_start(fix);
    return true;
}

int flash_try_edit(Fixture *fix, const EfiEdit *edit, unsigned *id)
{
    g_auto(TestSync) sync = { NULL };
    g_autoptr(GError) err = NULL;

    bmc_flash_edit_async(fix->bmc, edit, &flash_origin, NULL, test_sync_ready,
                         &sync);
    test_sync_wait(&sync);
    g_assert_true(bmc_flash_edit_finish(sync.result, &err) == !err);
    *id = 0;
    for (unsigned i = 0; bmc_flash_nth(fix->bmc, i); i++) {
        *id = bmc_flash_nth(fix->bmc, i)->id;
    }
    return err ? err->code : -1;
}

unsigned flash_set_enable(Fixture *fix, bool enable)
{
    const EfiEdit edit = { .kind = EFI_EDIT_ENABLE, .enable = enable };
    unsigned id;

    g_assert_cmpint(flash_try_edit(fix, &edit, &id), ==, -1);
    return id;
}

int flash_try_replace(Fixture *fix, MachineFlash chip, const char *from,
                       unsigned *id, char **staged)
{
    g_auto(TestSync) sync = { NULL };
    g_autoptr(GError) err = NULL;

    *staged = bmc_flash_stage(fix->bmc, &err);
    g_assert_no_error(err);
    flash_copy(from, *staged);
    bmc_flash_replace_async(fix->bmc, chip, *staged, "version 2", &flash_origin,
                            NULL, test_sync_ready, &sync);
    test_sync_wait(&sync);
    *id = bmc_flash_replace_finish(sync.result, &err);
    g_assert_true(!*id == !!err);
    return err ? err->code : -1;
}

/* With threads in it: the fixture's settling is too quick. */
bool flash_is_on(void *opaque)
{
    Fixture *fix = opaque;

    return bmc_power_state(fix->bmc) == BMC_POWER_STATE_ON;
}

void flash_power(Fixture *fix, BmcPowerAction action)
{
    g_assert_cmpint(fixture_power(fix, action), ==, -1);
    g_assert_true(test_wait_until(flash_is_on, fix, 30000));
    fixture_settle(fix);
}
