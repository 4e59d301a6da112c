/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes of firmware files: the list, and when they are made. */
#include "osdep.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "flash-fixture.h"
#include "util/error.h"

/* What bmc_flash_notifiers() told last. */
typedef struct Told {
    Notifier notifier;
    unsigned n;
    unsigned id;
    int code;
    bool waits;
} Told;

static void told(void *opaque, const void *data)
{
    const BmcFlashNotice *notice = data;
    Told *t = opaque;

    t->n++;
    t->id = notice->change->id;
    t->code = notice->error ? notice->error->code : -1;
    t->waits = notice->waits;
}

static void test_edit(void)
{
    g_auto(Fixture) fix = { 0 };
    g_autofree char *path = NULL;
    g_autofree char *old = NULL;
    Told t = { 0 };
    unsigned id;

    if (!flash_start(&fix, MACHINE_STATE_RUNNING)) {
        return;
    }
    path = flash_vars_path(&fix);
    old = g_strconcat(path, BMC_FLASH_OLD_SUFFIX, NULL);
    g_assert_true(flash_enabled(path));
    g_chmod(path, 0640);
    notifier_list_add(bmc_flash_notifiers(fix.bmc), &t.notifier, told, &t);
    id = flash_set_enable(&fix, false);
    g_assert_cmpuint(id, ==, 1);
    g_assert_nonnull(bmc_flash_find(fix.bmc, id));
    g_assert_true(flash_enabled(path));

    /* What the guest does does not count. */
    mock_machine_reset(fix.mock, true);
    fixture_settle(&fix);
    g_assert_true(flash_enabled(path));
    fixture_assert_log(&fix, "");

    flash_power(&fix, BMC_POWER_FORCE_RESTART);
    fixture_assert_log(&fix, "apply start");
    g_assert_false(flash_enabled(path));
    g_assert_true(flash_same_content(TEMPLATE, old));
    g_assert_null(bmc_flash_nth(fix.bmc, 0));
    g_assert_cmpuint(t.n, ==, 1);
    g_assert_cmpuint(t.id, ==, id);
    g_assert_cmpint(t.code, ==, -1);
    {
        struct stat st;

        g_assert_cmpint(stat(path, &st), ==, 0);
        g_assert_cmpuint(st.st_mode & 07777, ==, 0640);
        g_assert_cmpuint(st.st_nlink, ==, 1);
    }

    flash_power(&fix, BMC_POWER_FORCE_RESTART);
    fixture_assert_log(&fix, "reset");
}

static void test_persistent(void)
{
    g_auto(Fixture) fix = { 0 };
    g_autoptr(GBytes) hash = g_bytes_new_static("0123456789abcdef0123456789"
                                                "abcdef", 32);
    EfiEdit add = { .kind = EFI_EDIT_ADD, .dbs = 1 << EFI_DB_DBX };
    g_autofree char *path = NULL;
    g_autoptr(EfiVars) vars = NULL;
    g_autoptr(GPtrArray) sigs = NULL;
    unsigned id;

    if (!flash_start(&fix, MACHINE_STATE_PRELAUNCH)) {
        return;
    }
    path = flash_vars_path(&fix);
    add.sig = efi_sig_new(&efi_sig_types[1].guid, &efi_guid_global, hash);
    g_assert_cmpint(flash_try_edit(&fix, &add, &id), ==, -1);
    efi_sig_free(add.sig);
    flash_set_enable(&fix, false);
    fixture_restart(&fix);
    g_assert_cmpuint(bmc_flash_nth(fix.bmc, 0)->id, ==, 1);
    g_assert_cmpuint(bmc_flash_nth(fix.bmc, 1)->id, ==, 2);
    g_assert_null(bmc_flash_nth(fix.bmc, 2));

    flash_power(&fix, BMC_POWER_ON);
    fixture_assert_log(&fix, "apply start");
    vars = flash_read_vars(path);
    g_assert_false(efi_vars_secure_boot(vars));
    sigs = efi_db_read(vars, EFI_DB_DBX, NULL);
    g_assert_true(g_bytes_equal(((EfiSig *)sigs->pdata[sigs->len - 1])->data,
                                hash));
    fixture_restart(&fix);
    g_assert_null(bmc_flash_nth(fix.bmc, 0));
    g_assert_cmpuint(flash_set_enable(&fix, true), ==, 3);
}

/* What the guest has written by then stays. */
static void test_guest_writes(void)
{
    g_auto(Fixture) fix = { 0 };
    g_autofree char *path = NULL;
    g_autoptr(EfiVars) vars = NULL;

    if (!flash_start(&fix, MACHINE_STATE_RUNNING)) {
        return;
    }
    path = flash_vars_path(&fix);
    flash_copy(EMPTY, path);
    flash_set_enable(&fix, false);
    flash_copy(TEMPLATE, path);
    flash_power(&fix, BMC_POWER_FORCE_RESTART);
    vars = flash_read_vars(path);
    g_assert_false(efi_vars_secure_boot(vars));
    g_assert_true(efi_vars_have_pk(vars));
}

static void test_image(void)
{
    g_auto(Fixture) fix = { 0 };
    g_autofree char *path = NULL;
    g_autofree char *old = NULL;
    g_autofree char *staged = NULL;
    g_autofree char *bad = NULL;
    unsigned id;

    if (!flash_start(&fix, MACHINE_STATE_RUNNING)) {
        return;
    }
    path = flash_vars_path(&fix);
    old = g_strconcat(path, BMC_FLASH_OLD_SUFFIX, NULL);

    /* Of another size; no variables; the host's own */
    g_assert_cmpint(flash_try_replace(&fix, MACHINE_FLASH_VARS, CODE, &id,
                                      &bad), ==, BMC_ERROR_INVALID);
    g_assert_false(g_file_test(bad, G_FILE_TEST_EXISTS));
    g_clear_pointer(&bad, g_free);
    g_assert_cmpint(flash_try_replace(&fix, MACHINE_FLASH_CODE, CODE, &id,
                                      &bad), ==, BMC_ERROR_PERMISSION);
    g_assert_false(g_file_test(bad, G_FILE_TEST_EXISTS));

    flash_set_enable(&fix, false);
    g_assert_cmpint(flash_try_replace(&fix, MACHINE_FLASH_VARS, EMPTY, &id,
                                &staged), ==, -1);
    g_assert_cmpuint(id, ==, 2);
    g_assert_cmpuint(bmc_flash_nth(fix.bmc, 0)->id, ==, 2);
    g_assert_cmpstr(bmc_flash_nth(fix.bmc, 0)->version, ==, "version 2");
    g_assert_null(bmc_flash_nth(fix.bmc, 1));
    /* An edit on top of it */
    flash_set_enable(&fix, true);
    g_assert_true(bmc_flash_drop(fix.bmc, 3, &flash_origin));
    g_assert_false(bmc_flash_drop(fix.bmc, 3, &flash_origin));

    fixture_restart(&fix);
    g_assert_true(g_file_test(staged, G_FILE_TEST_EXISTS));
    bmc_power_request_async(fix.bmc, BMC_POWER_CYCLE, &flash_origin, NULL, NULL,
                            NULL);
    fixture_settle(&fix);
    g_assert_cmpint(bmc_power_state(fix.bmc), ==,
                    BMC_POWER_STATE_POWERING_ON);
    fixture_advance(&fix, 2000);
    g_assert_true(test_wait_until(flash_is_on, &fix, 30000));
    fixture_settle(&fix);
    g_assert_true(flash_same_content(EMPTY, path));
    g_assert_true(flash_same_content(TEMPLATE, old));
    g_assert_false(g_file_test(staged, G_FILE_TEST_EXISTS));
    g_assert_null(bmc_flash_nth(fix.bmc, 0));
}

static void test_locked(void)
{
    struct flock lock = {
        .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 100, .l_len = 1,
    };
    g_auto(Fixture) fix = { 0 };
    g_autofree char *path = NULL;
    Told t = { 0 };
    int fd;

    if (!flash_start(&fix, MACHINE_STATE_RUNNING)) {
        return;
    }
    path = flash_vars_path(&fix);
    notifier_list_add(bmc_flash_notifiers(fix.bmc), &t.notifier, told, &t);
    flash_set_enable(&fix, false);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    g_assert_cmpint(fcntl(fd, F_OFD_SETLK, &lock), ==, 0);
    flash_power(&fix, BMC_POWER_FORCE_RESTART);
    g_assert_true(flash_enabled(path));
    g_assert_cmpint(t.code, ==, BMC_ERROR_BUSY);
    g_assert_true(t.waits);
    g_assert_nonnull(strstr(bmc_flash_nth(fix.bmc, 0)->problem, "uses"));
    close(fd);
    flash_power(&fix, BMC_POWER_FORCE_RESTART);
    g_assert_false(flash_enabled(path));
    g_assert_cmpint(t.code, ==, -1);
    g_assert_null(bmc_flash_nth(fix.bmc, 0));
}

static void test_links(void)
{
    g_auto(Fixture) fix = { 0 };
    g_autofree char *path = NULL;
    g_autofree char *real = NULL;
    g_autofree char *other = NULL;
    const EfiEdit edit = { .kind = EFI_EDIT_ENABLE };
    struct stat st;
    unsigned id;

    if (!flash_start(&fix, MACHINE_STATE_RUNNING)) {
        return;
    }
    path = flash_vars_path(&fix);
    real = test_dir_file(fix.dir, "REAL.fd");
    other = test_dir_file(fix.dir, "OTHER.fd");
    g_assert_cmpint(rename(path, real), ==, 0);
    g_assert_cmpint(symlink("REAL.fd", path), ==, 0);
    g_assert_cmpint(link(real, other), ==, 0);
    g_assert_cmpint(flash_try_edit(&fix, &edit, &id), ==, BMC_ERROR_PERMISSION);
    g_unlink(other);
    g_assert_cmpint(flash_try_edit(&fix, &edit, &id), ==, -1);
    flash_power(&fix, BMC_POWER_FORCE_RESTART);
    g_assert_cmpint(lstat(path, &st), ==, 0);
    g_assert_true(S_ISLNK(st.st_mode));
    g_assert_false(flash_enabled(real));
    /* As a crash leaves it */
    g_unlink(other);
    g_free(other);
    other = g_strconcat(real, BMC_FLASH_OLD_SUFFIX, NULL);
    g_unlink(other);
    g_assert_cmpint(link(real, other), ==, 0);
    flash_set_enable(&fix, true);
    flash_power(&fix, BMC_POWER_FORCE_RESTART);
    g_assert_true(flash_enabled(real));
    g_assert_false(flash_enabled(other));
}

/* A guest that is resumed keeps its QEMU. */
static void test_resume(void)
{
    g_auto(Fixture) fix = { 0 };
    g_autofree char *path = NULL;

    if (!flash_start(&fix, MACHINE_STATE_PAUSED)) {
        return;
    }
    path = flash_vars_path(&fix);
    flash_set_enable(&fix, false);
    flash_power(&fix, BMC_POWER_ON);
    fixture_assert_log(&fix, "start");
    g_assert_true(flash_enabled(path));
    flash_power(&fix, BMC_POWER_FORCE_RESTART);
    g_assert_false(flash_enabled(path));
}

/* The file is gone: the machine starts, and it is tried again. */
static void test_gone(void)
{
    g_auto(Fixture) fix = { 0 };
    g_autofree char *path = NULL;

    if (!flash_start(&fix, MACHINE_STATE_GONE)) {
        return;
    }
    path = flash_vars_path(&fix);
    flash_set_enable(&fix, false);
    g_unlink(path);
    flash_power(&fix, BMC_POWER_ON);
    fixture_assert_log(&fix, "start");
    g_assert_nonnull(bmc_flash_nth(fix.bmc, 0)->problem);
    flash_copy(TEMPLATE, path);
    mock_machine_gone(fix.mock, "killed");
    fixture_settle(&fix);
    flash_power(&fix, BMC_POWER_ON);
    g_assert_false(flash_enabled(path));
}

static void test_forbidden(void)
{
    const EfiEdit edit = { .kind = EFI_EDIT_ENABLE };
    g_auto(Fixture) fix = { 0 };
    unsigned id;

    if (!flash_start(&fix, MACHINE_STATE_RUNNING)) {
        return;
    }
    {
        static const BmcOrigin guest = { .channel = BMC_CHANNEL_IN_BAND };
        g_auto(TestSync) sync = { NULL };
        g_autoptr(GError) err = NULL;

        bmc_flash_edit_async(fix.bmc, &edit, &guest, NULL, test_sync_ready,
                             &sync);
        test_sync_wait(&sync);
        g_assert_false(bmc_flash_edit_finish(sync.result, &err));
        g_assert_error(err, BMC_ERROR, BMC_ERROR_AUTH);
    }
    mock_machine_base(fix.mock)->can_start_process = false;
    mock_machine_base(fix.mock)->owns_process = false;
    g_assert_cmpint(flash_try_edit(&fix, &edit, &id), ==,
                    BMC_ERROR_NOT_SUPPORTED);
}

/* Requests at once are looked at one after the other. */
static void test_many(void)
{
    EfiEdit edit = { .kind = EFI_EDIT_ADD, .dbs = 1 << EFI_DB_DB };
    TestSync sync[BMC_FLASH_MAX + 1] = { { NULL } };
    g_auto(Fixture) fix = { 0 };
    uint8_t hash[32] = { 0 };
    unsigned n;

    if (!flash_start(&fix, MACHINE_STATE_RUNNING)) {
        return;
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(sync); i++) {
        g_autoptr(GBytes) data = NULL;

        hash[0] = i & 0xff;
        hash[1] = i >> 8;
        data = g_bytes_new(hash, sizeof(hash));
        edit.sig = efi_sig_new(&efi_sig_types[1].guid, &efi_guid_global,
                               data);
        bmc_flash_edit_async(fix.bmc, &edit, &flash_origin, NULL,
                             test_sync_ready, &sync[i]);
        efi_sig_free(edit.sig);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(sync); i++) {
        g_autoptr(GError) err = NULL;

        test_sync_wait(&sync[i]);
        bmc_flash_edit_finish(sync[i].result, &err);
        if (i < BMC_FLASH_MAX) {
            g_assert_no_error(err);
        } else {
            g_assert_error(err, BMC_ERROR, BMC_ERROR_BUSY);
        }
        test_sync_clear(&sync[i]);
    }
    for (n = 0; bmc_flash_nth(fix.bmc, n); n++) {
        g_assert_cmpuint(bmc_flash_nth(fix.bmc, n)->id, ==, n + 1);
    }
    g_assert_cmpuint(n, ==, BMC_FLASH_MAX);
    flash_power(&fix, BMC_POWER_FORCE_RESTART);
    g_assert_null(bmc_flash_nth(fix.bmc, 0));
}

/* What changes nothing does not wait, and the last word counts. */
static void test_needless(void)
{
    g_autoptr(GBytes) hash = g_bytes_new_static("0123456789abcdef0123456789"
                                                "abcdef", 32);
    EfiEdit sig = { .kind = EFI_EDIT_REMOVE, .dbs = 1 << EFI_DB_DBX };
    g_auto(Fixture) fix = { 0 };
    unsigned id;

    if (!flash_start(&fix, MACHINE_STATE_RUNNING)) {
        return;
    }
    g_assert_cmpuint(flash_set_enable(&fix, true), ==, 0);
    g_assert_cmpuint(flash_set_enable(&fix, false), ==, 1);
    g_assert_cmpuint(flash_set_enable(&fix, false), ==, 2);
    g_assert_null(bmc_flash_nth(fix.bmc, 1));
    g_assert_cmpuint(flash_set_enable(&fix, true), ==, 0);
    flash_power(&fix, BMC_POWER_FORCE_RESTART);
    fixture_assert_log(&fix, "reset");

    sig.sig = efi_sig_new(&efi_sig_types[1].guid, &efi_guid_global, hash);
    g_assert_cmpint(flash_try_edit(&fix, &sig, &id), ==, BMC_ERROR_NOT_FOUND);
    sig.kind = EFI_EDIT_ADD;
    g_assert_cmpint(flash_try_edit(&fix, &sig, &id), ==, -1);
    g_assert_cmpint(flash_try_edit(&fix, &sig, &id), ==, BMC_ERROR_EXISTS);
    sig.kind = EFI_EDIT_REMOVE;
    g_assert_cmpint(flash_try_edit(&fix, &sig, &id), ==, -1);
    g_assert_cmpint(flash_try_edit(&fix, &sig, &id), ==, BMC_ERROR_NOT_FOUND);
    efi_sig_free(sig.sig);
}

/* The guest obeys the power button: a restart begins when it is off. */
static void test_graceful(void)
{
    g_auto(Fixture) fix = { 0 };
    g_autofree char *path = NULL;

    if (!flash_start(&fix, MACHINE_STATE_RUNNING)) {
        return;
    }
    path = flash_vars_path(&fix);
    flash_set_enable(&fix, false);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_GRACEFUL_RESTART), ==, -1);
    g_assert_true(flash_enabled(path));
    mock_machine_shutdown(fix.mock, true, "guest-shutdown");
    g_assert_true(test_wait_until(flash_is_on, &fix, 30000));
    fixture_assert_log(&fix, "button apply start");
    g_assert_false(flash_enabled(path));
}

/* Two large signatures have no room in a small store. */
static void test_room(void)
{
    static const char small[] = "/usr/share/OVMF/OVMF_VARS.fd";
    g_autofree char *much = g_strnfill(30000, 'x');
    g_autoptr(GBytes) data = g_bytes_new(much, 30000);
    EfiEdit edit = { .kind = EFI_EDIT_ADD, .dbs = 1 << EFI_DB_DB };
    g_auto(Fixture) fix = { 0 };
    g_autofree char *path = NULL;
    unsigned id;

    if (g_access(small, R_OK)) {
        g_test_skip("ovmf is not installed");
        return;
    }
    if (!flash_start(&fix, MACHINE_STATE_RUNNING)) {
        return;
    }
    path = flash_vars_path(&fix);
    flash_copy(small, path);
    edit.sig = efi_sig_new(&efi_sig_types[0].guid, &efi_guid_global, data);
    g_assert_cmpint(flash_try_edit(&fix, &edit, &id), ==, -1);
    edit.dbs = 1 << EFI_DB_DBX;
    g_assert_cmpint(flash_try_edit(&fix, &edit, &id), ==, BMC_ERROR_LIMIT);
    g_assert_cmpuint(id, ==, 1);
    efi_sig_free(edit.sig);
    flash_power(&fix, BMC_POWER_FORCE_RESTART);
    g_assert_null(bmc_flash_nth(fix.bmc, 0));
    g_assert_false(flash_same_content(small, path));
}

/* What cannot be any more is given up, and the machine starts. */
static void test_given_up(void)
{
    g_auto(Fixture) fix = { 0 };
    g_autofree char *path = NULL;
    Told t = { 0 };

    if (!flash_start(&fix, MACHINE_STATE_RUNNING)) {
        return;
    }
    path = flash_vars_path(&fix);
    notifier_list_add(bmc_flash_notifiers(fix.bmc), &t.notifier, told, &t);
    flash_set_enable(&fix, false);
    flash_copy(CODE, path);
    flash_power(&fix, BMC_POWER_FORCE_RESTART);
    g_assert_cmpint(t.code, ==, BMC_ERROR_INVALID);
    g_assert_false(t.waits);
    g_assert_null(bmc_flash_nth(fix.bmc, 0));
    g_assert_true(flash_same_content(CODE, path));
}

/* A process that names another file as its own */
static void test_lie(void)
{
    const EfiEdit edit = { .kind = EFI_EDIT_ENABLE };
    g_auto(Fixture) fix = { 0 };
    g_autofree char *path = NULL;
    g_autofree char *other = NULL;
    Machine *machine;
    unsigned id;

    if (!flash_start(&fix, MACHINE_STATE_RUNNING)) {
        return;
    }
    path = flash_vars_path(&fix);
    other = test_dir_file(fix.dir, "OTHER.fd");
    flash_copy(TEMPLATE, other);
    machine = mock_machine_base(fix.mock);
    g_free(machine->info.flash[MACHINE_FLASH_VARS]);
    machine->info.flash[MACHINE_FLASH_VARS] = g_strdup(other);
    flash_set_enable(&fix, false);
    flash_power(&fix, BMC_POWER_FORCE_RESTART);
    g_assert_false(flash_enabled(path));
    g_assert_true(flash_enabled(other));
    /* Nor one that has none on our command line */
    g_clear_pointer(&machine->flash_given[MACHINE_FLASH_VARS], g_free);
    g_assert_cmpint(flash_try_edit(&fix, &edit, &id), ==,
                    BMC_ERROR_NOT_SUPPORTED);
    g_assert_true(flash_enabled(other));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/flash/edit", test_edit);
    g_test_add_func("/flash/persistent", test_persistent);
    g_test_add_func("/flash/guest-writes", test_guest_writes);
    g_test_add_func("/flash/image", test_image);
    g_test_add_func("/flash/locked", test_locked);
    g_test_add_func("/flash/links", test_links);
    g_test_add_func("/flash/resume", test_resume);
    g_test_add_func("/flash/gone", test_gone);
    g_test_add_func("/flash/forbidden", test_forbidden);
    g_test_add_func("/flash/many", test_many);
    g_test_add_func("/flash/needless", test_needless);
    g_test_add_func("/flash/graceful", test_graceful);
    g_test_add_func("/flash/room", test_room);
    g_test_add_func("/flash/given-up", test_given_up);
    g_test_add_func("/flash/lie", test_lie);
    return g_test_run();
}
