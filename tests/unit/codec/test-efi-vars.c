/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UEFI variables: images made here, and those that Debian ships. */
#include "osdep.h"

#include "codec/efi-sig.h"
#include "codec/efi-vars.h"
#include "util/error.h"

#define IMAGES "/usr/share/OVMF/"
#define SNAKEOIL "/usr/share/ovmf/PkKek-1-snakeoil.pem"
#define ENABLE "SecureBootEnable"

#define VARS_AT 0x64
#define BLOCK 0x1000

static const EfiGuid *const enable_guid = &efi_guid_secure_boot;

/* @len: 0x20000 or 0x84000, as OVMF has them; the store ends before @working */
static uint8_t *empty_image(size_t len, size_t working)
{
    static const uint8_t volume[] = {
        0x8d, 0x2b, 0xf1, 0xff, 0x96, 0x76, 0x8b, 0x4c,
        0xa9, 0x85, 0x27, 0x47, 0x07, 0x5b, 0x4f, 0x50,
    };
    static const uint8_t store[] = {
        0x78, 0x2c, 0xf3, 0xaa, 0x7b, 0x94, 0x9a, 0x43,
        0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92,
    };
    static const uint8_t block[] = {
        0x2b, 0x29, 0x58, 0x9e, 0x68, 0x7c, 0x7d, 0x49,
        0xa0, 0xce, 0x65, 0x00, 0xfd, 0x9f, 0x1b, 0x95,
        0x2c, 0xaf, 0x2c, 0x64, 0xfe, 0xff, 0xff, 0xff,
        0xe0, 0x0f, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    };
    uint8_t *image = g_malloc(len);
    uint32_t blocks = GUINT32_TO_LE(len / BLOCK);
    uint32_t volume_len = GUINT32_TO_LE(len);
    uint32_t store_len = GUINT32_TO_LE(working - BLOCK - 0x48);
    uint16_t sum = 0;

    memset(image, 0xff, len);
    memset(image, 0, VARS_AT);
    memcpy(image + 16, volume, sizeof(volume));
    memcpy(image + 32, &volume_len, 4);
    memcpy(image + 40, "_FVH\xff\xfe\x04\x00\x48", 9);
    image[55] = 2;
    memcpy(image + 56, &blocks, 4);
    image[61] = 0x10;
    for (unsigned i = 0; i < 0x48; i += 2) {
        sum -= image[i] | image[i + 1] << 8;
    }
    image[50] = sum & 0xff;
    image[51] = sum >> 8;
    memcpy(image + 0x48, store, sizeof(store));
    memcpy(image + 0x58, &store_len, 4);
    image[0x5c] = 0x5a;
    image[0x5d] = 0xfe;
    memcpy(image + working, block, sizeof(block));
    return image;
}

/* Returns where the next one goes. */
static size_t put_var(uint8_t *image, size_t at, uint8_t state,
                      const char *name, const char *value)
{
    size_t name_len = 2 * (strlen(name) + 1);
    uint8_t *var = image + at;

    memset(var, 0, 60 + name_len);
    var[0] = 0xaa;
    var[1] = 0x55;
    var[2] = state;
    var[4] = EFI_VAR_NON_VOLATILE | EFI_VAR_BOOT_ACCESS;
    var[36] = name_len;
    var[40] = strlen(value);
    memcpy(var + 44, enable_guid, EFI_GUID_LEN);
    for (unsigned i = 0; name[i]; i++) {
        var[60 + 2 * i] = name[i];
    }
    memcpy(var + 60 + name_len, value, strlen(value));
    return (at + 60 + name_len + strlen(value) + 3) & ~3;
}

static void check_value(const EfiVars *vars, const char *name,
                        const char *value)
{
    const EfiVar *var = efi_vars_find(vars, name, enable_guid);

    if (!value) {
        g_assert_null(var);
        return;
    }
    g_assert_nonnull(var);
    g_assert_cmpmem(g_bytes_get_data(var->data, NULL),
                    g_bytes_get_size(var->data), value, strlen(value));
}

static void test_states(void)
{
    g_autofree uint8_t *image = empty_image(0x20000, 0xf000);
    g_autoptr(GError) err = NULL;
    g_autoptr(EfiVars) vars = NULL;
    size_t at = VARS_AT;

    at = put_var(image, at, 0x3c, "Deleted", "x");
    at = put_var(image, at, 0x3e, "Moving", "old");
    at = put_var(image, at, 0x3e, "Alone", "kept");
    at = put_var(image, at, 0x7f, "Unfinished", "x");
    at = put_var(image, at, 0x3f, "Moving", "new");
    put_var(image, at, 0x3f, "Last", "four");
    vars = efi_vars_parse(image, 0x20000, &err);
    g_assert_no_error(err);
    check_value(vars, "Deleted", NULL);
    check_value(vars, "Moving", "new");
    check_value(vars, "Alone", "kept");
    check_value(vars, "Unfinished", NULL);
    check_value(vars, "Last", "four");
    g_assert_null(efi_vars_find(vars, "Last", &efi_guid_global));
    g_assert_nonnull(efi_vars_nth(vars, 2));
    g_assert_null(efi_vars_nth(vars, 3));
}

/* A header that was begun, then the power failed: firmware skips it. */
static void test_begun(void)
{
    g_autofree uint8_t *image = empty_image(0x20000, 0xf000);
    g_autoptr(GError) err = NULL;
    g_autoptr(EfiVars) vars = NULL;

    memset(image + VARS_AT, 0xff, 60);
    image[VARS_AT] = 0xaa;
    image[VARS_AT + 1] = 0x55;
    put_var(image, VARS_AT + 60, 0x3f, "After", "it");
    vars = efi_vars_parse(image, 0x20000, &err);
    g_assert_no_error(err);
    check_value(vars, "After", "it");
}

static void test_write(void)
{
    g_autofree uint8_t *image = empty_image(0x20000, 0xf000);
    g_autofree uint8_t *before = NULL;
    g_autoptr(GBytes) on = g_bytes_new_static("1", 1);
    g_autoptr(GError) err = NULL;
    g_autoptr(EfiVars) vars = NULL;
    size_t at = put_var(image, VARS_AT, 0x3f, ENABLE, "0");

    put_var(image, at, 0x3f, "Other", "stays");
    before = g_memdup2(image, 0x20000);
    vars = efi_vars_parse(image, 0x20000, &err);
    g_assert_no_error(err);
    g_assert_true(efi_vars_write(vars, image, 0x20000, &err));
    g_assert_cmpmem(image, 0x20000, before, 0x20000);

    efi_vars_set(vars, ENABLE, enable_guid, 7, on);
    efi_vars_set(vars, "New", enable_guid, 3, on);
    g_assert_true(efi_vars_remove(vars, "Other", enable_guid));
    g_assert_false(efi_vars_remove(vars, "Other", enable_guid));
    g_assert_true(efi_vars_write(vars, image, 0x20000, &err));
    efi_vars_free(vars);
    vars = efi_vars_parse(image, 0x20000, &err);
    g_assert_no_error(err);
    check_value(vars, ENABLE, "1");
    check_value(vars, "New", "1");
    check_value(vars, "Other", NULL);
    g_assert_cmpuint(efi_vars_find(vars, ENABLE, enable_guid)->attributes,
                     ==, 3);
    /* Nothing outside the store */
    g_assert_cmpmem(image, VARS_AT, before, VARS_AT);
    g_assert_cmpmem(image + 0xe000, 0x12000, before + 0xe000, 0x12000);
}

static void test_no_room(void)
{
    g_autofree uint8_t *image = empty_image(0x20000, 0xf000);
    g_autofree uint8_t *before = g_memdup2(image, 0x20000);
    g_autofree uint8_t *zeros = g_malloc0(0xe000);
    g_autoptr(GBytes) much = g_bytes_new(zeros, 0xe000);
    g_autoptr(GError) err = NULL;
    g_autoptr(EfiVars) vars = efi_vars_parse(image, 0x20000, &err);

    g_assert_no_error(err);
    efi_vars_set(vars, "Big", enable_guid, 3, much);
    g_assert_false(efi_vars_write(vars, image, 0x20000, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_LIMIT);
    g_assert_cmpmem(image, 0x20000, before, 0x20000);
}

static void test_pending(void)
{
    /* flags of the write, flags of its record */
    static const struct {
        uint8_t write;
        uint8_t record;
        bool pending;
    } cases[] = {
        { 0xff, 0xff, false }, /* nothing there */
        { 0xfe, 0xff, false }, /* begun */
        { 0xfc, 0xff, false }, /* the spare block is not complete */
        { 0xfc, 0xfd, true },  /* it is, its target is not */
        { 0xfc, 0xf9, false }, /* both are */
        { 0xf8, 0xf9, false }, /* all done */
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree uint8_t *image = empty_image(0x84000, 0x41000);
        g_autoptr(GError) err = NULL;
        g_autoptr(EfiVars) vars = efi_vars_parse(image, 0x84000, &err);
        uint8_t *queue = image + 0x41020;

        g_assert_no_error(err);
        if (cases[i].write != 0xff) {
            memset(queue, 0, 80);
            queue[0] = cases[i].write;
            queue[24] = 1;
            queue[40] = cases[i].record;
        }
        g_assert_cmpint(efi_vars_write(vars, image, 0x84000, &err), !=,
                        cases[i].pending);
        if (cases[i].pending) {
            g_assert_error(err, BMC_ERROR, BMC_ERROR_STATE);
        }
    }
}

static void test_damaged(void)
{
    static const struct {
        size_t at;
        uint8_t value;
        const char *text;
    } cases[] = {
        { 16, 0, "*no firmware volume*" },
        { 40, 'x', "*no firmware volume*" },
        { 34, 9, "*wrong size*" },
        { 48, 0x49, "*wrong size*" },
        { 50, 0, "*checksum*" },
        { 0x48, 0, "*header of the store*" },
        { 0x5b, 1, "*header of the store*" },
        { 0x5c, 0, "*header of the store*" },
        { VARS_AT + 37, 0xff, "*does not end*" },
        { VARS_AT + 43, 0x7f, "*does not end*" },
        { VARS_AT + 36, 3, "*name*" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree uint8_t *image = empty_image(0x20000, 0xf000);
        g_autoptr(GError) err = NULL;

        put_var(image, VARS_AT, 0x3f, ENABLE, "0");
        image[cases[i].at] = cases[i].value;
        g_assert_null(efi_vars_parse(image, 0x20000, &err));
        g_assert_error(err, BMC_ERROR, BMC_ERROR_INVALID);
        g_assert_true(g_pattern_match_simple(cases[i].text, err->message));
    }
}

static void test_guid(void)
{
    g_autofree char *text = efi_guid_to_string(&efi_guid_global);
    EfiGuid guid;

    g_assert_cmpstr(text, ==, "8be4df61-93ca-11d2-aa0d-00e098032b8c");
    g_assert_true(efi_guid_parse("8BE4DF61-93CA-11D2-AA0D-00E098032B8C",
                                 &guid));
    g_assert_true(efi_guid_equal(&guid, &efi_guid_global));
    g_assert_false(efi_guid_parse("8be4df61-93ca-11d2-aa0d", &guid));
    g_assert_cmpstr(efi_sig_type_find(&efi_sig_types[1].guid)->name, ==,
                    "EFI_CERT_SHA256_GUID");
    g_assert_null(efi_sig_type_find(&efi_guid_global));
}

static void test_sigs(void)
{
    static const uint8_t hash[32] = { 1, 2, 3 };
    g_autoptr(GPtrArray) sigs =
        g_ptr_array_new_with_free_func((GDestroyNotify)efi_sig_free);
    g_autoptr(GBytes) data = g_bytes_new_static(hash, sizeof(hash));
    g_autoptr(GPtrArray) again = NULL;
    g_autoptr(GBytes) built = NULL;
    g_autoptr(GError) err = NULL;
    g_autofree uint8_t *copy = NULL;

    for (int i = 0; i < 3; i++) {
        g_ptr_array_add(sigs, efi_sig_new(&efi_sig_types[i == 2 ? 0 : 1].guid,
                                          &efi_guid_global, data));
    }
    built = efi_sigs_build(sigs);
    g_assert_cmpuint(g_bytes_get_size(built), ==, 2 * 28 + 3 * 48);
    copy = g_memdup2(g_bytes_get_data(built, NULL), 200);
    again = efi_sigs_parse(copy, 200, &err);
    g_assert_no_error(err);
    g_assert_cmpuint(again->len, ==, 3);
    g_assert_true(g_bytes_equal(((EfiSig *)again->pdata[2])->data, data));
    g_assert_null(efi_sigs_parse(copy, 199, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_INVALID);
    g_clear_error(&err);
    copy[16]++;
    g_assert_null(efi_sigs_parse(copy, 200, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_INVALID);
}

static GPtrArray *read_sigs(const EfiVars *vars, const char *name,
                            const EfiGuid *guid)
{
    const EfiVar *var = efi_vars_find(vars, name, guid);
    g_autoptr(GError) err = NULL;
    GPtrArray *sigs;

    g_assert_nonnull(var);
    g_assert_cmphex(var->attributes, ==, 0x27);
    sigs = efi_sigs_parse(g_bytes_get_data(var->data, NULL),
                          g_bytes_get_size(var->data), &err);
    g_assert_no_error(err);
    return sigs;
}

/* The certificate's bytes, without knowing what is in it */
static GBytes *read_pem(const char *path)
{
    g_autofree char *text = NULL;
    g_autoptr(GString) coded = g_string_new(NULL);
    g_auto(GStrv) lines = NULL;
    guchar *der;
    gsize len;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    lines = g_strsplit(strstr(text, "-----BEGIN CERT"), "\n", -1);
    for (char **line = lines + 1; *line && (*line)[0] != '-'; line++) {
        g_string_append(coded, *line);
    }
    der = g_base64_decode(coded->str, &len);
    return g_bytes_new_take(der, len);
}

static void test_debian(void)
{
    static const struct {
        const char *file;
        bool keys;
    } images[] = {
        { "OVMF_VARS.fd", false },
        { "OVMF_VARS.ms.fd", true },
        { "OVMF_VARS_4M.fd", false },
        { "OVMF_VARS_4M.ms.fd", true },
        { "OVMF_VARS_4M.snakeoil.fd", true },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(images); i++) {
        g_autofree char *path = g_strconcat(IMAGES, images[i].file, NULL);
        g_autoptr(GError) err = NULL;
        g_autoptr(EfiVars) vars = NULL;
        g_autoptr(EfiVars) again = NULL;
        g_autoptr(GPtrArray) pk = NULL;
        g_autofree char *data = NULL;
        gsize len;
        unsigned n;

        if (!g_file_get_contents(path, &data, &len, NULL)) {
            g_test_skip("package ovmf is not installed");
            return;
        }
        vars = efi_vars_parse((uint8_t *)data, len, &err);
        g_assert_no_error(err);
        g_assert_true(!efi_vars_nth(vars, 0) == !images[i].keys);
        if (images[i].keys) {
            pk = read_sigs(vars, "PK", &efi_guid_global);
            g_assert_cmpuint(pk->len, ==, 1);
        }
        if (strstr(images[i].file, "snakeoil")) {
            g_autoptr(GBytes) der = read_pem(SNAKEOIL);

            g_assert_true(g_bytes_equal(((EfiSig *)pk->pdata[0])->data, der));
        }
        g_assert_true(efi_vars_write(vars, (uint8_t *)data, len, &err));
        again = efi_vars_parse((uint8_t *)data, len, &err);
        g_assert_no_error(err);
        for (n = 0; efi_vars_nth(vars, n); n++) {
            g_assert_true(g_bytes_equal(efi_vars_nth(vars, n)->data,
                                        efi_vars_nth(again, n)->data));
        }
        g_assert_null(efi_vars_nth(again, n));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/efi-vars/states", test_states);
    g_test_add_func("/efi-vars/begun", test_begun);
    g_test_add_func("/efi-vars/write", test_write);
    g_test_add_func("/efi-vars/no-room", test_no_room);
    g_test_add_func("/efi-vars/pending", test_pending);
    g_test_add_func("/efi-vars/damaged", test_damaged);
    g_test_add_func("/efi-vars/guid", test_guid);
    g_test_add_func("/efi-vars/sigs", test_sigs);
    g_test_add_func("/efi-vars/debian", test_debian);
    return g_test_run();
}
