/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Uploaded images in each kind of drive, as Linux in the guest has them, and
 * over a restart of QEMU.
 */
#include "osdep.h"

#include <glib/gstdio.h>

#include "media-lab.h"

#define IMAGES "/Managers/1/Oem/QemuBmc/Images/"
#define FLOPPY_BYTES (1440 * 1024)

/* Linux makes the node a little earlier than it can be opened (ENXIO). */
#define DISK_READY                                                       \
    "n=0; while [ $n -lt 300 ]; do "                                     \
    "dd if=/dev/sda of=/dev/null bs=512 count=1 2>/dev/null && break; "  \
    "n=$((n+1)); sleep 0.1; done; "

/* The same with a USB controller and a floppy drive. */
static void setup_all(MediaLab *f, const void *data)
{
    f->lab.dir = test_dir_new();
    f->folder = test_dir_file(f->lab.dir, "images");
    g_assert_cmpint(g_mkdir_with_parents(f->folder, 0700), ==, 0);
    lab_make_image(f);
    lab_server_start(f);
    test_guest_start_linux_with(&f->lab, "isa-ipmi-kcs", DRIVE
                                " -device qemu-xhci -device isa-fdc "
                                "-device floppy,unit=0", "");
}

static void upload(MediaLab *f, const char *name)
{
    g_autofree char *path = lab_in_folder(f, name);
    g_autofree char *line = g_strdup_printf(
        "curl -sf --unix-socket %s/run/redfish.sock -T %s "
        "http://localhost/redfish/v1" IMAGES "%s",
        f->lab.dir->path, path, name);
    g_autofree char *out = NULL;

    if (test_run(&out, line)) {
        g_error("%s: %s", line, out);
    }
}

/*
 * Its length is not said; @source is a shell's command. "." is standard input
 * that curl does not block on, beyond its own time-out. Returns the status.
 */
static char *upload_chunked(MediaLab *f, const char *name,
                            const char *source)
{
    g_autofree char *line = g_strdup_printf(
        "sh -c \"%s | curl -s -m 5 -o /dev/null -w '%%{http_code}' "
        "--unix-socket %s/run/redfish.sock -T . "
        "http://localhost/redfish/v1" IMAGES "%s 2>/dev/null\"",
        source, f->lab.dir->path, name);
    char *out = NULL;

    test_run(&out, line);
    return out;
}

static void wait_no_image(MediaLab *f, const char *name)
{
    g_autofree char *path = g_strconcat(IMAGES, name, NULL);

    for (unsigned tries = 0; tries < 600; tries++) {
        if (test_bmc_redfish(f->lab.bmc, "GET", path, NULL, NULL) == 404) {
            return;
        }
        g_usleep(100000);
    }
    g_error("image %s is still there", name);
}

static int insert_image(MediaLab *f, const char *drive, const char *image,
                        const char *more)
{
    g_autofree char *path = g_strdup_printf(
        "/Systems/1/VirtualMedia/%s/Actions/VirtualMedia.InsertMedia",
        drive);
    g_autofree char *body = g_strdup_printf(
        "{\"Image\":\"/redfish/v1" IMAGES "%s\"%s}", image, more);

    return lab_post(f, path, body);
}

static int eject_from(MediaLab *f, const char *drive)
{
    g_autofree char *path = g_strdup_printf(
        "/Systems/1/VirtualMedia/%s/Actions/VirtualMedia.EjectMedia", drive);

    return lab_post(f, path, "{}");
}

/* What was uploaded, as a USB stick: read, and written. */
static void test_usb(MediaLab *f, const void *data)
{
    g_autofree char *pattern = g_strdup_printf("%s*", f->sum);
    g_autofree char *kept = NULL;
    g_autofree char *bytes = NULL;

    upload(f, "a.iso");
    test_guest_check(f->lab.vm, "load scsi_common scsi_mod crct10dif_common "
                     "crc-t10dif crc64 crc64-rocksoft t10-pi sd_mod "
                     "usb-common usbcore xhci-hcd xhci-pci usb-storage", "");
    g_assert_cmpint(insert_image(f, "USB1", "a.iso", ""), ==, 204);
    test_guest_check(f->lab.vm, DISK_READY "sha256sum /dev/sda", pattern);
    test_guest_check(f->lab.vm, "cat /sys/block/sda/ro", "1*");
    g_assert_cmpint(eject_from(f, "USB1"), ==, 204);
    test_guest_check(f->lab.vm, "n=0; while [ $n -lt 300 ]; do "
                     "[ -e /dev/sda ] || break; n=$((n+1)); sleep 0.1; done; "
                     "[ ! -e /dev/sda ]", "");
    g_assert_cmpint(insert_image(f, "USB1", "a.iso",
                                 ",\"WriteProtected\":false"), ==, 204);
    test_guest_check(f->lab.vm, DISK_READY "echo from-the-guest | "
                     "dd of=/dev/sda bs=512 count=1 conv=fsync 2>/dev/null",
                     "");
    g_assert_cmpint(eject_from(f, "USB1"), ==, 204);
    kept = test_dir_file(f->lab.dir, "state/images/a.iso");
    g_assert_true(g_file_get_contents(kept, &bytes, NULL, NULL));
    g_assert_true(g_str_has_prefix(bytes, "from-the-guest\n"));
}

static void test_floppy(MediaLab *f, const void *data)
{
    g_autofree char *path = lab_in_folder(f, "disk.img");
    g_autofree char *whole = lab_in_folder(f, "a.iso");
    g_autofree char *bytes = NULL;
    g_autofree char *sum = NULL;
    g_autofree char *pattern = NULL;

    g_assert_true(g_file_get_contents(whole, &bytes, NULL, NULL));
    g_assert_true(g_file_set_contents(path, bytes, FLOPPY_BYTES, NULL));
    sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256,
                                      (const guchar *)bytes, FLOPPY_BYTES);
    pattern = g_strdup_printf("%s*", sum);
    upload(f, "disk.img");
    g_assert_cmpint(insert_image(f, "Floppy1", "disk.img", ""), ==, 204);
    test_guest_check(f->lab.vm, "load floppy && wait_for /dev/fd0 && "
                     "dd if=/dev/fd0 bs=18432 count=80 2>/dev/null | "
                     "sha256sum", pattern);
    g_assert_cmpint(eject_from(f, "Floppy1"), ==, 204);
    test_guest_check(f->lab.vm, "! dd if=/dev/fd0 of=/dev/null bs=512 "
                     "count=1 2>/dev/null", "*");
}

#define BARE "-M q35 -device ide-cd,id=cd0,bus=ide.0"

/* Whether QEMU has the uploaded image open. */
static bool has_image(const TestVm *vm)
{
    g_autofree char *folder = g_strdup_printf("/proc/%d/fd", (int)vm->pid);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *target = g_file_read_link(path, NULL);

        if (target && g_str_has_suffix(target, "/state/images/a.iso")) {
            return true;
        }
    }
    return false;
}

/* The drives are known a little later than that QEMU is there. */
static void wait_drive(MediaLab *f)
{
    for (unsigned tries = 0; tries < 600; tries++) {
        if (test_bmc_redfish(f->lab.bmc, "GET", CD, NULL, NULL) == 200) {
            return;
        }
        g_usleep(100000);
    }
    g_error("there is no drive");
}

/* QEMU ends with the medium in, and is started again. */
static void test_other_qemu(MediaLab *f, const void *data)
{
    g_autofree char *args = NULL;
    g_autofree char *path = NULL;
    g_autofree char *source = NULL;
    g_autofree char *broken = NULL;
    g_autofree char *status = NULL;

    f->lab.dir = test_dir_new();
    f->folder = test_dir_file(f->lab.dir, "images");
    g_assert_cmpint(g_mkdir_with_parents(f->folder, 0700), ==, 0);
    lab_make_image(f);
    lab_server_start(f);
    f->lab.vm = test_vm_start(f->lab.dir, BARE);
    args = g_strdup_printf("--qmp %s", f->lab.vm->qmp);
    f->lab.bmc = test_bmc_start(f->lab.dir, args);
    test_bmc_wait_power(f->lab.bmc, "On");
    wait_drive(f);
    /* Of what has not come to its end nothing stays. */
    broken = upload_chunked(f, "b.iso", "(printf abc; sleep 6)");
    g_assert_cmpstr(broken, !=, "201");
    wait_no_image(f, "b.iso");
    path = lab_in_folder(f, "a.iso");
    source = g_strconcat("cat ", path, NULL);
    status = upload_chunked(f, "a.iso", source);
    g_assert_cmpstr(status, ==, "201");
    g_assert_cmpint(insert_image(f, "CD1", "a.iso", ""), ==, 204);
    g_assert_true(has_image(f->lab.vm));
    test_vm_kill(f->lab.vm);
    test_vm_free(f->lab.vm);
    test_bmc_wait_power(f->lab.bmc, "Off");
    g_assert_true(lab_is_inserted(f));
    f->lab.vm = test_vm_start(f->lab.dir, BARE);
    test_bmc_wait_log(f->lab.bmc, "inserted again");
    g_assert_true(lab_is_inserted(f));
    g_assert_true(has_image(f->lab.vm));
    g_assert_cmpint(eject_from(f, "CD1"), ==, 204);
    g_assert_false(has_image(f->lab.vm));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add("/media/usb", MediaLab, NULL, setup_all, test_usb,
               lab_teardown);
    g_test_add("/media/floppy", MediaLab, NULL, setup_all, test_floppy,
               lab_teardown);
    g_test_add("/media/other-qemu", MediaLab, NULL, NULL, test_other_qemu,
               lab_teardown);
    return g_test_run();
}
