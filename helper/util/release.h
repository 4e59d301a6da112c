/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Freeing what may block. */
#ifndef QEMU_BMC_UTIL_RELEASE_H
#define QEMU_BMC_UTIL_RELEASE_H

#include <glib.h>

/**
 * release_in_thread: free something in a thread, as closing a file can wait
 * for its file system for ever.
 *
 * @object: (transfer full): what
 * @func: frees it
 */
void release_in_thread(void *object, GDestroyNotify func);

/**
 * release_fd: close a descriptor in a thread.
 *
 * @fd: (transfer full): the descriptor
 */
void release_fd(int fd);

#endif /* QEMU_BMC_UTIL_RELEASE_H */
