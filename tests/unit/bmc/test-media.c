/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual media on the hub, with local images. */
#include "osdep.h"

#include "bmc/media-certs.h"
#include "bmc/media-target.h"
#include "bmc/media.h"
#include "util/error.h"
#include "util/target.h"

#include "bmc-fixture.h"
#include "test-certs.h"

/* A hub whose machine has a CD drive and a floppy drive, and an image. */
typedef struct MediaFixture {
    Fixture fix;
    MachineDrive *cd;
    BmcMediaConfig config;
    const char *folders[2];
    char *image;
    char *outside;
} MediaFixture;

static void media_fixture_init(MediaFixture *f, MachineState state)
{
    g_autofree char *path = NULL;
    g_autofree char *other = NULL;

    fixture_init(&f->fix, state);
    f->cd = mock_machine_add_drive(f->fix.mock, "cd0", MACHINE_DRIVE_CD);
    mock_machine_add_drive(f->fix.mock, "fd0", MACHINE_DRIVE_FLOPPY);
    f->folders[0] = g_build_filename(f->fix.dir->path, "images",
                                     NULL);
    g_assert_cmpint(g_mkdir_with_parents(f->folders[0], 0700), ==, 0);
    path = g_build_filename(f->folders[0], "a b.iso", NULL);
    g_assert_true(g_file_set_contents(path, "image", -1, NULL));
    other = g_build_filename(f->folders[0], "link.iso", NULL);
    g_assert_cmpint(symlink("/etc/hostname", other), ==, 0);
    f->image = g_filename_to_uri(path, NULL, NULL);
    f->outside = g_filename_to_uri(other, NULL, NULL);
    f->config.folders = f->folders;
    f->fix.config.media = &f->config;
    fixture_start(&f->fix);
}

static void media_fixture_clear(MediaFixture *f)
{
    fixture_clear(&f->fix);
    g_free((char *)f->folders[0]);
    g_free(f->image);
    g_free(f->outside);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MediaFixture, media_fixture_clear)

static int finish(TestSync *sync)
{
    g_autoptr(GError) err = NULL;

    return bmc_media_finish(test_sync_wait(sync), NULL, &err) ? -1 : err->code;
}

static int insert(MediaFixture *f, const char *id, const char *image,
                  bool writable)
{
    static const BmcOrigin origin = { .channel = BMC_CHANNEL_LOCAL };
    BmcMediaRequest request = { .image = image, .writable = writable };
    g_auto(TestSync) sync = { 0 };

    bmc_media_insert_async(f->fix.bmc, id, &request, &origin, NULL,
                           test_sync_ready, &sync);
    return finish(&sync);
}

static int eject(MediaFixture *f, const char *id)
{
    static const BmcOrigin origin = { .channel = BMC_CHANNEL_LOCAL };
    g_auto(TestSync) sync = { 0 };

    bmc_media_eject_async(f->fix.bmc, id, &origin, NULL, test_sync_ready,
                          &sync);
    return finish(&sync);
}

static void test_slots(void)
{
    g_auto(MediaFixture) f = { 0 };

    media_fixture_init(&f, MACHINE_STATE_RUNNING);
    g_assert_cmpuint(bmc_media_count(f.fix.bmc), ==, 2);
    g_assert_cmpstr(bmc_media_get(f.fix.bmc, 0)->id, ==, "CD1");
    g_assert_cmpstr(bmc_media_get(f.fix.bmc, 1)->id, ==, "Floppy1");
    g_assert_null(bmc_media_get(f.fix.bmc, 2));
    g_assert_null(bmc_media_find(f.fix.bmc, "CD2"));
}

static void test_insert_eject(void)
{
    g_auto(MediaFixture) f = { 0 };
    const BmcMediaSlot *slot;

    media_fixture_init(&f, MACHINE_STATE_RUNNING);
    slot = bmc_media_find(f.fix.bmc, "CD1");
    g_assert_false(slot->inserted);
    g_assert_cmpint(insert(&f, "CD1", f.image, true), ==,
                    BMC_ERROR_NOT_SUPPORTED);
    g_assert_cmpint(insert(&f, "CD1", f.image, false), ==, -1);
    g_assert_true(slot->inserted);
    g_assert_true(slot->write_protected);
    g_assert_cmpstr(slot->image, ==, f.image);
    g_assert_cmpstr(slot->name, ==, "a b.iso");
    g_assert_true(g_str_has_suffix(f.cd->file, "/images/a b.iso"));
    g_assert_true(f.cd->read_only);
    g_assert_cmpint(insert(&f, "CD1", f.image, false), ==, BMC_ERROR_EXISTS);
    g_assert_cmpint(eject(&f, "CD1"), ==, -1);
    g_assert_false(slot->inserted);
    g_assert_null(slot->image);
    g_assert_false(f.cd->inserted);
    g_assert_cmpint(eject(&f, "CD1"), ==, -1);
    g_assert_cmpint(insert(&f, "CD2", f.image, false), ==,
                    BMC_ERROR_NOT_FOUND);
}

/* Signatures and passwords in an address are not for the log. */
static void test_not_logged(void)
{
    g_auto(MediaFixture) f = { 0 };
    g_autoptr(GString) log = g_string_new(NULL);

    media_fixture_init(&f, MACHINE_STATE_RUNNING);
    test_collect_log("*media*", log);
    g_assert_cmpint(insert(&f, "CD1", "http://127.0.0.1:1/a.iso?sig=topsecret",
                           false), !=, -1);
    g_assert_cmpint(insert(&f, "CD1", "http://me:topsecret@127.0.0.1:1/b.iso",
                           false), !=, -1);
    test_collect_log(NULL, NULL);
    g_assert_nonnull(strstr(log->str, "http://127.0.0.1:1/a.iso"));
    g_assert_null(strstr(log->str, "topsecret"));
}

static void test_refused(void)
{
    g_auto(MediaFixture) f = { 0 };

    media_fixture_init(&f, MACHINE_STATE_RUNNING);
    g_assert_cmpint(insert(&f, "CD1", f.outside, false), ==,
                    BMC_ERROR_PERMISSION);
    g_assert_cmpint(insert(&f, "CD1", "file:///etc/passwd", false), ==,
                    BMC_ERROR_PERMISSION);
    g_assert_cmpint(insert(&f, "CD1", "nfs://server/a.iso", false), ==,
                    BMC_ERROR_NOT_SUPPORTED);
    g_assert_cmpint(insert(&f, "CD1", "a.iso", false), ==,
                    BMC_ERROR_INVALID);
    g_assert_cmpint(insert(&f, "CD1", "http://u:p@host/a.iso", false), ==,
                    BMC_ERROR_INVALID);
    g_assert_null(bmc_media_find(f.fix.bmc, "CD1")->image);
}

/* Another QEMU, and another helper, get what was put in. */
static void test_again(void)
{
    g_auto(MediaFixture) f = { 0 };

    media_fixture_init(&f, MACHINE_STATE_RUNNING);
    g_assert_cmpint(insert(&f, "CD1", f.image, false), ==, -1);
    mock_machine_gone(f.fix.mock, "killed");
    fixture_settle(&f.fix);
    g_assert_true(bmc_media_find(f.fix.bmc, "CD1")->inserted);
    mock_machine_new_process(f.fix.mock, MACHINE_STATE_RUNNING);
    fixture_settle(&f.fix);
    g_assert_true(f.cd->inserted);
    g_assert_true(bmc_media_find(f.fix.bmc, "CD1")->inserted);

    fixture_restart(&f.fix);
    fixture_settle(&f.fix);
    g_assert_true(bmc_media_find(f.fix.bmc, "CD1")->inserted);
    g_assert_cmpstr(bmc_media_find(f.fix.bmc, "CD1")->image, ==, f.image);
    g_assert_true(f.cd->inserted);
}

static void test_guest_ejects(void)
{
    g_auto(MediaFixture) f = { 0 };

    media_fixture_init(&f, MACHINE_STATE_RUNNING);
    g_assert_cmpint(insert(&f, "CD1", f.image, false), ==, -1);
    f.cd->tray_open = true;
    mock_machine_event(f.fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&f.fix);
    g_assert_false(bmc_media_find(f.fix.bmc, "CD1")->inserted);
    g_assert_false(f.cd->inserted);
}

/* One that came with the machine can be taken out. */
static void test_foreign(void)
{
    g_auto(MediaFixture) f = { 0 };
    const BmcMediaSlot *slot;

    media_fixture_init(&f, MACHINE_STATE_RUNNING);
    slot = bmc_media_find(f.fix.bmc, "CD1");
    f.cd->inserted = true;
    f.cd->file = g_strdup("/x/y.iso");
    mock_machine_event(f.fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&f.fix);
    g_assert_true(slot->inserted);
    g_assert_null(slot->image);
    g_assert_cmpstr(slot->name, ==, "y.iso");
    g_assert_cmpint(eject(&f, "CD1"), ==, -1);
    g_assert_false(slot->inserted);
    g_assert_null(slot->name);
}

static void test_addresses(void)
{
    static const char *const allow[] = { "meta.example", "127.0.0.9", NULL };
    static const struct {
        const char *address;
        const char *name;
        bool user;
        bool host;
    } table[] = {
        { "192.0.2.1", "a", true, true },
        { "127.0.0.1", "a", false, true },
        { "127.0.0.9", "a", true, true },
        { "::1", "a", false, true },
        { "::ffff:127.0.0.1", "a", false, true },
        { "169.254.169.254", "a", false, false },
        { "::ffff:169.254.169.254", "a", false, false },
        { "169.254.169.254", "Meta.Example", true, true },
        { "fe80::1", "a", false, false },
        { "fd00:ec2::254", "a", false, false },
        { "0.0.0.0", "a", false, false },
        { "224.0.0.1", "a", false, false },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(GInetAddress) address = g_inet_address_new_from_string(
            table[i].address);

        g_test_message("%s", table[i].address);
        g_assert_cmpint(target_allowed(address, table[i].name, allow,
                                             false), ==, table[i].user);
        g_assert_cmpint(target_allowed(address, table[i].name, allow,
                                             true), ==, table[i].host);
    }
}

/* Authorities of servers stay with their slot. */
static void test_certs(void)
{
    static const BmcOrigin origin = { .channel = BMC_CHANNEL_LOCAL };
    g_autoptr(TestCert) ca = test_cert_authority("images");
    g_autoptr(GError) err = NULL;
    g_auto(MediaFixture) f = { 0 };

    media_fixture_init(&f, MACHINE_STATE_RUNNING);
    g_assert_cmpuint(bmc_media_cert_add(f.fix.bmc, "CD1", ca->pem, &origin,
                                        &err), ==, 1);
    g_assert_no_error(err);
    fixture_restart(&f.fix);
    g_assert_cmpuint(bmc_media_cert_nth(f.fix.bmc, "CD1", 0), ==, 1);
    g_assert_cmpuint(bmc_media_cert_nth(f.fix.bmc, "CD1", 1), ==, 0);
    g_assert_cmpuint(bmc_media_cert_nth(f.fix.bmc, "Floppy1", 0), ==, 0);
    g_assert_cmpstr(bmc_media_cert_info(f.fix.bmc, "CD1", 1)
                    ->subject[TLS_NAME_COMMON], ==, "images");
    g_assert_true(bmc_media_cert_remove(f.fix.bmc, "CD1", 1, &origin, NULL));
    g_assert_false(bmc_media_cert_remove(f.fix.bmc, "CD1", 1, &origin,
                                         NULL));
    g_assert_cmpuint(bmc_media_cert_add(f.fix.bmc, "CD9", ca->pem, &origin,
                                        NULL), ==, 0);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/media/slots", test_slots);
    g_test_add_func("/media/insert-eject", test_insert_eject);
    g_test_add_func("/media/not-logged", test_not_logged);
    g_test_add_func("/media/refused", test_refused);
    g_test_add_func("/media/again", test_again);
    g_test_add_func("/media/guest-ejects", test_guest_ejects);
    g_test_add_func("/media/foreign", test_foreign);
    g_test_add_func("/media/addresses", test_addresses);
    g_test_add_func("/media/certs", test_certs);
    return g_test_run();
}
