/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NotifierList, changed while it runs. */
#include "osdep.h"

#include "util/notify.h"

#include "test-util.h"
#include "util/error.h"

typedef struct Listener {
    Notifier notifier;
    GString *log;
    char name;
    Notifier *remove;
    NotifierList *add_to;
    struct Listener *add;
} Listener;

static void heard(void *opaque, const void *data)
{
    Listener *l = opaque;

    g_string_append_c(l->log, l->name);
    g_string_append(l->log, data);
    if (l->remove) {
        notifier_remove(l->remove);
    }
    if (l->add) {
        notifier_list_add(l->add_to, &l->add->notifier, heard, l->add);
        l->add = NULL;
    }
}

typedef struct Fixture {
    NotifierList list;
    Listener l[4];
    GString *log;
} Fixture;

static void setup(Fixture *f, const void *data)
{
    size_t i;

    f->log = g_string_new(NULL);
    for (i = 0; i < G_N_ELEMENTS(f->l); i++) {
        f->l[i].log = f->log;
        f->l[i].name = 'a' + i;
        if (i < 3) {
            notifier_list_add(&f->list, &f->l[i].notifier, heard, &f->l[i]);
        }
    }
}

static void teardown(Fixture *f, const void *data)
{
    g_string_free(f->log, TRUE);
}

static void test_notify_order(Fixture *f, const void *data)
{
    notifier_list_notify(&f->list, "1");
    notifier_list_notify(&f->list, "2");
    g_assert_cmpstr(f->log->str, ==, "a1b1c1a2b2c2");
}

static void test_notify_empty(Fixture *f, const void *data)
{
    NotifierList list = { 0 };

    notifier_list_notify(&list, "");
    notifier_remove(&f->l[3].notifier);
    g_assert_cmpstr(f->log->str, ==, "");
}

static void test_notify_remove(Fixture *f, const void *data)
{
    static const char *const want[3][3] = {
        { "abcbc", "acac", "abab" }, { "abcbc", "abcac", "abab" },
        { "abcbc", "abcac", "abcab" },
    };
    unsigned who = GPOINTER_TO_UINT(data) / 3;
    unsigned whom = GPOINTER_TO_UINT(data) % 3;

    f->l[who].remove = &f->l[whom].notifier;
    notifier_list_notify(&f->list, "");
    notifier_list_notify(&f->list, "");
    g_assert_cmpstr(f->log->str, ==, want[who][whom]);
    /* what was removed can be added again, at the end */
    f->l[who].remove = NULL;
    g_string_truncate(f->log, 0);
    notifier_list_add(&f->list, &f->l[whom].notifier, heard, &f->l[whom]);
    notifier_list_notify(&f->list, "");
    g_assert_cmpint(f->log->str[2], ==, 'a' + whom);
}

/* Also from the last one, when nothing is left to be called. */
static void test_notify_add(Fixture *f, const void *data)
{
    Listener *l = &f->l[GPOINTER_TO_UINT(data)];

    l->add_to = &f->list;
    l->add = &f->l[3];
    notifier_list_notify(&f->list, "");
    g_assert_cmpstr(f->log->str, ==, "abcd");
    notifier_list_notify(&f->list, "");
    g_assert_cmpstr(f->log->str, ==, "abcdabcd");
}

static void test_error_cancelled(void)
{
    g_autoptr(GError) cancelled =
        g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "x");
    g_autoptr(GError) other = g_error_new_literal(BMC_ERROR,
                                                  G_IO_ERROR_CANCELLED, "x");

    g_assert_true(bmc_error_is_cancelled(cancelled));
    g_assert_false(bmc_error_is_cancelled(other));
    g_assert_false(bmc_error_is_cancelled(NULL));
    g_assert_cmpstr(g_quark_to_string(BMC_ERROR), ==, "bmc-error-quark");
}

int main(int argc, char **argv)
{
    unsigned i;

    test_init(&argc, &argv);
    g_test_add("/notify/order", Fixture, NULL, setup, test_notify_order,
               teardown);
    g_test_add("/notify/empty", Fixture, NULL, setup, test_notify_empty,
               teardown);
    for (i = 0; i < 9; i++) {
        g_autofree char *path =
            g_strdup_printf("/notify/remove/%c-removes-%c", 'a' + i / 3,
                            'a' + i % 3);

        g_test_add(path, Fixture, GUINT_TO_POINTER(i), setup,
                   test_notify_remove, teardown);
    }
    for (i = 0; i < 3; i++) {
        g_autofree char *path = g_strdup_printf("/notify/add/by-%c", 'a' + i);

        g_test_add(path, Fixture, GUINT_TO_POINTER(i), setup,
                   test_notify_add, teardown);
    }
    g_test_add_func("/error/cancelled", test_error_cancelled);
    return g_test_run();
}
