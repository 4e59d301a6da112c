/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replacing a firmware file: the new one is written beside it and synced,
 * the old one gets a second name, and the new one takes its place; then the
 * folder is synced. Whatever is interrupted, the file's name is at all times
 * that of a complete file.
 */
#include "osdep.h"

#include "bmc/flash-file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "bmc/flash.h"
#include "util/error.h"

#define NEW_SUFFIX ".qemu-bmc-new"
#define XATTR_MAX (64 * 1024)

/* What belongs to the host's packages, and to all machines. */
#define HOST_FILES "/usr/"

/*
 * Target: a file that is to be replaced.
 *
 * @path: it, without symbolic links
 * @name: its name in its folder
 * @old: name of the one that is kept
 * @new: name of the one that is written
 * @dir: its folder
 * @fd: the file
 * @st: what it is
 */
typedef struct Target {
    char *path;
    char *name;
    char *old;
    char *new;
    int dir;
    int fd;
    struct stat st;
} Target;

static void target_clear(Target *t)
{
    if (t->fd >= 0) {
        close(t->fd);
    }
    if (t->dir >= 0) {
        close(t->dir);
    }
    g_free(t->path);
    g_free(t->name);
    g_free(t->old);
    g_free(t->new);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Target, target_clear)

/* The system has refused @what. */
static bool fail(GError **errp, const char *what, const char *path)
{
    int code = errno;
    bool denied = code == EACCES || code == EPERM || code == EROFS ||
                  code == ELOOP;

    g_set_error(errp, BMC_ERROR,
                denied ? BMC_ERROR_PERMISSION : BMC_ERROR_FAILED,
                "cannot %s %s: %s", what, path, g_strerror(code));
    return false;
}

static bool forbid(GError **errp, const char *path, const char *why)
{
    g_set_error(errp, BMC_ERROR, BMC_ERROR_PERMISSION,
                "%s is not replaced: %s", path, why);
    return false;
}

/* A crash may have left it with the name of the one that is kept. */
static bool has_other_names(const Target *t)
{
    struct stat old;

    return t->st.st_nlink > 2 ||
           (t->st.st_nlink == 2 &&
            (fstatat(t->dir, t->old, &old, AT_SYMLINK_NOFOLLOW) ||
             old.st_dev != t->st.st_dev || old.st_ino != t->st.st_ino));
}

static bool target_is_good(const Target *t, GError **errp)
{
    if (!S_ISREG(t->st.st_mode)) {
        return forbid(errp, t->path, "it is no plain file");
    }
    if (has_other_names(t)) {
        return forbid(errp, t->path, "it has more than one name, and may "
                      "serve others, too");
    }
    if (t->st.st_uid != geteuid() && geteuid() != 0) {
        return forbid(errp, t->path, "it belongs to another user");
    }
    if (t->st.st_size <= 0 || t->st.st_size > BMC_FLASH_SIZE_MAX) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "%s has no size that a flash chip can have", t->path);
        return false;
    }
    if (faccessat(t->dir, ".", W_OK | X_OK, AT_EACCESS)) {
        return fail(errp, "write beside", t->path);
    }
    return true;
}

static bool target_open(Target *t, const char *path, GError **errp)
{
    g_autofree char *folder = NULL;
    char *real = realpath(path, NULL);

    t->dir = -1;
    t->fd = -1;
    if (!real) {
        return fail(errp, "find", path);
    }
    t->path = g_strdup(real);
    free(real);
    if (g_str_has_prefix(t->path, HOST_FILES)) {
        return forbid(errp, t->path, "it is the host's, and not this "
                      "machine's; give the machine a copy of its own");
    }
    folder = g_path_get_dirname(t->path);
    t->name = g_path_get_basename(t->path);
    t->old = g_strconcat(t->name, BMC_FLASH_OLD_SUFFIX, NULL);
    t->new = g_strconcat(t->name, NEW_SUFFIX, NULL);
    t->dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (t->dir < 0) {
        return fail(errp, "open", folder);
    }
    t->fd = openat(t->dir, t->name, O_RDWR | O_NOFOLLOW | O_NONBLOCK |
                   O_NOCTTY | O_CLOEXEC);
    if (t->fd < 0 || fstat(t->fd, &t->st)) {
        return fail(errp, "open", t->path);
    }
    return target_is_good(t, errp);
}

/*
 * QEMU locks bytes of its images. A lock on all bytes, until the file is
 * closed, conflicts with each of them. Some file systems have no locks.
 */
static bool target_lock(const Target *t, GError **errp)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

    if (fcntl(t->fd, F_OFD_SETLK, &lock) == 0 ||
        (errno != EAGAIN && errno != EACCES)) {
        return true;
    }
    g_set_error(errp, BMC_ERROR, BMC_ERROR_BUSY,
                "another program uses %s", t->path);
    return false;
}

static bool read_all(int fd, uint8_t *data, size_t len)
{
    for (size_t at = 0; at < len;) {
        ssize_t n = pread(fd, data + at, len - at, at);

        if (n <= 0 && (n == 0 || errno != EINTR)) {
            errno = n ? errno : EIO;
            return false;
        }
        at += MAX(n, 0);
    }
    return true;
}

static bool write_all(int fd, const uint8_t *data, size_t len)
{
    while (len) {
        ssize_t n = write(fd, data, len);

        if (n < 0 && errno != EINTR) {
            return false;
        }
        n = MAX(n, 0);
        data += n;
        len -= n;
    }
    return true;
}

/* Labels and access lists; whoever may not set one gets the usual ones. */
static void copy_xattrs(int from, int to)
{
    g_autofree char *names = g_malloc(XATTR_MAX);
    g_autofree char *value = g_malloc(XATTR_MAX);
    ssize_t len = flistxattr(from, names, XATTR_MAX);

    for (ssize_t at = 0; at < len; at += strlen(names + at) + 1) {
        ssize_t size = fgetxattr(from, names + at, value, XATTR_MAX);

        if (size >= 0 && fsetxattr(to, names + at, value, size, 0)) {
            g_debug("flash: attribute %s is not kept: %s", names + at,
                    g_strerror(errno));
        }
    }
}

static bool write_beside(const Target *t, const char *name,
                         const uint8_t *data, size_t len, GError **errp)
{
    int fd;
    bool ok;

    if (unlinkat(t->dir, name, 0) && errno != ENOENT) {
        return fail(errp, "write beside", t->path);
    }
    fd = openat(t->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
                O_CLOEXEC, 0600);
    if (fd < 0) {
        return fail(errp, "write beside", t->path);
    }
    ok = write_all(fd, data, len) &&
         fchown(fd, t->st.st_uid, t->st.st_gid) == 0 &&
         fchmod(fd, t->st.st_mode & 07777) == 0;
    if (ok) {
        copy_xattrs(t->fd, fd);
        ok = fsync(fd) == 0;
    }
    if (!ok) {
        fail(errp, "write beside", t->path);
    }
    if (close(fd) && ok) {
        ok = fail(errp, "write beside", t->path);
    }
    if (!ok) {
        unlinkat(t->dir, name, 0);
    }
    return ok;
}

/* Where there are no links, it is copied. */
static bool keep_old(const Target *t, const uint8_t *data, size_t len,
                     GError **errp)
{
    if (unlinkat(t->dir, t->old, 0) && errno != ENOENT) {
        return fail(errp, "keep the old", t->path);
    }
    return linkat(t->dir, t->name, t->dir, t->old, 0) == 0 ||
           write_beside(t, t->old, data, len, errp);
}

/* Somebody may have put another file there meanwhile. */
static bool is_still_there(const Target *t, GError **errp)
{
    struct stat now;

    if (fstatat(t->dir, t->name, &now, AT_SYMLINK_NOFOLLOW) ||
        now.st_dev != t->st.st_dev || now.st_ino != t->st.st_ino ||
        now.st_size != t->st.st_size ||
        now.st_mtim.tv_sec != t->st.st_mtim.tv_sec ||
        now.st_mtim.tv_nsec != t->st.st_mtim.tv_nsec) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_BUSY,
                    "another program has changed %s", t->path);
        return false;
    }
    return true;
}

/* It is done; whether it outlives a power failure is all that is left. */
static void sync_folder(const Target *t)
{
    if (fsync(t->dir)) {
        g_message("flash: cannot sync the folder of %s: %s", t->path,
                  g_strerror(errno));
    }
}

static bool replace(const Target *t, const uint8_t *old, GBytes *content,
                    GError **errp)
{
    size_t len;
    const uint8_t *data = g_bytes_get_data(content, &len);

    if (!write_beside(t, t->new, data, len, errp)) {
        return false;
    }
    if (!is_still_there(t, errp) || !keep_old(t, old, len, errp)) {
        unlinkat(t->dir, t->new, 0);
        return false;
    }
    if (renameat(t->dir, t->new, t->dir, t->name)) {
        fail(errp, "replace", t->path);
        unlinkat(t->dir, t->new, 0);
        return false;
    }
    sync_folder(t);
    return true;
}

static bool sync_path(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    int code = errno;

    if (fd >= 0) {
        close(fd);
    }
    errno = code;
    return ok;
}

bool flash_file_change(const char *path, FlashFileFunc func, void *opaque,
                       GError **errp)
{
    g_auto(Target) t = { 0 };
    g_autofree uint8_t *old = NULL;
    g_autoptr(GBytes) content = NULL;
    size_t len;

    if (!target_open(&t, path, errp) || !target_lock(&t, errp)) {
        return false;
    }
    len = t.st.st_size;
    old = g_malloc(len);
    if (!read_all(t.fd, old, len)) {
        return fail(errp, "read", t.path);
    }
    content = func(old, len, opaque, errp);
    if (!content) {
        return false;
    }
    if (g_bytes_get_size(content) != len) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "the new content of %s has another size", t.path);
        return false;
    }
    if (memcmp(g_bytes_get_data(content, NULL), old, len) == 0) {
        /* A process that was killed may have done it, but for that. */
        sync_folder(&t);
        return true;
    }
    return replace(&t, old, content, errp);
}

bool flash_file_sync(const char *path, GError **errp)
{
    g_autofree char *folder = g_path_get_dirname(path);

    return sync_path(path, O_RDONLY | O_NOFOLLOW) &&
           sync_path(folder, O_RDONLY | O_DIRECTORY) ? true :
           fail(errp, "keep", path);
}

bool flash_file_check(const char *path, uint64_t *size, GError **errp)
{
    g_auto(Target) t = { 0 };

    if (!target_open(&t, path, errp)) {
        return false;
    }
    *size = t.st.st_size;
    return true;
}

GBytes *flash_file_read(const char *path, GError **errp)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    g_autofree uint8_t *data = NULL;
    struct stat st;
    bool ok = fd >= 0 && fstat(fd, &st) == 0;

    if (ok && (!S_ISREG(st.st_mode) || st.st_size <= 0 ||
               st.st_size > BMC_FLASH_SIZE_MAX)) {
        ok = false;
        errno = EFBIG;
    }
    if (ok) {
        data = g_malloc(st.st_size);
        ok = read_all(fd, data, st.st_size);
    }
    if (!ok) {
        fail(errp, "read", path);
    }
    if (fd >= 0) {
        close(fd);
    }
    return ok ? g_bytes_new_take(g_steal_pointer(&data), st.st_size) : NULL;
}
