/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes of firmware files: what happens at once, what fails in between, and
 * what outlives a power failure.
 */
#include "osdep.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "bmc/bmc-priv.h"
#include "bmc/restart.h"
#include "flash-fixture.h"
#include "util/error.h"

/* Folders that were synced, by inode; in the place of the C library's */
static ino_t synced[1024];
static int n_synced;

int fsync(int fd)
{
    struct stat st;

    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        synced[g_atomic_int_add(&n_synced, 1) % 1024] = st.st_ino;
    }
    return syscall(SYS_fsync, fd);
}

static bool was_synced(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    struct stat st;

    g_assert_cmpint(stat(folder, &st), ==, 0);
    for (int i = 0; i < MIN(g_atomic_int_get(&n_synced), 1024); i++) {
        if (synced[i] == st.st_ino) {
            return true;
        }
    }
    return false;
}

static bool has_none(void *opaque)
{
    return !bmc_flash_nth(opaque, 0);
}

/* Variables without keys are to be put in; returns where they wait. */
static char *stage_empty(Fixture *fix)
{
    char *staged = NULL;
    unsigned id;

    g_assert_cmpint(flash_try_replace(fix, MACHINE_FLASH_VARS, EMPTY, &id,
                                      &staged), ==, -1);
    return staged;
}

/* The name of an image is as durable as the list that has it. */
static void test_staged_name(void)
{
    g_auto(Fixture) fix = { 0 };
    g_autofree char *staged = NULL;

    if (!flash_start(&fix, MACHINE_STATE_RUNNING)) {
        return;
    }
    n_synced = 0;
    staged = stage_empty(&fix);
    g_assert_true(was_synced(staged));
}

/* A helper that was killed behind its rename has not synced the folder. */
static void test_made_before(void)
{
    g_auto(Fixture) fix = { 0 };
    g_autofree char *path = NULL;
    g_autofree char *folder = NULL;
    g_autofree char *real = NULL;
    g_autofree char *staged = NULL;

    if (!flash_start(&fix, MACHINE_STATE_RUNNING)) {
        return;
    }
    path = flash_vars_path(&fix);
    /* Not where the state is, which is synced anyway */
    folder = test_dir_file(fix.dir, "folder");
    real = g_build_filename(folder, "VARS.fd", NULL);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    g_assert_cmpint(rename(path, real), ==, 0);
    g_assert_cmpint(symlink(real, path), ==, 0);
    staged = stage_empty(&fix);
    flash_copy(EMPTY, real);
    n_synced = 0;
    flash_power(&fix, BMC_POWER_FORCE_RESTART);
    g_assert_null(bmc_flash_nth(fix.bmc, 0));
    g_assert_true(was_synced(real));
}

/* What it takes the place of is just being made: that is too late. */
static void test_made_meanwhile(void)
{
    const EfiEdit edit = { .kind = EFI_EDIT_ENABLE, .enable = true };
    g_auto(TestSync) edited = { NULL };
    g_auto(TestSync) applied = { NULL };
    g_auto(Fixture) fix = { 0 };
    g_autofree char *path = NULL;

    if (!flash_start(&fix, MACHINE_STATE_GONE)) {
        return;
    }
    path = flash_vars_path(&fix);
    flash_set_enable(&fix, false);
    bmc_flash_edit_async(fix.bmc, &edit, &flash_origin, NULL,
                         test_sync_ready, &edited);
    g_assert_true(bmc_flash_apply_async(fix.bmc, NULL, test_sync_ready,
                                        &applied));
    test_sync_wait(&applied);
    test_sync_wait(&edited);
    g_assert_true(bmc_flash_edit_finish(edited.result, NULL));
    g_assert_false(flash_enabled(path));
    g_assert_nonnull(bmc_flash_nth(fix.bmc, 0));
    flash_power(&fix, BMC_POWER_ON);
    g_assert_true(flash_enabled(path));
}

/* Whoever was told that it has failed will not see it made. */
static void test_not_saved(void)
{
    const EfiEdit edit = { .kind = EFI_EDIT_ENABLE };
    g_auto(TestSync) sync = { NULL };
    g_auto(Fixture) fix = { 0 };
    g_autofree char *path = NULL;
    g_autofree char *new = NULL;
    g_autoptr(GError) err = NULL;

    if (!flash_start(&fix, MACHINE_STATE_RUNNING)) {
        return;
    }
    path = flash_vars_path(&fix);
    fixture_settle(&fix);
    new = g_build_filename(fix.config.state_dir, "state.json.new", NULL);
    g_assert_cmpint(g_mkdir(new, 0700), ==, 0);
    test_expect_log(G_LOG_LEVEL_WARNING, "*the state is not saved");
    bmc_flash_edit_async(fix.bmc, &edit, &flash_origin, NULL,
                         test_sync_ready, &sync);
    test_sync_wait(&sync);
    g_assert_false(bmc_flash_edit_finish(sync.result, &err));
    g_assert_nonnull(err);
    g_assert_null(bmc_flash_nth(fix.bmc, 0));
    g_assert_cmpint(g_rmdir(new), ==, 0);
    flash_power(&fix, BMC_POWER_FORCE_RESTART);
    g_assert_true(flash_enabled(path));
}

/* The image has gone: that gets no better. */
static void test_image_gone(void)
{
    g_auto(Fixture) fix = { 0 };
    g_autofree char *path = NULL;
    g_autofree char *staged = NULL;

    if (!flash_start(&fix, MACHINE_STATE_RUNNING)) {
        return;
    }
    path = flash_vars_path(&fix);
    staged = stage_empty(&fix);
    g_unlink(staged);
    flash_power(&fix, BMC_POWER_FORCE_RESTART);
    g_assert_true(test_wait_until(has_none, fix.bmc, 30000));
    g_assert_true(flash_same_content(TEMPLATE, path));
}

/* What was asked for on top of an image waits as long as the image does. */
static void test_order(void)
{
    g_auto(Fixture) fix = { 0 };
    g_autofree char *path = NULL;
    g_autofree char *staged = NULL;
    g_autoptr(EfiVars) vars = NULL;

    if (!flash_start(&fix, MACHINE_STATE_RUNNING)) {
        return;
    }
    path = flash_vars_path(&fix);
    staged = stage_empty(&fix);
    flash_set_enable(&fix, true);
    /* For now it cannot be read */
    g_unlink(staged);
    g_assert_cmpint(g_mkdir(staged, 0700), ==, 0);
    flash_power(&fix, BMC_POWER_FORCE_RESTART);
    g_assert_cmpuint(bmc_flash_nth(fix.bmc, 0)->id, ==, 1);
    g_assert_cmpuint(bmc_flash_nth(fix.bmc, 1)->id, ==, 2);
    g_assert_true(flash_same_content(TEMPLATE, path));

    g_assert_cmpint(g_rmdir(staged), ==, 0);
    flash_copy(EMPTY, staged);
    flash_power(&fix, BMC_POWER_FORCE_RESTART);
    g_assert_null(bmc_flash_nth(fix.bmc, 0));
    vars = flash_read_vars(path);
    g_assert_true(efi_vars_secure_boot(vars));
    g_assert_false(efi_vars_have_pk(vars));
}

static void test_defaults(void)
{
    static const BmcOrigin guest = { .channel = BMC_CHANNEL_IN_BAND };
    g_auto(Fixture) fix = { 0 };
    g_autofree char *path = NULL;
    g_autofree char *staged = NULL;

    if (!flash_start(&fix, MACHINE_STATE_RUNNING)) {
        return;
    }
    path = flash_vars_path(&fix);
    staged = stage_empty(&fix);
    flash_set_enable(&fix, true);
    bmc_reset_to_defaults(fix.bmc, BMC_DEFAULTS_ALL, &guest);
    g_assert_nonnull(bmc_flash_nth(fix.bmc, 1));
    bmc_reset_to_defaults(fix.bmc, BMC_DEFAULTS_ALL, &flash_origin);
    g_assert_null(bmc_flash_nth(fix.bmc, 0));
    flash_power(&fix, BMC_POWER_FORCE_RESTART);
    g_assert_true(flash_same_content(TEMPLATE, path));
    g_assert_false(g_file_test(staged, G_FILE_TEST_EXISTS));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/flash-races/staged-name", test_staged_name);
    g_test_add_func("/flash-races/made-before", test_made_before);
    g_test_add_func("/flash-races/made-meanwhile", test_made_meanwhile);
    g_test_add_func("/flash-races/not-saved", test_not_saved);
    g_test_add_func("/flash-races/image-gone", test_image_gone);
    g_test_add_func("/flash-races/order", test_order);
    g_test_add_func("/flash-races/defaults", test_defaults);
    return g_test_run();
}
