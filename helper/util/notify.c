/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One-to-many notification that survives changes of the list meanwhile. */
#include "osdep.h"

#include "util/notify.h"

void notifier_list_add(NotifierList *list, Notifier *notifier,
                       NotifierFunc func, void *opaque)
{
    Notifier **tail = &list->first;

    g_assert(!notifier->list);
    while (*tail) {
        tail = &(*tail)->next;
    }
    notifier->func = func;
    notifier->opaque = opaque;
    notifier->list = list;
    notifier->next = NULL;
    notifier->prev = tail;
    *tail = notifier;
    if (list->running && !list->cursor) {
        list->cursor = notifier;
    }
}

void notifier_remove(Notifier *notifier)
{
    NotifierList *list = notifier->list;

    if (!list) {
        return;
    }
    if (list->cursor == notifier) {
        list->cursor = notifier->next;
    }
    *notifier->prev = notifier->next;
    if (notifier->next) {
        notifier->next->prev = notifier->prev;
    }
    notifier->list = NULL;
    notifier->next = NULL;
    notifier->prev = NULL;
}

void notifier_list_notify(NotifierList *list, const void *data)
{
    g_assert(!list->running);
    list->running = true;
    list->cursor = list->first;
    while (list->cursor) {
        Notifier *notifier = list->cursor;

        list->cursor = notifier->next;
        notifier->func(notifier->opaque, data);
    }
    list->running = false;
}
