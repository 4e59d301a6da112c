/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot devices by what UEFI calls them: the paths that are told are those
 * that OVMF has written into its variables, and one of them can be booted
 * from once.
 */
#include "osdep.h"

#include "codec/efi-vars.h"
#include "test-vm.h"
#include "util/json.h"

#define IMAGE(id, name) \
    "-drive if=none,id=" id ",format=raw,file=@" name "@,snapshot=on "
#define CD(id) \
    "-drive if=none,id=" id ",format=raw,file=@uefi-c.iso@,readonly=on "
#define NIC(name, driver, mac) \
    "-netdev user,id=n" name " -device " driver ",id=" name ",netdev=n" name \
    ",mac=52:54:00:12:34:" mac " "

/* Without a boot index OVMF writes down all that it finds. */
#define Q35 \
    "-m 256 -M q35 " CD("c0") CD("c1") IMAGE("a0", "uefi-a.img") \
    IMAGE("b0", "uefi-b.img") IMAGE("b1", "uefi-b.img") \
    IMAGE("b2", "uefi-b.img") IMAGE("b3", "uefi-b.img") \
    IMAGE("b4", "uefi-b.img") \
    "-device pcie-root-port,id=rp,chassis=1 -device qemu-xhci,id=xhci " \
    "-device virtio-scsi-pci,id=scsi -device ide-hd,id=sata,drive=a0 " \
    "-device ide-cd,id=satacd,drive=c0,bus=ide.2 " \
    "-device virtio-blk-pci,id=virtio,drive=b0 " \
    "-device virtio-blk-pci,id=behind,drive=b1,bus=rp " \
    "-device nvme,id=nvme,drive=b2,serial=one " \
    "-device scsi-hd,id=scsidisk,drive=b3,bus=scsi.0,scsi-id=0 " \
    "-device scsi-cd,id=scsicd,drive=c1,bus=scsi.0,scsi-id=1,lun=2 " \
    "-device usb-storage,id=stick,drive=b4,bus=xhci.0,port=2 " \
    NIC("nic0", "e1000", "01") NIC("nic1", "virtio-net-pci", "02") \
    NIC("nic2", "e1000e", "03") NIC("nic3", "rtl8139", "04")
#define N_Q35 12
#define N_Q35_NONE 1 /* OVMF finds one SCSI device */

#define PC \
    "-m 256 -M pc " CD("c0") IMAGE("a0", "uefi-a.img") \
    IMAGE("b0", "uefi-b.img") \
    "-device ide-hd,id=ide0,drive=a0,bus=ide.0,unit=1 " \
    "-device ide-cd,id=ide1,drive=c0,bus=ide.1,unit=0 " \
    "-device pci-bridge,id=bridge,chassis_nr=1 " \
    "-device virtio-blk-pci,id=behind,drive=b0,bus=bridge,addr=3 "
#define N_PC 3
#define N_PC_NONE 0

/* As test_lab_start(), with more patience. */
static void start(TestLab *f, const char *args, const char *text)
{
    g_autofree char *qmp = NULL;

    f->vm = test_vm_start(f->dir, args);
    qmp = g_strdup_printf("--qmp %s", f->vm->qmp);
    f->bmc = test_bmc_start(f->dir, qmp);
    test_vm_wait_firmware(f->vm, text);
    test_bmc_wait_power(f->bmc, "On");
}

static void lab_start(TestLab *f, const char *devices)
{
    g_autofree char *vars = NULL;
    g_autofree char *copy = NULL;
    g_autofree char *args = NULL;

    f->dir = test_dir_new();
    vars = test_dir_file(f->dir, "vars.fd");
    copy = g_strdup_printf("cp /usr/share/OVMF/OVMF_VARS_4M.fd %s", vars);
    g_assert_cmpint(test_run(NULL, copy), ==, 0);
    args = g_strdup_printf(
        "%s -drive if=pflash,unit=0,format=raw,readonly=on,"
        "file=/usr/share/OVMF/OVMF_CODE_4M.fd "
        "-drive if=pflash,unit=1,format=raw,file=%s", devices, vars);
    start(f, args, "BOOTED ");
}

static unsigned le16(const uint8_t *d)
{
    return d[0] | d[1] << 8;
}

static unsigned le32(const uint8_t *d)
{
    return le16(d) | le16(d + 2) << 16;
}

/* One node of a device path (UEFI 2.10 section 10.3), as text. */
static char *node_text(uint8_t type, uint8_t subtype, const uint8_t *d,
                       size_t len)
{
    switch (type << 8 | subtype) {
    case 0x0101:
        return g_strdup_printf("/Pci(0x%X,0x%X)", d[1], d[0]);
    case 0x0201:
        return g_strdup_printf("PciRoot(0x%X)", le32(d + 4));
    case 0x0301:
        return g_strdup_printf("/Ata(%s,%s,0x%X)",
                               d[0] ? "Secondary" : "Primary",
                               d[1] ? "Slave" : "Master",
                               le16(d + 2));
    case 0x0302:
        return g_strdup_printf("/Scsi(0x%X,0x%X)", le16(d),
                               le16(d + 2));
    case 0x0305:
        return g_strdup_printf("/USB(0x%X,0x%X)", d[0], d[1]);
    case 0x030b:
        return g_strdup_printf("/MAC(%02X%02X%02X%02X%02X%02X,0x%X)", d[0],
                               d[1], d[2], d[3], d[4], d[5], d[len - 1]);
    case 0x0312:
        return g_strdup_printf("/Sata(0x%X,0x%X,0x%X)", le16(d),
                               le16(d + 2), le16(d + 4));
    case 0x0317:
        return g_strdup_printf("/NVMe(0x%X,%02X-%02X-%02X-%02X-%02X-%02X-"
                               "%02X-%02X)", le32(d), d[11], d[10],
                               d[9], d[8], d[7], d[6], d[5], d[4]);
    default:
        return g_strdup_printf("/%u-%u", type, subtype);
    }
}

/* An EFI_LOAD_OPTION (section 3.1.3): its device path. */
static char *option_path(const uint8_t *data, size_t len)
{
    g_autoptr(GString) path = g_string_new(NULL);
    size_t at = 6;
    size_t end;

    while (at + 2 <= len && le16(data + at)) {
        at += 2;
    }
    at += 2;
    end = at + le16(data + 4);
    g_assert_cmpuint(end, <=, len);
    while (at + 4 <= end && data[at] != 0x7f) {
        size_t n = le16(data + at + 2);
        g_autofree char *node = NULL;

        g_assert_true(n >= 4 && at + n <= end);
        node = node_text(data[at], data[at + 1], data + at + 4, n - 4);
        g_string_append(path, node);
        at += n;
    }
    return g_string_free(g_steal_pointer(&path), FALSE);
}

/* All Boot#### that OVMF has. */
static GHashTable *read_options(TestLab *f)
{
    GHashTable *paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                              NULL);
    g_autofree char *file = test_dir_file(f->dir, "vars.fd");
    g_autofree char *image = NULL;
    g_autoptr(EfiVars) vars = NULL;
    g_autoptr(GError) err = NULL;
    const EfiVar *var;
    gsize len;

    g_assert_true(g_file_get_contents(file, &image, &len, &err));
    vars = efi_vars_parse((const uint8_t *)image, len, &err);
    g_assert_no_error(err);
    for (unsigned i = 0; (var = efi_vars_nth(vars, i)); i++) {
        g_autofree char *name = g_convert((const char *)var->name,
                                          var->name_len, "UTF-8", "UTF-16LE",
                                          NULL, NULL, NULL);

        if (name && g_regex_match_simple("^Boot[0-9A-F]{4}$", name, 0, 0)) {
            gsize size;
            const uint8_t *data = g_bytes_get_data(var->data, &size);
            char *path = option_path(data, size);

            g_test_message("%s %s", name, path);
            g_hash_table_add(paths, path);
        }
    }
    return paths;
}

static char *path_of(TestLab *f, const char *id)
{
    g_autofree char *uri = g_strconcat("/Systems/1/BootOptions/", id, NULL);
    g_autoptr(JsonObject) option = NULL;
    const char *path = NULL;

    g_assert_cmpint(test_bmc_redfish(f->bmc, "GET", uri, NULL, &option), ==,
                    200);
    json_get_string(option, "UefiDevicePath", &path);
    return g_strdup(path);
}

static void check_all(TestLab *f, unsigned expected, unsigned without)
{
    g_autoptr(GHashTable) paths = read_options(f);
    g_autoptr(JsonObject) options = NULL;
    JsonArray *members;
    unsigned wrong = 0;
    unsigned none = 0;

    test_bmc_redfish(f->bmc, "GET", "/Systems/1/BootOptions", NULL, &options);
    members = json_object_get_array_member(options, "Members");
    g_assert_cmpuint(json_array_get_length(members), ==, expected);
    for (unsigned i = 0; i < expected; i++) {
        const char *uri = json_object_get_string_member(
            json_array_get_object_element(members, i), "@odata.id");
        g_autofree char *path = path_of(f, strrchr(uri, '/') + 1);

        g_test_message("%s: %s", uri, path);
        none += !path;
        wrong += path && !g_hash_table_contains(paths, path);
    }
    g_assert_cmpuint(wrong, ==, 0);
    g_assert_cmpuint(none, ==, without);
}

static int set_target(TestLab *f, const char *path, const char *enabled)
{
    g_autofree char *body = g_strdup_printf(
        "{\"Boot\":{\"BootSourceOverrideEnabled\":\"%s\","
        "\"BootSourceOverrideTarget\":\"UefiTarget\","
        "\"UefiTargetBootSourceOverride\":\"%s\"}}", enabled, path);

    return test_bmc_redfish(f->bmc, "PATCH", "/Systems/1", body, NULL);
}

static void test_q35(TestLab *f, const void *data)
{
    g_autofree char *path = NULL;

    lab_start(f, Q35);
    check_all(f, N_Q35, N_Q35_NONE);
    path = path_of(f, "scsidisk");
    g_assert_cmpint(set_target(f, "PciRoot(0x0)/Pci(0x9,0x9)", "Once"), ==,
                    400);
    g_assert_cmpint(set_target(f, path, "Continuous"), ==, 400);
    g_assert_cmpint(set_target(f, path, "Once"), ==, 200);
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "power reset", NULL), ==, 0);
    test_vm_wait_firmware(f->vm, "BOOTED B");
    test_bmc_wait_log(f->bmc, "consumed");
    test_lab_end(f);
}

static void test_pc(TestLab *f, const void *data)
{
    lab_start(f, PC);
    check_all(f, N_PC, N_PC_NONE);
    test_lab_end(f);
}

#define ADD(name, function) \
    g_test_add("/boot-uefi/" name, TestLab, NULL, NULL, function, NULL)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("q35", test_q35);
    ADD("pc", test_pc);
    return g_test_run();
}
