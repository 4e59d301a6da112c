/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Freeing what may block. */
#include "osdep.h"

#include "util/release.h"

#include <gio/gio.h>

typedef struct Release {
    void *object;
    GDestroyNotify func;
} Release;

static void run(GTask *task, void *source, void *data,
                GCancellable *cancellable)
{
    const Release *release = data;

    release->func(release->object);
    g_task_return_boolean(task, true);
}

static void close_fd(void *opaque)
{
    close(GPOINTER_TO_INT(opaque));
}

void release_in_thread(void *object, GDestroyNotify func)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, NULL, NULL);
    Release *release = g_new0(Release, 1);

    release->object = object;
    release->func = func;
    g_task_set_task_data(task, release, g_free);
    g_task_run_in_thread(task, run);
}

void release_fd(int fd)
{
    release_in_thread(GINT_TO_POINTER(fd), close_fd);
}
