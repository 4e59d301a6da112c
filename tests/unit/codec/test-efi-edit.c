/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes of Secure Boot in the images that Debian ships. */
#include "osdep.h"

#include "codec/efi-edit.h"
#include "util/error.h"

#define EMPTY "/usr/share/OVMF/OVMF_VARS_4M.fd"
#define KEYS "/usr/share/OVMF/OVMF_VARS_4M.ms.fd"
/* Some time in 2026 */
#define NOW 1780000000

typedef struct Image {
    uint8_t *data;
    gsize len;
    EfiVars *vars;
} Image;

static void image_clear(Image *image)
{
    g_free(image->data);
    efi_vars_free(image->vars);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Image, image_clear)

static bool load(Image *image, const char *path)
{
    g_autoptr(GError) err = NULL;

    if (!g_file_get_contents(path, (char **)&image->data, &image->len,
                             NULL)) {
        g_test_skip("ovmf is not installed");
        return false;
    }
    image->vars = efi_vars_parse(image->data, image->len, &err);
    g_assert_no_error(err);
    return true;
}

static int apply(Image *image, const EfiEdit *edit, const EfiVars *defaults)
{
    g_autoptr(GError) err = NULL;
    bool ok = efi_edit_apply(image->vars, edit, defaults, NOW, &err);

    g_assert_true(ok == !err);
    if (ok) {
        g_assert_true(efi_vars_write(image->vars, image->data, image->len,
                                     &err));
        efi_vars_free(image->vars);
        image->vars = efi_vars_parse(image->data, image->len, &err);
        g_assert_no_error(err);
    }
    return err ? err->code : -1;
}

static unsigned count(const Image *image, EfiDb db)
{
    g_autoptr(GPtrArray) sigs = efi_db_read(image->vars, db, NULL);

    return sigs->len;
}

static void test_enable(void)
{
    EfiEdit edit = { .kind = EFI_EDIT_ENABLE };
    g_auto(Image) image = { 0 };

    if (!load(&image, KEYS)) {
        return;
    }
    g_assert_true(efi_vars_secure_boot(image.vars));
    g_assert_cmpint(apply(&image, &edit, NULL), ==, -1);
    g_assert_false(efi_vars_secure_boot(image.vars));
    edit.enable = true;
    g_assert_cmpint(apply(&image, &edit, NULL), ==, -1);
    g_assert_true(efi_vars_secure_boot(image.vars));
}

/* As EDK2: the setting comes and goes with the platform key. */
static void test_mode(void)
{
    const EfiEdit restore = { .kind = EFI_EDIT_DEFAULT, .dbs = EFI_DB_ALL };
    const EfiEdit clear = { .kind = EFI_EDIT_CLEAR, .dbs = EFI_DB_ALL };
    const EfiEdit disable = { .kind = EFI_EDIT_ENABLE };
    g_auto(Image) image = { 0 };
    g_auto(Image) keys = { 0 };
    const EfiVar *pk;

    if (!load(&image, EMPTY) || !load(&keys, KEYS)) {
        return;
    }
    g_assert_false(efi_vars_have_pk(image.vars));
    g_assert_cmpint(apply(&image, &restore, NULL), ==,
                    BMC_ERROR_NOT_SUPPORTED);
    g_assert_cmpint(apply(&image, &restore, keys.vars), ==, -1);
    g_assert_true(efi_vars_have_pk(image.vars));
    g_assert_true(efi_vars_secure_boot(image.vars));
    for (int db = 0; db < EFI_DB__MAX; db++) {
        g_assert_cmpuint(count(&image, db), ==, count(&keys, db));
    }
    pk = efi_vars_find(image.vars, "PK", &efi_guid_global);
    g_assert_cmpuint(pk->attributes, ==, 0x27);
    /* 2026-05-28 20:26:40 */
    g_assert_cmpmem(pk->time, EFI_TIME_LEN,
                    "\xea\x07\x05\x1c\x14\x1a\x28\0\0\0\0\0\0\0\0",
                    EFI_TIME_LEN);
    g_assert_cmpint(apply(&image, &disable, NULL), ==, -1);
    g_assert_cmpint(apply(&image, &restore, keys.vars), ==, -1);
    g_assert_false(efi_vars_secure_boot(image.vars));
    g_assert_cmpint(apply(&image, &clear, NULL), ==, -1);
    g_assert_false(efi_vars_have_pk(image.vars));
    g_assert_null(efi_vars_find(image.vars, "SecureBootEnable",
                                &efi_guid_secure_boot));
    g_assert_cmpuint(count(&image, EFI_DB_DBX), ==, 0);
}

static void test_signature(void)
{
    g_autofree char *much = g_strnfill(EFI_DB_DATA_MAX, 'x');
    g_autoptr(GBytes) hash = g_bytes_new(much, 32);
    g_autoptr(GBytes) large = g_bytes_new(much, EFI_DB_DATA_MAX);
    EfiEdit edit = { .kind = EFI_EDIT_ADD, .dbs = 1 << EFI_DB_DBX };
    g_auto(Image) image = { 0 };
    unsigned n;

    if (!load(&image, KEYS)) {
        return;
    }
    n = count(&image, EFI_DB_DBX);
    edit.sig = efi_sig_new(&efi_sig_types[1].guid, &efi_guid_global, hash);
    g_assert_cmpint(apply(&image, &edit, NULL), ==, -1);
    g_assert_cmpint(apply(&image, &edit, NULL), ==, -1);
    g_assert_cmpuint(count(&image, EFI_DB_DBX), ==, n + 1);
    /* Another's is not taken out */
    edit.kind = EFI_EDIT_REMOVE;
    edit.sig->owner = efi_guid_secure_boot;
    g_assert_cmpint(apply(&image, &edit, NULL), ==, -1);
    g_assert_cmpuint(count(&image, EFI_DB_DBX), ==, n + 1);
    edit.sig->owner = efi_guid_global;
    g_assert_cmpint(apply(&image, &edit, NULL), ==, -1);
    g_assert_cmpint(apply(&image, &edit, NULL), ==, -1);
    g_assert_cmpuint(count(&image, EFI_DB_DBX), ==, n);
    efi_sig_free(edit.sig);

    edit.kind = EFI_EDIT_ADD;
    edit.sig = efi_sig_new(&efi_sig_types[0].guid, &efi_guid_global, large);
    g_assert_cmpint(apply(&image, &edit, NULL), ==, BMC_ERROR_LIMIT);
    efi_sig_free(edit.sig);
    edit.sig = efi_sig_new(&efi_sig_types[0].guid, &efi_guid_global, hash);
    edit.dbs = 1 << EFI_DB_PK;
    g_assert_cmpint(apply(&image, &edit, NULL), ==, BMC_ERROR_LIMIT);
    efi_sig_free(edit.sig);
}

/* The last platform key goes, and another one comes. */
static void test_platform_key(void)
{
    EfiEdit edit = { .kind = EFI_EDIT_REMOVE, .dbs = 1 << EFI_DB_PK };
    g_autoptr(GPtrArray) sigs = NULL;
    g_auto(Image) image = { 0 };

    if (!load(&image, KEYS)) {
        return;
    }
    sigs = efi_db_read(image.vars, EFI_DB_PK, NULL);
    edit.sig = sigs->pdata[0];
    g_assert_cmpint(apply(&image, &edit, NULL), ==, -1);
    g_assert_false(efi_vars_have_pk(image.vars));
    g_assert_false(efi_vars_secure_boot(image.vars));
    edit.kind = EFI_EDIT_ADD;
    g_assert_cmpint(apply(&image, &edit, NULL), ==, -1);
    g_assert_true(efi_vars_secure_boot(image.vars));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/efi-edit/enable", test_enable);
    g_test_add_func("/efi-edit/mode", test_mode);
    g_test_add_func("/efi-edit/signature", test_signature);
    g_test_add_func("/efi-edit/platform-key", test_platform_key);
    return g_test_run();
}
