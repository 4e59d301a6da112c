/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Local images on a file system that does not answer: one that is mounted
 * here, and whose other end keeps silent. Needs root and /dev/fuse.
 */
#include "osdep.h"

#include <fcntl.h>
#include <linux/fuse.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "bmc/media.h"
#include "util/error.h"

#include "bmc-fixture.h"

#define WAIT_MS 60000
#define IMAGE_NODE 2

/*
 * HungFixture: a hub with a folder on such a file system, and one that is
 * sound.
 *
 * @fuse: the other end, or -1
 * @asked_close: a file is being closed: from then on there is no answer
 * @over: the test is over
 * @forced: it was not, in time, and the file system has been ended
 */
typedef struct HungFixture {
    Fixture fix;
    BmcMediaConfig config;
    const char *folders[3];
    int fuse;
    bool mounted;
    GThread *thread;
    gint asked_close; /* atomic */
    gint over;        /* atomic */
    gint forced;      /* atomic */
    unsigned ticks;
} HungFixture;

static void answer(int fuse, const struct fuse_in_header *in, int err,
                   const void *data, size_t len)
{
    uint8_t buf[512];
    struct fuse_out_header *out = (void *)buf;

    out->len = sizeof(*out) + (err ? 0 : len);
    out->error = err;
    out->unique = in->unique;
    memcpy(out + 1, data, err ? 0 : len);
    if (write(fuse, buf, out->len) < 0) {
        /* Who has asked is gone. */
    }
}

static struct fuse_attr attr_of(uint64_t node)
{
    return (struct fuse_attr) {
        .ino = node, .nlink = 1, .size = node == IMAGE_NODE ? 5 : 0,
        .mode = node == IMAGE_NODE ? S_IFREG | 0600 : S_IFDIR | 0700,
    };
}

/* A folder with one file, until that is closed. */
static void handle(HungFixture *f, const struct fuse_in_header *in)
{
    const struct fuse_init_in *hello = (const void *)(in + 1);
    struct fuse_init_out init = {
        .major = FUSE_KERNEL_VERSION, .minor = hello->minor,
        .max_write = 4096,
    };
    struct fuse_entry_out entry = {
        .nodeid = IMAGE_NODE, .attr = attr_of(IMAGE_NODE),
    };
    struct fuse_attr_out attr = { .attr = attr_of(in->nodeid) };
    struct fuse_open_out opened = { .fh = 1 };

    switch (in->opcode) {
    case FUSE_INIT:
        answer(f->fuse, in, 0, &init, sizeof(init));
        break;
    case FUSE_LOOKUP:
        answer(f->fuse, in, 0, &entry, sizeof(entry));
        break;
    case FUSE_GETATTR:
        answer(f->fuse, in, 0, &attr, sizeof(attr));
        break;
    case FUSE_OPEN:
        answer(f->fuse, in, 0, &opened, sizeof(opened));
        break;
    case FUSE_FLUSH:
        g_atomic_int_set(&f->asked_close, 1);
        break;
    default:
        answer(f->fuse, in, -ENOSYS, NULL, 0);
        break;
    }
}

static void *serve(void *opaque)
{
    HungFixture *f = opaque;
    uint64_t buf[FUSE_MIN_READ_BUFFER / sizeof(uint64_t)];
    ssize_t n;

    while (!g_atomic_int_get(&f->asked_close) &&
           !g_atomic_int_get(&f->over)) {
        n = read(f->fuse, buf, sizeof(buf));
        if (n >= (ssize_t)sizeof(struct fuse_in_header)) {
            handle(f, (const struct fuse_in_header *)buf);
        } else if (n < 0 && errno != EINTR && errno != ENOENT) {
            break;
        }
    }
    /* Who waits for it cannot be killed. */
    for (unsigned i = 0; i < 300 && !g_atomic_int_get(&f->over); i++) {
        g_poll(NULL, 0, 100);
    }
    if (!g_atomic_int_get(&f->over)) {
        g_atomic_int_set(&f->forced, 1);
        umount2(f->folders[0], MNT_FORCE);
    }
    return NULL;
}

/* Returns false where such a file system cannot be had. */
static bool hung_init(HungFixture *f, bool answers)
{
    g_autofree char *options = NULL;
    g_autofree char *image = NULL;

    fixture_init(&f->fix, MACHINE_STATE_RUNNING);
    mock_machine_add_drive(f->fix.mock, "cd0", MACHINE_DRIVE_CD);
    mock_machine_add_drive(f->fix.mock, "fd0", MACHINE_DRIVE_FLOPPY);
    f->folders[0] = test_dir_file(f->fix.dir, "hung");
    f->folders[1] = test_dir_file(f->fix.dir, "sound");
    g_assert_cmpint(g_mkdir_with_parents(f->folders[0], 0700), ==, 0);
    g_assert_cmpint(g_mkdir_with_parents(f->folders[1], 0700), ==, 0);
    image = g_build_filename(f->folders[1], "a.iso", NULL);
    g_assert_true(g_file_set_contents(image, "image", -1, NULL));
    f->config.folders = f->folders;
    f->fix.config.media = &f->config;
    f->fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    options = g_strdup_printf("fd=%d,rootmode=40000,user_id=%u,group_id=%u",
                              f->fuse, getuid(), getgid());
    f->mounted = f->fuse >= 0 &&
                 mount("test", f->folders[0], "fuse", MS_NOSUID | MS_NODEV,
                       options) == 0;
    if (!f->mounted) {
        g_test_skip("no file system can be mounted here");
        return false;
    }
    if (answers) {
        f->thread = g_thread_new("fuse", serve, f);
    }
    fixture_start(&f->fix);
    return true;
}

static void hung_clear(HungFixture *f)
{
    g_atomic_int_set(&f->over, 1);
    if (f->mounted) {
        /* Whatever waits for it has failed then. */
        umount2(f->folders[0], MNT_FORCE);
        umount2(f->folders[0], MNT_DETACH);
    }
    if (f->thread) {
        g_thread_join(f->thread);
    }
    if (f->fuse >= 0) {
        close(f->fuse);
    }
    fixture_clear(&f->fix);
    g_free((char *)f->folders[0]);
    g_free((char *)f->folders[1]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HungFixture, hung_clear)

static void insert_begin(HungFixture *f, const char *id, const char *folder,
                         TestSync *sync)
{
    static const BmcOrigin origin = { .channel = BMC_CHANNEL_LOCAL };
    g_autofree char *path = g_build_filename(folder, "a.iso", NULL);
    g_autofree char *uri = g_filename_to_uri(path, NULL, NULL);
    BmcMediaRequest request = { .image = uri };

    bmc_media_insert_async(f->fix.bmc, id, &request, &origin, NULL,
                           test_sync_ready, sync);
}

static bool is_ready(void *opaque)
{
    return ((TestSync *)opaque)->result;
}

/* The result, in a time that is longer than the helper's own. */
static bool insert_end(TestSync *sync, GError **errp)
{
    g_assert_true(test_wait_until(is_ready, sync, WAIT_MS));
    return bmc_media_finish(sync->result, NULL, errp);
}

static gboolean tick(void *opaque)
{
    ((HungFixture *)opaque)->ticks++;
    return G_SOURCE_CONTINUE;
}

/* Its folder cannot even be looked at. */
static void test_silent(void)
{
    g_auto(HungFixture) f = { .fuse = -1 };
    g_auto(TestSync) hung = { 0 };
    g_auto(TestSync) sound = { 0 };
    g_autoptr(GError) err = NULL;
    unsigned source;

    if (!hung_init(&f, false)) {
        return;
    }
    source = g_timeout_add(10, tick, &f);
    insert_begin(&f, "CD1", f.folders[0], &hung);
    insert_begin(&f, "Floppy1", f.folders[1], &sound);
    g_assert_true(insert_end(&sound, &err));
    g_assert_no_error(err);
    g_assert_false(insert_end(&hung, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    g_assert_cmpuint(f.ticks, >, 0);
    g_assert_false(bmc_media_find(f.fix.bmc, "CD1")->inserted);
    g_source_remove(source);
}

static bool is_closing(void *opaque)
{
    return g_atomic_int_get(&((HungFixture *)opaque)->asked_close);
}

/* It ends to answer when the image was opened, and is to be closed. */
static void test_closing(void)
{
    g_auto(HungFixture) f = { .fuse = -1 };
    g_auto(TestSync) hung = { 0 };
    g_auto(TestSync) sound = { 0 };
    g_autoptr(GError) err = NULL;

    if (!hung_init(&f, true)) {
        return;
    }
    insert_begin(&f, "CD1", f.folders[0], &hung);
    insert_end(&hung, &err);
    g_assert_no_error(err);
    g_assert_true(test_wait_until(is_closing, &f, WAIT_MS));
    insert_begin(&f, "Floppy1", f.folders[1], &sound);
    g_assert_true(insert_end(&sound, NULL));
    g_assert_false(g_atomic_int_get(&f.forced));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/media/hung/silent", test_silent);
    g_test_add_func("/media/hung/closing", test_closing);
    return g_test_run();
}
