/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must survive the process: one JSON file in the state directory, made
 * of sections, one per part of the hub. The file is replaced as a whole by
 * one writer thread; the main loop never waits for the disk.
 */
#ifndef QEMU_BMC_BMC_PERSIST_H
#define QEMU_BMC_BMC_PERSIST_H

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

#define PERSIST_FILE "state.json"
#define PERSIST_FILE_OLD "state.json.old"
#define PERSIST_FILE_BAD "state.json.bad"
#define PERSIST_FILE_LOCK "lock"

/**
 * Persist: an open and locked state directory.
 */
typedef struct Persist Persist;

/**
 * persist_open: lock a state directory and load its file. A file that is cut
 * off or damaged is kept aside as state.json.bad with a warning, and the
 * generation before it is used.
 *
 * @dir: the directory; made with mode 0700 if it does not exist
 * @errp: BMC_ERROR_USAGE when another process holds the directory (its pid
 *        is in the message), BMC_ERROR_FAILED when it cannot be read or was
 *        written by a newer version
 *
 * Returns: (transfer full): the open directory, or NULL
 */
Persist *persist_open(const char *dir, GError **errp);

/**
 * persist_get: read a section.
 *
 * @persist: the state
 * @section: its name
 *
 * Returns: (transfer none): the section, or NULL when there is none
 */
JsonObject *persist_get(Persist *persist, const char *section);

/**
 * persist_has: whether there is a member of that name, of whatever type.
 *
 * @persist: the state
 * @section: its name
 *
 * Returns: true if there is
 */
bool persist_has(Persist *persist, const char *section);

/**
 * persist_damaged: log that a part of the file cannot be used, and keep the
 * file aside as state.json.bad, as it was found.
 *
 * @persist: the state
 * @section: the section
 * @name: (nullable): the value in it; NULL for all of it
 */
void persist_damaged(Persist *persist, const char *section,
                     const char *name);

/**
 * persist_set: replace a section. It is written soon, together with what
 * else is set until then: at once after a time of rest, else within 200 ms.
 *
 * @persist: the state
 * @section: its name
 * @value: (transfer full): the new content; not to be changed afterwards
 */
void persist_set(Persist *persist, const char *section, JsonObject *value);

/**
 * persist_remove: as persist_set(), but the section is no more.
 *
 * @persist: the state
 * @section: its name
 */
void persist_remove(Persist *persist, const char *section);

/**
 * persist_flush_async: wait until everything set so far is on disk.
 *
 * @persist: the state
 * @delay_ms: for so long the write may wait for further changes, unless
 *            somebody else is in more of a hurry; 0 to begin at once
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void persist_flush_async(Persist *persist, unsigned delay_ms,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback, void *opaque);

/**
 * persist_flush_finish: result of persist_flush_async().
 *
 * @res: as the callback got it
 * @errp: BMC_ERROR_FAILED when it could not be written; it is kept, and
 *        tried again with the next change, and after half a minute
 *
 * Returns: true on success
 */
bool persist_flush_finish(GAsyncResult *res, GError **errp);

/**
 * persist_is_saved: whether the last attempt to write has succeeded.
 *
 * @persist: the state
 *
 * Returns: false while it fails
 */
bool persist_is_saved(const Persist *persist);

/**
 * persist_free: write what is not written yet, waiting for it, and unlock.
 *
 * @persist: the state, or NULL
 */
void persist_free(Persist *persist);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Persist, persist_free)

#endif /* QEMU_BMC_BMC_PERSIST_H */
