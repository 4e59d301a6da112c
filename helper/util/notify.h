/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One-to-many notification, after QEMU's own NotifierList. */
#ifndef QEMU_BMC_UTIL_NOTIFY_H
#define QEMU_BMC_UTIL_NOTIFY_H

#include <stdbool.h>

typedef struct Notifier Notifier;
typedef struct NotifierList NotifierList;

/**
 * NotifierFunc: called for each event.
 *
 * @opaque: as given to notifier_list_add()
 * @data: the event; its type is documented where the list is
 */
typedef void (*NotifierFunc)(void *opaque, const void *data);

/**
 * Notifier: an entry, embedded in its owner; zero means "in no list".
 */
struct Notifier {
    NotifierFunc func;
    void *opaque;
    NotifierList *list;
    Notifier *next;
    Notifier **prev;
};

/**
 * NotifierList: the list's head; zero is an empty list.
 */
struct NotifierList {
    Notifier *first;
    Notifier *cursor; /* next one to call while a notification runs */
    bool running;
};

/**
 * notifier_list_add: append a notifier.
 *
 * @list: the list
 * @notifier: storage owned by the caller, in no list
 * @func: what to call
 * @opaque: handed to @func
 */
void notifier_list_add(NotifierList *list, Notifier *notifier,
                       NotifierFunc func, void *opaque);

/**
 * notifier_remove: take a notifier out of its list; does nothing when it is
 * in none. May be called from within any notifier's function.
 *
 * @notifier: the notifier
 */
void notifier_remove(Notifier *notifier);

/**
 * notifier_list_notify: call every notifier, in the order in which they were
 * added. One added meanwhile is called too. Must not be nested on one list.
 *
 * @list: the list
 * @data: handed to each function
 */
void notifier_list_notify(NotifierList *list, const void *data);

#endif /* QEMU_BMC_UTIL_NOTIFY_H */
