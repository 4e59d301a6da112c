/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Images that are uploaded, piece by piece, broken off and gone on with. */
#include "osdep.h"

#include "bmc/images.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <utime.h>

#include "bmc/media-file.h"
#include "bmc/media.h"
#include "bmc/restart.h"
#include "util/error.h"

#include "bmc-fixture.h"

#define QUOTA 1000
#define WAIT_MS 30000

typedef struct ImagesFixture {
    Fixture fix;
    BmcMediaConfig config;
    char *folder;
} ImagesFixture;

static const BmcOrigin origin = { .channel = BMC_CHANNEL_LOCAL };

static void images_fixture_init(ImagesFixture *f)
{
    fixture_init(&f->fix, MACHINE_STATE_RUNNING);
    mock_machine_add_drive(f->fix.mock, "cd0", MACHINE_DRIVE_CD);
    f->folder = test_dir_file(f->fix.dir, "uploads");
    f->config.images_dir = f->folder;
    f->config.upload_bytes = QUOTA;
    f->fix.config.media = &f->config;
    fixture_start(&f->fix);
}

static void images_fixture_clear(ImagesFixture *f)
{
    fixture_clear(&f->fix);
    g_free(f->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ImagesFixture, images_fixture_clear)

static char *in_folder(const ImagesFixture *f, const char *name)
{
    return g_build_filename(f->folder, name, NULL);
}

static void assert_file(const ImagesFixture *f, const char *name,
                        const char *expected)
{
    g_autofree char *path = in_folder(f, name);
    g_autofree char *text = NULL;

    g_file_get_contents(path, &text, NULL, NULL);
    g_assert_cmpstr(text, ==, expected);
}

/* Files in the folder. */
static unsigned count_files(const ImagesFixture *f)
{
    g_autoptr(GDir) dir = g_dir_open(f->folder, 0, NULL);
    unsigned n = 0;

    while (dir && g_dir_read_name(dir)) {
        n++;
    }
    return n;
}

static bool no_files(void *opaque)
{
    return !count_files(opaque);
}

static bool no_images(void *opaque)
{
    const ImagesFixture *f = opaque;

    return !bmc_image_nth(f->fix.bmc, 0) && no_files(opaque);
}

static void assert_all_gone(ImagesFixture *f)
{
    g_assert_true(test_wait_until(no_images, f, WAIT_MS));
}

static BmcUpload *begin_tagged(ImagesFixture *f, const char *name,
                               uint64_t offset, uint64_t total,
                               const char *tag, int code)
{
    BmcUploadRequest request = {
        .name = name, .offset = offset, .total = total, .tag = tag,
    };
    g_autoptr(GError) err = NULL;
    BmcUpload *upload = bmc_upload_begin(f->fix.bmc, &request, &origin, &err);

    if (code >= 0) {
        g_assert_error(err, BMC_ERROR, code);
        g_assert_null(upload);
    } else {
        g_assert_no_error(err);
    }
    return upload;
}

static BmcUpload *begin(ImagesFixture *f, const char *name, uint64_t offset,
                        uint64_t total, int code)
{
    return begin_tagged(f, name, offset, total, NULL, code);
}

static void write_text(BmcUpload *upload, const char *text, int code)
{
    g_autoptr(GBytes) piece = g_bytes_new(text, strlen(text));
    g_auto(TestSync) sync = { 0 };
    g_autoptr(GError) err = NULL;

    bmc_upload_write_async(upload, piece, test_sync_ready, &sync);
    bmc_upload_finish(test_sync_wait(&sync), &err);
    g_assert_cmpint(err ? err->code : -1, ==, code);
}

static void end(BmcUpload *upload)
{
    g_auto(TestSync) sync = { 0 };
    g_autoptr(GError) err = NULL;

    bmc_upload_end_async(upload, test_sync_ready, &sync);
    bmc_upload_finish(test_sync_wait(&sync), &err);
    g_assert_no_error(err);
}

static void upload(ImagesFixture *f, const char *name, const char *text)
{
    BmcUpload *u = begin(f, name, 0, strlen(text), -1);

    write_text(u, text, -1);
    end(u);
}

static int remove_image(ImagesFixture *f, const char *name)
{
    g_auto(TestSync) sync = { 0 };
    g_autoptr(GError) err = NULL;

    bmc_image_remove_async(f->fix.bmc, name, &origin, NULL, test_sync_ready,
                           &sync);
    return bmc_image_remove_finish(test_sync_wait(&sync), &err) ? -1
                                                                : err->code;
}

static void test_names(void)
{
    static const char *const bad[] = {
        "", ".", "..", ".a", "a/b", "../a", "a b", "a\n", "a%2f", "\xc3\xa4",
    };
    g_autofree char *longest = g_strnfill(BMC_IMAGE_NAME_MAX, 'a');
    g_autofree char *too_long = g_strnfill(BMC_IMAGE_NAME_MAX + 1, 'a');
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_false(bmc_image_name_fits(bad[i]));
    }
    g_assert_true(bmc_image_name_fits("Debian-12_a.iso"));
    g_assert_true(bmc_image_name_fits(longest));
    g_assert_false(bmc_image_name_fits(too_long));
}

static void test_whole(void)
{
    g_auto(ImagesFixture) f = { 0 };
    const BmcImage *image;
    BmcUpload *u;

    images_fixture_init(&f);
    upload(&f, "b.iso", "image");
    image = bmc_image_find(f.fix.bmc, "b.iso");
    g_assert_true(image->complete);
    g_assert_false(image->busy);
    g_assert_cmpuint(image->size, ==, 5);
    assert_file(&f, "b.iso", "image");
    begin(&f, "b.iso", 0, 5, BMC_ERROR_EXISTS);
    u = begin(&f, "a.iso", 0, 6, -1);
    begin(&f, "a.iso", 0, 6, BMC_ERROR_BUSY);
    g_assert_cmpint(remove_image(&f, "a.iso"), ==, BMC_ERROR_BUSY);
    g_assert_cmpstr(bmc_image_nth(f.fix.bmc, 0)->name, ==, "a.iso");
    write_text(u, "abc", -1);
    write_text(u, "more than that", BMC_ERROR_LIMIT);
    bmc_upload_abort(u);
    g_assert_cmpint(remove_image(&f, "a.iso"), ==, -1);
    g_assert_cmpint(remove_image(&f, "a.iso"), ==, BMC_ERROR_NOT_FOUND);
    g_assert_cmpuint(count_files(&f), ==, 1);
}

static void test_resume(void)
{
    g_auto(ImagesFixture) f = { 0 };
    const BmcImage *image;
    BmcUpload *u;

    images_fixture_init(&f);
    u = begin_tagged(&f, "a.iso", 0, 6, "tag", -1);
    write_text(u, "abc", -1);
    bmc_upload_abort(u);
    begin(&f, "a.iso", 2, 6, BMC_ERROR_STATE);
    begin(&f, "a.iso", 3, 7, BMC_ERROR_STATE);
    begin_tagged(&f, "a.iso", 3, 6, "other", BMC_ERROR_STATE);
    begin(&f, "none.iso", 3, 6, BMC_ERROR_STATE);
    fixture_restart(&f.fix);
    image = bmc_image_find(f.fix.bmc, "a.iso");
    g_assert_cmpuint(image->size, ==, 3);
    g_assert_cmpuint(image->total, ==, 6);
    g_assert_cmpstr(image->tag, ==, "tag");
    u = begin_tagged(&f, "a.iso", 3, 6, "tag", -1);
    write_text(u, "d", -1);
    end(u);
    g_assert_false(bmc_image_find(f.fix.bmc, "a.iso")->complete);
    u = begin(&f, "a.iso", 4, 6, -1);
    write_text(u, "ef", -1);
    end(u);
    g_assert_true(bmc_image_find(f.fix.bmc, "a.iso")->complete);
    assert_file(&f, "a.iso", "abcdef");
    fixture_restart(&f.fix);
    g_assert_true(bmc_image_find(f.fix.bmc, "a.iso")->complete);
}

/*
 * What was begun anew is another image: the same after a restart, even if
 * nothing of it has come.
 */
static void test_anew(void)
{
    g_auto(ImagesFixture) f = { 0 };
    BmcUpload *u;

    images_fixture_init(&f);
    u = begin_tagged(&f, "a.iso", 0, 6, "tag", -1);
    write_text(u, "abc", -1);
    bmc_upload_abort(u);
    u = begin_tagged(&f, "a.iso", 0, 10, "other", -1);
    g_assert_true(test_wait_until(no_files, &f, WAIT_MS));
    bmc_upload_abort(u);
    fixture_restart(&f.fix);
    g_assert_null(bmc_image_find(f.fix.bmc, "a.iso"));
    begin(&f, "a.iso", 3, 10, BMC_ERROR_STATE);
    u = begin_tagged(&f, "a.iso", 0, 6, "tag", -1);
    write_text(u, "abc", -1);
    bmc_upload_abort(u);
    u = begin_tagged(&f, "a.iso", 0, 10, "other", -1);
    write_text(u, "x", -1);
    bmc_upload_abort(u);
    fixture_restart(&f.fix);
    g_assert_cmpuint(bmc_image_find(f.fix.bmc, "a.iso")->size, ==, 1);
    g_assert_cmpuint(count_files(&f), ==, 1);
}

/* Nothing has come: there is nothing to go on with, and no place is taken. */
static void test_nothing(void)
{
    g_auto(ImagesFixture) f = { 0 };
    g_autofree char *stray = NULL;

    images_fixture_init(&f);
    bmc_upload_abort(begin(&f, "a.iso", 0, 600, -1));
    assert_all_gone(&f);
    g_assert_cmpint(g_mkdir_with_parents(f.folder, 0700), ==, 0);
    stray = in_folder(&f, ".b.iso.part");
    g_assert_true(g_file_set_contents(stray, "", 0, NULL));
    fixture_restart(&f.fix);
    assert_all_gone(&f);
}

static BmcUpload *begin_open(ImagesFixture *f, const char *name)
{
    BmcUploadRequest request = { .name = name, .open_end = true };
    g_autoptr(GError) err = NULL;
    BmcUpload *upload = bmc_upload_begin(f->fix.bmc, &request, &origin, &err);

    g_assert_no_error(err);
    return upload;
}

/* Only its end tells how long it is. */
static void test_open_end(void)
{
    BmcUploadRequest later = {
        .name = "a.iso", .offset = 1, .open_end = true,
    };
    g_auto(ImagesFixture) f = { 0 };
    g_autofree char *most = g_strnfill(QUOTA - 5, 'x');
    BmcUpload *a, *b;

    images_fixture_init(&f);
    g_assert_null(bmc_upload_begin(f.fix.bmc, &later, &origin, NULL));
    a = begin_open(&f, "a.iso");
    write_text(a, "abc", -1);
    write_text(a, "de", -1);
    g_assert_false(bmc_image_find(f.fix.bmc, "a.iso")->complete);
    end(a);
    g_assert_true(bmc_image_find(f.fix.bmc, "a.iso")->complete);
    g_assert_cmpuint(bmc_image_find(f.fix.bmc, "a.iso")->total, ==, 5);
    assert_file(&f, "a.iso", "abcde");
    /* What is there counts. */
    a = begin_open(&f, "b.iso");
    write_text(a, most, -1);
    begin(&f, "c.iso", 0, 1, BMC_ERROR_LIMIT);
    write_text(a, "x", BMC_ERROR_LIMIT);
    bmc_upload_abort(a);
    g_assert_cmpint(remove_image(&f, "a.iso"), ==, -1);
    assert_all_gone(&f);
    /* Two at a time. */
    a = begin_open(&f, "a.iso");
    b = begin_open(&f, "b.iso");
    write_text(a, most, -1);
    write_text(b, "123456", BMC_ERROR_LIMIT);
    write_text(b, "12345", -1);
    bmc_upload_abort(a);
    bmc_upload_abort(b);
    assert_all_gone(&f);
}

/* It must come to its end, and that is told of once. */
static void test_open_end_aborted(void)
{
    g_auto(ImagesFixture) f = { 0 };
    g_auto(TestSync) sync = { 0 };
    g_auto(TestSync) empty = { 0 };
    g_autofree char *much = g_strnfill(QUOTA + 1, 'x');
    g_autoptr(GBytes) piece = g_bytes_new(much, QUOTA + 1);
    g_autoptr(GError) err = NULL;
    BmcUpload *u;

    images_fixture_init(&f);
    u = begin_open(&f, "a.iso");
    write_text(u, "abc", -1);
    bmc_upload_abort(u);
    assert_all_gone(&f);
    /* The client goes before it is told that there is no room. */
    u = begin_open(&f, "a.iso");
    bmc_upload_write_async(u, piece, test_sync_ready, &sync);
    bmc_upload_abort(u);
    bmc_upload_finish(test_sync_wait(&sync), &err);
    g_assert_true(bmc_error_is_cancelled(err));
    g_clear_error(&err);
    assert_all_gone(&f);
    u = begin_open(&f, "a.iso");
    bmc_upload_end_async(u, test_sync_ready, &empty);
    bmc_upload_finish(test_sync_wait(&empty), &err);
    g_assert_error(err, BMC_ERROR, BMC_ERROR_INVALID);
    assert_all_gone(&f);
    u = begin_open(&f, "a.iso");
    write_text(u, "abc", -1);
    bmc_upload_abort(u);
    fixture_restart(&f.fix);
    assert_all_gone(&f);
}

/* The client goes while a piece is being written. */
static void test_abort_while_writing(void)
{
    g_auto(ImagesFixture) f = { 0 };
    g_autoptr(GBytes) piece = g_bytes_new_static("abc", 3);
    g_auto(TestSync) sync = { 0 };
    g_autoptr(GError) err = NULL;
    BmcUpload *u;

    images_fixture_init(&f);
    u = begin(&f, "a.iso", 0, 6, -1);
    bmc_upload_write_async(u, piece, test_sync_ready, &sync);
    bmc_upload_abort(u);
    begin(&f, "a.iso", 0, 6, BMC_ERROR_BUSY);
    bmc_upload_finish(test_sync_wait(&sync), &err);
    g_assert_true(bmc_error_is_cancelled(err));
    g_assert_cmpuint(bmc_image_find(f.fix.bmc, "a.iso")->size, ==, 3);
    u = begin(&f, "a.iso", 3, 6, -1);
    bmc_upload_abort(u);
}

static void test_quota(void)
{
    g_auto(ImagesFixture) f = { 0 };
    BmcUpload *u;

    images_fixture_init(&f);
    begin(&f, "a.iso", 0, QUOTA + 1, BMC_ERROR_LIMIT);
    begin(&f, "a.iso", 0, 0, BMC_ERROR_INVALID);
    begin(&f, "../a", 0, 1, BMC_ERROR_INVALID);
    u = begin(&f, "a.iso", 0, 600, -1);
    g_assert_cmpuint(bmc_images_used(f.fix.bmc), ==, 600);
    begin(&f, "b.iso", 0, 401, BMC_ERROR_LIMIT);
    write_text(u, "a", -1);
    bmc_upload_abort(u);
    u = begin(&f, "b.iso", 0, 400, -1);
    write_text(u, "b", -1);
    bmc_upload_abort(u);
    u = begin(&f, "a.iso", 0, 500, -1);
    g_assert_cmpuint(bmc_images_used(f.fix.bmc), ==, 900);
    bmc_upload_abort(u);
}

/* The only file of an image that is not complete. */
static char *find_part(const ImagesFixture *f)
{
    g_autoptr(GDir) dir = g_dir_open(f->folder, 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(dir))) {
        if (name[0] == '.') {
            return in_folder(f, name);
        }
    }
    g_assert_not_reached();
}

/* What nobody knows goes, and what has waited too long. */
static void test_old(void)
{
    g_auto(ImagesFixture) f = { 0 };
    g_autofree char *stray = NULL;
    g_autofree char *other = NULL;
    g_autofree char *old = NULL;
    struct utimbuf times = { 1000000000, 1000000000 };
    BmcUpload *u;

    images_fixture_init(&f);
    u = begin(&f, "old.iso", 0, 6, -1);
    write_text(u, "abc", -1);
    bmc_upload_abort(u);
    upload(&f, "kept.iso", "image");
    stray = in_folder(&f, ".stray.part");
    other = in_folder(&f, "not ours");
    old = find_part(&f);
    g_assert_true(g_file_set_contents(stray, "x", 1, NULL));
    g_assert_true(g_file_set_contents(other, "x", 1, NULL));
    g_assert_cmpint(utime(old, &times), ==, 0);
    fixture_restart(&f.fix);
    g_assert_null(bmc_image_find(f.fix.bmc, "old.iso"));
    g_assert_nonnull(bmc_image_find(f.fix.bmc, "kept.iso"));
    g_assert_false(g_file_test(stray, G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(old, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(other, G_FILE_TEST_EXISTS));
}

static int insert(ImagesFixture *f, const char *image)
{
    BmcMediaRequest request = { .image = image };
    g_auto(TestSync) sync = { 0 };
    g_autoptr(GError) err = NULL;

    bmc_media_insert_async(f->fix.bmc, "CD1", &request, &origin, NULL,
                           test_sync_ready, &sync);
    return bmc_media_finish(test_sync_wait(&sync), NULL, &err) ? -1
                                                               : err->code;
}

static void test_inserted(void)
{
    g_auto(ImagesFixture) f = { 0 };
    const BmcMediaSlot *slot;
    g_auto(TestSync) sync = { 0 };
    BmcUpload *u;

    images_fixture_init(&f);
    upload(&f, "a.iso", "image");
    u = begin(&f, "b.iso", 0, 6, -1);
    g_assert_cmpint(insert(&f, "image:b.iso"), ==, BMC_ERROR_INVALID);
    g_assert_cmpint(insert(&f, "image:c.iso"), ==, BMC_ERROR_INVALID);
    bmc_upload_abort(u);
    g_assert_cmpint(insert(&f, "image:a.iso"), ==, -1);
    slot = bmc_media_find(f.fix.bmc, "CD1");
    g_assert_true(slot->inserted);
    g_assert_cmpstr(slot->name, ==, "a.iso");
    g_assert_cmpstr(bmc_image_in_use(f.fix.bmc, "a.iso"), ==, "CD1");
    g_assert_cmpint(remove_image(&f, "a.iso"), ==, BMC_ERROR_BUSY);
    bmc_media_eject_async(f.fix.bmc, "CD1", &origin, NULL, test_sync_ready,
                          &sync);
    g_assert_true(bmc_media_finish(test_sync_wait(&sync), NULL, NULL));
    g_assert_cmpint(remove_image(&f, "a.iso"), ==, -1);
}

static void reset(ImagesFixture *f)
{
    bmc_reset_to_defaults(f->fix.bmc, BMC_DEFAULTS_KEEP_NETWORK_AND_USERS,
                          &origin);
}

/* A BMC that is new again has no images; the guest goes on with its own. */
static void test_reset(void)
{
    g_auto(ImagesFixture) f = { 0 };
    g_auto(TestSync) sync = { 0 };
    BmcUpload *u;

    images_fixture_init(&f);
    upload(&f, "a.iso", "image");
    u = begin(&f, "b.iso", 0, 6, -1);
    write_text(u, "abc", -1);
    bmc_upload_abort(u);
    u = begin(&f, "c.iso", 0, 6, -1);
    reset(&f);
    g_assert_cmpint(insert(&f, "image:a.iso"), ==, BMC_ERROR_INVALID);
    write_text(u, "abc", BMC_ERROR_STATE);
    bmc_upload_abort(u);
    assert_all_gone(&f);
    fixture_restart(&f.fix);
    assert_all_gone(&f);

    upload(&f, "a.iso", "image");
    g_assert_cmpint(insert(&f, "image:a.iso"), ==, -1);
    reset(&f);
    fixture_restart(&f.fix);
    g_assert_cmpstr(bmc_image_in_use(f.fix.bmc, "a.iso"), ==, "CD1");
    bmc_media_eject_async(f.fix.bmc, "CD1", &origin, NULL, test_sync_ready,
                          &sync);
    g_assert_true(bmc_media_finish(test_sync_wait(&sync), NULL, NULL));
    assert_all_gone(&f);
}

/* The guest is not the host's administrator. */
static void test_guest(void)
{
    static const BmcOrigin guest = { .channel = BMC_CHANNEL_IN_BAND };
    BmcUploadRequest request = { .name = "a.iso", .total = 10 };
    g_auto(ImagesFixture) f = { 0 };
    g_autoptr(GError) err = NULL;

    images_fixture_init(&f);
    g_assert_null(bmc_upload_begin(f.fix.bmc, &request, &guest, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_PERMISSION);
}

static int open_as(const char *path, const char *folder, bool writable)
{
    const char *const folders[] = { folder, NULL };
    g_autofree char *real = NULL;
    g_autoptr(GError) err = NULL;
    int fd = media_file_open(path, folders, writable, &real, &err);

    if (fd < 0) {
        return err->code;
    }
    close(fd);
    return -1;
}

/* Of a local image, what is where it is allowed to be is opened. */
static void test_file(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *folder = test_dir_file(dir, "images");
    g_autofree char *below = test_dir_file(dir, "images/below");
    g_autofree char *image = test_dir_file(dir, "images/below/a.iso");
    g_autofree char *inside = test_dir_file(dir, "images/inside.iso");
    g_autofree char *outside = test_dir_file(dir, "images/outside.iso");
    g_autofree char *secret = test_dir_file(dir, "secret");
    g_autofree char *fifo = test_dir_file(dir, "images/fifo");
    g_autofree char *up = test_dir_file(dir, "images/../secret");

    g_assert_cmpint(g_mkdir_with_parents(below, 0700), ==, 0);
    g_assert_true(g_file_set_contents(image, "x", 1, NULL));
    g_assert_true(g_file_set_contents(secret, "x", 1, NULL));
    g_assert_cmpint(symlink("below/a.iso", inside), ==, 0);
    g_assert_cmpint(symlink(secret, outside), ==, 0);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    g_assert_cmpint(open_as(image, folder, false), ==, -1);
    g_assert_cmpint(open_as(image, folder, true), ==, -1);
    g_assert_cmpint(open_as(inside, folder, false), ==, -1);
    g_assert_cmpint(open_as(outside, folder, false), ==,
                    BMC_ERROR_PERMISSION);
    g_assert_cmpint(open_as(up, folder, false), ==, BMC_ERROR_PERMISSION);
    g_assert_cmpint(open_as(fifo, folder, false), ==, BMC_ERROR_PERMISSION);
    g_assert_cmpint(open_as(below, folder, false), ==, BMC_ERROR_PERMISSION);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/images/names", test_names);
    g_test_add_func("/images/whole", test_whole);
    g_test_add_func("/images/resume", test_resume);
    g_test_add_func("/images/anew", test_anew);
    g_test_add_func("/images/nothing", test_nothing);
    g_test_add_func("/images/open-end", test_open_end);
    g_test_add_func("/images/open-end-aborted", test_open_end_aborted);
    g_test_add_func("/images/abort-while-writing", test_abort_while_writing);
    g_test_add_func("/images/quota", test_quota);
    g_test_add_func("/images/old", test_old);
    g_test_add_func("/images/inserted", test_inserted);
    g_test_add_func("/images/reset", test_reset);
    g_test_add_func("/images/guest", test_guest);
    g_test_add_func("/images/file", test_file);
    return g_test_run();
}
